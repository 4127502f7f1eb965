package celcheck

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/condition"
	"regulars/shared/conditioncheck"
	"regulars/shared/shop"
)

// large has the segments many and more, which uses many. The texts are those of no shop.
func large(t *testing.T) condition.Segments {
	t.Helper()
	known := map[string]condition.Condition{}
	lookup := func(name string) (condition.Condition, string, string) {
		if when, is := known[name]; is {
			return when, "", ""
		}
		return condition.Condition{}, "there is no segment " + name, "did you mean many?"
	}
	for _, s := range [][2]string{{"many", "customer.orders >= 51 || customer.guest"}, {"more", `in_segment("many") && customer.orders >= 52`}} {
		when, err := conditioncheck.Compile("GBP", s[1], lookup)
		if err != nil {
			t.Fatal(err)
		}
		known[s[0]] = when
	}
	return lookup
}

// A condition that is not kept is checked by CEL, in its program. What functions could
// read and CEL refuses is refused, in the same words.
func TestAConditionThatIsNotKeptIsCheckedByCEL(t *testing.T) {
	segments := large(t)
	for what, text := range map[string]string{
		"accepted":            "customer.orders >= 53",
		"with a segment":      `in_segment("many") && order.first`,
		"with nested ones":    `in_segment("more") || in_segment("many")`,
		"misspelt":            "customer.ordrs > 2 &&\n  order.frist",
		"unfinished":          "customer.orders >",
		"too deep":            strings.Repeat("(", 60) + "order.first" + strings.Repeat(")", 60),
		"too costly":          strings.Repeat("customer.tier in customer.consents || ", 50) + "order.first",
		"with a wrong name":   `order.first && in_segment("mny")`,
		"with one wrong name": `in_segment("many") && in_segment("mny")`,
		"too long with one":   strings.Repeat(`in_segment("many") || `, 60) + "order.first",
	} {
		got, gotFaults := Compile("GBP", text, segments)
		want, wantFaults := conditioncheck.Compile("GBP", text, segments)
		if diff := cmp.Diff(asText(wantFaults), asText(gotFaults)); diff != "" {
			t.Errorf("%s: the faults (-want +got):\n%s", what, diff)
		}
		if got.Text() != want.Text() || got.Written() != want.Written() || !cmp.Equal(got.Segments(), want.Segments()) || !cmp.Equal(got.Names(), want.Names()) {
			t.Errorf("%s: Compile = %q with %q, want %q with %q", what, got.Text(), got.Segments(), want.Text(), want.Segments())
		}
	}
	if _, err := Compile("XXXX", "order.first", segments); err == nil || !strings.Contains(err.Error(), "conditions need the shop's currency") {
		t.Errorf("Compile with a wrong currency = %v", err)
	}
}

func asText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// What is kept of a condition counts for that condition alone.
func TestAKeptConditionIsFoundOnlyAsItWasAccepted(t *testing.T) {
	segments := large(t)
	file, err := json.Marshal(acceptances{Rules: "today", Accepted: []accepted{
		{Currency: "GBP", Written: "order.first"},
		{Currency: "GBP", Written: `in_segment("many")`, Segments: []segment{{"many", "customer.orders >= 51 || customer.guest"}}, Text: "customer.orders >= 51 || customer.guest"},
		{Currency: "GBP", Written: `in_segment("more")`, Segments: []segment{{"more", "customer.orders >= 50"}}, Text: "customer.orders >= 50"},
		{Currency: "GBP", Written: `in_segment("mny")`, Segments: []segment{{"mny", ""}}, Text: "true"},
		{Currency: "GBP", Written: "order.frist"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	all := keptBy(file, "today")
	for _, test := range []struct {
		what     string
		currency shop.Currency
		text     string
		want     bool
	}{
		{"as it was", "GBP", "order.first", true},
		{"with its segment", "GBP", `in_segment("many")`, true},
		{"written otherwise", "GBP", "order.first ", false},
		{"in another currency", "EUR", "order.first", false},
		{"with a segment that changed", "GBP", `in_segment("more")`, false},
		{"with a segment that is not there", "GBP", `in_segment("mny")`, false},
		{"that functions cannot read", "GBP", "order.frist", false},
	} {
		if c, is := all.find(test.currency, test.text, segments); is != test.want || is && c.Written() != test.text {
			t.Errorf("a condition %s is found: %v, want %v", test.what, is, test.want)
		}
	}
}
