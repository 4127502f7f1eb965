package decide_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

func TestHistory(t *testing.T) {
	p := profile.Profile{
		Earlier: profile.Totals{Orders: 4, First: ago(900)},
		Bought:  map[shop.ProductID]profile.Units{"TEA": {Orders: 3, Units: 5}, "OLD": {Orders: 1, Units: 2, Returned: 1}},
		Orders: []profile.Visit{
			{Order: "o-1", At: ago(50), Lines: []profile.VisitProduct{{Product: "MUG", Units: 6}, {Product: "TEA", Units: 1}}},
			{Order: "o-2", At: ago(40), Lines: []profile.VisitProduct{{Product: "MUG", Units: 1, Returned: 1}}},
			{Order: "o-3", At: ago(30), Cancelled: true, Lines: []profile.VisitProduct{{Product: "NOT", Units: 1}}},
			{Order: "o-4", At: ago(20), Lines: []profile.VisitProduct{{Product: "JAR", Units: 2}}},
		},
	}
	want := []recommend.Bought{
		{Product: "JAR", Orders: 1, Units: 2, First: ago(20), Last: ago(20), Since: 0, Places: []int{0}, Times: []time.Time{ago(20)}},
		{Product: "MUG", Orders: 2, Units: 6, First: ago(50), Last: ago(40), Since: 1, Places: []int{1, 2}, Times: []time.Time{ago(40), ago(50)}, Returned: true},
		{Product: "OLD", Orders: 1, Units: 1, Last: ago(50), Since: 3, Returned: true},
		{Product: "TEA", Orders: 4, Units: 6, Last: ago(50), Since: 2, Places: []int{2}, Times: []time.Time{ago(50)}},
	}
	byProduct := cmpopts.SortSlices(func(a, b recommend.Bought) bool { return a.Product < b.Product })
	if diff := cmp.Diff(want, decide.History(p).Items, byProduct); diff != "" {
		t.Errorf("History (-want +got):\n%s", diff)
	}
	if got := decide.History(profile.Profile{}); len(got.Items) != 0 {
		t.Errorf("History of an empty profile = %v, want no items", got)
	}
}

// The profile does not know the days of the orders that it only sums.
func TestOrdersThatAreOnlySummedGiveNoRhythm(t *testing.T) {
	g := aCase("weekly")
	g.snapshot.Profile.Earlier = profile.Totals{Orders: 9, First: ago(900)}
	g.snapshot.Profile.Bought = map[shop.ProductID]profile.Units{"TEA": {Orders: 9, Units: 9}}
	d := decision(t, g)
	for _, pick := range explained(t, d).Items {
		if pick.Reason.Kind == recommend.ReasonAgain {
			t.Errorf("%s is recommended because it is bought every %d days, want no such reason without the days of the orders", pick.Product.ID, pick.Reason.Days)
		}
	}
}

// A message about an order recommends only products that go with it.
func TestProductsThatAreDueAgainAreNotPickedForAnOrder(t *testing.T) {
	for c, want := range map[shop.CampaignID]bool{"weekly": true, "thanks": false} {
		g := aCase(c)
		for i := range 3 {
			g.snapshot.Profile.Orders = slices.Insert(g.snapshot.Profile.Orders, 0,
				profile.Visit{Order: shop.OrderID(fmt.Sprint("o-0", i)), At: ago(70 + 30*i), Net: gbp(700), Lines: []profile.VisitProduct{{Product: "TEA", Units: 1}}})
		}
		picks := explained(t, decision(t, g)).Items
		again := slices.ContainsFunc(picks, func(p recommend.Pick) bool { return p.Reason.Kind == recommend.ReasonAgain })
		if again != want || len(picks) == 0 {
			t.Errorf("%s picks products that are due again: %v, want %v: %+v", c, again, want, picks)
		}
	}
}

func TestLines(t *testing.T) {
	p := aCase().snapshot.Profile
	if got := decide.Lines(p, "o-1"); !slices.Equal(got, []shop.ProductID{"MUG", "TEA"}) {
		t.Errorf("Lines(o-1) = %v, want MUG and TEA", got)
	}
	if got := decide.Lines(p, "o-9"); len(got) != 0 {
		t.Errorf("Lines of an unknown order = %v, want none", got)
	}
}

func TestSourcesAndCandidates(t *testing.T) {
	for name, c := range map[string]struct {
		campaign shop.CampaignID
		sources  string
		second   string // the candidates
	}{
		"picks, and no counted units": {"weekly", "TEA", "JAR TRAY"}, // without MUG, because mugs were returned
		"picks for an order":          {"thanks", "TEA", "JAR TRAY"},
		"no picks, and counted units": {"reward", "MUG", ""},
		"neither":                     {"sorry", "", ""},
		"an unknown campaign":         {"gone", "", ""},
	} {
		g := aCase(c.campaign)
		join := func(ids []shop.ProductID) string { return strings.Trim(fmt.Sprint(ids), "[]") }
		first, second := decide.Sources(g.snapshot.Profile, g.intents[0], g.config)
		if got := join(first); got != c.sources {
			t.Errorf("%s: Sources = %q, want %q", name, got, c.sources)
		}
		for id := range g.snapshot.Items {
			if id == "JAR" || id == "TRAY" {
				delete(g.snapshot.Items, id)
			}
		}
		if got := join(second(g.snapshot.Items)); got != c.second {
			t.Errorf("%s: Candidates = %q, want %q", name, got, c.second)
		}
	}
}

// manyBought returns a profile with more than a thousand products, ten units of
// each, in thirty orders.
func manyBought() profile.Profile {
	p := profile.Profile{ID: ann}
	for o := range 30 {
		visit := profile.Visit{Order: shop.OrderID(fmt.Sprint("o-", o)), At: ago(100 - o)}
		for i := range 100 {
			visit.Lines = append(visit.Lines, profile.VisitProduct{Product: shop.ProductID(fmt.Sprintf("P%04d", 40*o+i)), Units: 10})
		}
		p.Orders = append(p.Orders, visit)
	}
	return p
}

func TestTheNumberOfReadProductsIsLimited(t *testing.T) {
	p, g := manyBought(), aCase()
	for i := range g.config.Campaigns {
		if c := &g.config.Campaigns[i]; c.ID == "weekly" {
			g.config.Campaigns = slices.Clone(g.config.Campaigns)
			g.config.Campaigns[i].Offers = []shop.OfferID{"tenth-free"}
			break
		}
	}
	for range 200 {
		g.config.Model.Popular = append(g.config.Model.Popular, recommend.Popular{Product: shop.ProductID(fmt.Sprint("Q", len(g.config.Model.Popular))), Customers: 9})
	}
	if got := len(decide.Counted(p, "", 1)); got != 60 {
		t.Errorf("Counted gave %d products, want 60", got)
	}
	if got := len(decide.Counted(p, "o-29", 1)); got != 60 {
		t.Errorf("Counted of an order gave %d products, want 60", got)
	}
	sources, second := decide.Sources(p, wish("weekly"), g.config)
	if got := len(sources); got > 100 || got < 60 {
		t.Errorf("Sources gave %d products, want 60 to 100, which one batch can read", got)
	}
	seen := map[shop.ProductID]bool{}
	for _, id := range sources {
		if seen[id] {
			t.Errorf("Sources has %s twice", id)
		}
		seen[id] = true
	}
	if got := len(second(nil)); got != 20 {
		t.Errorf("Candidates gave %d products, want 20", got)
	}
}

func TestCounted(t *testing.T) {
	p := aCase().snapshot.Profile // the customer kept 10 mugs and 1 tea
	for name, c := range map[string]struct {
		order shop.OrderID
		least int
		want  []shop.ProductID
	}{
		"all orders, enough units":               {"", 10, []shop.ProductID{"MUG"}},
		"all orders, too few units":              {"", 11, nil},
		"one order":                              {"o-2", 1, []shop.ProductID{"MUG"}},
		"an unknown order":                       {"o-9", 1, nil},
		"one order, enough units of one product": {"o-1", 2, []shop.ProductID{"MUG"}},
	} {
		if diff := cmp.Diff(c.want, decide.Counted(p, c.order, c.least), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: Counted (-want +got):\n%s", name, diff)
		}
	}
	if got := decide.Counted(p, "", 1); !slices.Contains(got, "TEA") || len(got) != 2 {
		t.Errorf("Counted(1) = %v, want MUG and TEA", got)
	}
	if got := decide.Counted(profile.Profile{}, "", 1); len(got) != 0 {
		t.Errorf("Counted of an empty profile = %v, want none", got)
	}
}

// The 60 products must not depend on the iteration order of a map.
func TestTheSameProductsAreCountedEachTime(t *testing.T) {
	p := profile.Profile{Bought: map[shop.ProductID]profile.Units{}}
	for i := range 200 {
		p.Bought[shop.ProductID(fmt.Sprint("P", i))] = profile.Units{Orders: 1, Units: 10}
	}
	first := decide.Counted(p, "", 10)
	for range 5 {
		if got := decide.Counted(p, "", 10); !slices.Equal(got, first) {
			t.Fatalf("Counted = %v first and %v then, want the same", first, got)
		}
	}
}
