package pricing

import (
	"cmp"
	"math/bits"
	"slices"
)

// MostTax is the highest tax rate that a cart may have, in basis points.
const MostTax = 10_000

// TaxSum is the tax of a cart at one rate: a line of the tax return.
type TaxSum struct {
	Rate int   `json:"rate"` // basis points
	Base int64 `json:"base"` // the amount that is taxed, without the tax
	Tax  int64 `json:"tax"`
}

// tax computes the taxes of a quote whose discounts were taken off.
//
// It rounds once for each rate: it sums everything that is taxed at the rate,
// rounds the tax of the sum to the nearest minor unit, halves up, and spreads
// it over the lines and the shipping by the method of the package comment. So
// the taxes of the lines add up to the tax of their sum.
//
// If prices include the tax, it is rate ÷ (10000 + rate) of what is paid and
// changes no total. If not, it is rate ÷ 10000 of what is paid and is added to
// it.
func (q *Quote) tax(cart Cart) {
	type place struct {
		line int // of q.Lines; -1 for shipping
		net  int64
		into *int64
	}
	places := map[int][]place{} // by rate
	for i := range q.Lines {
		if l := &q.Lines[i]; l.TaxRate > 0 {
			places[l.TaxRate] = append(places[l.TaxRate], place{i, l.Net, &l.Tax})
		}
	}
	if cart.ShippingTaxRate > 0 {
		places[cart.ShippingTaxRate] = append(places[cart.ShippingTaxRate], place{-1, q.Shipping - q.ShippingOff, &q.ShippingTax})
	}
	for rate, of := range places {
		var sum int64
		weights := make([]int64, len(of))
		for i, p := range of {
			weights[i] = p.net
			sum += p.net
		}
		owed := nearest(sum, int64(rate), 10_000+int64(rate))
		base := sum - owed
		if cart.TaxAdded {
			owed, base = nearest(sum, int64(rate), 10_000), sum
		}
		shares := spread(owed, weights, func(i, j int) int {
			if of[i].line < 0 || of[j].line < 0 {
				return cmp.Compare(of[j].line, of[i].line) // shipping comes last
			}
			return byContent(q.Lines[of[i].line].Line, q.Lines[of[j].line].Line)
		})
		for i, share := range shares {
			*of[i].into = share
		}
		q.Tax += owed
		q.Taxes = append(q.Taxes, TaxSum{rate, base, owed})
	}
	slices.SortFunc(q.Taxes, func(a, b TaxSum) int { return cmp.Compare(a.Rate, b.Rate) })
	if q.TaxAdded = cart.TaxAdded; q.TaxAdded {
		q.Total += q.Tax
	}
}

// nearest returns a × b ÷ c, rounded to the nearest, halves up. None is
// negative, and b is not more than c.
func nearest(a, b, c int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(b))
	low, carry := bits.Add64(low, uint64(c/2), 0)
	quotient, _ := bits.Div64(high+carry, low, uint64(c)) // high < c, since a < 2^63 and b ≤ c
	return int64(quotient)
}

// RefundTax returns the tax of a part of a line's price that is paid back,
// after before was paid back earlier. Both amounts are those of [Refund]:
// without the tax if it is added to prices. Any number of parts adds up to the
// line's tax exactly, and the tax of a part is at most the part.
func RefundTax(l PricedLine, before, part int64) int64 {
	upTo := func(paid int64) int64 {
		high, low := bits.Mul64(uint64(l.Tax), uint64(min(max(paid, 0), l.Net)))
		share, _ := bits.Div64(high, low, uint64(l.Net)) // high < Net, since Tax ≤ Net
		return int64(share)
	}
	if l.Net <= 0 || l.Tax <= 0 {
		return 0
	}
	return upTo(before+part) - upTo(before)
}
