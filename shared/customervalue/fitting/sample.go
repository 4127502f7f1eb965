package fitting

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/hashsample"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

const (
	// sampleSize is the most customers of whom a [Learner] keeps each order.
	sampleSize = 10_000

	// sampleOrders is the most orders of one of them: a few customers with tens of
	// thousands would take more memory than all others.
	sampleOrders = 1000
)

// sample is a random part of the customers, with each of their orders. Which
// customers it holds depends only on their IDs.
type sample struct{ hashsample.Sample[sampled] }

type sampled struct {
	Spread bool    `json:"spread,omitempty"` // some orders have no known day, see [ordersOf]
	Orders []dated `json:"orders"`           // the oldest first
}

// dated is one order.
type dated struct {
	Ago      int           `json:"ago"` // whole days before the learner's time
	Minor    int64         `json:"minor"`
	Currency shop.Currency `json:"currency"`
}

func newSample() sample { return sample{hashsample.New[sampled](sampleSize)} }

// add adds a customer as they are at now.
func (s *sample) add(hash uint64, p profile.Profile, now time.Time) {
	s.Add(hash, func() (sampled, bool) {
		orders := ordersOf(p, now)
		return sampled{p.Earlier.Orders > 1, orders}, len(orders) > 0 && len(orders) <= sampleOrders
	})
}

// ordersOf returns the orders that were not cancelled, until now. Orders that
// the profile only sums are taken to be evenly spread between the first order
// and the oldest one that it keeps, with equal amounts.
func ordersOf(p profile.Profile, now time.Time) (orders []dated) {
	add := func(at time.Time, minor int64, currency shop.Currency) {
		if !at.After(now) {
			orders = append(orders, dated{int(now.Sub(at) / (24 * time.Hour)), minor, currency})
		}
	}
	if n := p.Earlier.Orders; n > 0 {
		until := now
		if len(p.Orders) > 0 {
			until = p.Orders[0].At
		}
		var mean int64
		var currency shop.Currency
		for c, sum := range p.Earlier.Net {
			if len(p.Earlier.Net) == 1 {
				mean, currency = sum/int64(n), c
			}
		}
		for i := range min(n, sampleOrders+1) {
			add(p.Earlier.First.Add(until.Sub(p.Earlier.First)/time.Duration(n)*time.Duration(i)), mean, currency)
		}
	}
	for _, v := range p.Orders {
		if !v.Cancelled {
			add(v.At, v.Net.Minor, v.Net.Currency)
		}
	}
	slices.SortStableFunc(orders, func(a, b dated) int { return cmp.Compare(b.Ago, a.Ago) })
	return orders
}

// spread returns the number of customers some of whose orders have no known
// day, see [ordersOf].
func (s *sample) spread() (n int) {
	for _, c := range s.All() {
		if c.Of.Spread {
			n++
		}
	}
	return n
}

// since returns how many days ago the first order of the sample was.
func (s *sample) since() (days int) {
	for _, c := range s.All() {
		days = max(days, c.Of.Orders[0].Ago)
	}
	return days
}

// past is a customer at a cut in the past, with what they did after it.
type past struct {
	first, last int // days before the learner's time
	repeats     int
	spent       customervalue.Baskets
	next        int     // orders between the cut and its end
	later       float64 // spent on these, in minor units
}

// at returns the customers with an order before the cut, as they were then, and
// their orders until the end. Both are days before the learner's time.
func (s *sample) at(cut, end int, currency shop.Currency) (people []past) {
	for _, c := range s.All() {
		p := past{first: c.Of.Orders[0].Ago, repeats: -1}
		if p.first < cut {
			continue
		}
		for _, o := range c.Of.Orders {
			switch {
			case o.Ago >= cut:
				p.repeats++
				p.last = o.Ago
				if o.Currency == currency {
					p.spent.Orders++
					p.spent.Sum += float64(o.Minor)
				}
			case o.Ago >= end:
				p.next++
				if o.Currency == currency {
					p.later += float64(o.Minor)
				}
			}
		}
		people = append(people, p)
	}
	return people
}
