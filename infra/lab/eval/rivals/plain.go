package rivals

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"regulars/infra/lab/eval/trial"
)

// Popular recommends the products that are in most orders: of all time, or if
// Days is set, of the last Days days.
type Popular struct {
	Days int
	ranking
}

// Name implements [trial.Method].
func (p *Popular) Name() string {
	if p.Days > 0 {
		return fmt.Sprintf("most popular of the last %d days", p.Days)
	}
	return "most popular"
}

// Fit implements [trial.Method].
func (p *Popular) Fit(past *trial.Past) error {
	if p.Days <= 0 {
		p.learn(past)
		return nil
	}
	since := past.Now.Add(-time.Duration(p.Days) * 24 * time.Hour)
	recent := trial.Past{Products: past.Products}
	for _, c := range past.Customers {
		var orders []trial.Order
		for _, o := range c.Orders {
			if !o.At.Before(since) {
				orders = append(orders, o)
			}
		}
		recent.Customers = append(recent.Customers, trial.Customer{ID: c.ID, Orders: orders})
	}
	p.learn(&recent)
	return nil
}

// Rank implements [trial.Method].
func (p *Popular) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	return p.top(nil, history, mode, k), nil
}

// Frequency recommends the products that the customer bought most often.
type Frequency struct{ ranking }

// Name implements [trial.Method].
func (*Frequency) Name() string { return "personal frequency" }

// Fit implements [trial.Method].
func (f *Frequency) Fit(past *trial.Past) error {
	f.learn(past)
	return nil
}

// Rank implements [trial.Method].
func (f *Frequency) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	return f.top(counts(history), history, mode, k), nil
}

// CoPurchase recommends what customers with the same products bought:
// item-based collaborative filtering (Sarwar et al., WWW 2001) with the
// similarity
//
//	S(j,i) = c_ij / (√(n_i·n_j) + 5)
//
// for c_ij customers who bought both, and n_i who bought i.
type CoPurchase struct {
	Keep int // neighbours of an item

	ranking
	near [][]near
}

type near struct {
	item  trial.Item
	score float64
}

// Name implements [trial.Method].
func (c *CoPurchase) Name() string { return fmt.Sprintf("co-purchase, cut to %d", c.Keep) }

// Fit implements [trial.Method].
func (c *CoPurchase) Fit(past *trial.Past) error {
	const shrink = 5
	c.learn(past)
	buyers := make([][]int, len(past.Products))
	baskets := make([][]trial.Item, len(past.Customers))
	for i, customer := range past.Customers {
		baskets[i] = counts(customer.Orders).sorted()
		for _, item := range baskets[i] {
			buyers[item] = append(buyers[item], i)
		}
	}
	c.near = make([][]near, len(past.Products))
	both := make([]float64, len(past.Products))
	for j := range past.Products {
		past.Step("counts pairs by product", j, len(past.Products))
		var found []near
		for _, b := range buyers[j] {
			for _, i := range baskets[b] {
				if both[i] == 0 {
					found = append(found, near{item: i})
				}
				both[i]++
			}
		}
		for at := range found {
			i := found[at].item
			found[at].score = both[i] / (math.Sqrt(float64(len(buyers[i])*len(buyers[j]))) + shrink)
			both[i] = 0
		}
		found = slices.DeleteFunc(found, func(n near) bool { return int(n.item) == j })
		c.near[j] = strongest(found, c.Keep, c.orders)
	}
	return nil
}

// strongest returns the n best; ties are decided by popularity, then by ID.
func strongest(found []near, n int, orders []int) []near {
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(orders[b.item], orders[a.item]), cmp.Compare(a.item, b.item))
	})
	return slices.Clone(found[:min(len(found), n)])
}

// Rank implements [trial.Method].
func (c *CoPurchase) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	own := counts(history)
	scores := map[trial.Item]float64{}
	for _, j := range own.sorted() {
		for _, n := range c.near[j] {
			scores[n.item] += n.score
		}
	}
	return c.top(scores, history, mode, k), nil
}
