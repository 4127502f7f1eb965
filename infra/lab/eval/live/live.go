// Package live measures how well recommendations predict orders if they use the
// live co-purchase counters (shared/recommend/live) instead of the exact count of
// all pairs of products that customers bought. Both are used by the same simple
// recommender, so that only the counts differ.
package live

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// blend is the recommender of both: the customer's own frequency, the
// neighbours of their products, and popularity,
//
//	score(i) = x(i) + 10 · Σ_j x(j)·S(j,i) / Σ_j x(j) + .03 · pop(i)
//
// without the first term if only new items are predicted.
type blend struct {
	near   [][]near // by product, 20 at most
	orders []int    // number of orders with each product
	most   int
}

type near struct {
	item  trial.Item
	score float64
}

// begin counts the orders with each product.
func (b *blend) begin(past *trial.Past) {
	b.near, b.orders = make([][]near, len(past.Products)), make([]int, len(past.Products))
	for _, c := range past.Customers {
		for _, o := range c.Orders {
			for _, item := range o.Items {
				b.orders[item]++
			}
		}
	}
	b.most = max(1, slices.Max(b.orders))
}

// Rank implements [trial.Method].
func (b *blend) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	own, sum := map[trial.Item]float64{}, 0.0
	for _, o := range history {
		for _, item := range o.Items {
			own[item]++
			sum++
		}
	}
	scores := make([]float64, len(b.orders))
	for item, n := range b.orders {
		scores[item] = .03 * float64(n) / float64(b.most)
	}
	for _, item := range slices.Sorted(maps.Keys(own)) {
		for _, n := range b.near[item] {
			scores[n.item] += 10 * own[item] / sum * n.score
		}
	}
	var out []trial.Item
	for item := range scores {
		if x := own[trial.Item(item)]; mode == trial.Next {
			scores[item] += x
		} else if x > 0 {
			continue
		}
		if scores[item] > 0 {
			out = append(out, trial.Item(item))
		}
	}
	slices.SortFunc(out, func(i, j trial.Item) int { return cmp.Or(cmp.Compare(scores[j], scores[i]), cmp.Compare(i, j)) })
	return out[:min(k, len(out))], nil
}

// Exact counts all pairs over whole histories, with the similarity of the live
// counters and without decay: S(j,i) = c_ij / (√(n_i·n_j) + 5).
type Exact struct{ blend }

// Name implements [trial.Method].
func (*Exact) Name() string { return "exact batch" }

// Fit implements [trial.Method].
func (e *Exact) Fit(past *trial.Past) error {
	e.begin(past)
	buyers := make([][]int, len(past.Products))
	baskets := make([][]trial.Item, len(past.Customers))
	for i, c := range past.Customers {
		had := map[trial.Item]bool{}
		for _, o := range c.Orders {
			for _, item := range o.Items {
				had[item] = true
			}
		}
		baskets[i] = slices.Sorted(maps.Keys(had))
		for item := range had {
			buyers[item] = append(buyers[item], i)
		}
	}
	both := make([]float64, len(past.Products))
	for j := range past.Products {
		clear(both)
		for _, b := range buyers[j] {
			for _, i := range baskets[b] {
				both[i]++
			}
		}
		for i, c := range both {
			if c > 0 && i != j {
				e.near[j] = append(e.near[j], near{trial.Item(i), c / (math.Sqrt(float64(len(buyers[i])*len(buyers[j]))) + 5)})
			}
		}
		slices.SortFunc(e.near[j], func(a, b near) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.item, b.item)) })
		e.near[j] = slices.Clone(e.near[j][:min(len(e.near[j]), 20)])
	}
	return nil
}

// Counters is the live counters as record keeps them: it counts the orders one
// by one, in order of time.
type Counters struct {
	blend
	Orders, Writes, Cuts int // how many there were
}

// Name implements [trial.Method].
func (*Counters) Name() string { return "live counters" }

// today is the time to which each trial is moved, because the weights of the
// counters begin in 2026.
var today = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

// Fit implements [trial.Method].
func (c *Counters) Fit(past *trial.Past) error {
	c.begin(past)
	type visit struct{ customer, order int }
	var visits []visit
	for i, customer := range past.Customers {
		for o := range customer.Orders {
			visits = append(visits, visit{i, o})
		}
	}
	at := func(v visit) time.Time { return past.Customers[v.customer].Orders[v.order].At.Add(today.Sub(past.Now)) }
	slices.SortStableFunc(visits, func(a, b visit) int { return at(a).Compare(at(b)) })
	rows := map[shop.ProductID]live.Row{}
	for n, v := range visits {
		orders := past.Customers[v.customer].Orders
		bought := func(o int) live.Bought {
			b := live.Bought{Order: shop.OrderID(string(rune('a'+n%26)) + time.Duration(n).String()), At: at(visit{v.customer, o})}
			for _, item := range orders[o].Items {
				b.Kept = append(b.Kept, past.Products[item])
			}
			return b
		}
		var before []live.Bought
		for o := v.order - 1; o >= 0; o-- {
			before = append(before, bought(o))
		}
		one := bought(v.order)
		c.Orders++
		for _, change := range live.Count(one.At, one, before, nil).Pending(one.Order) {
			c.Writes++
			rows[change.Row] = c.changed(rows[change.Row], change)
		}
	}
	most := popular(past, 100)
	place := make(map[shop.ProductID]trial.Item, len(past.Products))
	for item, id := range past.Products {
		place[id] = trial.Item(item)
	}
	for id, row := range rows {
		for _, n := range row.Neighbours(live.SoldOf(most)) {
			c.near[place[id]] = append(c.near[place[id]], near{place[n.Product], n.Score})
		}
	}
	return nil
}

func (c *Counters) changed(row live.Row, change live.Change) live.Row {
	if row.With == nil {
		row.With = map[shop.ProductID]live.Tally{}
	}
	row.Bought += change.Bought
	for p, t := range change.With {
		row.With[p] += t
	}
	row.Marks = append(row.Marks, change.Mark)
	partners, marks := row.Cut()
	for _, p := range partners {
		delete(row.With, p)
	}
	if len(partners)+len(marks) > 0 {
		c.Cuts++
		row.Marks = slices.DeleteFunc(row.Marks, func(m string) bool { return slices.Contains(marks, m) })
	}
	return row
}

// popular returns the n products that most customers bought, with their
// customers.
func popular(past *trial.Past, n int) map[shop.ProductID]int {
	customers, _ := past.Bought(time.Time{})
	items := make([]int, len(customers))
	for i := range items {
		items[i] = i
	}
	slices.SortFunc(items, func(a, b int) int { return cmp.Or(cmp.Compare(customers[b], customers[a]), cmp.Compare(a, b)) })
	most := map[shop.ProductID]int{}
	for _, i := range items[:min(n, len(items))] {
		most[past.Products[i]] = customers[i]
	}
	return most
}
