package profile

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/shop"
)

// A return that names lines gets their products, before or after its order, and
// the facts themselves stay as they were.
func TestAReturnOfLinesIsOneOfProducts(t *testing.T) {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	placed := shop.OrderFact{Kind: shop.OrderPlaced, Order: "1", Customer: "7", Placed: &shop.Placed{
		At: at, Revision: at, Customer: shop.Customer{ID: "7"},
		Lines: []shop.Line{{Product: "mug", Units: 3}},
		Items: map[shop.ProductID]shop.ProductID{shop.ItemID("a"): "mug", shop.ItemID("b"): "mug"},
	}}
	units := map[shop.ProductID]int{shop.ItemID("a"): 1, shop.ItemID("b"): 1, shop.ItemID("c"): 1}
	back := shop.OrderFact{Kind: shop.OrderReturned, Order: "1", Ref: "r", Return: &shop.Return{At: at, Units: units}}
	parcel := shop.OrderFact{Kind: shop.OrderShipped, Order: "1", Ref: "p", Parcel: &shop.Parcel{Units: units}}
	edited := placed
	edited.Placed = &shop.Placed{At: at, Revision: at.Add(time.Hour), Customer: shop.Customer{ID: "7"}, Lines: []shop.Line{{Product: "mug", Units: 2}}}
	want := map[shop.ProductID]int{"mug": 2, shop.ItemID("c"): 1}
	for name, facts := range map[string][]shop.OrderFact{
		"the order first": {placed, back, parcel},
		"the order last":  {parcel, back, placed},
		"an edit first":   {edited, back, placed, parcel},
		"an edit last":    {placed, edited, edited, back, parcel},
		"twice":           {back, placed, parcel, back, parcel, placed},
	} {
		var order shop.Order
		for _, fact := range facts {
			var err error
			if order, err = Merge(order, fact, at); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, order.Returns["r"].Units) + cmp.Diff(want, order.Parcels["p"].Units); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if len(units) != 3 || units[shop.ItemID("a")] != 1 {
		t.Errorf("Merge changed the units of a fact: %v", units)
	}
}
