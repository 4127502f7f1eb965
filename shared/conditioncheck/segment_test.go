package conditioncheck

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/condition"
)

// twoSegments has the segments many and guests; guests uses many.
func twoSegments(t *testing.T, c *Checker) condition.Segments {
	t.Helper()
	known := map[string]condition.Condition{}
	lookup := func(name string) (condition.Condition, string, string) {
		if s, ok := known[name]; ok {
			return s, "", ""
		}
		return condition.Condition{}, "there is no segment " + name, ""
	}
	for _, s := range [][2]string{{"many", `customer.orders >= 5 || customer.spent >= money("100.00")`}, {"guests", "in_segment(\"many\") // or more\n && customer.guest"}} {
		when, err := c.CompileIn(s[1], lookup)
		if err != nil {
			t.Fatalf("segment %s: %v", s[0], err)
		}
		known[s[0]] = when
	}
	return lookup
}

func TestConditionsHaveTheirSegmentsInTheirText(t *testing.T) {
	c := checker(t)
	segments := twoSegments(t, c)
	for written, want := range map[string]string{
		`in_segment("many")`:                                `customer.orders >= 5 || customer.spent >= money("100.00")`,
		`!in_segment("many") && customer.country == "GB"`:   `!(customer.orders >= 5 || customer.spent >= money("100.00")) && customer.country == "GB"`,
		`in_segment("guests") ? order.first : !order.first`: `((customer.orders >= 5 || customer.spent >= money("100.00")) && customer.guest) ? order.first : !order.first`,
		`customer.country == "in_segment(\"many\")"`:        `customer.country == "in_segment(\"many\")"`,
	} {
		got, err := c.CompileIn(written, segments)
		if err != nil {
			t.Errorf("CompileIn(%q) = %v", written, err)
			continue
		}
		if diff := cmp.Diff(want, got.Text()); diff != "" || got.Written() != written {
			t.Errorf("CompileIn(%q), written %q (-want +got):\n%s", written, got.Written(), diff)
		}
		if again, err := c.Compile(got.Text()); err != nil || again.Text() != got.Text() || !cmp.Equal(again.Names(), got.Names()) {
			t.Errorf("Compile(%q) = %q with %v, %v, want the same text, and the facts %v", got.Text(), again.Text(), again.Names(), err, got.Names())
		}
	}
	guests, err := c.CompileIn(`in_segment("guests") && in_segment("many")`, segments)
	if diff := cmp.Diff([]string{"guests", "many"}, guests.Segments()); diff != "" || err != nil {
		t.Errorf("Segments() of guests and many, %v (-want +got):\n%s", err, diff)
	}
}

// A condition with segments gives the same answer as the same condition with the
// segments' conditions written in parentheses.
func TestSegmentsHoldAsTheirConditions(t *testing.T) {
	c := checker(t)
	rapid.Check(t, func(t *rapid.T) {
		with := rapid.Custom(func(t *rapid.T) string { return grammar{t}.condition(2) }).Draw(t, "segment")
		when, err := c.Compile(with)
		if err != nil {
			t.Skip("CEL refuses one of several thousand conditions of the grammar, such as null in [null, 1]:", err)
		}
		around := rapid.SampledFrom([]string{`X`, `!X`, `X && customer.guest`, `customer.guest || !X && X`, `(X ? customer.guest : order.first) == X`}).Draw(t, "condition")
		used, err := c.CompileIn(strings.ReplaceAll(around, "X", `in_segment("x")`), func(string) (condition.Condition, string, string) { return when, "", "" })
		if err != nil {
			t.Fatalf("CompileIn(%q, with %q) = %v", around, with, err)
		}
		written, err := c.Compile(strings.ReplaceAll(around, "X", "("+with+")"))
		if err != nil {
			t.Fatal(err)
		}
		for _, facts := range []condition.Facts{{}, regular} {
			if got, want := used.Holds(facts), written.Holds(facts); got != want {
				t.Errorf("%q with the segment %q holds: %v, want %v", around, with, got, want)
			}
		}
	})
}

func TestSegmentsCountForTheLengthOfACondition(t *testing.T) {
	c := checker(t)
	long, err := c.Compile(strings.Repeat(`customer.guest || `, 60) + `customer.guest`)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CompileIn(`in_segment("a") && in_segment("b")`, func(string) (condition.Condition, string, string) { return long, "", "" })
	if err == nil || !strings.Contains(err.Error(), "a condition at most 2000 (its segments count with it)") {
		t.Errorf("CompileIn of two long segments = %v, want the fault of its length", err)
	}
}

func TestAStoredConditionHasNoSegments(t *testing.T) {
	const want = `1:12: there are no segments here (write the segment's condition itself)`
	if _, err := checker(t).Compile(`in_segment("many")`); err == nil || err.Error() != want {
		t.Errorf("Compile = %v, want %s", err, want)
	}
}
