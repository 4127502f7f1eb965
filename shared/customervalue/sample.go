package customervalue

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"time"

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
type sample struct {
	people []sampled
	below  uint64 // customers whose hash is below are kept
}

type sampled struct {
	hash   uint64
	spread bool
	orders []dated // the oldest first
}

// dated is one order.
type dated struct {
	ago      int // whole days before the learner's time
	minor    int64
	currency shop.Currency
}

func newSample() sample { return sample{below: math.MaxUint64} }

// add adds a customer as they are at now. Whenever there are too many, half of
// the sample is dropped.
func (s *sample) add(p profile.Profile, now time.Time) {
	sum := sha256.Sum256([]byte("value " + string(p.ID)))
	hash := binary.BigEndian.Uint64(sum[:])
	if hash > s.below {
		return
	}
	orders := ordersOf(p, now)
	if len(orders) == 0 || len(orders) > sampleOrders {
		return
	}
	s.people = append(s.people, sampled{hash, p.Earlier.Orders > 1, orders})
	for len(s.people) > sampleSize && s.below > 0 {
		s.below /= 2
		s.people = slices.DeleteFunc(s.people, func(c sampled) bool { return c.hash > s.below })
	}
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
	slices.SortStableFunc(orders, func(a, b dated) int { return cmp.Compare(b.ago, a.ago) })
	return orders
}

// sort puts the customers into an order that does not depend on the order in
// which they were added.
func (s *sample) sort() {
	slices.SortFunc(s.people, func(a, b sampled) int { return cmp.Compare(a.hash, b.hash) })
}

// spread returns the number of customers some of whose orders have no known
// day, see [ordersOf].
func (s *sample) spread() (n int) {
	for _, c := range s.people {
		if c.spread {
			n++
		}
	}
	return n
}

// since returns how many days ago the first order of the sample was.
func (s *sample) since() (days int) {
	for _, c := range s.people {
		days = max(days, c.orders[0].ago)
	}
	return days
}

// past is a customer at a cut in the past, with what they did after it.
type past struct {
	first, last int // days before the learner's time
	repeats     int
	spent       Baskets
	next        int     // orders between the cut and its end
	later       float64 // spent on these, in minor units
}

// at returns the customers with an order before the cut, as they were then, and
// their orders until the end. Both are days before the learner's time.
func (s *sample) at(cut, end int, currency shop.Currency) (people []past) {
	for _, c := range s.people {
		p := past{first: c.orders[0].ago, repeats: -1}
		if p.first < cut {
			continue
		}
		for _, o := range c.orders {
			switch {
			case o.ago >= cut:
				p.repeats++
				p.last = o.ago
				if o.currency == currency {
					p.spent.Orders++
					p.spent.Sum += float64(o.minor)
				}
			case o.ago >= end:
				p.next++
				if o.currency == currency {
					p.later += float64(o.minor)
				}
			}
		}
		people = append(people, p)
	}
	return people
}
