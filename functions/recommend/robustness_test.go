package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"regulars/shared/content"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// No catalogue row causes a panic, an error or an empty page.
func TestRowsWithInvalidValuesStillGivePicks(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	for name, alter := range map[string]func(recommend.Item) recommend.Item{
		"NaN": func(r recommend.Item) recommend.Item {
			r.Neighbours = slices.Clone(r.Neighbours)
			for i := range r.Neighbours {
				r.Neighbours[i].Score = math.NaN()
			}
			r.Again = math.NaN()
			return r
		},
		"infinite numbers": func(r recommend.Item) recommend.Item {
			r.Neighbours = slices.Clone(r.Neighbours)
			for i := range r.Neighbours {
				r.Neighbours[i].Score = math.Inf(1 - 2*(i%2))
			}
			r.Again = math.Inf(1)
			return r
		},
		"the largest integers": func(r recommend.Item) recommend.Item {
			r.Customers, r.Recent, r.EveryDays, r.Used = math.MaxInt, math.MaxInt, math.MaxInt, math.MaxInt
			return r
		},
		"negative numbers": func(r recommend.Item) recommend.Item {
			r.Recent, r.EveryDays, r.Used, r.Again = math.MinInt, math.MinInt, math.MinInt, -1
			return r
		},
		"products that are their own neighbours": func(r recommend.Item) recommend.Item {
			r.Neighbours = []recommend.Neighbour{{Product: r.ID, Score: 1, Customers: 9}, {Score: 1, Customers: 9}}
			r.Relations = map[shop.Relation][]shop.ProductID{shop.RelationComplements: {r.ID, ""}, "something new": {"MUG"}}
			return r
		},
		"no learned values": func(r recommend.Item) recommend.Item { r.Learned = recommend.Learned{}; return r },
	} {
		t.Run(name, func(t *testing.T) {
			b.alter = alter
			for _, mode := range modes {
				for _, path := range []string{"/customers/ann?mode=", "/customers/unknown?mode=", "/products/LAMP?mode=", "/products/LAMP?customer=ann&mode="} {
					a := b.get(t, path+string(mode)) // fails if the answer is not JSON
					if len(a.Picks) == 0 && mode != recommend.ModeAgain {
						t.Errorf("%s%s gives no picks", path, mode)
					}
					for _, p := range a.Picks {
						if p.Product.Title == "" || p.Reason.Kind == "" || p.Reason.Text == "" {
							t.Errorf("%s%s gives %+v, want a title and a reason with a text", path, mode, p)
						}
					}
				}
			}
		})
	}
}

func TestUnusualHistoriesGivePicksWithFewReads(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	huge := profile.Profile{ID: "huge", Orders: anns, Bought: map[shop.ProductID]profile.Units{}}
	for i := range 10_000 {
		huge.Bought[shop.ProductID(fmt.Sprint("P-", i))] = profile.Units{Orders: 1 + i%3, Units: 1}
	}
	b.customer(t, huge)
	b.customer(t, profile.Profile{ID: "empty"})
	b.customer(t, profile.Profile{ID: "odd", Orders: []profile.Visit{
		visit("o-2", -3, "TEA"), visit("o-1", 400, "TEA", "TEA", "", "UNKNOWN"), visit("o-1", 400, "TEA"), {}, // in the future, not sorted, twice, without a time
	}})
	for name, c := range map[string]struct {
		customer string
		newcomer bool
	}{
		"ten thousand products": {"huge", false},
		"no orders":             {"empty", true},
		"an impossible history": {"odd", false},
	} {
		t.Run(name, func(t *testing.T) {
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

// The model still names products that the shop removed from its catalogue
// since.
func TestACatalogueThatChangedAfterTheModelWasLearned(t *testing.T) {
	b := newFixture(t, dynamotest.Store(t))
	if b.get(t, "/products/LAMP").of("RUG") == nil {
		t.Fatal("the rug is not picked before it is hidden")
	}
	rug := catalogue["RUG"].Product
	rug.ID, rug.Price, rug.Hidden, rug.Revision = "RUG", gbp(1250), true, noon.AddDate(0, 0, 1)
	must(t, b.store.SaveProduct(t.Context(), rug))
	if a := b.get(t, "/products/LAMP"); a.of("RUG") != nil || len(a.Picks) == 0 {
		t.Errorf("the picks are %v, want some without the hidden rug", a.ids())
	}
	renamed := catalogue["LAMP"].Product
	renamed.ID, renamed.Price, renamed.Title, renamed.Revision = "LAMP", gbp(1250), "Reading lamp", noon.AddDate(0, 0, 1)
	must(t, b.store.SaveProduct(t.Context(), renamed))
	if got := b.get(t, "/products/LAMP").of("SHADE"); got == nil || got.Reason.Text != "Goes with “Reading lamp”." {
		t.Errorf("after the lamp was renamed the shade is %+v, want the new title in its reason", got)
	}
	model := b.model
	b.model.Popular = []recommend.Popular{{Product: "GONE", Customers: 900}}
	for i := range 60 { // more than the number of candidates that one read can have
		b.model.Popular = append(b.model.Popular, recommend.Popular{Product: shop.ProductID(fmt.Sprint("GONE-", i)), Customers: 800 - i})
	}
	b.model.Popular = append(b.model.Popular, model.Popular...)
	if a := b.get(t, "/customers/unknown?want=2"); a.of("MUG") == nil || a.of("JAR") == nil || len(b.read) < 2 {
		t.Errorf("sixty-one popular products have no row, and the picks are %v, want the others", a.ids())
	}
	b.model = model
	b.model.Version = "2026-11-23T03:00:00Z" // no row has values of this version
	if a := b.get(t, "/products/LAMP"); a.of("SHADE") == nil || a.of("MUG") == nil {
		t.Errorf("with a version that no row has the picks are %v, want those by the catalogue's relations, and popular ones", a.ids())
	}
}

func TestAScoreThatIsNotFiniteBecomesZero(t *testing.T) {
	for _, score := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		p := pickOf(t.Context(), time.Time{}, recommend.Pick{Score: score}, content.Set{}, "", time.UTC, false)
		if _, err := json.Marshal(p); err != nil || p.Score != 0 {
			t.Errorf("a pick with the score %v has the score %v in the answer, %v, want 0", score, p.Score, err)
		}
	}
}

// No request causes a panic or an answer other than 200, 400 or 404.
func FuzzHandle(f *testing.F) {
	for _, seed := range []struct{ method, path, body string }{
		{"GET", "/customers/ann?want=3&mode=next&except=RUG", ""},
		{"GET", "/products/%4C%2f?customer=x", ""},
		{"POST", "/carts", `{"products":["LAMP"],"want":2}`},
		{"POST", "/carts", "[[[["},
	} {
		f.Add(seed.method, seed.path, seed.body)
	}
	b := newFixture(f, dynamotest.Store(f))
	f.Fuzz(func(t *testing.T, method, path, body string) {
		got := b.call(t, method, path, body)
		if !slices.Contains([]int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound}, got.StatusCode) || !json.Valid([]byte(got.Body)) {
			t.Errorf("%s %q with %q was answered with %d: %s", method, path, body, got.StatusCode, got.Body)
		}
	})
}
