package dynamo_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/shop"
)

// newsCampaigns are one campaign for each thing that can happen to a product. None
// of their messages expires within a test.
var newsCampaigns = []campaign.Campaign{
	{ID: "back", Version: 1, On: []shop.OrderKind{shop.BackInStock}, NotAfter: 1000 * 24 * time.Hour, Product: &campaign.ProductTerms{Stock: 3, SoldOut: 24 * time.Hour}},
	{ID: "cheaper", Version: 1, On: []shop.OrderKind{shop.Cheaper}, NotAfter: 1000 * 24 * time.Hour, Product: &campaign.ProductTerms{Stock: 1, Cheaper: 1000}},
	{ID: "new", Version: 1, On: []shop.OrderKind{shop.NewProduct}, NotAfter: 1000 * 24 * time.Hour, Product: &campaign.ProductTerms{Stock: 1}},
}

// newsDay is when the catalogue of the tests gets its first product.
var newsDay = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// change is what one event says of the product, a number of hours after newsDay.
type change struct {
	hours, stock, price int
	hidden              bool
}

func (c change) product() shop.Product {
	return shop.Product{
		ID: "MUG", Title: "Mug", Revision: newsDay.Add(time.Duration(c.hours) * time.Hour), Stock: &c.stock,
		Price: shop.Money{Minor: int64(c.price), Currency: "GBP"}, Hidden: c.hidden,
	}
}

// recorder records events of one product in a catalogue in memory.
type recorder struct {
	store *dynamo.Store
	now   time.Time
	all   []string // the runs that were asked for, by campaign and occasion
}

func newRecorder(t testing.TB) *recorder {
	t.Helper()
	r := &recorder{store: dynamo.New(memory.New(dynamotest.Definitions()...), dynamo.Tables{Catalogue: "Catalogue"}), now: newsDay}
	r.record(t, shop.Product{ID: "OTHER", Title: "The catalogue's first", Revision: newsDay, Price: shop.Money{Minor: 100, Currency: "GBP"}})
	r.now = newsDay.AddDate(1, 0, 0)
	return r
}

func (r *recorder) record(t interface {
	Helper()
	Fatal(...any)
}, p shop.Product,
) (starts []campaign.Start) {
	t.Helper()
	starts, err := r.store.RecordProduct(context.Background(), p, dynamo.News{Now: r.now, Start: func(s campaign.ProductState) []campaign.Start { return s.Start(r.now, newsCampaigns) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range starts {
		if name := string(s.Campaign) + " " + s.Subject.Occasion(); !slices.Contains(r.all, name) {
			r.all = append(r.all, name)
		}
	}
	return starts
}

// oracle returns the runs that the events ask for in the order in which they
// happened, from the whole history at each of them.
func oracle(events []change) (all []string) {
	add := func(name string) {
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for i, now := range events {
		if now.hidden || now.stock == 0 {
			continue
		}
		seen := slices.DeleteFunc(slices.Clone(events[:i+1]), func(c change) bool { return c.hidden })
		at := func(c change) time.Time { return c.product().Revision }
		first := slices.IndexFunc(seen, func(c change) bool { return c.stock > 0 })
		if first == len(seen)-1 {
			add("new new/MUG")
		}
		back := len(seen) - 1 // the first report in stock since it was sold out
		for back > 0 && seen[back-1].stock > 0 {
			back--
		}
		since := back
		for since > 0 && seen[since-1].stock == 0 {
			since--
		}
		if since > first && since < back && now.stock >= 3 && at(seen[back]).Sub(at(seen[since])) >= 24*time.Hour {
			add("back back/MUG/" + at(seen[since]).Format(time.DateOnly))
		}
		if name := cheaper(seen); name != "" {
			add(name)
		}
	}
	return all
}

// cheaper returns the reduction of the last price, if there is one.
func cheaper(seen []change) string {
	last := len(seen) - 1
	begin := last
	for begin > 0 && seen[begin-1].price == seen[last].price {
		begin--
	}
	since := seen[begin].product().Revision
	lowest, known := 1<<30, false
	for _, c := range seen[:begin] {
		if !c.product().Revision.After(since.AddDate(0, 0, -30)) {
			lowest, known = c.price, true // in force when the thirty days began
		} else {
			lowest = min(lowest, c.price)
		}
	}
	if !known || (lowest-seen[last].price)*10 < lowest {
		return ""
	}
	return fmt.Sprintf("cheaper cheaper/MUG/%d/%s", seen[last].price, since.Format(time.DateOnly))
}

func changes(rt *rapid.T) (all []change) {
	hours := 24 * 10
	for range rapid.IntRange(1, 14).Draw(rt, "events") {
		hours += 24*rapid.SampledFrom([]int{1, 1, 2, 10, 40}).Draw(rt, "days") + rapid.IntRange(0, 3).Draw(rt, "hours") // one event a day: the price history joins those of one day
		all = append(all, change{
			hours: hours, stock: rapid.SampledFrom([]int{0, 0, 1, 5}).Draw(rt, "stock"), price: rapid.SampledFrom([]int{700, 800, 1000}).Draw(rt, "price"),
			hidden: rapid.IntRange(0, 9).Draw(rt, "hidden") == 0,
		})
	}
	return all
}

func TestOccasionsInTheirOrderAreThoseOfTheOracle(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		events, r := changes(rt), newRecorder(t)
		for _, c := range events {
			for range rapid.IntRange(1, 2).Draw(rt, "times") {
				r.record(rt, c.product())
			}
		}
		got, want := slices.Sorted(slices.Values(r.all)), slices.Sorted(slices.Values(oracle(events)))
		if !slices.Equal(got, want) {
			rt.Fatalf("%+v ask for %q, want %q", events, got, want)
		}
	})
}

// In any order and with repetitions, no event asks for more than the occasions that
// there were, and a repetition asks for the same again.
func TestOccasionsInAnotherOrderAreNotMore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		events, r := changes(rt), newRecorder(t)
		for _, c := range rapid.Permutation(slices.Concat(events, events[:rapid.IntRange(0, len(events)).Draw(rt, "twice")])).Draw(rt, "order") {
			first := r.record(rt, c.product())
			if again := r.record(rt, c.product()); !slices.Equal(first, again) {
				rt.Fatalf("%+v asks for %v, and then for %v", c, first, again)
			}
		}
		backs, fresh := 0, 0
		for _, name := range r.all {
			switch name[:3] {
			case "bac":
				backs++
			case "new":
				fresh++
			}
		}
		periods := 0
		for i, c := range events {
			if c.stock == 0 && !c.hidden && (i == 0 || events[i-1].stock > 0 || events[i-1].hidden) {
				periods++
			}
		}
		if backs > periods || fresh > 1 {
			rt.Fatalf("%+v ask for %q: more than %d times sold out, or new twice", events, r.all, periods)
		}
	})
}

func TestNeitherAnImportNorAFirstCatalogueIsNew(t *testing.T) {
	r := newRecorder(t)
	mug := change{hours: 24 * 30, stock: 5, price: 800}
	must(t, r.store.SaveProduct(context.Background(), mug.product()))
	mug.hours++
	r.record(t, mug.product())
	r.now = newsDay.AddDate(0, 0, 7)
	early := change{hours: 24 * 6, stock: 5, price: 800}.product()
	early.ID = "EARLY"
	r.record(t, early)
	if len(r.all) > 0 {
		t.Errorf("an import, and a product of the first days, ask for %q, want nothing", r.all)
	}
}

func TestAProductThatWasImportedSoldOutIsBack(t *testing.T) {
	r := newRecorder(t)
	must(t, r.store.SaveProduct(context.Background(), change{hours: 24 * 30, price: 800}.product()))
	r.record(t, change{hours: 24 * 33, stock: 5, price: 800}.product())
	if want := []string{"back back/MUG/2026-01-31"}; !slices.Equal(r.all, want) {
		t.Errorf("asks for %q, want %q", r.all, want)
	}
}
