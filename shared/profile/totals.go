package profile

import (
	"maps"
	"slices"
	"time"

	"regulars/shared/shop"
)

// sum adds a visit to the sums (sign +1), or subtracts it (-1). A product or a
// currency whose sums are all zero again is removed, so that adding and
// subtracting the same visit leaves the maps as they were.
func (p *Profile) sum(v Visit, sign int) {
	if v.counts() {
		p.Earlier.Net, p.Bought = copied(p.Earlier.Net), copied(p.Bought)
	}
	p.sumInPlace(v, sign)
}

// counts reports whether the sums of units and money have the visit.
func (v Visit) counts() bool { return v.Order != "" && !v.Cancelled }

// sumInPlace is sum for a profile whose maps no one else has.
func (p *Profile) sumInPlace(v Visit, sign int) {
	if v.Order == "" {
		return
	}
	if p.Earlier.First.IsZero() || v.At.Before(p.Earlier.First) {
		p.Earlier.First = v.At
	}
	if v.Cancelled {
		p.Earlier.Cancelled += sign
		return
	}
	p.Earlier.Orders += sign
	add(p.Earlier.Net, v.Net.Currency, func(minor int64) int64 { return minor + int64(sign)*v.Net.Minor })
	for _, line := range v.Lines {
		add(p.Bought, line.Product, func(u Units) Units {
			return Units{u.Orders + sign, u.Units + sign*line.Units, u.Returned + sign*line.Returned}
		})
	}
}

func copied[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return maps.Clone(m)
}

func add[K, V comparable](sums map[K]V, key K, to func(V) V) {
	var zero V
	if sum := to(sums[key]); sum != zero {
		sums[key] = sum
	} else {
		delete(sums, key)
	}
}

// FirstOrder returns when the customer placed their first order; zero if never.
func (p Profile) FirstOrder() time.Time {
	first := p.Earlier.First
	for _, v := range p.Orders {
		if first.IsZero() || v.At.Before(first) {
			first = v.At
		}
	}
	return first
}

// All returns the sums over all orders, the recent ones included.
func (p Profile) All() (Totals, map[shop.ProductID]Units) {
	all := Profile{Earlier: p.Earlier, Bought: p.Older()}
	if slices.ContainsFunc(p.Orders, Visit.counts) {
		all.Earlier.Net, all.Bought = copied(all.Earlier.Net), copied(all.Bought)
	}
	for _, v := range p.Orders {
		all.sumInPlace(v, +1)
	}
	return all.Earlier, all.Bought
}
