package conditioncheck

import (
	"strings"
	"testing"
)

func checker(t testing.TB) *Checker {
	t.Helper()
	c, err := New("GBP")
	if err != nil {
		t.Fatal(err)
	}
	return c
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
		"equals before more":    {`customer.orders => 2`, `1:17: => does not fit here (write >= for at least)`},
		"equals before less":    {`customer.orders =< 2`, `1:17: =< does not fit here (write <= for at most)`},
		"curly quotes":          {`in_segment(“active”)`, `1:12: “ does not fit here (write straight quotes, as in "active")`},
		"low quotes":            {`in_segment(„active“)`, `1:12: „ does not fit here (write straight quotes, as in "active")`},
		"one equals sign":       {`customer.orders = 2`, `1:17: = does not fit here (two equals signs compare: ==)`},
		"the word and":          {`order.first and customer.guest`, `1:13: and does not fit here (write && for and)`},
		"a number as a bool":    {`customer.orders && order.first`, `1:1: this is int, but must be bool (compare it with something, such as customer.orders >= 2)`},
		"mixed lists":           {`customer.country in ["GB", 1]`, `1:28: this is int, but must be string (numbers are written without quotes, texts with them)`},
		"a very long text":      {strings.Repeat(`order.first || `, 200) + "order.first", `1:1: this has 3011 characters, a condition at most 2000 (split it)`},
		"a type":                {`string == int`, `1:1: functions cannot read this: there is no string (write it with facts and values alone: docs/policy.md lists them)`},
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
