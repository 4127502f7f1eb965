package condition

import (
	"testing"

	"github.com/bojanz/currency"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/shop"
)

func TestExplainSaysEachComparisonWithTheCustomersValue(t *testing.T) {
	days := func(text, value string, holds bool) Part {
		return Part{Text: text, Holds: holds, Values: []Value{{"customer.days_since_last_order", value}}}
	}
	for text, want := range map[string]Part{
		"":                                      {Holds: true},
		`customer.days_since_last_order <= 120`: days("customer.days_since_last_order <= 120", "10", true),
		`customer.days_since_last_order <= 9 && (customer.orders >= 9 || customer.spent >= money("500"))`: {Parts: []Part{
			days("customer.days_since_last_order <= 9", "10", false),
			{Any: true, Holds: true, Parts: []Part{
				{Text: "customer.orders >= 9", Values: []Value{{"customer.orders", "3"}}},
				{Text: `customer.spent >= money("500")`, Holds: true, Values: []Value{{"customer.spent", "500.00 GBP"}}},
			}},
		}},
		`customer.orders > 0 && customer.orders > 1 && customer.orders > 2 && customer.orders > 3`: {Parts: []Part{
			{Text: "customer.orders > 0", Holds: true, Values: []Value{{"customer.orders", "3"}}},
			{Text: "customer.orders > 1", Holds: true, Values: []Value{{"customer.orders", "3"}}},
			{Text: "customer.orders > 2", Holds: true, Values: []Value{{"customer.orders", "3"}}},
			{Text: "customer.orders > 3", Values: []Value{{"customer.orders", "3"}}},
		}},
		`!("news" in customer.consents)`: {Text: `!("news" in customer.consents)`, Holds: true, Values: []Value{{"customer.consents", `["promotions"]`}}},
		`customer.units["lunch bag"] > customer.units_of["BAG-2"]`: {
			Text: `customer.units["lunch bag"] > customer.units_of["BAG-2"]`, Holds: true,
			Values: []Value{{`customer.units["lunch bag"]`, "12"}, {`customer.units_of["BAG-2"]`, "5"}},
		},
		`customer.birthday_in_days <= 7`: {Text: "customer.birthday_in_days <= 7", Values: []Value{{"customer.birthday_in_days", "99999, which means never"}}},
		`order.first ? customer.guest : customer.alive < 0.5`: { // of the side that decides
			Text: "order.first ? customer.guest : (customer.alive < 0.5)", Holds: true,
			Values: []Value{{"order.first", "false"}, {"customer.alive", "0"}},
		},
	} {
		got, err := parsed(t, text).Explain(regular)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
	if _, err := (Condition{text: "customer.orders > 1"}).Explain(regular); err == nil {
		t.Error("a condition that is not parsed was explained")
	}
}

// TestExplainAgreesWithHolds: the explanation never says another answer than the
// decision, and the answer of a group follows from its parts.
func TestExplainAgreesWithHolds(t *testing.T) {
	leaves := []string{
		"customer.orders >= 2", `customer.spent < money("80.00")`, "order.first", `customer.units["mug"] == 0`,
		`"promotions" in customer.consents`, `customer.country in ["GB", "PL"]`, "customer.orders_within[90] >= 2",
	}
	rapid.Check(t, func(t *rapid.T) {
		var build func(depth int) string
		build = func(depth int) string {
			if depth == 0 || rapid.Bool().Draw(t, "leaf") {
				return rapid.SampledFrom(leaves).Draw(t, "comparison")
			}
			op := rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "operator")
			text := "(" + build(depth-1) + op + build(depth-1) + ")"
			if rapid.IntRange(0, 4).Draw(t, "not") == 0 {
				text = "!" + text
			}
			return text
		}
		c, err := Parse(build(4), "GBP")
		if err != nil {
			t.Skip(err)
		}
		f := regular
		f.Customer.Orders = rapid.IntRange(0, 4).Draw(t, "orders")
		f.Customer.Spent = gbp(int64(rapid.IntRange(0, 20_000).Draw(t, "spent")))
		f.Customer.Country = rapid.SampledFrom([]string{"GB", "DE"}).Draw(t, "country")
		f.Order = Order{First: rapid.Bool().Draw(t, "first"), Total: shop.Money{}}
		p, err := c.Explain(f)
		if err != nil {
			t.Fatal(err)
		}
		if p.Holds != c.Holds(f) {
			t.Fatalf("%s: explained as %v, decided as %v", c.Text(), p.Holds, c.Holds(f))
		}
		var consistent func(Part) bool
		consistent = func(p Part) bool {
			if len(p.Parts) == 0 {
				return p.Text != ""
			}
			all, anyHolds := true, false
			for _, part := range p.Parts {
				if !consistent(part) {
					return false
				}
				all, anyHolds = all && part.Holds, anyHolds || part.Holds
			}
			return p.Holds == (p.Any && anyHolds || !p.Any && all)
		}
		if !consistent(p) {
			t.Fatalf("%s: the parts do not give the answer: %+v", c.Text(), p)
		}
	})
}

func TestAmountsAreWrittenAsTheLibraryWritesThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		minor, in := rapid.Int64().Draw(t, "minor"), rapid.SampledFrom([]string{"GBP", "JPY", "KWD", "CLF"}).Draw(t, "currency")
		amount, err := currency.NewAmountFromInt64(minor, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := inDigits(minor, shop.Currency(in)); got != amount.String() {
			t.Errorf("inDigits(%d, %s) = %q, want %q", minor, in, got, amount)
		}
	})
}
