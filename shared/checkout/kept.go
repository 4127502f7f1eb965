package checkout

import (
	"math/bits"
	"slices"

	"regulars/shared/pricing"
)

// Deal is a discount that an order was priced with, or its points.
type Deal struct {
	pricing.Deal
	Lines []string `json:"lines,omitempty"` // that it is on; nil: all lines
}

// DealOf returns a deal as it is stored with an order of these lines.
func DealOf(d pricing.Deal, lines []pricing.PricedLine) Deal {
	kept := Deal{Deal: d}
	if d.On != nil {
		kept.Lines = []string{}
		for _, l := range lines {
			if d.On(l.Line) {
				kept.Lines = append(kept.Lines, l.ID)
			}
		}
	}
	kept.On = nil
	return kept
}

// priced returns the deal as package pricing applies it.
func (d Deal) priced() pricing.Deal {
	if d.Lines != nil {
		d.On = func(l pricing.Line) bool { return slices.Contains(d.Lines, l.ID) }
	}
	return d.Deal
}

// sums is what the lines of an order cost.
type sums struct {
	money  int64 // what the customer pays for them, with the tax if it is added
	tax    int64 // in money
	points int64 // what they pay with points
}

func sumsOf(lines []pricing.PricedLine, taxAdded bool) (s sums) {
	for _, l := range lines {
		s.money, s.tax = s.money+l.Net, s.tax+l.Tax
		if taxAdded {
			s.money += l.Tax
		}
		for _, share := range l.Offs {
			if share.Deal == PointsDeal {
				s.points += share.Off
			}
		}
	}
	return s
}

// pointsOf returns how many of the points of the whole order pay for the lines
// that stay, rounded up.
func (s sums) pointsOf(points int, all sums) int {
	return points - int(share(points, all.points, all.points-s.points))
}

// all returns what the lines of the whole order cost.
func (r Redemption) all() sums { return sumsOf(r.Quote.Lines, r.Quote.TaxAdded) }

// kept returns what the customer would have paid for the units that stay, by
// line, with the order's own deals and prices. Points pay for the same share of
// it as of the whole order.
func (r Redemption) kept(left map[string]int) sums {
	cart := pricing.Cart{TaxAdded: r.Quote.TaxAdded}
	for _, l := range r.Quote.Lines {
		if line := l.Line; left[l.ID] > 0 {
			line.Units = left[l.ID]
			cart.Lines = append(cart.Lines, line)
		}
	}
	var deals []pricing.Deal
	var tender *pricing.Deal
	for _, d := range r.Deals {
		if d := d.priced(); d.Tender {
			tender = &d
		} else {
			deals = append(deals, d)
		}
	}
	q := pricing.Price(cart, deals)
	if tender != nil {
		all := r.all()
		tender.Amount = portion(all.points, worthOf(q.Lines), worthOf(r.Quote.Lines))
		q = pricing.Price(cart, append(deals, *tender))
	}
	return sumsOf(q.Lines, r.Quote.TaxAdded)
}

// worthOf returns what lines cost after the discounts, whether it is paid with
// money or with points.
func worthOf(lines []pricing.PricedLine) (sum int64) {
	for _, l := range lines {
		sum += l.Net
	}
	return sum + sumsOf(lines, false).points
}

// portion returns amount × part ÷ whole, rounded down, and amount at most. None
// is negative.
func portion(amount, part, whole int64) int64 {
	if part >= whole {
		return amount
	}
	high, low := bits.Mul64(uint64(amount), uint64(part))
	quotient, _ := bits.Div64(high, low, uint64(whole)) // high < whole, since part < whole
	return int64(quotient)
}
