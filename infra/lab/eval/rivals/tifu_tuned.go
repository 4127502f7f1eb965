package rivals

import (
	"fmt"
	"slices"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend/judge"
)

// TunedTIFU is TIFU-KNN with the setting that is best for the shop: of a grid of
// the values that its authors published for four shops and those between them,
// the one that predicts the last orders of some customers of the past with the
// greatest NDCG. Nothing else is known of these orders while they are predicted,
// and no order that the trial predicts is used.
//
// Below [fewestHeld] customers with two orders the setting stays as it is, and
// the name says so.
type TunedTIFU struct {
	TIFU
	tuned bool
	ready bool // after Fit
}

// Bounds of the tuning. Each setting predicts the last orders of at most
// mostHeld customers from those of at most mostPool; in a shop with many
// products or long histories of fewer customers, by mostWork.
const (
	fewestHeld = 30
	mostHeld   = 1000
	mostPool   = 10_000
	mostWork   = 4e9 // additions and comparisons: some 20 s
	listLength = 10
)

// published is the setting that the authors published for Ta-Feng.
var published = TIFU{Group: 7, Within: .9, Between: .7, Neighbours: 300, Own: .7}

// The grid. The other published settings, as m, r within / between, k, α, are
// 7, 1/.6, 300, .7 (Valued Shopper), 3, .9/.7, 900, .9 (Instacart) and
// 3, .9/.6, 900, .2 (Dunnhumby).
var (
	groups     = []int{3, 7}
	within     = []float64{.9, 1}
	between    = []float64{.6, .8, 1}
	neighbours = []int{100, 300, 900}
	owns       = []float64{.1, .3, .5, .7, .9}
)

// Name implements [trial.Method].
func (t *TunedTIFU) Name() string {
	switch {
	case !t.ready:
		return "TIFU-KNN"
	case !t.tuned:
		return "TIFU-KNN, not tuned: " + t.setting()
	}
	return "TIFU-KNN, tuned: " + t.setting()
}

// Fit implements [trial.Method].
func (t *TunedTIFU) Fit(past *trial.Past) error {
	shorter, held := holdOut(past)
	if t.tuned = len(held) >= fewestHeld; t.tuned {
		t.tune(shorter, held)
	}
	t.ready = true
	return t.TIFU.Fit(past)
}

// holdOut returns the past without the last orders of up to mostHeld customers,
// and these orders. It draws customers evenly from their order by ID.
func holdOut(past *trial.Past) (*trial.Past, []trial.Case) {
	shorter := *past
	shorter.Customers = evenly(past.Customers, mostPool)
	var two []int
	for i, c := range shorter.Customers {
		if len(c.Orders) > 1 {
			two = append(two, i)
		}
	}
	shorter.Customers = slices.Clone(shorter.Customers)
	var held []trial.Case
	for _, i := range evenly(two, affordable(&shorter)) {
		c := &shorter.Customers[i]
		last := len(c.Orders) - 1
		held = append(held, trial.Case{Customer: c.ID, Before: c.Orders[:last], Next: c.Orders[last].Items})
		c.Orders = c.Orders[:last]
	}
	return &shorter, held
}

// affordable returns how many customers' last orders can be predicted within
// mostWork, from 100 to mostHeld.
func affordable(past *trial.Past) int {
	lines := 0
	for _, c := range past.Customers {
		for _, o := range c.Orders {
			lines += len(o.Items)
		}
	}
	people := max(1, len(past.Customers))
	each := len(neighbours)*len(owns)*len(past.Products) + // scores
		10*people + slices.Max(neighbours)*lines/people // distances and vectors
	return max(100, min(mostHeld, int(mostWork)/(len(groups)*len(within)*len(between)*each)))
}

// evenly returns up to n of the entries, at equal distances.
func evenly[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	out := make([]T, n)
	for i := range out {
		out[i] = all[i*len(all)/n]
	}
	return out
}

// settings is the number of settings in the grid.
var settings = len(groups) * len(within) * len(between) * len(neighbours) * len(owns)

// tune sets the parameters that predict the held-out orders best. Of equal
// settings, the first of the grid stays.
func (t *TunedTIFU) tune(past *trial.Past, held []trial.Case) {
	best := -1.0
	done, all := 0, len(groups)*len(within)*len(between)*len(held)
	for _, m := range groups {
		for _, rb := range within {
			for _, rg := range between {
				try := TIFU{Group: m, Within: rb, Between: rg}
				quiet := *past
				quiet.Progress = nil
				_ = try.Fit(&quiet) // it never fails
				sums := make([]float64, len(neighbours)*len(owns))
				for _, c := range held {
					past.Step(fmt.Sprintf("tries %d settings on the past's last orders", settings), done, all)
					done++
					try.measure(c, sums)
				}
				for i, sum := range sums {
					if sum > best {
						best = sum
						t.Group, t.Within, t.Between = m, rb, rg
						t.Neighbours, t.Own = neighbours[i/len(owns)], owns[i%len(owns)]
					}
				}
			}
		}
	}
}

// measure adds the NDCG of a case to the sum of each number of neighbours and
// own weight.
func (t *TIFU) measure(c trial.Case, sums []float64) {
	own := t.vector(c.Before)
	nearest := t.nearest(own, slices.Max(neighbours))
	mine, theirs := make([]float64, len(t.orders)), make([]float64, len(t.orders))
	for _, x := range own {
		mine[x.item] = x.score
	}
	added := 0
	for i, k := range neighbours {
		for ; added < min(k, len(nearest)); added++ {
			for _, x := range t.vectors[nearest[added]] {
				theirs[x.item] += x.score
			}
		}
		for j, alpha := range owns {
			list := t.first(func(item trial.Item) float64 {
				return alpha*mine[item] + (1-alpha)*theirs[item]/float64(max(added, 1))
			})
			sums[i*len(owns)+j] += judge.Measure(list, c.Next, listLength).NDCG
		}
	}
}

// first returns the listLength best products, like top, but without a map.
func (r *ranking) first(score func(trial.Item) float64) []trial.Item {
	list, scores := make([]trial.Item, 0, listLength+1), make([]float64, 0, listLength+1)
	for _, item := range r.order { // by popularity, so that the earlier one of equals stays
		s := score(item)
		if len(list) == listLength && s <= scores[listLength-1] {
			continue
		}
		at := len(list)
		for at > 0 && scores[at-1] < s {
			at--
		}
		list, scores = slices.Insert(list, at, item), slices.Insert(scores, at, s)
		list, scores = list[:min(len(list), listLength)], scores[:min(len(scores), listLength)]
	}
	return list
}
