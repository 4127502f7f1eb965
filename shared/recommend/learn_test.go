package recommend_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

func bought(id string, ago int) recommend.Purchase {
	return recommend.Purchase{Product: shop.ProductID(id), At: now.AddDate(0, 0, -ago)}
}

func TestLearner(t *testing.T) {
	l := recommend.NewLearner(now.AddDate(0, 0, -28))
	l.Add([]recommend.Purchase{bought("lamp", 100), bought("bulb", 100), bought("bulb", 10), bought("", 1)})
	l.Add([]recommend.Purchase{bought("bulb", 5), bought("lamp", 50)})
	l.Add([]recommend.Purchase{bought("mug", 200), bought("lamp", 20)})
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
	if got := recommend.NewLearner(now); len(got.Neighbours(20))+len(got.Popular(9))+len(got.EveryDays()) != 0 {
		t.Error("learning from an empty shop returned something")
	}
}

func TestEveryDays(t *testing.T) {
	l := recommend.NewLearner(now)
	for _, gap := range []int{10, 30, 20, 50, 40} {
		l.Add([]recommend.Purchase{bought("tea", 2*gap), bought("tea", gap), bought("tea", 0), bought("rare", 0), bought("rare", 9)})
	}
	l.Add([]recommend.Purchase{bought("tea", 7), {Product: "tea", At: now.AddDate(0, 0, -7).Add(time.Hour)}}) // one day: no rhythm
	for range 4 {
		l.Add([]recommend.Purchase{bought("soap", 9), bought("soap", 0)})
	}
	if diff := cmp.Diff(map[shop.ProductID]int{"tea": 30, "rare": 9}, l.EveryDays()); diff != "" {
		t.Errorf("EveryDays, with soap by 4 customers only: -want +got\n%s", diff)
	}
}

func TestConsumables(t *testing.T) {
	bulb := func(id shop.ProductID, of ...shop.ProductID) shop.Product {
		return shop.Product{ID: id, Relations: map[shop.Relation][]shop.ProductID{shop.RelationConsumableOf: of}}
	}
	got := recommend.Consumables([]shop.Product{bulb("b2", "lamp", "torch"), bulb("b1", "lamp", "lamp"), {ID: "mug"}})
	if diff := cmp.Diff(map[shop.ProductID][]shop.ProductID{"lamp": {"b1", "b2"}, "torch": {"b2"}}, got); diff != "" {
		t.Errorf("Consumables: -want +got\n%s", diff)
	}
}

func TestLearnerIsBounded(t *testing.T) {
	l := recommend.NewLearner(now)
	var all []recommend.Purchase
	for i := range 3 * recommend.LongestBasket {
		all = append(all, bought(fmt.Sprint(i), i))
	}
	l.Add(all)
	customers := l.Customers()
	if _, newest := customers["0"]; !newest || len(customers) != recommend.LongestBasket {
		t.Errorf("%d products of one customer were counted, the newest among them: %v; want %d", len(customers), newest, recommend.LongestBasket)
	}
}

// TestNeighboursCountCustomers compares Together with counting one pair at a
// time, and with the customers in another order.
func TestNeighboursCountCustomers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) recommend.Purchase {
			return bought(string(drawID(t)), rapid.IntRange(0, 90).Draw(t, "ago"))
		}), 0, 8)
		customers := rapid.SliceOfN(one, 0, 10).Draw(t, "customers")
		learn := func(customers [][]recommend.Purchase) (map[shop.ProductID][]recommend.Neighbour, []recommend.Popular, map[shop.ProductID]int) {
			l := recommend.NewLearner(now.AddDate(0, 0, -28))
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
