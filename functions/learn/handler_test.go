package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// night is the time of every test's night.
var night = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

func newHandler(t testing.TB, h dynamo.History) (*handler, *dynamo.Store) {
	t.Helper()
	store := dynamotest.Store(t)
	must(t, store.Import(t.Context(), h))
	return &handler{customers: store, catalogue: store, versions: store, policies: store, now: func() time.Time { return night.In(time.FixedZone("", 3600)) }}, store
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// visit returns an order of one unit of each product, days before the night.
func visit(days int, products ...shop.ProductID) profile.Visit {
	v := profile.Visit{Order: shop.OrderID(fmt.Sprint("o-", days)), At: night.AddDate(0, 0, -days)}
	for _, p := range products {
		v.Lines = append(v.Lines, profile.VisitProduct{Product: p, Units: 1})
	}
	return v
}

// bought returns a history: four customers who recently bought a lamp and a
// bulb, six who buy tea every thirty days, and some whose purchases must not
// count.
func bought() (h dynamo.History) {
	customer := func(visits ...profile.Visit) *profile.Profile {
		h.Profiles = append(h.Profiles, profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", len(h.Profiles))), Orders: visits})
		return &h.Profiles[len(h.Profiles)-1]
	}
	for i := range 4 {
		customer(visit(9+i, "LAMP", "BULB"))
	}
	for range 6 {
		customer(visit(70, "TEA"), visit(40, "TEA"), visit(10, "TEA"))
	}
	returned := visit(5, "LAMP", "RETURNED")
	returned.Lines[1].Returned = 1
	cancelled := visit(4, "LAMP", "CANCELLED")
	cancelled.Cancelled = true
	for range 4 {
		customer(returned, cancelled)
	}
	customer()
	older := customer(visit(2, "BULB"))
	older.Earlier = profile.Totals{Orders: 2, First: night.AddDate(-2, 0, 0)}
	older.Bought = map[shop.ProductID]profile.Units{"SHADE": {Orders: 2, Units: 2}, "RETURNED": {Orders: 1, Units: 1, Returned: 1}}
	for _, id := range []shop.ProductID{"LAMP", "BULB", "TEA", "SHADE", "RETURNED", "CANCELLED", "UNSOLD"} {
		h.Products = append(h.Products, shop.Product{ID: id, Title: "The " + string(id), Price: shop.Money{Minor: 500, Currency: "GBP"}, Revision: night})
	}
	h.Products[5].Title, h.Products[6].Title = "Red mug", "Blue mug"
	h.Products[1].Relations = map[shop.Relation][]shop.ProductID{shop.RelationConsumableOf: {"LAMP"}}
	return h
}

// learned returns the catalogue as it is after learning.
func learned(t testing.TB, store *dynamo.Store) map[shop.ProductID]recommend.Item {
	t.Helper()
	versions, err := store.Versions(t.Context())
	must(t, err)
	rows, err := store.Items(t.Context(), recommend.Model{Version: versions.InForce}, []shop.ProductID{"LAMP", "BULB", "TEA", "SHADE", "RETURNED", "CANCELLED", "UNSOLD", "GONE"})
	must(t, err)
	return rows
}

func TestLearn(t *testing.T) {
	h, store := newHandler(t, bought())
	answer, err := h.Handle(t.Context(), Event{})
	must(t, err)
	if want := (Answer{Version: "2026-11-22T03:00:00Z", Customers: 15, Products: 3}); answer != want {
		t.Errorf("Handle = %+v, want %+v", answer, want)
	}

	type row struct {
		Neighbours  string // with how many customers bought both
		Customers   int
		EveryDays   int
		Consumables string
		Variants    shop.ProductID
	}
	got := map[shop.ProductID]row{}
	for id, item := range learned(t, store) {
		r := row{Customers: item.Customers, EveryDays: item.EveryDays, Variants: item.Variants}
		for _, n := range item.Neighbours {
			if n.Customers >= recommend.FewestCustomers { // pairs with fewer customers are not fixed by this test
				r.Neighbours += fmt.Sprintf("%s %d ", n.Product, n.Customers)
			}
			if !(n.Score > 0 && n.Score <= 1) {
				t.Errorf("%s is a neighbour of %s with the score %v, want above 0, 1 at most", n.Product, id, n.Score)
			}
		}
		for _, c := range item.Consumables {
			r.Consumables += string(c)
		}
		got[id] = r
	}
	want := map[shop.ProductID]row{
		"LAMP":      {Neighbours: "BULB 4 ", Customers: 8, Consumables: "BULB"},
		"BULB":      {Neighbours: "LAMP 4 ", Customers: 5},
		"SHADE":     {Customers: 1},
		"TEA":       {Customers: 6, EveryDays: 30},
		"RETURNED":  {}, // returned products do not count
		"CANCELLED": {Variants: "CANCELLED"},
		"UNSOLD":    {Variants: "CANCELLED"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("learned (-want +got):\n%s", diff)
	}
}

// model returns the published model and its version.
func model(t testing.TB, store *dynamo.Store) (string, recommend.Model) {
	t.Helper()
	version, body, err := store.Model(t.Context(), recommend.ModelName)
	must(t, err)
	var m recommend.Model
	must(t, json.Unmarshal(body, &m))
	return version, m
}

func TestRecentlyPopularProductsArePublished(t *testing.T) {
	h, store := newHandler(t, bought())
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	version, got := model(t, store)
	want := recommend.Model{
		Version: "2026-11-22T03:00:00Z", Customers: 15, Products: 3,
		Popular: []recommend.Popular{{Product: "LAMP", Customers: 8}, {Product: "TEA", Customers: 6}, {Product: "BULB", Customers: 5}}, // the shades were bought two years ago
		Buyers:  map[shop.ProductID]int{"LAMP": 8, "TEA": 6, "BULB": 5, "SHADE": 1},
	}
	shipped, err := rerank.Shipped()
	must(t, err)
	for mode, v := range got.Reranking { // a shop as small as this has the shipped weights
		if v.On || v.Customers < 1 || v.Customers > 7 || !reflect.DeepEqual(got.Rerankers, shipped.Rerankers) {
			t.Errorf("re-ranking of %s: %+v, want off, by up to 7 customers, and the shipped weights", mode, v)
		}
	}
	got.Reranking, got.Rerankers = nil, nil
	if diff := cmp.Diff(want, got); diff != "" || version != want.Version {
		t.Errorf("model %s (-want +got):\n%s", version, diff)
	}
}

// Learning a second time gives the same rows, and the rows do not depend on the
// order in which customers are listed.
func TestLearningAgainGivesTheSame(t *testing.T) {
	history := bought()
	h, store := newHandler(t, history)
	first, err := h.Handle(t.Context(), Event{})
	must(t, err)
	rows := learned(t, store)
	h.now = func() time.Time { return night.Add(time.Second) }
	second, err := h.Handle(t.Context(), Event{})
	must(t, err)
	second.Version = first.Version
	if diff := cmp.Diff(rows, learned(t, store)); diff != "" || first != second {
		t.Errorf("learned %+v, then %+v (-first +second):\n%s", first, second, diff)
	}

	slices.Reverse(history.Profiles)
	for i := range history.Profiles { // other keys give another order in the table
		history.Profiles[i].ID = shop.CustomerID(fmt.Sprint("d-", i))
	}
	h, store = newHandler(t, history)
	_, err = h.Handle(t.Context(), Event{})
	must(t, err)
	if diff := cmp.Diff(rows, learned(t, store)); diff != "" {
		t.Errorf("customers in another order (-first +other):\n%s", diff)
	}
}

// If all units of a product are returned, the next night learns nothing from
// it.
func TestReturnedProductsAreForgotten(t *testing.T) {
	history := bought()
	h, store := newHandler(t, history)
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	for i := range history.Profiles {
		for j := range history.Profiles[i].Orders {
			for k := range history.Profiles[i].Orders[j].Lines {
				history.Profiles[i].Orders[j].Lines[k].Returned = 1
			}
		}
		history.Profiles[i].Bought = nil
	}
	must(t, store.Import(t.Context(), dynamo.History{Profiles: history.Profiles}))
	h.now = func() time.Time { return night.AddDate(0, 0, 1) }
	answer, err := h.Handle(t.Context(), Event{})
	if want := (Answer{Version: "2026-11-23T03:00:00Z"}); err != nil || answer != want {
		t.Errorf("Handle = %+v, %v, want %+v", answer, err, want)
	}
	for id, row := range learned(t, store) {
		if row.Customers != 0 || len(row.Neighbours) > 0 || row.EveryDays != 0 || row.Title == "" {
			t.Errorf("%s = %+v, want the product and nothing learned", id, row)
		}
	}
}

// A product that is not in the catalogue is learned from, but gets no row.
func TestProductOutsideTheCatalogueGetsNoRow(t *testing.T) {
	history := bought()
	for i := range 3 {
		history.Profiles[i].Orders[0].Lines = append(history.Profiles[i].Orders[0].Lines, profile.VisitProduct{Product: "GONE", Units: 1})
	}
	h, store := newHandler(t, history)
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	rows := learned(t, store)
	if _, there := rows["GONE"]; there {
		t.Error("GONE has a row in the catalogue now")
	}
	if got := rows["LAMP"].Neighbours; len(got) != 2 {
		t.Errorf("the lamp's neighbours = %v, want BULB and GONE", got)
	}
}

func TestEmptyShopLearnsNothing(t *testing.T) {
	h, store := newHandler(t, dynamo.History{})
	answer, err := h.Handle(t.Context(), Event{})
	if want := (Answer{Version: "2026-11-22T03:00:00Z"}); err != nil || answer != want {
		t.Errorf("Handle = %+v, %v, want %+v", answer, err, want)
	}
	if _, got := model(t, store); len(got.Popular) != 0 {
		t.Errorf("popular: %v", got.Popular)
	}
}

// broken is a store whose SaveLearned fails.
type broken struct{ *dynamo.Store }

var errBroken = errors.New("injected by the test")

func (broken) SaveLearned(context.Context, dynamo.Versions, iter.Seq2[shop.ProductID, recommend.Learned]) error {
	return errBroken
}

// The model is published last: a night that failed before has none.
func TestNightThatFailsPublishesNoModel(t *testing.T) {
	h, store := newHandler(t, bought())
	h.catalogue = broken{store}
	if _, err := h.Handle(t.Context(), Event{}); !errors.Is(err, errBroken) {
		t.Errorf("Handle = %v, want the error", err)
	}
	if _, _, err := store.Model(t.Context(), recommend.ModelName); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("a model is published: %v", err)
	}
}

func TestPurchases(t *testing.T) {
	day := func(days int) time.Time { return night.AddDate(0, 0, -days) }
	p := profile.Profile{
		Earlier: profile.Totals{First: day(800)},
		Bought:  map[shop.ProductID]profile.Units{"OLD": {Units: 3, Returned: 2}, "BACK": {Units: 1, Returned: 1}},
		Orders: []profile.Visit{
			{At: day(9), Lines: []profile.VisitProduct{{Product: "A", Units: 2, Returned: 1}, {Product: "B", Units: 2, Returned: 2}}},
			{At: day(8), Cancelled: true, Lines: []profile.VisitProduct{{Product: "C", Units: 1}}},
			{At: day(7), Lines: []profile.VisitProduct{{Product: "A", Units: 1}}},
		},
	}
	want := []learning.Purchase{{Product: "OLD", At: day(800)}, {Product: "A", At: day(9)}, {Product: "A", At: day(7)}}
	if diff := cmp.Diff(want, customer(p).Purchases(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("purchases (-want +got):\n%s", diff)
	}
}
