package learning

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"regulars/shared/hashsample"
	"regulars/shared/shop"
)

// MostHistories is how many customers' histories a night keeps at most, for the fit and
// the similarity. Of more customers it keeps a sample, between a half of it and all of
// it; what is counted by product is of all customers all the same. A million histories of
// ten products take 0.3 GB.
const MostHistories = 1_000_000

// Counts is what a night knows of a shop's purchases, or of those of a part of its
// customers. Counts of parts can be merged in any order, and are then the counts of the
// whole: equal if encoded, byte for byte.
//
// Everything that is counted by product is a sum of integers over all customers. The
// histories, from which the neighbours are learned, grow with the customers, so they are a
// sample (package hashsample).
type Counts struct {
	customers int
	learner   *Learner // its tallies are of all customers, and it has no histories
	histories hashsample.Sample[history]
}

// history is a customer's basket: the number of each product, followed by the place of
// the customer's first order with it.
type history []int32

// NewCounts returns the counts of no customers, which keep at most most histories:
// [MostHistories] in a night. The recent past begins at since, see [NewLearner].
func NewCounts(since time.Time, most int) *Counts {
	return &Counts{learner: NewLearner(since), histories: hashsample.New[history](most)}
}

// Add counts one customer's whole history, as [Learner.Add] does.
func (c *Counts) Add(id string, purchases []Purchase) {
	c.customers++
	l, all := c.learner, basketOf(purchases)
	for _, b := range all {
		l.products[l.number(b.product)].add(b, l.since)
	}
	c.histories.Add(hashsample.Of("history", id), func() (history, bool) {
		h := make(history, 0, 2*len(all))
		for _, b := range all {
			h = append(h, l.index[b.product], b.place)
		}
		return h, true
	})
}

// Customers returns how many customers were counted.
func (c *Counts) Customers() int { return c.customers }

// Products returns how many products were bought.
func (c *Counts) Products() int { return len(c.learner.products) }

// Learner returns the learner of these counts, which must not be used afterwards. The
// penalties of a sample are those of a shop of its size: they weigh what a few customers
// did by chance.
func (c *Counts) Learner() *Learner {
	c.sort()
	l, all := c.learner, c.histories.All()
	l.baskets = make([][]entry, 0, len(all))
	for i, h := range all {
		basket := make([]entry, len(h.Of)/2)
		for b := range basket {
			basket[b] = entry{h.Of[2*b], h.Of[2*b+1]}
		}
		l.keep(basket)
		all[i].Of = nil // frees its memory
	}
	c.learner = nil
	return l
}

// Merge adds the counts of other customers. The other counts must not be used afterwards.
func (c *Counts) Merge(other *Counts) {
	number := make([]int32, len(other.learner.products)) // by the other's number
	for n, p := range other.learner.products {
		number[n] = c.learner.number(p.id)
		c.learner.products[number[n]].merge(p.tally)
	}
	c.customers += other.customers
	other.renumber(number)
	c.histories.Merge(&other.histories)
}

// renumber gives the products in the histories other numbers.
func (c *Counts) renumber(number []int32) {
	for _, h := range c.histories.All() {
		for i := 0; i < len(h.Of); i += 2 {
			h.Of[i] = number[h.Of[i]]
		}
	}
}

// sort numbers the products by ID, so that nothing depends on the order in which
// customers came.
func (c *Counts) sort() {
	l := c.learner
	ids := slices.Sorted(maps.Keys(l.index))
	number, products := make([]int32, len(ids)), make([]counted, len(ids))
	for n, id := range ids {
		number[l.index[id]], products[n] = int32(n), l.products[l.index[id]]
		l.index[id] = int32(n)
	}
	l.products = products
	c.renumber(number)
}

// encoded is the form of [Counts] in JSON.
type encoded struct {
	Customers int                         `json:"customers"`
	Products  []encodedTally              `json:"products"` // by ID
	Histories *hashsample.Sample[history] `json:"histories"`
}

type encodedTally struct {
	ID   shop.ProductID  `json:"id"`
	Sums [5]int          `json:"sums"` // customers, recent, last, again, could
	Gaps map[int16]int32 `json:"gaps,omitempty"`
}

// MarshalJSON encodes the counts. The bytes depend on the customers alone.
func (c *Counts) MarshalJSON() ([]byte, error) {
	c.sort()
	e := encoded{c.customers, make([]encodedTally, 0, len(c.learner.products)), &c.histories}
	for _, p := range c.learner.products {
		e.Products = append(e.Products, encodedTally{p.id, [5]int{p.customers, p.recent, p.last, p.again, p.could}, p.gaps})
	}
	return json.Marshal(e)
}

// UnmarshalJSON decodes counts into those that [NewCounts] returned.
func (c *Counts) UnmarshalJSON(data []byte) error {
	e := encoded{Histories: &c.histories}
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	c.customers = e.Customers
	for _, p := range e.Products {
		t := &c.learner.products[c.learner.number(p.ID)].tally
		t.customers, t.recent, t.last, t.again, t.could = p.Sums[0], p.Sums[1], p.Sums[2], p.Sums[3], p.Sums[4]
		maps.Copy(t.gaps, p.Gaps)
	}
	for _, h := range c.histories.All() {
		for i := 0; i < len(h.Of); i += 2 {
			if n := h.Of[i]; len(h.Of)%2 != 0 || n < 0 || int(n) >= len(e.Products) {
				return fmt.Errorf("a history names product %d of %d", n, len(e.Products))
			}
		}
	}
	return nil
}
