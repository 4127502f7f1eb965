package recording

import (
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// imported stores order o-1 of c-1, placed and paid, as an import does; if
// something went wrong with it, also late, and with one return.
func (h fixture) imported(t *testing.T, wrong bool) {
	t.Helper()
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	gbp := func(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }
	order, p := dynamo.Order{}, profile.Profile{}
	facts := []shop.OrderFact{
		{Kind: shop.OrderPlaced, Placed: &shop.Placed{At: noon, Revision: noon, Customer: shop.Customer{ID: "c-1", Email: "c-1@example.com"}, Lines: []shop.Line{{Product: "P", Units: 3, Price: gbp(165)}}, Total: gbp(2000)}},
		{Kind: shop.OrderPaid},
		{Kind: shop.OrderDelayed, Delay: &shop.Delay{At: noon}},
		{Kind: shop.OrderReturned, Ref: "r-0", Return: &shop.Return{At: noon, Cause: shop.CauseDefect, Units: map[shop.ProductID]int{"P": 1}}},
	}
	if !wrong {
		facts = facts[:2]
	}
	for _, fact := range facts {
		fact.Order, fact.Customer = "o-1", "c-1"
		merged, err := profile.Merge(order.Order, fact, noon)
		if err != nil {
			t.Fatal(err)
		}
		p, order.Order = p.Update(order.Order, merged, fact), merged
	}
	order.Imported = true
	if err := h.store.SavePast(t.Context(), dynamo.Past{Customer: "c-1", Profile: p, Orders: []dynamo.Order{order}, OrderRevs: []dynamo.Rev{""}}); err != nil {
		t.Fatal(err)
	}
}

// Shopify sends an order again, with all that happened to it, when anything
// changes. What was imported raises nothing then; what is new does.
func TestAnImportedOrderRaisesOnlyWhatIsNew(t *testing.T) {
	placed := placed("o-1", "c-1", map[string]int{"P": 3})
	back := func(id string) string {
		return happened("order.returned", "13", `,'return_id':'`+id+`','reason':'defect','lines':[{'product':'P','units':1}]`)
	}
	for name, c := range map[string]struct {
		wrong bool
		body  string
		want  []string
	}{
		"the order again":     {false, placed, nil},
		"a later revision":    {false, strings.Replace(placed, `"placed_at"`, `"updated_at":"2026-11-21T12:30:00Z","placed_at"`, 1), nil},
		"its payment again":   {false, happened("order.paid", "12", ""), nil},
		"the delay again":     {true, happened("order.delayed", "12", ""), nil},
		"the return again":    {true, back("r-0"), nil},
		"another delay":       {true, happened("order.delayed", "14", ""), []string{"sorry@1 o-1/order.delayed"}},
		"another return":      {true, back("r-1"), []string{"sorry@1 o-1/order.returned"}},
		"its cancellation":    {false, happened("order.cancelled", "14", ""), []string{"sorry@1 o-1/order.cancelled"}},
		"its shipment":        {false, happened("order.shipped", "14", ""), nil}, // no campaign is about one
		"an order after that": {false, strings.ReplaceAll(placed, "o-1", "o-2"), []string{"thanks@1 o-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			h.imported(t, c.wrong)
			for range 2 { // events are delivered again
				h.takes(t, c.body)
				if got := names(h.raised(t)); !slices.Equal(got, c.want) {
					t.Errorf("raised %v, want %v", got, c.want)
				}
			}
		})
	}
}
