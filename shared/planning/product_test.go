package planning

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// aboutProducts returns a policy with a campaign on a product that is back, for
// customers who would like it.
func aboutProducts(t testing.TB) shoppolicy.Policy {
	t.Helper()
	likes, err := condition.Parse("customer.likes[product.id]", "GBP")
	must(t, err)
	return shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: []campaign.Campaign{{
		ID: "back", Version: 2, On: []shop.OrderKind{shop.BackInStock}, Audience: likes, NotAfter: 48 * time.Hour, Class: shop.ClassPromotion,
		Product: &campaign.ProductTerms{Stock: 1},
	}}}
}

// liking returns a fixture with a teapot, a mug that goes with it, and customers
// who bought the teapot, the mug, or nothing.
func liking(t testing.TB) fixture {
	t.Helper()
	h := newFixture(t, dynamotest.Store(t))
	gbp := shop.Money{Minor: 1000, Currency: "GBP"}
	must(t, h.store.SaveProduct(t.Context(), shop.Product{ID: "POT", Title: "Teapot", Price: gbp, Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"MUG"}}}))
	must(t, h.store.SaveProduct(t.Context(), shop.Product{ID: "MUG", Title: "Mug", Price: gbp, Stock: new(5)}))
	bought := func(id shop.CustomerID, product shop.ProductID) profile.Profile {
		return profile.Profile{ID: id, Orders: []profile.Visit{{Order: shop.OrderID("of-" + id), At: ten.AddDate(0, -1, 0), Net: gbp, Lines: []profile.VisitProduct{{Product: product, Units: 1}}}}}
	}
	must(t, h.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{bought("likes", "POT"), bought("has", "MUG"), bought("neither", "JUG"), {ID: "nothing"}}}))
	return h
}

// backAt returns record's request for a run about the mug.
func backAt(t testing.TB, at time.Time) string {
	t.Helper()
	body, err := json.Marshal(campaign.Start{Campaign: "back", Version: 2, At: at, Subject: campaign.Subject{Product: "MUG", Event: shop.BackInStock, Day: "2026-11-19"}})
	must(t, err)
	return string(body)
}

func TestARunAboutAProductIsForThoseWhoWouldLikeItAndPlannedOnce(t *testing.T) {
	h := liking(t)
	h.Policy, h.Latest = fixed(aboutProducts(t)), fixed(aboutProducts(t))
	for range 2 { // record asks twice if it dies
		if again := h.handle(t, t.Context(), backAt(t, ten), backAt(t, ten)); len(again) > 0 {
			t.Fatalf("%d messages failed", len(again))
		}
		h.work(t)
	}
	intents := h.planned(t)
	if len(intents) != 1 || intents[0].Customer != "likes" || intents[0].Occasion != "back/MUG/2026-11-19" || intents[0].Subject.Product != "MUG" {
		t.Fatalf("planned %+v, want one intent for the customer who bought the teapot", intents)
	}
	if want := ten.Add(48 * time.Hour); !intents[0].NotAfter.Equal(want) {
		t.Errorf("it expires at %s, want %s", intents[0].NotAfter, want)
	}
}

func TestARunAboutAProductIsForNoOneIfItIsSoldOutAgain(t *testing.T) {
	h := liking(t)
	h.Policy, h.Latest = fixed(aboutProducts(t)), fixed(aboutProducts(t))
	must(t, h.store.SaveProduct(t.Context(), shop.Product{ID: "MUG", Title: "Mug", Revision: ten, Price: shop.Money{Minor: 1000, Currency: "GBP"}, Stock: new(0)}))
	h.handle(t, t.Context(), backAt(t, ten))
	h.work(t)
	if intents := h.planned(t); len(intents) > 0 {
		t.Errorf("planned %+v, want none", intents)
	}
}

func TestARunAboutAProductThatComesTooLateIsNotPlanned(t *testing.T) {
	h := liking(t)
	h.Policy, h.Latest = fixed(aboutProducts(t)), fixed(aboutProducts(t))
	h.handle(t, t.Context(), backAt(t, saturday.AddDate(0, 0, -3)))
	if parts := h.on(t, "Plan"); len(parts) > 0 {
		t.Errorf("%d parts are on plan's queue, want none", len(parts))
	}
}

func TestARunAboutFewUnitsIsForTheMostLikelyBuyers(t *testing.T) {
	h := newFixture(t, dynamotest.Store(t))
	p := aboutProducts(t)
	p.Campaigns[0].Product.PerUnit = 2
	h.Policy, h.Latest = fixed(p), fixed(p)
	gbp := shop.Money{Minor: 1000, Currency: "GBP"}
	mug := map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"MUG"}}
	must(t, h.store.SaveProduct(t.Context(), shop.Product{ID: "POT", Title: "Teapot", Price: gbp, Relations: mug}))
	must(t, h.store.SaveProduct(t.Context(), shop.Product{ID: "MUG", Title: "Mug", Price: gbp, Stock: new(10)}))
	var history dynamo.History
	for i := range 300 {
		history.Profiles = append(history.Profiles, profile.Profile{ID: shop.CustomerID(fmt.Sprintf("c-%03d", i)), Orders: []profile.Visit{{
			Order: shop.OrderID(fmt.Sprintf("o-%03d", i)), At: ten.AddDate(0, -1, 0), Net: gbp, Lines: []profile.VisitProduct{{Product: "POT", Units: 1}},
		}}})
	}
	must(t, h.store.Import(t.Context(), history))
	h.handle(t, t.Context(), backAt(t, ten))
	h.work(t)
	if got := customersOf(h.planned(t)); len(got) != 20 || len(slices.Compact(got)) != 20 {
		t.Errorf("planned for %d customers, want 20: two for each of ten units", len(got))
	}
}

func TestPlacesAreByAffinity(t *testing.T) {
	if (place{2, "a"}).compare(place{1, "b"}) <= 0 || (place{1, "a"}).compare(place{1, "a"}) != 0 || (place{1, "a"}).compare(place{1, "b"}) == 0 {
		t.Error("places are not ordered by affinity, or two customers have one place")
	}
}
