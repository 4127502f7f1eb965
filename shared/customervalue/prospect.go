package customervalue

import (
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Prospect is an [Outlook] with how sure each of its numbers is.
type Prospect struct {
	Outlook
	History History

	// AliveRange is how far Alive could be out, because the shop's numbers are
	// estimates; nil where nobody knows, as in a typical shop.
	AliveRange *Interval

	// QuarterRange is how many orders they may place in the next 90 days, and
	// YearRange what they may spend in the next 365, in minor units: what one
	// customer may do, given the shop's numbers.
	QuarterRange, YearRange Interval

	// Patience is the chance that a customer like this one, who has not left,
	// takes as long to order again as they have taken by now.
	GapProbability float64
}

// Prospect returns what is foretold of one customer at now, and how surely; false
// for somebody without an order. It takes about a tenth of a millisecond: it is
// for people who look, [Model.Outlook] for conditions.
//
// Where spending was not learned, each order is taken to be the mean of their own.
func (m Model) Prospect(now time.Time, p profile.Profile, currency shop.Currency) (Prospect, bool) {
	h, any := Of(p, now)
	if !any {
		return Prospect{}, false
	}
	orders := m.Orders()
	out := Prospect{Outlook: m.Outlook(now, p, currency), History: h, QuarterRange: orders.Forecast(h, Quarter).Interval()}
	if m.Own() && orders.sure() {
		out.AliveRange = new(orders.AliveInterval(h))
	}
	_, out.GapProbability = orders.Late(h)
	year, b := orders.Forecast(h, Year), BasketsOf(p, currency)
	if m.Spending.Valid() && m.Currency == currency {
		out.YearRange = m.Spending.Worth(year, b).Range
	} else {
		mean := m.Basket(b, currency)
		out.YearRange = Interval{mean * year.Interval().Low, mean * year.Interval().High}
	}
	return out, true
}
