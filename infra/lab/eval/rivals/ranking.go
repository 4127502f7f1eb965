package rivals

import (
	"cmp"
	"slices"

	"regulars/infra/lab/eval/trial"
)

// ranking sorts products by score. learn must be called first.
type ranking struct {
	orders []int        // number of orders with each product
	order  []trial.Item // all ordered products, most orders first
}

// learn counts the orders with each product.
func (r *ranking) learn(past *trial.Past) {
	r.orders = make([]int, len(past.Products))
	for _, c := range past.Customers {
		for _, o := range c.Orders {
			for _, item := range o.Items {
				r.orders[item]++
			}
		}
	}
	r.order = r.order[:0]
	for item, n := range r.orders {
		if n > 0 {
			r.order = append(r.order, trial.Item(item))
		}
	}
	slices.SortFunc(r.order, func(a, b trial.Item) int {
		return cmp.Or(cmp.Compare(r.orders[b], r.orders[a]), cmp.Compare(a, b))
	})
}

// top returns the k best products with a score above 0, then popular ones.
func (r *ranking) top(scores map[trial.Item]float64, history []trial.Order, mode trial.Mode, k int) []trial.Item {
	had := map[trial.Item]bool{}
	if mode == trial.New {
		had = counts(history).items()
	}
	var best []trial.Item
	for item, score := range scores {
		if score > 0 && !had[item] {
			best = append(best, item)
		}
	}
	slices.SortFunc(best, func(a, b trial.Item) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(r.orders[b], r.orders[a]), cmp.Compare(a, b))
	})
	best = best[:min(len(best), k)]
	for _, item := range r.order {
		if len(best) >= k {
			break
		}
		if !had[item] && !slices.Contains(best, item) {
			best = append(best, item)
		}
	}
	return best
}

// tally is the number of orders with each item.
type tally map[trial.Item]float64

func counts(history []trial.Order) tally {
	out := tally{}
	for _, o := range history {
		for _, item := range o.Items {
			out[item]++
		}
	}
	return out
}

func (t tally) items() map[trial.Item]bool {
	out := make(map[trial.Item]bool, len(t))
	for item := range t {
		out[item] = true
	}
	return out
}

// sorted returns the items in ascending order, so that sums over them are
// always computed in the same order.
func (t tally) sorted() []trial.Item {
	out := make([]trial.Item, 0, len(t))
	for item := range t {
		out = append(out, item)
	}
	slices.Sort(out)
	return out
}

func (t tally) sum() (sum float64) {
	for _, n := range t {
		sum += n // whole numbers: the order does not matter
	}
	return sum
}
