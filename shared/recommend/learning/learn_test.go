package learning_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/shop"
)

var now = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func bought(id string, ago int) learning.Purchase {
	return learning.Purchase{Product: shop.ProductID(id), At: now.AddDate(0, 0, -ago)}
}

// drawID draws one of a dozen products.
func drawID(t *rapid.T) string { return fmt.Sprint("p", rapid.IntRange(0, 11).Draw(t, "id")) }

func TestLearner(t *testing.T) {
	l := learning.NewLearner(now.AddDate(0, 0, -28))
	l.Add([]learning.Purchase{bought("lamp", 100), bought("bulb", 100), bought("bulb", 10), bought("", 1)})
	l.Add([]learning.Purchase{bought("bulb", 5), bought("lamp", 50)})
	l.Add([]learning.Purchase{bought("mug", 200), bought("lamp", 20)})
	l.Add(nil)

	// lamp: 3 customers, 1 recent; bulb: 2, 2; mug: 1, 0.
	trend := func(recent, all float64) float64 { return math.Pow((1+recent)/(1+all), .25) }
	want := map[shop.ProductID][]recommend.Neighbour{
		"lamp": {{Product: "bulb", Score: 2 / (math.Sqrt(6) + 5) * trend(2, 2), Customers: 2}, {Product: "mug", Score: 1 / (math.Sqrt(3) + 5) * trend(0, 1), Customers: 1}},
		"bulb": {{Product: "lamp", Score: 2 / (math.Sqrt(6) + 5) * trend(1, 3), Customers: 2}},
		"mug":  {{Product: "lamp", Score: 1 / (math.Sqrt(3) + 5) * trend(1, 3), Customers: 1}},
	}
	if diff := cmp.Diff(want, l.Together(20), cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Errorf("Neighbours: -want +got\n%s", diff)
	}
	if got := l.Together(1)["lamp"]; len(got) != 1 || got[0].Product != "bulb" {
		t.Errorf("Neighbours(1) of the lamp = %v, want the bulb", got)
	}
	if diff := cmp.Diff([]recommend.Popular{{Product: "bulb", Customers: 2}, {Product: "lamp", Customers: 1}}, l.Popular(9)); diff != "" {
		t.Errorf("Popular: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(map[shop.ProductID]int{"lamp": 3, "bulb": 2, "mug": 1}, l.Customers()); diff != "" {
		t.Errorf("Customers: -want +got\n%s", diff)
	}
	if got := learning.NewLearner(now); len(got.Neighbours(20))+len(got.Popular(9))+len(got.EveryDays()) != 0 {
		t.Error("learning from an empty shop returned something")
	}
}

func TestEveryDays(t *testing.T) {
	l := learning.NewLearner(now)
	for _, gap := range []int{10, 30, 20, 50, 40} {
		l.Add([]learning.Purchase{bought("tea", 2*gap), bought("tea", gap), bought("tea", 0), bought("rare", 0), bought("rare", 9)})
	}
	l.Add([]learning.Purchase{bought("tea", 7), {Product: "tea", At: now.AddDate(0, 0, -7).Add(time.Hour)}}) // one day: no rhythm
	for range 4 {
		l.Add([]learning.Purchase{bought("soap", 9), bought("soap", 0)})
	}
	if diff := cmp.Diff(map[shop.ProductID]int{"tea": 30, "rare": 9}, l.EveryDays()); diff != "" {
		t.Errorf("EveryDays, with soap by 4 customers only: -want +got\n%s", diff)
	}
}

func TestConsumables(t *testing.T) {
	bulb := func(id shop.ProductID, of ...shop.ProductID) shop.Product {
		return shop.Product{ID: id, Relations: map[shop.Relation][]shop.ProductID{shop.RelationConsumableOf: of}}
	}
	got := learning.Consumables([]shop.Product{bulb("b2", "lamp", "torch"), bulb("b1", "lamp", "lamp"), {ID: "mug"}})
	if diff := cmp.Diff(map[shop.ProductID][]shop.ProductID{"lamp": {"b1", "b2"}, "torch": {"b2"}}, got); diff != "" {
		t.Errorf("Consumables: -want +got\n%s", diff)
	}
}

func TestLearnerIsBounded(t *testing.T) {
	l := learning.NewLearner(now)
	var all []learning.Purchase
	for i := range 3 * learning.LongestBasket {
		all = append(all, bought(fmt.Sprint(i), i))
	}
	l.Add(all)
	customers := l.Customers()
	if _, newest := customers["0"]; !newest || len(customers) != learning.LongestBasket {
		t.Errorf("%d products of one customer were counted, the newest among them: %v; want %d", len(customers), newest, learning.LongestBasket)
	}
}

// TestNeighboursCountCustomers compares Together with counting one pair at a
// time, and with the customers in another order.
func TestNeighboursCountCustomers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) learning.Purchase {
			return bought(drawID(t), rapid.IntRange(0, 90).Draw(t, "ago"))
		}), 0, 8)
		customers := rapid.SliceOfN(one, 0, 10).Draw(t, "customers")
		learn := func(customers [][]learning.Purchase) (map[shop.ProductID][]recommend.Neighbour, []recommend.Popular, map[shop.ProductID]int) {
			l := learning.NewLearner(now.AddDate(0, 0, -28))
			for _, c := range customers {
				l.Add(c)
			}
			return l.Together(20), l.Popular(5), l.EveryDays()
		}
		got, popular, every := learn(customers)

		want := map[[2]shop.ProductID]int{}
		for _, c := range customers {
			pairs := map[[2]shop.ProductID]bool{}
			for _, a := range c {
				for _, b := range c {
					if a.Product != b.Product {
						pairs[[2]shop.ProductID{a.Product, b.Product}] = true
					}
				}
			}
			for p := range pairs {
				want[p]++
			}
		}
		counted := map[[2]shop.ProductID]int{}
		for source, neighbours := range got {
			last := math.Inf(1)
			for _, n := range neighbours {
				counted[[2]shop.ProductID{source, n.Product}] = n.Customers
				if n.Score <= 0 || n.Score >= 1 || n.Score > last {
					t.Fatalf("%s: score %v after %v", source, n.Score, last)
				}
				last = n.Score
			}
		}
		if diff := cmp.Diff(want, counted); diff != "" {
			t.Fatalf("pairs: -want +got\n%s", diff)
		}
		got2, popular2, every2 := learn(rapid.Permutation(customers).Draw(t, "shuffled"))
		if diff := cmp.Diff([]any{got, popular, every}, []any{got2, popular2, every2}); diff != "" {
			t.Fatalf("another order of customers gives other results:\n%s", diff)
		}
	})
}

// Products that resellers buy as a range are substitutes, not complements; a
// cup and a saucer of one category and price are bought together by others.
func TestRangesAreSubstitutes(t *testing.T) {
	l := learning.NewLearner(now.AddDate(0, 0, -28))
	for range 4 {
		l.Add([]learning.Purchase{bought("bag-a", 9), bought("bag-b", 9), bought("bag-c", 9), bought("bag-d", 9), bought("cup", 9), bought("saucer", 9)})
		l.Add([]learning.Purchase{bought("cup", 9), bought("saucer", 9), bought("mat-a", 9), bought("mat-b", 8), bought("mat-c", 7), bought("mat-d", 6)})
	}
	for id, p := range map[shop.ProductID]shop.Product{
		"bag-a": {Category: "bag"}, "bag-b": {Category: "bag"}, "bag-c": {Category: "bag"}, "bag-d": {Category: "bag"},
		"mat-a": {Category: "mat"}, "mat-b": {Category: "mat"}, "mat-c": {Category: "mat"}, "mat-d": {Category: "mat"},
		"cup": {Category: "tea"}, "saucer": {Category: "tea"},
	} {
		p.ID, p.Price = id, shop.Money{Minor: 165, Currency: "EUR"}
		l.Catalogue = append(l.Catalogue, p)
	}
	rows := l.Neighbours(20)
	for phrase, c := range map[string]struct {
		of, id shop.ProductID
		want   bool
	}{
		"two bags of a range":                 {"bag-a", "bag-b", true},
		"a bag and a cup":                     {"bag-a", "cup", false},
		"a cup and its saucer":                {"cup", "saucer", false},
		"mats that were bought one at a time": {"mat-a", "mat-b", false},
	} {
		for _, row := range []map[shop.ProductID][]recommend.Neighbour{rows, l.Together(20)} {
			at := slices.IndexFunc(row[c.of], func(n recommend.Neighbour) bool { return n.Product == c.id })
			if at < 0 || row[c.of][at].Alike != c.want {
				t.Errorf("%s: %+v, want alike %v", phrase, row[c.of], c.want)
			}
		}
	}
	l.Catalogue = nil
	for id, row := range l.Neighbours(20) {
		if slices.ContainsFunc(row, func(n recommend.Neighbour) bool { return n.Alike }) {
			t.Errorf("%s has substitutes without a catalogue: %+v", id, row)
		}
	}
}

// BenchmarkLearn shows how the work of a night grows with the number of
// products and of customers, who have ten orders of two products each.
func BenchmarkLearn(b *testing.B) {
	for _, size := range []struct{ customers, products int }{{2000, 500}, {8000, 500}, {2000, 1000}, {2000, 2000}} {
		var customers [][]learning.Purchase
		for c := range size.customers {
			var all []learning.Purchase
			for i := range 20 {
				id := shop.ProductID(fmt.Sprint((c*31 + i*i*17) % size.products))
				all = append(all, learning.Purchase{Product: id, At: now.Add(-time.Duration(i/2) * 24 * time.Hour)})
			}
			customers = append(customers, all)
		}
		b.Run(fmt.Sprintf("customers=%d/products=%d", size.customers, size.products), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l := learning.NewLearner(now.Add(-learning.RecentWindow))
				for _, c := range customers {
					l.Add(c)
				}
				l.Learned(20)
			}
		})
	}
}
