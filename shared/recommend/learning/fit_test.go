package learning_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/shop"
)

// someShop is a shop of 12 products and 60 customers with two to five orders.
// A customer often buys the product with the next higher number later.
func someShop() (customers [][]learning.Purchase) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		var all []learning.Purchase
		for order := range 2 + r.IntN(4) {
			p := r.IntN(12)
			if len(all) > 0 && r.IntN(2) == 0 {
				last, _ := strconv.Atoi(string(all[len(all)-1].Product)[1:])
				p = (last + 1) % 12
			}
			all = append(all, bought(fmt.Sprintf("p%d", p), 90-10*order))
			if r.IntN(3) == 0 { // in the same order, so neither is later
				all = append(all, bought(fmt.Sprintf("p%d", r.IntN(12)), 90-10*order))
			}
		}
		customers = append(customers, all)
	}
	return customers
}

func learner(customers [][]learning.Purchase) *learning.Learner {
	l := learning.NewLearner(now.AddDate(0, 0, -60))
	for _, c := range customers {
		l.Add(c)
	}
	return l
}

// TestNeighboursFollowTheFormulas computes the rows a second time, by the
// formulas of fit.go with whole matrices.
func TestNeighboursFollowTheFormulas(t *testing.T) {
	const n = 12
	customers := someShop()
	g, after := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	total, buyers, recent := 0., [n]float64{}, [n]float64{}
	for _, c := range customers {
		first, last := map[int]time.Time{}, map[int]time.Time{}
		for _, p := range c {
			i, _ := strconv.Atoi(string(p.Product)[1:])
			if at, ok := first[i]; !ok || p.At.Before(at) {
				first[i] = p.At
			}
			if p.At.After(last[i]) {
				last[i] = p.At
			}
		}
		total += float64(len(first))
		for i, x := range first {
			buyers[i]++
			if !last[i].Before(now.AddDate(0, 0, -60)) {
				recent[i]++
			}
			for j, y := range first {
				g.Set(i, j, g.At(i, j)+1)
				if x.Before(y) {
					after.Set(i, j, after.At(i, j)+1)
				}
			}
		}
	}
	lambda := 10 * total / float64(len(customers))
	both := mat.DenseCopyOf(g)
	for i := range n {
		g.Set(i, i, g.At(i, i)+lambda)
	}
	var p, later mat.Dense
	if err := p.Inverse(g); err != nil {
		t.Fatal(err)
	}
	later.Mul(&p, after)
	var weighed, all float64
	for i := range n {
		weighed, all = weighed+buyers[i]*(1+recent[i])/(1+buyers[i]), all+buyers[i]
	}
	want := map[shop.ProductID][]recommend.Neighbour{}
	id := func(i int) shop.ProductID { return shop.ProductID(fmt.Sprint("p", i)) }
	for j := range n {
		for i := range n {
			trend := math.Sqrt((1 + recent[i]) / (1 + buyers[i]) * all / weighed)
			score := (.5*later.At(j, i) - p.At(j, i)/p.At(i, i)) * trend
			if i != j && score > 0 && both.At(j, i) > 0 {
				want[id(j)] = append(want[id(j)], recommend.Neighbour{Product: id(i), Score: score, Customers: int(both.At(j, i))})
			}
		}
		slices.SortFunc(want[id(j)], func(a, b recommend.Neighbour) int { return compare(b.Score, a.Score) })
		want[id(j)] = want[id(j)][:min(4, len(want[id(j)]))]
	}
	if diff := cmp.Diff(want, learner(customers).Neighbours(4), cmpopts.EquateApprox(1e-9, 0)); diff != "" {
		t.Errorf("Neighbours (-want +got):\n%s", diff)
	}
}

func compare(a, b float64) int {
	if a < b {
		return -1
	}
	return 1
}

// A product that is bought later ranks above one that is bought earlier, even
// if the same customers bought both: ink does not lead to a printer.
func TestProductsBoughtLaterRankHigher(t *testing.T) {
	var customers [][]learning.Purchase
	for c := range 40 {
		customers = append(customers, []learning.Purchase{
			bought("printer", 90), bought("ink", 60), bought("paper", 30), bought(fmt.Sprint("other", c%5), 45),
		})
	}
	near := learner(customers).Neighbours(9)["ink"]
	at := func(p shop.ProductID) int {
		return slices.IndexFunc(near, func(n recommend.Neighbour) bool { return n.Product == p })
	}
	if at("paper") < 0 || at("printer") >= 0 && at("printer") < at("paper") {
		t.Errorf("the neighbours of the ink are %v, want the paper before the printer", near)
	}
}

func TestProductsThatAreNotFittedGetCoPurchaseScores(t *testing.T) {
	customers := someShop()
	l := learner(customers)
	together := l.Together(20)
	for fits, fitted := range map[int]int{0: 0, 5: 5, 12: 12, 99: 12, -1: 0} {
		l.Fits = fits
		alike := 0
		for p, row := range l.Neighbours(20) {
			scale, same := row[0].Score/together[p][0].Score, len(row) == len(together[p])
			for i := range min(len(row), len(together[p])) {
				same = same && row[i].Product == together[p][i].Product && math.Abs(row[i].Score/together[p][i].Score/scale-1) < 1e-9
			}
			if same {
				alike++
			}
			if fits <= 0 && math.Abs(scale-.2) > 1e-9 {
				t.Errorf("if no product is fitted, the scale of co-purchase is %v, want .2", scale)
			}
		}
		if alike != 12-fitted {
			t.Errorf("with %d products to fit, %d rows are those of co-purchase, want %d", fits, alike, 12-fitted)
		}
	}
}

// A product with fewer than three buyers is not fitted and does not harm the
// others.
func TestTinyShopIsLearned(t *testing.T) {
	l := learner([][]learning.Purchase{{bought("a", 9), bought("b", 3)}})
	got := l.Neighbours(20)
	if len(got["a"]) != 1 || got["a"][0].Product != "b" || !(got["a"][0].Score > 0) {
		t.Errorf("Neighbours = %v, want a and b as each other's neighbours", got)
	}
	if got := learner([][]learning.Purchase{{bought("a", 9)}, nil, {}}).Learned(20); len(got) != 1 || len(got["a"].Neighbours) != 0 {
		t.Errorf("Learned of one product = %v", got)
	}
}

func TestLearned(t *testing.T) {
	l := learner([][]learning.Purchase{
		{bought("tea", 90), bought("tea", 80), bought("tea", 70), bought("mug", 70)}, // again in 2 of 2 orders
		{bought("tea", 90), bought("mug", 10)},                                       // in 0 of 1
		{bought("tea", 5)},
	})
	got := l.Learned(20)
	// All products: 2 of 3 orders, drawn towards .1 by 5; tea: 2 of 3, drawn
	// towards that by 5.
	usual := (2 + 5*.1) / (3. + 5)
	for id, want := range map[shop.ProductID]recommend.Learned{
		"tea": {Customers: 3, Recent: 1, InLast: 2, Repeaters: 1, Again: (2 + 5*usual) / (3 + 5)},
		"mug": {Customers: 2, Recent: 1, InLast: 2, Again: usual},
	} {
		if diff := cmp.Diff(want, got[id], cmpopts.IgnoreFields(recommend.Learned{}, "Neighbours"), cmpopts.EquateApprox(1e-12, 0)); diff != "" {
			t.Errorf("Learned of %s (-want +got):\n%s", id, diff)
		}
		if len(got[id].Neighbours) != 1 {
			t.Errorf("%s has neighbours %v, want the other one", id, got[id].Neighbours)
		}
	}
}

// A half of a shop that is like the whole has the scores of the whole, fitted
// or not, if the penalties are told that it is a half.
func TestShareOfASampleKeepsTheScores(t *testing.T) {
	customer := func(i int) []learning.Purchase {
		return []learning.Purchase{bought("tea", 9), bought([]string{"mug", "pot", "jar"}[i%3], 8), bought([]string{"cup", "tin"}[i%2], 7)}
	}
	var half, whole [][]learning.Purchase
	for i := range 30 {
		half, whole = append(half, customer(i)), append(whole, customer(i), customer(i))
	}
	for phrase, fits := range map[string]int{"fitted": learning.MostFitted, "not fitted": 0} {
		scores := func(customers [][]learning.Purchase, share float64) map[string]float64 {
			l := learner(customers)
			l.Fits, l.Share = fits, share
			out := map[string]float64{}
			for id, row := range l.Learned(20) {
				for _, n := range row.Neighbours {
					out[string(id)+" "+string(n.Product)] = n.Score
				}
			}
			return out
		}
		want, same := scores(whole, 1), cmpopts.EquateApprox(0, 1e-9)
		if diff := cmp.Diff(want, scores(half, .5), same); diff != "" {
			t.Errorf("%s: scores (-whole shop +half):\n%s", phrase, diff)
		}
		if cmp.Equal(want, scores(half, 1), same) {
			t.Errorf("%s: the share changes nothing", phrase)
		}
	}
}

func TestSimilarity(t *testing.T) {
	for phrase, c := range map[string]struct {
		both, source, candidate, recent int
		want                            float64
	}{
		"bought by all":    {4, 4, 4, 4, 4. / 9},
		"bought by none":   {0, 4, 4, 4, 0},
		"no such source":   {1, 0, 4, 4, 0},
		"out of season":    {4, 4, 4, 0, 4. / 9 * math.Pow(.2, .25)},
		"a broken counter": {4, 4, 4, -7, 4. / 9 * math.Pow(.2, .25)},
	} {
		if got := learning.Similarity(c.both, c.source, c.candidate, c.recent); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: Similarity(%d, %d, %d, %d) = %v, want %v", phrase, c.both, c.source, c.candidate, c.recent, got, c.want)
		}
	}
}

// TestLearnedRowsAreValidForRandomShops draws shops and checks that the engine
// can use the rows, and that they do not depend on the order of customers or
// purchases.
func TestLearnedRowsAreValidForRandomShops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) learning.Purchase {
			return bought(drawID(t), rapid.IntRange(0, 90).Draw(t, "ago"))
		}), 0, 8)
		customers := rapid.SliceOfN(one, 0, 20).Draw(t, "customers")
		fits := rapid.SampledFrom([]int{learning.MostFitted, 3, 0}).Draw(t, "fits")
		learn := func(customers [][]learning.Purchase) map[shop.ProductID]recommend.Learned {
			l := learner(customers)
			l.Fits = fits
			return l.Learned(5)
		}
		got := learn(customers)
		for id, row := range got {
			last := math.Inf(1)
			for _, n := range row.Neighbours {
				if !(n.Score > 0) || n.Score > last || n.Product == id || n.Customers < 1 || n.Customers > got[n.Product].Customers {
					t.Fatalf("%s has the neighbour %+v after %v", id, n, last)
				}
				last = n.Score
			}
			if len(row.Neighbours) > 5 || !(row.Again > 0) || row.Again > 1 || row.Recent > row.Customers || row.Customers < 1 {
				t.Fatalf("%s: %+v", id, row)
			}
		}
		shuffled := rapid.Permutation(customers).Draw(t, "shuffled")
		for i, c := range shuffled {
			shuffled[i] = rapid.Permutation(c).Draw(t, "purchases")
		}
		if diff := cmp.Diff(got, learn(shuffled)); diff != "" {
			t.Fatalf("another order of the input gives other rows:\n%s", diff)
		}
	})
}
