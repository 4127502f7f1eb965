package customervalue

import (
	"math"
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// What messages ask for is foretold for so many weeks.
const (
	Quarter = 90.0 / 7
	Year    = 365.0 / 7
)

// Of returns a customer's history at now; false where they have no order that
// was not cancelled.
//
// It counts orders, also two of one day. Both numbers of orders and the day of
// the last one are exact however long the history is. The first is the first
// order that was not cancelled, as far as the profile keeps orders whole (the
// newest 30); of those that it only sums, the oldest counts whatever became of
// it. Orders later than now are not there yet.
func Of(p profile.Profile, now time.Time) (History, bool) {
	var first, last time.Time
	orders := p.Earlier.Orders
	if orders > 0 {
		first, last = p.Earlier.First, p.Earlier.First
		if len(p.Orders) > 0 {
			last = p.Orders[0].At // it is no later; told apart only where all newer ones are cancelled
		}
	}
	for _, v := range p.Orders {
		if v.Cancelled || v.At.After(now) {
			continue
		}
		if orders++; first.IsZero() {
			first = v.At
		}
		last = v.At
	}
	if orders <= 0 || first.After(now) {
		return History{}, false
	}
	h := History{Repeats: orders - 1, Age: weeks(now.Sub(first)), Last: weeks(last.Sub(first))}
	return h.sane(), true
}

func weeks(d time.Duration) float64 { return d.Hours() / Week.Hours() }

// BasketsOf returns what a customer's orders in one currency came to, refunds
// taken off. Where the orders that the profile only sums are in several
// currencies, these are left out: how many are in which is not known.
func BasketsOf(p profile.Profile, currency shop.Currency) (b Baskets) {
	if sum, only := p.Earlier.Net[currency]; only && len(p.Earlier.Net) == 1 {
		b = Baskets{p.Earlier.Orders, float64(sum)}
	}
	for _, v := range p.Orders {
		if !v.Cancelled && v.Net.Currency == currency {
			b.Orders++
			b.Sum += float64(v.Net.Minor)
		}
	}
	return b
}

// Outlook is what is foretold of one customer. The zero Outlook is that of
// somebody without an order.
type Outlook struct {
	Alive   float64    // chance that they still are a customer, 0 to 1
	Quarter float64    // orders expected in the next 90 days
	Year    shop.Money // spending expected in the next 365 days
	Late    float64    // how long since the last order, in usual gaps of their own
}

// Outlook returns what is foretold of one customer at now, without their orders
// in other currencies. It takes about a microsecond.
//
// What they spend is not drawn towards the shop's mean where that was not learned.
func (m Model) Outlook(now time.Time, p profile.Profile, currency shop.Currency) Outlook {
	h, any := Of(p, now)
	if !any {
		return Outlook{}
	}
	orders := m.Orders()
	o := Outlook{Alive: orders.Alive(h), Quarter: orders.Expected(h, Quarter), Year: shop.Money{Currency: currency}}
	o.Late, _ = orders.Late(h)
	year := orders.Expected(h, Year) * m.Basket(BasketsOf(p, currency), currency)
	o.Year.Minor = int64(math.Round(min(year, 1e15)))
	return o
}

// Basket returns what a customer's next orders come to on average, in minor
// units: [Spending.Mean] where it was learned in that currency, else the mean of
// their own orders, 0 without any.
func (m Model) Basket(b Baskets, currency shop.Currency) float64 {
	if m.Spending.Valid() && m.Currency == currency {
		return m.Spending.Mean(b)
	}
	if b = b.sane(); b.Orders == 0 {
		return 0
	}
	return b.Sum / float64(b.Orders)
}
