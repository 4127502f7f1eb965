package dynamo_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

func aProduct(id shop.ProductID, revision time.Time, title string) shop.Product {
	return shop.Product{
		ID: id, Revision: revision, Title: title, Category: "Kitchen", URL: "https://shop.example.com/p/" + string(id),
		Price: shop.Money{Minor: 495, Currency: "GBP"}, Stock: new(12),
		Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"22423"}},
	}
}

var lanternNeighbours = []recommend.Neighbour{{Product: "85123A", Score: 0.42, Customers: 31}, {Product: "22423", Score: 0.17, Customers: 12}}

// Functions record and learn write the same row, and neither overwrites the
// other's attributes.
func TestSaveProductKeepsLearnedData(t *testing.T) {
	store := dynamotest.Store(t)
	must(t, store.SaveProduct(t.Context(), aProduct("71053", noon, "Lantern")))
	learned(t, store, "v1", map[shop.ProductID]recommend.Learned{"71053": {Neighbours: lanternNeighbours, Customers: 99, EveryDays: 40}})
	must(t, store.SaveProduct(t.Context(), aProduct("71053", noon.Add(1e6), "White lantern")))

	got, err := store.Items(t.Context(), recommend.Model{Version: "v1"}, []shop.ProductID{"71053", "nosuch", "71053"})
	must(t, err)
	revs, err := store.ProductRevs(t.Context(), []shop.ProductID{"71053", "nosuch"})
	must(t, err)
	if len(revs) != 1 || revs["71053"] == "" {
		t.Errorf("ProductRevs = %v, want that of the product", revs)
	}
	want := map[shop.ProductID]recommend.Item{"71053": {
		Rev: revs["71053"], Product: aProduct("71053", noon.Add(1e6), "White lantern"), Prices: shop.Prices{{Price: shop.Money{Minor: 495, Currency: "GBP"}, First: noon, Last: noon.Add(1e6)}}, Learned: recommend.Learned{Neighbours: lanternNeighbours, Customers: 99, EveryDays: 40},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Items (-want +got):\n%s", diff)
	}
}

func TestLastRevisionOfAProductWins(t *testing.T) {
	newest := aProduct("71053", noon.Add(time.Hour), "newest")
	tied := aProduct("71053", noon.Add(time.Hour), "tied")
	old := aProduct("71053", noon, "old")
	var winners []string
	for _, order := range [][]shop.Product{{old, newest, tied}, {newest, tied, old}, {tied, old, newest}, {tied, newest, tied}} {
		store := dynamotest.Store(t)
		for _, p := range order {
			must(t, store.SaveProduct(t.Context(), p))
		}
		items, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"71053"})
		must(t, err)
		winners = append(winners, items["71053"].Title)
	}
	if winners[0] == "old" || len(slices.Compact(winners)) != 1 {
		t.Errorf("the same revisions in four orders left %q, want the same newest one each time", winners)
	}
}

func TestLearnedDataOfAnUnknownProductIsDropped(t *testing.T) {
	store := dynamotest.Store(t)
	learned(t, store, "v1", map[shop.ProductID]recommend.Learned{"nosuch": {Customers: 3}})
	if items, err := store.Items(t.Context(), recommend.Model{}, []shop.ProductID{"nosuch"}); err != nil || len(items) != 0 {
		t.Errorf("Items = %v, %v, want none: the product has no title and no price", items, err)
	}
}

func TestItemsOfMoreThanOneBatch(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	var products []shop.Product
	var ids []shop.ProductID
	for i := range 230 {
		id := shop.ProductID(fmt.Sprint("p", i))
		ids = append(ids, id)
		products = append(products, aProduct(id, noon, "Product"))
	}
	must(t, store.Import(t.Context(), dynamo.History{Products: products}))
	items, err := store.Items(t.Context(), recommend.Model{}, ids)
	if err != nil || len(items) != len(ids) {
		t.Errorf("Items(%d) gave %d, %v", len(ids), len(items), err)
	}
	if n := faults.Calls("BatchGetItem"); n != 3 {
		t.Errorf("Items(%d) made %d calls, want 3", len(ids), n)
	}
	if items, err := store.Items(t.Context(), recommend.Model{}, nil); err != nil || len(items) != 0 {
		t.Errorf("Items(none) = %v, %v", items, err)
	}

	seen := 0
	for page := (dynamo.Page{Limit: 100}); page.After != dynamo.End; {
		page.After, err = store.Products(t.Context(), page, func(recommend.Item) error { seen++; return nil })
		must(t, err)
	}
	if seen != len(ids) {
		t.Errorf("Products gave %d, want %d", seen, len(ids))
	}
}
