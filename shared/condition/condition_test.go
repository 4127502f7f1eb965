package condition

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/shop"
)

func checker(t testing.TB) *Checker {
	t.Helper()
	c, err := NewChecker("GBP")
	if err != nil {
		t.Fatal(err)
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
	c := checker(t)
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
		compiled, err := c.Compile(condition)
		if err != nil {
			t.Errorf("Compile(%q) = %v", condition, err)
			continue
		}
		if got := compiled.Holds(regular); got != want {
			t.Errorf("Holds(%q) = %v, want %v", condition, got, want)
		}
	}
}

func TestConditionsHaveAResultForAnUnknownCustomer(t *testing.T) {
	c := checker(t)
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
		compiled, err := c.Compile(condition)
		if err != nil {
			t.Errorf("Compile(%q) = %v", condition, err)
			continue
		}
		if got := compiled.Holds(Facts{}); got != want {
			t.Errorf("Holds(%q) for an unknown customer = %v, want %v", condition, got, want)
		}
	}
}

func TestMoneyInAnotherCurrencyCountsAsZero(t *testing.T) {
	compiled, err := checker(t).Compile(`customer.spent == money("0")`)
	if err != nil {
		t.Fatal(err)
	}
	euros := Facts{Customer: Customer{Spent: shop.Money{Minor: 50_000, Currency: "EUR"}}}
	if !compiled.Holds(euros) {
		t.Error("500 euros count as pounds")
	}
}

func TestCompileReportsEveryFault(t *testing.T) {
	c := checker(t)
	for what, test := range map[string]struct{ text, want string }{
		"a misspelt fact":       {`customer.ordrs > 2`, `1:1: there is no customer.ordrs (did you mean customer.orders?)`},
		"two misspelt facts":    {"customer.ordrs > 2 &&\n  order.frist", "1:1: there is no customer.ordrs (did you mean customer.orders?)\n2:3: there is no order.frist (did you mean order.first?)"},
		"a misspelt function":   {`customer.language.startWith("en")`, `1:28: there is no startWith (did you mean startsWith?)`},
		"a bare amount":         {`customer.spent > 500`, `1:16: > does not go with money and int (write amounts as money("500.00"))`},
		"a bad amount":          {`customer.spent > money("1,000.00")`, `1:24: "1,000.00" is not an amount of GBP: write it like "500.00"`},
		"too many decimals":     {`customer.spent > money("1.005")`, `1:24: "1.005" is not an amount of GBP: write it like "500.00"`},
		"a computed amount":     {`customer.spent > money(customer.country)`, `1:24: money takes a written amount (write money("500.00"))`},
		"arithmetic":            {`customer.orders + 1 > 2`, `1:17: conditions do not calculate with + (compare the facts as they are)`},
		"division":              {`10 / customer.orders > 2`, `1:4: conditions do not calculate with / (compare the facts as they are)`},
		"not a comparison":      {`customer.orders`, `1:1: this is int, not true or false (compare it with something, such as customer.orders >= 2)`},
		"a quoted number":       {`customer.orders > "2"`, `1:17: > does not go with int and string (numbers are written without quotes, texts with them)`},
		"a decimal for a count": {`customer.orders > 2.5`, `1:17: > does not go with int and double (counts and days have no decimal point; customer.alive, late and expected_orders_90d need one, as in 2.0)`},
		"a text without quotes": {`customer.country == GB`, `1:21: there is no GB (texts need quotes; facts begin with customer., order., campaign. or line.)`},
		"an unknown family":     {`client.orders > 2`, `1:1: there is no client (texts need quotes; facts begin with customer., order., campaign. or line.)`},
		"an unknown member":     {`campaign.budget > 2`, `1:1: there is no campaign.budget (there is campaign.id, campaign.day, campaign.weekday)`},
		"a loop":                {`customer.consents.exists(c, c == "promotions")`, "1:25: there is no exists (to look in a list, write \"x\" in list)\n1:26: there is no c (texts need quotes; facts begin with customer., order., campaign. or line.)"},
		"a regular expression":  {`customer.country.matches("G.")`, `1:25: there is no matches (there is startsWith, endsWith and contains)`},
		"a literal map":         {`{"GB": true}[customer.country]`, `1:1: conditions have no { } (lists are written [ ])`},
		"an index of a list":    {`customer.consents[0] == "promotions"`, `1:18: [ ] does not go with list(string) and int (to look in a list, write "x" in list; units are looked up by a text)`},
		"an incomplete one":     {`customer.orders >`, `1:18: the condition is not finished (it ends too early)`},
		"one equals sign":       {`customer.orders = 2`, `1:17: = does not fit here (two equals signs compare: ==)`},
		"the word and":          {`order.first and customer.guest`, `1:13: and does not fit here (write && for and)`},
		"a number as a bool":    {`customer.orders && order.first`, `1:1: this is int, but must be bool (compare it with something, such as customer.orders >= 2)`},
		"mixed lists":           {`customer.country in ["GB", 1]`, `1:28: this is int, but must be string (numbers are written without quotes, texts with them)`},
		"a very long text":      {strings.Repeat(`order.first || `, 200) + "order.first", `1:1: this has 3011 characters, a condition at most 2000 (split it)`},
		"only spaces":           {"  ", `1:3: the condition is not finished (it ends too early)`},
		"too deep":              {strings.Repeat("(", 300) + "order.first" + strings.Repeat(")", 300), `1:1: expression recursion limit exceeded: 50`},
	} {
		_, err := c.Compile(test.text)
		if err == nil {
			t.Errorf("%s: Compile(%q) = nil, want %s", what, test.text, test.want)
			continue
		}
		if got := err.Error(); got != test.want {
			t.Errorf("%s: Compile(%q) =\n%s\nwant\n%s", what, test.text, got, test.want)
		}
	}
}

// Every condition that compiles gives a result for every customer: no missing
// key, overflow or wrong type is found only when a message is sent.
func TestCompiledConditionNeverFails(t *testing.T) {
	c := checker(t)
	rapid.Check(t, func(t *rapid.T) {
		text := anyCondition(t, 3)
		compiled, err := c.Compile(text)
		if err != nil {
			t.Fatalf("Compile(%q) = %v", text, err)
		}
		facts := Facts{
			Customer: Customer{
				Orders:  rapid.IntRange(0, 3).Draw(t, "orders"),
				Spent:   gbp(rapid.Int64().Draw(t, "spent")),
				Country: rapid.SampledFrom([]string{"", "GB"}).Draw(t, "country"),
				Bought:  rapid.MapOf(rapid.Just(shop.ProductID("MUG")), rapid.Just(Bought{Units: 3, Category: "mug"})).Draw(t, "bought"),
			},
		}
		if _, err := compiled.holds(&facts); err != nil {
			t.Fatalf("holds(%q) = %v", text, err)
		}
	})
}

// anyCondition draws a well-typed condition over all facts.
func anyCondition(t *rapid.T, depth int) string {
	if depth > 0 && rapid.Bool().Draw(t, "joined") {
		join := rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "join")
		return "(" + anyCondition(t, depth-1) + join + "!" + "(" + anyCondition(t, depth-1) + "))"
	}
	n := rapid.SampledFrom(names).Draw(t, "name")
	compare := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "compare")
	switch n.typ {
	case ordersWithin:
		return n.path + "[-9223372036854775808]" + compare + "10"
	case spentWithin:
		return n.path + `[90]` + compare + `money("9999999.99")`
	case labels:
		return n.path + `["promotions"] == "checkout"`
	case marks:
		return n.path + rapid.SampledFrom([]string{`["SKU-1"]`, `[product.id]`}).Draw(t, "key")
	case cel.BoolType:
		return n.path
	case texts:
		return `"promotions" in ` + n.path
	case counts:
		return n.path + rapid.SampledFrom([]string{`["mug"]`, `["never seen"]`, `[order.cause]`}).Draw(t, "key") + compare + "10"
	case moneyType:
		return n.path + compare + `money("9999999.99")`
	case cel.IntType:
		return n.path + compare + "-9223372036854775808"
	default:
		return n.path + compare + n.path
	}
}

func TestJSONOfAConditionIsItsText(t *testing.T) {
	c := checker(t)
	compiled, err := c.Compile(`customer.orders >= 2 && order.first`)
	if err != nil {
		t.Fatal(err)
	}
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
		t.Error("a condition that was read from JSON holds without being compiled")
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
	compiled, err := checker(b).Compile(`customer.orders >= 2 && customer.days_since_last_order > 60 && customer.spent >= money("500.00")`)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		compiled.Holds(regular)
	}
}
