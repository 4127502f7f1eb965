package main

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

// regulars returns customers with four orders each of thirty products, some of
// which they repeat, and the catalogue. The last order of each has LAST as
// well.
func regulars(n int) (people []profile.Profile, products []shop.Product) {
	random := rand.New(rand.NewPCG(4, 4))
	for i := range 30 {
		products = append(products, shop.Product{ID: shop.ProductID(fmt.Sprintf("P%02d", i)), Title: "a thing", Price: shop.Money{Minor: 100, Currency: "EUR"}})
	}
	products = append(products, shop.Product{ID: "LAST", Title: "the last thing", Price: shop.Money{Minor: 100, Currency: "EUR"}})
	for i := range n {
		taste := random.IntN(20)
		var visits []profile.Visit
		for order := range 4 {
			var ids []shop.ProductID
			for range 3 {
				ids = append(ids, products[taste+random.IntN(10)].ID)
			}
			if order == 3 {
				ids = append(ids, "LAST")
			}
			slices.Sort(ids)
			visits = append(visits, visit(40-10*order, slices.Compact(ids)...))
		}
		people = append(people, profile.Profile{ID: shop.CustomerID(fmt.Sprint("c", i)), Orders: visits})
	}
	return people, products
}

func TestTrialOfTheRerankerIsDeterministic(t *testing.T) {
	people, products := regulars(400)
	verdicts := func(people []profile.Profile) map[recommend.Mode]string {
		var trial rerankTrial
		for _, p := range people {
			trial.add(p)
		}
		out := map[recommend.Mode]string{}
		for mode, v := range trial.verdicts(night, products) {
			out[mode] = fmt.Sprintf("%+v", v)
			if v.On && !(v.Gain.NDCG.Low > 0) || v.Customers == 400 && (!(v.Blend.NDCG > .1) || v.Blend == v.Reranked) {
				t.Errorf("%s: %+v", mode, v)
			}
		}
		return out
	}
	first := verdicts(people)
	if !strings.Contains(first[recommend.ModeNext], "Customers:400") || len(first) != 2 {
		t.Errorf("verdicts %v, want two, for the next order with all 400 customers", first)
	}
	slices.Reverse(people)
	if again := verdicts(people); !reflect.DeepEqual(first, again) {
		t.Errorf("verdicts %v, but with the customers in another order %v", first, again)
	}
	const few = rerank.FewestCustomers - 1
	if small := verdicts(people[:few]); !strings.Contains(small[recommend.ModeNext], fmt.Sprintf("Why:only %d customers have an order to compare by; at least %d are needed", few, few+1)) {
		t.Errorf("verdicts of a small shop: %v, want the reason that it is too small", small)
	}
}

// The prediction of a customer's last order has not learned from it: LAST is in
// no earlier order, so it is not known and not expected in any prediction.
func TestTrialDoesNotLearnFromTheOrdersItPredicts(t *testing.T) {
	people, products := regulars(200)
	learner := recommend.NewLearner(night.Add(-recentWindow))
	var orders []lastOrder
	for _, p := range people {
		q, ok := lastOrderOf(p)
		if !ok || !q.bought["LAST"] || len(q.before.Orders) != 3 || q.at != p.Orders[3].At {
			t.Fatalf("lastOrderOf(%v) = %+v, %v, want the last of four orders", p.ID, q, ok)
		}
		orders = append(orders, q)
		learner.Add(purchases(q.before))
	}
	rows := rowsOf(learner, products)
	if rows["LAST"].Customers != 0 {
		t.Errorf("LAST has %d customers in the rows, want 0", rows["LAST"].Customers)
	}
	for _, q := range orders {
		c := q.predict(recommend.ModeNext, rows, learner.Popular(mostPopular))
		if want := len(q.bought) - 1; c.Wanted != want {
			t.Errorf("%d products are to be predicted, want %d: all but LAST", c.Wanted, want)
		}
		if fresh := q.predict(recommend.ModeGoesWith, rows, learner.Popular(mostPopular)); fresh.Wanted > c.Wanted {
			t.Errorf("%d new products are to be predicted, of %d in all", fresh.Wanted, c.Wanted)
		}
	}
}

func TestLastOrderOf(t *testing.T) {
	returned, cancelled := visit(5, "B"), visit(4, "C")
	returned.Lines[0].Returned = 1
	cancelled.Cancelled = true
	for name, c := range map[string]struct {
		profile profile.Profile
		want    string // the products of the last order
		before  int    // earlier orders
	}{
		"no orders":                      {profile.Profile{}, "", 0},
		"one order":                      {profile.Profile{Orders: []profile.Visit{visit(9, "A")}}, "", 0},
		"two orders":                     {profile.Profile{Orders: []profile.Visit{visit(9, "A"), visit(8, "A")}}, "A", 1},
		"returned and cancelled orders":  {profile.Profile{Orders: []profile.Visit{visit(9, "A"), visit(8, "A"), returned, cancelled}}, "A", 1},
		"nothing kept of earlier orders": {profile.Profile{Orders: []profile.Visit{returned, cancelled, visit(1, "A")}}, "", 0},
		"earlier orders in sums only":    {profile.Profile{Orders: []profile.Visit{visit(9, "A")}, Bought: map[shop.ProductID]profile.Units{"OLD": {Orders: 1, Units: 1}}}, "A", 0},
	} {
		t.Run(name, func(t *testing.T) {
			q, ok := lastOrderOf(c.profile)
			got := ""
			if ok {
				for id := range q.bought {
					got += string(id)
				}
			}
			if ok != (c.want != "") || got != c.want || ok && len(q.before.Orders) != c.before {
				t.Errorf("lastOrderOf = %q after %d orders, %v, want %q after %d", got, len(q.before.Orders), ok, c.want, c.before)
			}
		})
	}
}

// The trial keeps the same customers, in whatever order and number they are
// added.
func TestTheTrialKeepsTheSameCustomers(t *testing.T) {
	kept := func(step int) []shop.CustomerID {
		var trial rerankTrial
		for i := range 2*mostKept + 1000 {
			trial.add(profile.Profile{ID: shop.CustomerID(fmt.Sprint("c", i*step%(2*mostKept+1000)))})
			if len(trial.customers) > 2*mostKept {
				t.Fatalf("%d customers are kept", len(trial.customers))
			}
		}
		trial.cut()
		var ids []shop.CustomerID
		for _, p := range trial.customers {
			ids = append(ids, p.ID)
		}
		return ids
	}
	one, other := kept(1), kept(11)
	if len(one) != mostKept || !slices.Equal(one, other) {
		t.Errorf("%d customers are kept, and with another order %d, want %d and the same", len(one), len(other), mostKept)
	}
}
