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

// regulars are customers with four orders each of thirty products, some of which
// they repeat, and the catalogue; the last order of each has LAST as well.
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

func TestTheTrialOfTheReranker(t *testing.T) {
	people, products := regulars(400)
	tried := func(people []profile.Profile) map[recommend.Mode]string {
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
	first := tried(people)
	if !strings.Contains(first[recommend.ModeNext], "Customers:400") || len(first) != 2 {
		t.Errorf("verdicts %v, want two, next of all 400 customers", first)
	}
	slices.Reverse(people)
	if again := tried(people); !reflect.DeepEqual(first, again) {
		t.Errorf("verdicts %v, and with the customers in another order %v", first, again)
	}
	const few = rerank.FewestCustomers - 1
	if small := tried(people[:few]); !strings.Contains(small[recommend.ModeNext], fmt.Sprintf("Why:%d customers have an order to judge by, and it takes %d", few, few+1)) {
		t.Errorf("verdicts of a small shop: %v, want that it is too small", small)
	}
}

// What foretells a customer's last order has not learned from it: LAST, which is in
// nobody's earlier orders, is not known to it, and so nobody is asked for it.
func TestTheTrialLearnsNothingOfWhatItForetells(t *testing.T) {
	people, products := regulars(200)
	learner := recommend.NewLearner(night.Add(-ofLate))
	var questions []question
	for _, p := range people {
		q, ok := asked(p)
		if !ok || !q.bought["LAST"] || len(q.before.Orders) != 3 || q.at != p.Orders[3].At {
			t.Fatalf("asked(%v) = %+v, %v, want the last of four orders", p.ID, q, ok)
		}
		questions = append(questions, q)
		learner.Add(purchases(q.before))
	}
	rows := tried(learner, products)
	if rows["LAST"].Customers != 0 {
		t.Errorf("%d customers are known to have bought LAST", rows["LAST"].Customers)
	}
	for _, q := range questions {
		c := q.foretell(recommend.ModeNext, rows, learner.Popular(mostPopular))
		if want := len(q.bought) - 1; c.Wanted != want {
			t.Errorf("%d products are asked for, want %d: all but LAST", c.Wanted, want)
		}
		if fresh := q.foretell(recommend.ModeGoesWith, rows, learner.Popular(mostPopular)); fresh.Wanted > c.Wanted {
			t.Errorf("%d new ones are asked for, of %d in all", fresh.Wanted, c.Wanted)
		}
	}
}

func TestAsked(t *testing.T) {
	returned, cancelled := visit(5, "B"), visit(4, "C")
	returned.Lines[0].Returned = 1
	cancelled.Cancelled = true
	for name, c := range map[string]struct {
		profile profile.Profile
		want    string // the products asked for
		before  int    // orders
	}{
		"nobody":                          {profile.Profile{}, "", 0},
		"one order":                       {profile.Profile{Orders: []profile.Visit{visit(9, "A")}}, "", 0},
		"two orders":                      {profile.Profile{Orders: []profile.Visit{visit(9, "A"), visit(8, "A")}}, "A", 1},
		"what went back does not count":   {profile.Profile{Orders: []profile.Visit{visit(9, "A"), visit(8, "A"), returned, cancelled}}, "A", 1},
		"nothing is kept of earlier ones": {profile.Profile{Orders: []profile.Visit{returned, cancelled, visit(1, "A")}}, "", 0},
		"earlier ones are only summed":    {profile.Profile{Orders: []profile.Visit{visit(9, "A")}, Bought: map[shop.ProductID]profile.Units{"OLD": {Orders: 1, Units: 1}}}, "A", 0},
	} {
		t.Run(name, func(t *testing.T) {
			q, ok := asked(c.profile)
			got := ""
			if ok {
				for id := range q.bought {
					got += string(id)
				}
			}
			if ok != (c.want != "") || got != c.want || ok && len(q.before.Orders) != c.before {
				t.Errorf("asked = %q after %d orders, %v, want %q after %d", got, len(q.before.Orders), ok, c.want, c.before)
			}
		})
	}
}

// However many customers come, and in whatever order, the same ones are kept.
func TestTheTrialKeepsTheSameCustomers(t *testing.T) {
	kept := func(step int) []shop.CustomerID {
		var trial rerankTrial
		for i := range 2*mostTried + 1000 {
			trial.add(profile.Profile{ID: shop.CustomerID(fmt.Sprint("c", i*step%(2*mostTried+1000)))})
			if len(trial.people) > 2*mostTried {
				t.Fatalf("%d customers are kept", len(trial.people))
			}
		}
		trial.cut()
		var ids []shop.CustomerID
		for _, p := range trial.people {
			ids = append(ids, p.ID)
		}
		return ids
	}
	one, other := kept(1), kept(11)
	if len(one) != mostTried || !slices.Equal(one, other) {
		t.Errorf("%d customers are kept, and %d others in another order", len(one), len(other))
	}
}
