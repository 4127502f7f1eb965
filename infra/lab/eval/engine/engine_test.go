package engine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/decide"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
	"regulars/shared/shop"
)

var now = time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC)

func days(ago int, items ...trial.Item) trial.Order {
	return trial.Order{At: now.AddDate(0, 0, -ago), Items: items}
}

const (
	bulb trial.Item = iota
	lamp
	milk
	tea
	unsold
)

// learned returns an engine that learned from twenty customers who buy a bulb
// after a lamp, and twenty who buy tea with milk.
func learned(t *testing.T) *Engine {
	t.Helper()
	return learnedWith(t, nil)
}

// learnedWith returns the same engine with a catalogue.
func learnedWith(t *testing.T, catalogue map[shop.ProductID]shop.Product) *Engine {
	t.Helper()
	past := &trial.Past{Products: []shop.ProductID{"BULB", "LAMP", "MILK", "TEA", "UNSOLD"}, Now: now, Catalogue: catalogue}
	for i := range 20 {
		past.Customers = append(past.Customers,
			trial.Customer{ID: fmt.Sprint("a", i), Orders: []trial.Order{days(60+i, lamp), days(20+i, bulb)}},
			trial.Customer{ID: fmt.Sprint("b", i), Orders: []trial.Order{days(60+i, milk, tea), days(20+i, tea)}})
	}
	e := &Engine{}
	if err := e.Fit(past); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestFitReportsItsProgress(t *testing.T) {
	var seen []string
	past := &trial.Past{
		Products: []shop.ProductID{"BULB"}, Now: now, Customers: []trial.Customer{{ID: "a", Orders: []trial.Order{days(9, bulb)}}},
		Progress: func(what string, done, of int) { seen = append(seen, fmt.Sprintf("%s %d/%d", what, done, of)) },
	}
	if err := (&Engine{}).Fit(past); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"counts customers 0/1", "fits the neighbours of products 0/0"} {
		if !slices.Contains(seen, want) {
			t.Errorf("progress = %q, want %q", seen, want)
		}
	}
}

// The rows have what the catalogue says, with its relations in both directions;
// a product that was never sold has a row only if the catalogue knows it.
func TestFitTakesTheCatalogue(t *testing.T) {
	goes := map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"UNSOLD"}, shop.RelationConsumableOf: {"LAMP"}}
	for name, c := range map[string]struct {
		catalogue map[shop.ProductID]shop.Product
		title     string
		uses      []shop.ProductID
		lists     bool // the product that was never sold, beside the bulb that goes with it
	}{
		"without a catalogue": {nil, "BULB", nil, false},
		"with relations": {map[shop.ProductID]shop.Product{
			"BULB":   {ID: "BULB", Title: "A bulb", Price: shop.Money{Minor: 300, Currency: "GBP"}, Relations: goes},
			"UNSOLD": {ID: "UNSOLD", Title: "A shade", Price: shop.Money{Minor: 900, Currency: "GBP"}},
		}, "A bulb", []shop.ProductID{"BULB"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			e := learnedWith(t, c.catalogue)
			if got := e.rows["BULB"].Title; got != c.title {
				t.Errorf("the bulb's title = %q, want %q", got, c.title)
			}
			if got := e.rows["LAMP"].Consumables; !slices.Equal(got, c.uses) {
				t.Errorf("the lamp uses up %q, want %q", got, c.uses)
			}
			list, err := e.Rank([]trial.Order{days(9, bulb)}, trial.New, 10)
			if err != nil || slices.Contains(list, unsold) != c.lists {
				t.Errorf("the list is %v, %v, want the product %d in it: %v", list, err, unsold, c.lists)
			}
		})
	}
}

// Messages list what the catalogue relates, and of what was bought only what is
// due again.
func TestListed(t *testing.T) {
	price := shop.Money{Minor: 300, Currency: "GBP"}
	l := Listed{learnedWith(t, map[shop.ProductID]shop.Product{
		"TEA":    {ID: "TEA", Title: "Tea", Price: price, Relations: map[shop.Relation][]shop.ProductID{shop.RelationComplements: {"UNSOLD"}}},
		"UNSOLD": {ID: "UNSOLD", Title: "A spoon", Price: price},
	})}
	for name, c := range map[string]struct {
		history []trial.Order
		mode    trial.Mode
		with    trial.Item
		without trial.Item
	}{
		"what the catalogue relates":    {[]trial.Order{days(9, tea)}, trial.New, unsold, tea},
		"a product that is due":         {[]trial.Order{days(90, tea), days(60, tea), days(30, tea)}, trial.Next, tea, -1},
		"not what was bought a day ago": {[]trial.Order{days(61, tea), days(31, tea), days(1, tea)}, trial.Next, unsold, tea},
	} {
		t.Run(name, func(t *testing.T) {
			list, err := l.Rank(c.history, c.mode, 4)
			if err != nil || !slices.Contains(list, c.with) || slices.Contains(list, c.without) {
				t.Errorf("Rank = %v, %v, want %d and not %d in it", list, err, c.with, c.without)
			}
		})
	}
}

// A page's list is that of a message at the same time; if the rows that are read
// for a message are hidden, a page gets other popular products.
func TestPage(t *testing.T) {
	past := &trial.Past{Now: now, Catalogue: map[shop.ProductID]shop.Product{}}
	for item := range trial.Item(60) {
		id := shop.ProductID(fmt.Sprintf("P%02d", item))
		past.Products = append(past.Products, id)
		past.Catalogue[id] = shop.Product{ID: id, Title: string(id), Price: shop.Money{Minor: 300, Currency: "GBP"}, Hidden: item < 45}
		for c := range 3 {
			past.Customers = append(past.Customers, trial.Customer{ID: fmt.Sprint(id, c), Orders: []trial.Order{days(9, item)}})
		}
	}
	hidden := Listed{&Engine{}}
	if err := hidden.Engine.Fit(past); err != nil {
		t.Fatal(err)
	}
	plain, bought := Listed{learned(t)}, []trial.Order{days(61, tea), days(31, tea), days(1, tea)}
	for name, c := range map[string]struct {
		l       Listed
		at      time.Time
		history []trial.Order
		message []trial.Item // at now
		page    []trial.Item
	}{
		"at the same time":    {plain, now, bought, []trial.Item{milk, bulb}, []trial.Item{milk, bulb}},
		"when the tea is due": {plain, now.AddDate(0, 0, 29), bought, []trial.Item{milk, bulb}, []trial.Item{tea, milk, bulb}},
		"filled":              {hidden, now, nil, nil, []trial.Item{45, 46, 47}},
	} {
		t.Run(name, func(t *testing.T) {
			message, err := c.l.Rank(c.history, trial.Next, 3)
			if err != nil || !slices.Equal(message, c.message) {
				t.Errorf("a message lists %v, %v, want %v", message, err, c.message)
			}
			page, err := c.l.Page(c.at, c.history, trial.Next, 3)
			if err != nil || !slices.Equal(page, c.page) {
				t.Errorf("a page lists %v, %v, want %v", page, err, c.page)
			}
		})
	}
}

func TestRank(t *testing.T) {
	e := learned(t)
	for name, c := range map[string]struct {
		history []trial.Order
		mode    trial.Mode
		first   trial.Item
	}{
		"a product that goes with the lamp":          {[]trial.Order{days(9, lamp)}, trial.New, bulb},
		"a product bought in each order":             {[]trial.Order{days(30, tea), days(20, tea), days(10, tea)}, trial.Next, tea},
		"unknown customer: popular ones, ties by ID": {nil, trial.Next, bulb},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := e.Rank(c.history, c.mode, 3)
			if err != nil || len(got) == 0 || len(got) > 3 || got[0] != c.first {
				t.Errorf("Rank(%v, %s) = %v, %v, want %d first", c.history, c.mode, got, err, c.first)
			}
		})
	}
}

// The engine in a trial sees the same history of a customer as messages do,
// also if there are more orders than a profile keeps whole.
func TestHistoryEqualsThatOfAProfile(t *testing.T) {
	e := learned(t)
	var orders []trial.Order
	for i := range profile.Recent + 5 {
		orders = append(orders, days(200-i, trial.Item(i%2), milk))
	}
	p := profile.Profile{ID: "x", Bought: map[shop.ProductID]profile.Units{}, Earlier: profile.Totals{Orders: 5, First: orders[0].At}}
	for i, o := range orders {
		visit := profile.Visit{Order: shop.OrderID(fmt.Sprint(i)), At: o.At}
		for _, item := range o.Items {
			if i < 5 {
				units := p.Bought[e.names[item]]
				p.Bought[e.names[item]] = profile.Units{Orders: units.Orders + 1, Units: units.Units + 1}
			}
			visit.Lines = append(visit.Lines, profile.VisitProduct{Product: e.names[item], Units: 1})
		}
		if i >= 5 {
			p.Orders = append(p.Orders, visit)
		}
	}
	sorted := func(h recommend.History) recommend.History {
		slices.SortFunc(h.Items, func(a, b recommend.Bought) int { return cmpID(a.Product, b.Product) })
		return h
	}
	if diff := cmp.Diff(sorted(decide.History(p)), sorted(e.customer(trial.Customer{Orders: orders}).History())); diff != "" {
		t.Errorf("history (-profile +trial):\n%s", diff)
	}
}

func cmpID(a, b shop.ProductID) int {
	if a < b {
		return -1
	}
	return 1
}

// The engine ranks as the night decided; without the re-ranker, the blend does.
func TestBlend(t *testing.T) {
	e := learned(t)
	reversed := &recommend.Linear{Features: recommend.FeatureNames()}
	for range reversed.Features {
		reversed.Mean, reversed.Scale, reversed.Weight = append(reversed.Mean, 0), append(reversed.Scale, 1), append(reversed.Weight, 0)
	}
	reversed.Weight[0] = -1
	e.model.Rerankers = map[recommend.Mode]*recommend.Linear{recommend.ModeNext: reversed}
	history := []trial.Order{days(30, tea), days(20, tea, milk)}
	for mode, same := range map[trial.Mode]bool{trial.Next: false, trial.New: true} {
		shop, _ := e.Rank(history, mode, 10)
		blend, err := Blend{e}.Rank(history, mode, 10)
		if err != nil || slices.Equal(shop, blend) != same {
			t.Errorf("%s: the engine lists %v, without the re-ranker %v, %v, want the same: %v", mode, shop, blend, err, same)
		}
	}
}

func TestDecided(t *testing.T) {
	e := learned(t)
	want := []string{
		"The night decides for next orders that the shipped weights rank: of 40 customers, only 40 customers have an order to compare by; at least 300 are needed.",
		"The night decides for new items that the blend ranks: of 40 customers, only 40 customers have an order to compare by; at least 300 are needed.",
	}
	if diff := cmp.Diff(want, Decided(e.Outcome)); diff != "" {
		t.Errorf("Decided (-want +got):\n%s", diff)
	}
	e.Outcome.Verdicts[recommend.ModeGoesWith] = judge.Verdict{On: true, Customers: 900, Why: "it is better"}
	e.Outcome.Rerankers[recommend.ModeGoesWith] = &recommend.Linear{}
	if got := Decided(e.Outcome)[1]; got != "The night decides for new items that weights trained on this shop rank: of 900 customers, it is better." {
		t.Errorf("Decided = %q", got)
	}
}
