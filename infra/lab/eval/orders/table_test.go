package orders_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/lab/eval/orders"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func TestTable(t *testing.T) {
	day := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	store := dynamotest.Store(t)
	err := store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{
		{
			ID:      "anna",
			Earlier: profile.Totals{Orders: 2, First: day(1, 5)},
			Bought:  map[shop.ProductID]profile.Units{"OLD": {Orders: 2, Units: 2, Returned: 1}, "BACK": {Orders: 1, Units: 1, Returned: 1}},
			Orders: []profile.Visit{
				{Order: "1", At: day(6, 1), Lines: []profile.VisitProduct{{Product: "TEA", Units: 2, Returned: 1}, {Product: "CUP", Units: 1, Returned: 1}}},
				{Order: "2", At: day(6, 2), Cancelled: true, Lines: []profile.VisitProduct{{Product: "POT", Units: 1}}},
				{Order: "3", At: day(7, 2), Lines: []profile.VisitProduct{{Product: "MILK", Units: 1}}},
			},
		},
		{ID: "bert", Orders: []profile.Visit{{Order: "4", At: day(6, 3), Lines: []profile.VisitProduct{{Product: "MILK", Units: 1}}}}},
		{ID: "empty"},
	}, Products: []shop.Product{
		{ID: "TEA", Title: "Tea", Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"SPOON"}}},
		{ID: "SPOON", Title: "A spoon", Stock: new(int), Hidden: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]int{}
	log, err := orders.Table(t.Context(), store, 0, func(what string, done, _ int) { read[what] = done })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]int{"reads the shop's customers": 3, "reads the shop's products": 2}, read); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
	set, err := log.Cut(july)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("anna: 01-05 OLD, 06-01 TEA\nbert: 06-03 MILK\nanna? 01-05 OLD, 06-01 TEA: MILK\n", format(set)); diff != "" {
		t.Errorf("the set (-want +got):\n%s", diff)
	}
	if got := set.Catalogue["TEA"]; got.Title != "Tea" || len(got.Relations) != 1 || !slices.Contains(set.Products, "SPOON") {
		t.Errorf("tea in the catalogue = %+v, products %q: want its relation, and the spoon, which was never ordered", got, set.Products)
	}
	if got := set.Catalogue["SPOON"]; got.Stock != nil || got.Hidden {
		t.Errorf("the spoon in the catalogue = %+v, want nothing about today's stock", got)
	}
	if notes := strings.Join(set.Notes, "\n"); !strings.Contains(notes, "The catalogue has 2 products, 1 of them with relations; it knows 1 of the 3 products that were ordered.") {
		t.Errorf("notes: %q", notes)
	}
	if !strings.Contains(set.Notes[0], "Read 3 profiles of the shop's tables; the oldest orders of 1 of them are one order") {
		t.Errorf("notes: %q", set.Notes)
	}
}
