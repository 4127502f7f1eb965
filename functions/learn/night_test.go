package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// diesHalfWay is a catalogue that saves only the first rows of a night and
// fails.
type diesHalfWay struct {
	*dynamo.Store
	rows int
}

func (d diesHalfWay) SaveLearned(ctx context.Context, v dynamo.Versions, all iter.Seq2[shop.ProductID, recommend.Learned]) error {
	written := 0
	err := d.Store.SaveLearned(ctx, v, func(yield func(shop.ProductID, recommend.Learned) bool) {
		for id, l := range all {
			if written++; written > d.rows || !yield(id, l) {
				return
			}
		}
	})
	return errors.Join(err, errBroken)
}

// unpublished is a store whose last write of a night fails.
type unpublished struct{ *dynamo.Store }

func (unpublished) PublishModel(context.Context, string, map[string][]byte) error { return errBroken }

// If a night fails, at any point, readers keep the version before, complete,
// and the next night is complete again.
func TestNightThatFailsChangesNothing(t *testing.T) {
	for phrase, breaks := range map[string]func(*handler, *dynamo.Store){
		"before its first row":    func(h *handler, s *dynamo.Store) { h.catalogue = broken{s} },
		"after three rows":        func(h *handler, s *dynamo.Store) { h.catalogue = diesHalfWay{s, 3} },
		"before it is published":  func(h *handler, s *dynamo.Store) { h.versions = unpublished{s} },
		"while reading customers": func(h *handler, s *dynamo.Store) { h.customers = unreadable{} },
	} {
		history := bought()
		h, store := newHandler(t, history)
		_, err := h.Handle(t.Context(), Event{})
		must(t, err)
		rows := learned(t, store)
		version, before := model(t, store)

		history.Profiles = append(history.Profiles, profile.Profile{ID: "more", Orders: []profile.Visit{visit(1, "LAMP", "TEA", "SHADE")}})
		must(t, store.Import(t.Context(), dynamo.History{Profiles: history.Profiles}))
		breaks(h, store)
		h.now = func() time.Time { return night.AddDate(0, 0, 1) }
		if _, err := h.Handle(t.Context(), Event{}); !errors.Is(err, errBroken) {
			t.Errorf("%s: Handle = %v, want the error", phrase, err)
		}
		stays, after := model(t, store)
		if diff := cmp.Diff(before, after); diff != "" || stays != version {
			t.Errorf("%s: the model in force is %s (-before +after):\n%s", phrase, stays, diff)
		}
		if diff := cmp.Diff(rows, learned(t, store)); diff != "" {
			t.Errorf("%s: rows (-before +after):\n%s", phrase, diff)
		}

		h.customers, h.catalogue, h.versions = store, store, store
		h.now = func() time.Time { return night.AddDate(0, 0, 2) }
		_, err = h.Handle(t.Context(), Event{})
		must(t, err)
		if got := learned(t, store)["LAMP"].Customers; got != rows["LAMP"].Customers+1 {
			t.Errorf("%s: after the next night the lamp has %d customers, want one more than %d", phrase, got, rows["LAMP"].Customers)
		}
	}
}

// unreadable is a table that cannot be read.
type unreadable struct{}

func (unreadable) Profiles(context.Context, dynamo.Page, func(profile.Profile) error) (dynamo.Cursor, error) {
	return "", errBroken
}

// Orders in the wrong order, products twice in one order, and a reseller with
// 10,000 products: the same rows are learned, and no night fails.
func TestUnusualHistoriesAreLearned(t *testing.T) {
	plain := bought()
	h, store := newHandler(t, plain)
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	want := learned(t, store)

	odd := bought()
	for i := range odd.Profiles {
		orders := odd.Profiles[i].Orders
		slices.Reverse(orders)
		for j := range orders {
			orders[j].Lines = append(orders[j].Lines, orders[j].Lines...)
		}
	}
	h, store = newHandler(t, odd)
	_, err = h.Handle(t.Context(), Event{})
	must(t, err)
	if diff := cmp.Diff(want, learned(t, store)); diff != "" {
		t.Errorf("orders in the wrong order and lines twice (-normal +unusual):\n%s", diff)
	}

	reseller := profile.Profile{ID: "reseller", Bought: map[shop.ProductID]profile.Units{}, Earlier: profile.Totals{First: night.AddDate(-1, 0, 0)}}
	for i := range 10_000 {
		reseller.Bought[shop.ProductID(fmt.Sprint("p-", i))] = profile.Units{Orders: 1, Units: 12}
	}
	huge := bought()
	huge.Profiles = append(huge.Profiles, reseller, profile.Profile{ID: "nothing"}, profile.Profile{ID: "nameless", Orders: []profile.Visit{visit(3, "", "LAMP")}})
	h, store = newHandler(t, huge)
	answer, err := h.Handle(t.Context(), Event{})
	if err != nil || answer.Customers != 17 {
		t.Fatalf("with a reseller, Handle = %+v, %v, want 17 customers", answer, err)
	}
	if got := learned(t, store)["LAMP"]; got.Customers != want["LAMP"].Customers+1 || len(got.Neighbours) == 0 || got.Neighbours[0].Product != "BULB" {
		t.Errorf("with a reseller, the lamp is %+v", got.Learned)
	}
}

func TestSoundRemovesInvalidNumbers(t *testing.T) {
	l := recommend.Learned{Again: math.NaN(), Neighbours: []recommend.Neighbour{
		{Product: "A", Score: .5}, {Product: "B", Score: math.NaN()}, {Product: "C", Score: math.Inf(1)}, {Product: "D", Score: -1}, {Product: "E", Score: .1},
	}}
	if n := sound(&l); n != 4 || len(l.Neighbours) != 2 || l.Neighbours[1].Product != "E" || l.Again != 0 {
		t.Errorf("sound removed %d numbers and left %+v, want A and E, and no chance of a repeat", n, l)
	}
	if n := sound(&l); n != 0 {
		t.Errorf("sound removed %d numbers that are valid", n)
	}
}

// Products added or hidden since the last night are handled by readers.
func TestCatalogueMayChangeAfterTheNight(t *testing.T) {
	h, store := newHandler(t, bought())
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	must(t, store.SaveProduct(t.Context(), shop.Product{ID: "NEW", Title: "New", Price: shop.Money{Minor: 500, Currency: "GBP"}, Revision: night}))
	must(t, store.SaveProduct(t.Context(), shop.Product{ID: "BULB", Title: "Bulb", Hidden: true, Price: shop.Money{Minor: 500, Currency: "GBP"}, Revision: night.Add(time.Hour)}))
	_, m := model(t, store)
	rows, err := store.Items(t.Context(), m, []shop.ProductID{"LAMP", "BULB", "NEW", "GONE"})
	must(t, err)
	if rows["NEW"].Title == "" || rows["NEW"].Customers != 0 || len(rows["NEW"].Neighbours) != 0 {
		t.Errorf("a product added after the night = %+v, want it with nothing learned", rows["NEW"])
	}
	owner := recommend.History{Items: []recommend.Bought{{Product: "LAMP", Orders: 1, Units: 1, First: night, Last: night}}}
	for _, p := range recommend.Recommend(night, owner, rows, m.Popular, recommend.Options{Want: 5, Mode: recommend.ModeGoesWith}) {
		if p.Product.ID == "BULB" || p.Product.Title == "" {
			t.Errorf("%+v is recommended, but it is hidden or has no row", p.Product)
		}
	}
}

// All segments are read to their end, and an error ends the reading.
func TestAllSegmentsAreRead(t *testing.T) {
	pages := func(_ context.Context, page dynamo.Page, visit func(string) error) (dynamo.Cursor, error) {
		if page.Segments != 3*2 {
			return "", fmt.Errorf("%d segments", page.Segments)
		}
		next := map[dynamo.Cursor]dynamo.Cursor{"": "a", "a": "b", "b": dynamo.End}[page.After]
		return next, visit(fmt.Sprint(page.Segment, page.After))
	}
	var seen []string
	for index := range 3 {
		if err := all(t.Context(), tablePart{index, 3, 2}, pages, func(s string) { seen = append(seen, s) }); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(seen)
	if n := len(slices.Compact(seen)); n != 3*6 {
		t.Errorf("%d pages were read, want %d", n, 3*6)
	}
	fails := func(ctx context.Context, page dynamo.Page, visit func(string) error) (dynamo.Cursor, error) {
		if page.Segment == 3 && page.After == "a" {
			return "", errBroken
		}
		return pages(ctx, page, visit)
	}
	if err := all(t.Context(), tablePart{1, 3, 2}, fails, func(string) {}); !errors.Is(err, errBroken) {
		t.Errorf("a page that fails: %v, want the error", err)
	}
}
