package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// No row, however it came to be, makes a panic, an error or an empty page.
func TestOddRowsDoNoHarm(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	for phrase, spoil := range map[string]func(recommend.Item) recommend.Item{
		"numbers that are none": func(r recommend.Item) recommend.Item {
			r.Neighbours = slices.Clone(r.Neighbours)
			for i := range r.Neighbours {
				r.Neighbours[i].Score = math.NaN()
			}
			r.Again = math.NaN()
			return r
		},
		"endless numbers": func(r recommend.Item) recommend.Item {
			r.Neighbours = slices.Clone(r.Neighbours)
			for i := range r.Neighbours {
				r.Neighbours[i].Score = math.Inf(1 - 2*(i%2))
			}
			r.Again = math.Inf(1)
			return r
		},
		"the largest numbers": func(r recommend.Item) recommend.Item {
			r.Customers, r.Recent, r.EveryDays, r.Used = math.MaxInt, math.MaxInt, math.MaxInt, math.MaxInt
			return r
		},
		"numbers below nothing": func(r recommend.Item) recommend.Item {
			r.Recent, r.EveryDays, r.Used, r.Again = math.MinInt, math.MinInt, math.MinInt, -1
			return r
		},
		"neighbours of themselves": func(r recommend.Item) recommend.Item {
			r.Neighbours = []recommend.Neighbour{{Product: r.ID, Score: 1, Customers: 9}, {Score: 1, Customers: 9}}
			r.Relations = map[shop.Relation][]shop.ProductID{shop.RelationComplements: {r.ID, ""}, "something new": {"MUG"}}
			return r
		},
		"nothing learned": func(r recommend.Item) recommend.Item { r.Learned = recommend.Learned{}; return r },
	} {
		t.Run(phrase, func(t *testing.T) {
			b.spoil = spoil
			for _, mode := range modes {
				for _, path := range []string{"/customers/ann?mode=", "/customers/nobody?mode=", "/products/LAMP?mode=", "/products/LAMP?customer=ann&mode="} {
					a := b.get(t, path+string(mode)) // which fails where it is no JSON
					if len(a.Picks) == 0 && mode != recommend.ModeAgain {
						t.Errorf("%s%s gives nothing", path, mode)
					}
					for _, p := range a.Picks {
						if p.Product.Title == "" || p.Reason.Kind == "" || p.Reason.Text == "" {
							t.Errorf("%s%s gives %+v", path, mode, p)
						}
					}
				}
			}
		})
	}
}

func TestHistoriesOfAnySize(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	huge := profile.Profile{ID: "huge", Orders: anns, Bought: map[shop.ProductID]profile.Units{}}
	for i := range 10_000 {
		huge.Bought[shop.ProductID(fmt.Sprint("P-", i))] = profile.Units{Orders: 1 + i%3, Units: 1}
	}
	b.customer(t, huge)
	b.customer(t, profile.Profile{ID: "empty"})
	b.customer(t, profile.Profile{ID: "odd", Orders: []profile.Visit{
		visit("o-2", -3, "TEA"), visit("o-1", 400, "TEA", "TEA", "", "NEVER HEARD OF"), visit("o-1", 400, "TEA"), {}, // from tomorrow, in the wrong order, twice, of no time
	}})
	for phrase, c := range map[string]struct {
		customer string
		newcomer bool
	}{
		"ten thousand products":               {"huge", false},
		"no order yet":                        {"empty", true},
		"a history that cannot have happened": {"odd", false},
	} {
		t.Run(phrase, func(t *testing.T) {
			for _, mode := range modes {
				b.read = nil
				a := b.get(t, "/customers/"+c.customer+"?want=3&mode="+string(mode))
				if a.Newcomer != c.newcomer || len(a.Picks) == 0 && (mode != recommend.ModeAgain || c.customer == "huge") {
					t.Errorf("%s, %s: newcomer %v, %d picks (%+v)", c.customer, mode, a.Newcomer, len(a.Picks), a.Short)
				}
				if len(b.read) > 3 || slices.Max(append(b.read, 0)) > 40 {
					t.Errorf("%s, %s: rows read are %v, want three reads of 40 at most", c.customer, mode, b.read)
				}
			}
		})
	}
}

// The shop changed its catalogue after the night: what is no longer sold is not
// recommended, by whatever still names it.
func TestACatalogueThatChangedUnderTheModel(t *testing.T) {
	b := newBench(t, dynamotest.Store(t))
	if b.get(t, "/products/LAMP").of("RUG") == nil {
		t.Fatal("the rug goes with the lamp, to begin with")
	}
	rug := catalogue["RUG"].Product
	rug.ID, rug.Price, rug.Hidden, rug.Revision = "RUG", gbp(1250), true, noon.AddDate(0, 0, 1)
	must(t, b.store.SaveProduct(t.Context(), rug))
	if a := b.get(t, "/products/LAMP"); a.of("RUG") != nil || len(a.Picks) == 0 {
		t.Errorf("a rug that is hidden now is picked: %v", a.ids())
	}
	renamed := catalogue["LAMP"].Product
	renamed.ID, renamed.Price, renamed.Title, renamed.Revision = "LAMP", gbp(1250), "Reading lamp", noon.AddDate(0, 0, 1)
	must(t, b.store.SaveProduct(t.Context(), renamed))
	if got := b.get(t, "/products/LAMP").of("SHADE"); got == nil || got.Reason.Text != "Goes with “Reading lamp”." {
		t.Errorf("after the lamp was renamed the shade is %+v", got)
	}
	model := b.model
	b.model.Popular = []recommend.Popular{{Product: "GONE", Customers: 900}}
	for i := range 60 { // in whose stead the fortieth candidate would be read
		b.model.Popular = append(b.model.Popular, recommend.Popular{Product: shop.ProductID(fmt.Sprint("GONE-", i)), Customers: 800 - i})
	}
	b.model.Popular = append(b.model.Popular, model.Popular...)
	if a := b.get(t, "/customers/nobody?want=2"); a.of("MUG") == nil || a.of("JAR") == nil || len(b.read) < 2 {
		t.Errorf("of what is popular sixty are gone, and the picks are %v, want the others", a.ids())
	}
	b.model = model
	b.model.Version = "2026-11-23T03:00:00Z" // a version of which no row knows
	if a := b.get(t, "/products/LAMP"); a.of("SHADE") == nil || a.of("MUG") == nil {
		t.Errorf("under a version that no row knows the picks are %v, want the catalogue's own relations and what is popular", a.ids())
	}
}

func TestAScoreThatIsNoNumberIsWrittenAsZero(t *testing.T) {
	for _, score := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		p := told(t.Context(), recommend.Pick{Score: score}, message.Set{}, "", time.UTC, false)
		if _, err := json.Marshal(p); err != nil || p.Score != 0 {
			t.Errorf("a pick with the score %v is told with %v: %v", score, p.Score, err)
		}
	}
}

// Nothing that a stranger can send is more than a fault.
func FuzzHandle(f *testing.F) {
	for _, seed := range []struct{ method, path, body string }{
		{"GET", "/customers/ann?want=3&mode=next&except=RUG", ""},
		{"GET", "/products/%4C%2f?customer=x", ""},
		{"POST", "/carts", `{"products":["LAMP"],"want":2}`},
		{"POST", "/carts", "[[[["},
	} {
		f.Add(seed.method, seed.path, seed.body)
	}
	b := newBench(f, dynamotest.Store(f))
	f.Fuzz(func(t *testing.T, method, path, body string) {
		got := b.call(t, method, path, body)
		if !slices.Contains([]int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound}, got.StatusCode) || !json.Valid([]byte(got.Body)) {
			t.Errorf("%s %q with %q was answered with %d: %s", method, path, body, got.StatusCode, got.Body)
		}
	})
}
