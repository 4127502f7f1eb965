//go:build !race

package training

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
	"regulars/shared/recommend/learning"
	"regulars/shared/recommend/rerank"
	"regulars/shared/shop"
)

var night = time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)

func quiet(string) {}

// order returns an order some days ago.
func order(days int, products ...shop.ProductID) recommend.Order {
	o := recommend.Order{At: night.AddDate(0, 0, -days)}
	for _, p := range products {
		o.Lines = append(o.Lines, recommend.Line{Product: p, Units: 1})
	}
	return o
}

// regulars returns n customers with five orders each, and the catalogue. Each
// repeats the products of their last order, which the blend does not know: it
// looks at how often they were bought. FIRST and LAST are in the first and the
// last order of each.
func regulars(n int) (customers []Customer, products []shop.Product) {
	random := rand.New(rand.NewPCG(4, 4))
	for i := range 40 {
		products = append(products, shop.Product{ID: shop.ProductID(fmt.Sprintf("P%02d", i))})
	}
	products = append(products, shop.Product{ID: "FIRST"}, shop.Product{ID: "LAST"})
	for i := range n {
		c := Customer{ID: fmt.Sprint("c", i)}
		basket := []shop.ProductID{"FIRST"}
		for at := range 5 {
			next := []shop.ProductID{products[random.IntN(40)].ID, products[random.IntN(40)].ID}
			if at > 0 {
				next = append(next, basket[random.IntN(len(basket))])
			}
			slices.Sort(next)
			basket = slices.Compact(next)
			ids := basket
			switch at {
			case 0:
				ids = append([]shop.ProductID{"FIRST"}, basket...)
			case 4:
				ids = append([]shop.ProductID{"LAST"}, basket...)
			}
			c.Orders = append(c.Orders, order(100-20*at, ids...))
		}
		customers = append(customers, c)
	}
	return customers, products
}

func sampleOf(customers []Customer) *Sample {
	s := &Sample{}
	for _, c := range customers {
		s.Add(c.ID, func() Customer { return c })
	}
	return s
}

func train(t *testing.T, customers []Customer, products []shop.Product) Outcome {
	t.Helper()
	out, err := sampleOf(customers).Train(products, quiet)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Customers who repeat their last order are predicted better by weights that
// learned it; the outcome does not depend on the order of the customers.
func TestTrain(t *testing.T) {
	customers, products := regulars(900)
	first := train(t, customers, products)
	next := first.Verdicts[recommend.ModeNext]
	if !next.On || next.Customers < 400 || !(next.Gain.NDCG.Low > 0) || next.Chance < rerank.Likely {
		t.Errorf("the verdict for next orders is %+v, want on with a gain", next)
	}
	weights := first.Rerankers[recommend.ModeNext]
	if weights == nil || weights.Check() != nil {
		t.Fatalf("the weights for next orders are %+v", weights)
	}
	for mode, v := range first.Verdicts {
		if (first.Rerankers[mode] != nil) != v.On {
			t.Errorf("%s: weights %v, but the verdict is %+v", mode, first.Rerankers[mode], v)
		}
	}
	slices.Reverse(customers)
	if again := train(t, customers, products); !reflect.DeepEqual(first, again) {
		t.Errorf("the outcome is %+v, but with the customers in another order %+v", first, again)
	}
}

// A shop whose next orders have nothing to do with the earlier ones gets the
// blend.
func TestTrainOnChance(t *testing.T) {
	customers, products := regulars(900)
	random := rand.New(rand.NewPCG(5, 5))
	for i := range customers {
		customers[i].Orders[4] = order(20, products[random.IntN(40)].ID)
	}
	out := train(t, customers, products)
	for mode, v := range out.Verdicts {
		if (out.Rerankers[mode] != nil) != v.On {
			t.Errorf("%s: weights %v, but the verdict is %+v", mode, out.Rerankers[mode], v)
		}
	}
	if v := out.Verdicts[recommend.ModeNext]; v.On && v.Chance < rerank.Likely || v.Customers == 0 {
		t.Errorf("the verdict is %+v", v)
	}
}

// A shop with too few customers gets the shipped weights.
func TestSmallShopGetsTheShippedWeights(t *testing.T) {
	shipped, err := rerank.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	for n, orders := range map[int]int{0: 0, 1: 1, rerank.FewestCustomers - 1: rerank.FewestCustomers - 1} {
		customers, products := regulars(n)
		out := train(t, customers, products)
		if !reflect.DeepEqual(out.Rerankers, shipped.Rerankers) {
			t.Errorf("%d customers: the weights are not the shipped ones", n)
		}
		for mode, v := range out.Verdicts {
			if v.On || v.Customers != orders || !strings.Contains(v.Why, fmt.Sprintf("only %d customers have an order to compare by", orders)) {
				t.Errorf("%d customers, %s: the verdict is %+v", n, mode, v)
			}
		}
	}
}

// The orders to predict are not learned from, nor are others of the same time:
// LAST is known to no prediction.
func TestPredictionsKnowNothingThatCameLater(t *testing.T) {
	customers, products := regulars(900)
	s := sampleOf(customers)
	orders, rows, popular := s.next(products)
	if rows["LAST"].Customers != 0 || rows["FIRST"].Customers != 900 || slices.ContainsFunc(popular, func(p recommend.Popular) bool { return p.Product == "LAST" }) {
		t.Errorf("LAST has %d customers and FIRST %d, want 0 and 900; popular are %v", rows["LAST"].Customers, rows["FIRST"].Customers, popular)
	}
	if len(orders) != 900 {
		t.Fatalf("%d orders are to be predicted, want 900", len(orders))
	}
	for _, o := range orders {
		if o.history.Orders != 4 || !slices.Contains(o.kept, "LAST") {
			t.Fatalf("an order with %v is predicted from %d orders, want the fifth", o.kept, o.history.Orders)
		}
		if c := o.predict(recommend.ModeNext, rows, popular); c.Wanted != len(o.kept)-1 {
			t.Errorf("%d of %d products are to be predicted, want all but LAST", c.Wanted, len(o.kept))
		}
	}
}

// The rows are those of the time before the orders to predict: the recent past
// ends there, and a sample has the penalties of its part of the shop.
func TestRowsAreThoseOfTheTime(t *testing.T) {
	customers, products := regulars(900)
	s := sampleOf(customers)
	s.customers = 1800 // as if half of them were drawn
	from := night.AddDate(0, 0, -20)
	learner := learning.NewLearner(from.Add(-learning.RecentWindow))
	learner.Share = .5
	for _, c := range customers {
		learner.Add(c.before(from).Purchases())
	}
	learner.Catalogue = products
	want := learner.Rows(nil)
	_, rows, popular := s.next(products)
	if !reflect.DeepEqual(popular, learner.Popular(recommend.MostPopular)) {
		t.Errorf("popular are %v", popular)
	}
	for id, row := range want {
		got := rows[id]
		if !reflect.DeepEqual(got, row) {
			t.Errorf("the row of %s is %+v, want %+v", id, got, row)
		}
	}
}

func TestFrom(t *testing.T) {
	cases := func(n, days int, older int) (out []Customer) {
		for i := range n {
			out = append(out, Customer{ID: fmt.Sprint(n, "-", days, "-", i), Older: older, Orders: []recommend.Order{order(400, "A"), order(days, "B")}[1-min(older+1, 1):]})
		}
		return out
	}
	// Customers whose first order is as late as those to predict.
	joined := func(n int) (out []Customer) {
		for i := range n {
			out = append(out, Customer{ID: fmt.Sprint("joined", i), Orders: []recommend.Order{order(5, "A"), order(3, "B")}})
		}
		return out
	}
	for name, c := range map[string]struct {
		customers []Customer
		days      int // ago
	}{
		"as many as are needed can be predicted":  {slices.Concat(joined(100), cases(250, 10, 0), cases(130, 90, 0), cases(100, 200, 0)), 90},
		"the most, if that is not enough":         {slices.Concat(joined(100), cases(200, 10, 0), cases(40, 90, 0)), 90},
		"half of the customers who ordered twice": {slices.Concat(cases(500, 10, 0), cases(500, 90, 0)), 10},
		"as many as are needed":                   {slices.Concat(cases(200, 10, 0), cases(150, 90, 0)), 90},
		"all, if there are few":                   {slices.Concat(cases(20, 10, 0), cases(15, 90, 0)), 90},
		"those whose first order is only summed":  {slices.Concat(cases(500, 10, 3), cases(400, 90, 0)), 10},
		"no more than the most":                   {slices.Concat(cases(mostCases, 10, 0), cases(mostCases+9, 90, 0)), 10},
	} {
		t.Run(name, func(t *testing.T) {
			if got := sampleOf(c.customers).from(); !got.Equal(night.AddDate(0, 0, -c.days)) {
				t.Errorf("from = %v, want %d days before %v", got, c.days, night)
			}
		})
	}
	if got := sampleOf([]Customer{{ID: "one", Orders: []recommend.Order{order(3, "A")}}}).from(); !got.IsZero() {
		t.Errorf("from = %v without a second order, want none", got)
	}
}

func TestNext(t *testing.T) {
	returned := order(5, "B", "C")
	returned.Lines[0].Returned = 1
	gone := order(6, "B")
	gone.Lines[0].Returned = 1
	for name, c := range map[string]struct {
		orders []recommend.Order
		days   int // of the order that is predicted
		kept   []shop.ProductID
	}{
		"no orders":                  {nil, 0, nil},
		"only earlier orders":        {[]recommend.Order{order(20, "A")}, 0, nil},
		"the first of two":           {[]recommend.Order{order(20, "A"), order(9, "B"), order(8, "C")}, 9, []shop.ProductID{"B"}},
		"exactly at the time":        {[]recommend.Order{order(10, "A")}, 10, []shop.ProductID{"A"}},
		"what was kept":              {[]recommend.Order{order(20, "A"), returned}, 5, []shop.ProductID{"C"}},
		"not one that was sent back": {[]recommend.Order{gone, order(4, "D", "D")}, 4, []shop.ProductID{"D"}},
	} {
		t.Run(name, func(t *testing.T) {
			at, kept := Customer{Orders: c.orders}.next(night.AddDate(0, 0, -10))
			if !slices.Equal(kept, c.kept) || len(kept) > 0 && !at.Equal(night.AddDate(0, 0, -c.days)) {
				t.Errorf("next = %v, %q, want %q %d days ago", at, kept, c.kept, c.days)
			}
		})
	}
}

// The sample keeps the same customers, in whatever order and number they are
// added.
func TestSampleKeepsTheSameCustomers(t *testing.T) {
	kept := func(step int) (ids []string) {
		s := &Sample{}
		opened := 0
		const n = 3*mostKept + 1000
		for i := range n {
			id := fmt.Sprint("c", i*step%n)
			s.Add(id, func() Customer { opened++; return Customer{ID: id} })
			if len(s.kept) >= 2*mostKept {
				t.Fatalf("%d customers are kept", len(s.kept))
			}
		}
		s.cut()
		for _, c := range s.kept {
			ids = append(ids, c.ID)
		}
		if s.customers != n || opened == n {
			t.Errorf("%d of %d customers counted, %d opened", s.customers, n, opened)
		}
		parts := make([]Sample, 4)
		for i := range n {
			id := fmt.Sprint("c", i)
			parts[i*step%7%4].Add(id, func() Customer { return Customer{ID: id} })
		}
		for i := range parts[1:] {
			parts[0].Merge(&parts[1+i])
		}
		if !slices.EqualFunc(parts[0].kept, s.kept, func(a, b drawn) bool { return a.ID == b.ID }) || parts[0].customers != n {
			t.Errorf("%d customers are kept of merged parts, want the %d of all", len(parts[0].kept), len(s.kept))
		}
		return ids
	}
	one, other := kept(1), kept(11)
	if len(one) != mostKept || !slices.Equal(one, other) {
		t.Errorf("%d customers are kept, and with another order %d, want %d and the same", len(one), len(other), mostKept)
	}
}

// Samples of parts of the customers, merged in any order after they were stored, are the
// sample of all, and train from the same orders and rows.
func TestSamplesOfPartsMerge(t *testing.T) {
	customers, products := regulars(900)
	encoded := func(s *Sample) string {
		body, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 0, 1}} {
		parts := make([]Sample, 3)
		for i, c := range customers {
			parts[i*i%3].Add(c.ID, func() Customer { return c })
		}
		var merged Sample
		for _, i := range order {
			var again Sample
			if err := json.Unmarshal([]byte(encoded(&parts[i])), &again); err != nil {
				t.Fatal(err)
			}
			merged.Merge(&again)
		}
		if encoded(&merged) != encoded(sampleOf(customers)) {
			t.Errorf("parts merged in the order %v are another sample", order)
		}
		orders, rows, popular := merged.next(products)
		wantOrders, wantRows, wantPopular := sampleOf(customers).next(products)
		if !reflect.DeepEqual(orders, wantOrders) || !reflect.DeepEqual(rows, wantRows) || !reflect.DeepEqual(popular, wantPopular) {
			t.Errorf("parts merged in the order %v train from something else", order)
		}
	}
}

// Each part is judged by weights that were trained without it.
func TestPartsAreJudgedByTheOthers(t *testing.T) {
	customers, products := regulars(900)
	s := sampleOf(customers)
	orders, rows, popular := s.next(products)
	cases := make([]rerank.Case, len(orders))
	seen := map[int]int{}
	for i, o := range orders {
		cases[i] = o.predict(recommend.ModeNext, rows, popular)
		seen[o.part]++
	}
	for part := range parts {
		if n := seen[part]; n < 250 || n > 350 {
			t.Errorf("part %d has %d of 900 customers, want about 300", part, n)
		}
	}
	weights, honest, err := s.train(cases, orders)
	if err != nil {
		t.Fatal(err)
	}
	all, err := rerank.Train(cases, recommend.FeatureNames(), rerank.OwnShop, seed)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(weights, all) {
		t.Errorf("the weights in force are %+v, want those from all customers, %+v", weights, all)
	}
	if cheat := rerank.Judge(cases, func(int) *recommend.Linear { return all }, seed); reflect.DeepEqual(honest, cheat) || honest == (judge.Verdict{}) {
		t.Errorf("the verdict is %+v, the same as with weights that know the orders", honest)
	}
}
