package condition

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/shop"
)

// parsed returns a condition of a shop that sells in pounds.
func parsed(t testing.TB, text string) Condition {
	t.Helper()
	c, err := Parse(text, "GBP")
	if err != nil {
		t.Fatalf("Parse(%q) = %v", text, err)
	}
	return c
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

var regular = Facts{
	Customer: Customer{
		Orders: 3, Spent: gbp(50_000), Average: gbp(16_666), SinceLast: 10, SinceOne: 200, Returns: 1,
		First: time.Date(2026, 5, 6, 0, 0, 0, 0, time.UTC), Last: time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC),
		Placed:  []Placed{{Days: 200, Net: gbp(2_000)}, {Days: 10, Net: gbp(3_000)}},
		Country: "GB", Province: "GB-LND", Language: "en-GB", Consents: []shop.Topic{shop.TopicPromotions},
		Sources: map[shop.Topic]shop.ConsentSource{shop.TopicPromotions: shop.SourceAccount},
		Bought: map[shop.ProductID]Bought{
			"BAG-1": {Units: 7, Title: "Red lunch bag", Category: "lunch bag", Price: gbp(165)},
			"BAG-2": {Units: 5, Title: "Blue lunch bag", Category: "lunch bag", Price: gbp(165)},
		},
	},
	Order:    Order{Event: shop.OrderPlaced, Total: gbp(2_000), Lines: map[shop.ProductID]int{"BAG-1": 2}, Cause: shop.CauseLate},
	Campaign: Campaign{ID: "weekly-picks", Run: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)},
}

func TestHoldsComparesTheFacts(t *testing.T) {
	for condition, want := range map[string]bool{
		"":                                                   true,
		`customer.orders >= 2`:                               true,
		`customer.orders > 3`:                                false,
		`customer.spent >= money("500.00")`:                  true,
		`customer.spent > money("500")`:                      false,
		`customer.spent == money("500")`:                     true,
		`customer.average < money("166.67")`:                 true,
		`customer.days_since_last_order <= 120`:              true,
		`customer.units["lunch bag"] == 12`:                  true,
		`customer.units["Lunch Bag"] == 12`:                  true,
		`customer.units["mug"] == 0`:                         true,
		`customer.units_of["BAG-2"] == 5`:                    true,
		`customer.units_of["never seen"] > 0`:                false,
		`"mug" in customer.units`:                            false,
		`order.units["lunch bag"] == 2`:                      true,
		`customer.first_order_day < "2026-06-01"`:            true,
		`customer.last_order_day == "2026-11-12"`:            true,
		`customer.orders_within[9] == 0`:                     true,
		`customer.orders_within[10] == 1`:                    true,
		`customer.orders_within[365] == 2`:                   true,
		`customer.spent_within[10] == money("30")`:           true,
		`customer.spent_within[365] == money("50")`:          true,
		`customer.province == "GB-LND"`:                      true,
		`customer.consent_source["promotions"] == "account"`: true,
		`customer.consent_source["news"] == ""`:              true,
		`order.units_of["BAG-2"] == 0`:                       true,
		`order.units[order.cause] == 0`:                      true,
		`customer.country in ["GB", "IE"]`:                   true,
		`"promotions" in customer.consents`:                  true,
		`customer.language.startsWith("en")`:                 true,
		`order.cause in ["defect", "wrong", "late"]`:         true,
		`order.event == "order.placed"`:                      true,
		`campaign.weekday == "saturday"`:                     true,
		`campaign.day >= "2026-12-01"`:                       false,
		`order.first ? customer.guest : !customer.guest`:     true,
	} {
		if got := parsed(t, condition).Holds(regular); got != want {
			t.Errorf("Holds(%q) = %v, want %v", condition, got, want)
		}
	}
}

func TestConditionsHaveAResultForAnUnknownCustomer(t *testing.T) {
	for condition, want := range map[string]bool{
		`customer.days_since_last_order <= 120`:                                     false,
		`customer.days_since_first_order == 99999`:                                  true,
		`customer.spent == money("0")`:                                              true,
		`customer.units["mug"] == 0 && campaign.weekday == ""`:                      true,
		`order.event == "" && order.cause == "" && !order.first`:                    true,
		`"promotions" in customer.consents || customer.country == "GB"`:             false,
		`customer.first_order_day == "" && customer.last_order_day == ""`:           true,
		`customer.orders_within[-1] == 0 && customer.spent_within[9] == money("0")`: true,
	} {
		if got := parsed(t, condition).Holds(Facts{}); got != want {
			t.Errorf("Holds(%q) for an unknown customer = %v, want %v", condition, got, want)
		}
	}
}

func TestMoneyInAnotherCurrencyCountsAsZero(t *testing.T) {
	euros := Facts{Customer: Customer{Spent: shop.Money{Minor: 50_000, Currency: "EUR"}}}
	if !parsed(t, `customer.spent == money("0")`).Holds(euros) {
		t.Error("500 euros count as pounds")
	}
}

// What functions read was checked before. A text that was not is refused with its
// place, and never taken as false.
func TestParseRefusesWhatIsNoCondition(t *testing.T) {
	for what, test := range map[string]struct{ text, want string }{
		"an unknown fact":    {"customer.guest\n  || customer.birthday", "2:6: there is no customer.birthday"},
		"a number":           {`customer.orders`, "1:1: this is int, not true or false (compare it with something, such as customer.orders >= 2)"},
		"a text and a count": {`customer.orders > "2"`, "1:17: > does not go with int and string"},
		"a bare amount":      {`customer.spent > 500`, "1:16: > does not go with money and int"},
		"a bad amount":       {`customer.spent > money("1,000")`, `1:24: "1,000" is not an amount of GBP: write it like "500.00"`},
		"a computed amount":  {`customer.spent > money(customer.country)`, `1:24: money takes a written amount (write money("500.00"))`},
		"arithmetic":         {`customer.orders + 1 > 2`, "1:17: + does not fit here"},
		"a minus":            {`-customer.orders < 2`, "1:1: conditions do not calculate with - (compare the facts as they are)"},
		"a function":         {`size(customer.consents) > 1`, "1:1: there is no size"},
		"a method":           {`customer.country.matches("G.")`, "1:18: there is no matches (there is startsWith, endsWith and contains)"},
		"a segment":          {`in_segment("many")`, "1:1: there is no in_segment"},
		"a mixed list":       {`customer.country in ["GB", 1]`, "1:28: this is int, but must be string"},
		"an index of a list": {`customer.consents[0] == ""`, `1:18: [ ] does not go with list(string) and int (to look in a list, write "x" in list; units are looked up by a text)`},
		"two types":          {`(customer.guest ? 1 : "a") == 1`, "1:2: ? : chooses between int and string (both must be of one type)"},
		"a fact as a family": {`customer.orders.x > 1`, "1:1: there is no customer.orders.x"},
		"a text that ends":   {`customer.country == "GB`, `1:21: " does not fit here`},
		"an end":             {`customer.orders >`, "1:18: the condition is not finished (it ends too early)"},
		"an open list":       {`customer.orders in [1, 2`, "1:25: the condition is not finished (it ends too early)"},
		"a wrong escape":     {`customer.country == "\q"`, `1:21: "\q" is not a value that can be written`},
		"a large number":     {`customer.orders < 9223372036854775808`, "1:19: 9223372036854775808 is not a value that can be written"},
		"two conditions":     {`customer.guest customer.guest`, "1:16: customer does not fit here"},
		"a very long one":    {strings.Repeat(" ", 2000) + "true", "1:1: this has 2004 characters, a condition at most 2000 (split it)"},
	} {
		if c, err := Parse(test.text, "GBP"); err == nil || err.Error() != test.want {
			t.Errorf("%s: Parse(%q) = %v, want %s", what, test.text, err, test.want)
		} else if c.Holds(regular) != true && c.Text() != "" {
			t.Errorf("%s: Parse(%q) also returns %q", what, test.text, c.Text())
		}
	}
}

func TestJSONOfAConditionIsItsText(t *testing.T) {
	compiled := parsed(t, `customer.orders >= 2 && order.first`)
	if diff := cmp.Diff([]string{"customer.orders", "order.first"}, compiled.Names()); diff != "" {
		t.Errorf("Names() (-want +got):\n%s", diff)
	}
	data, err := json.Marshal(compiled)
	if err != nil || string(data) != `"customer.orders \u003e= 2 \u0026\u0026 order.first"` {
		t.Fatalf("Marshal(condition) = %s, %v", data, err)
	}
	var read Condition
	if err := json.Unmarshal(data, &read); err != nil || read.Text() != compiled.Text() {
		t.Fatalf("Unmarshal = %q, %v, want the same text", read.Text(), err)
	}
	if f := regular; read.Holds(f) {
		t.Error("a condition that was read from JSON holds without being parsed")
	}
}

func TestParseMoneyAcceptsPlainAmountsOnly(t *testing.T) {
	for what, test := range map[string]struct {
		text string
		in   shop.Currency
		want int64
		bad  bool
	}{
		"pounds and pence":    {"500.25", "GBP", 50025, false},
		"pounds":              {"500", "GBP", 50000, false},
		"one decimal":         {"0.5", "GBP", 50, false},
		"yen":                 {"500", "JPY", 500, false},
		"yen with decimals":   {"500.00", "JPY", 0, true},
		"dinars":              {"1.234", "KWD", 1234, false},
		"a sign":              {"-5", "GBP", 0, true},
		"a currency's sign":   {"£5", "GBP", 0, true},
		"a comma":             {"5,00", "GBP", 0, true},
		"nothing":             {"", "GBP", 0, true},
		"a point at the end":  {"5.", "GBP", 0, true},
		"an unknown currency": {"5", "XXQ", 0, true},
	} {
		got, err := ParseMoney(test.text, test.in)
		if got.Minor != test.want || (err != nil) != test.bad {
			t.Errorf("%s: ParseMoney(%q, %s) = %v, %v, want %d", what, test.text, test.in, got, err, test.want)
		}
	}
}

func TestNearestFindsTheMisspeltWord(t *testing.T) {
	choices := []string{"percent", "amount", "valid_days"}
	for word, want := range map[string]string{"percnt": "percent", "amountt": "amount", "validdays": "valid_days", "colour": ""} {
		if got := Nearest(word, choices); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// The manual explains every fact.
func TestManualExplainsEveryFact(t *testing.T) {
	manual, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if row := "| `" + n.path + "` |"; !strings.Contains(string(manual), row) {
			t.Errorf("docs/policy.md has no row %q: %s", row, n.doc)
		}
	}
}

func BenchmarkHolds(b *testing.B) {
	compiled := parsed(b, `customer.orders >= 2 && customer.days_since_last_order > 60 && customer.spent >= money("500.00")`)
	for b.Loop() {
		compiled.Holds(regular)
	}
}
