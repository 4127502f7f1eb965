package customervalue

import (
	"math"
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// The periods, in weeks, of the forecasts in an [Outlook].
const (
	Quarter = 90.0 / 7
	Year    = 365.0 / 7
)

// Of returns a customer's history at now; false if they have no order that was
// not cancelled, or only later ones.
//
// It counts orders, also two of one day. The number of orders and the day of
// the last one are exact however long the history is. The first order is the
// first one that was not cancelled, among the orders that the profile keeps
// whole (the newest 30). Of the orders that it only sums, the oldest counts
// even if it was cancelled. Orders later than now are ignored.
func Of(p profile.Profile, now time.Time) (History, bool) { return of(p, now, nil) }

// of is [Of] by a season's clock.
func of(p profile.Profile, now time.Time, season Season) (History, bool) {
	var first, last time.Time
	orders := p.Earlier.Orders
	if orders > 0 {
		first, last = p.Earlier.First, p.Earlier.First
		if len(p.Orders) > 0 {
			last = p.Orders[0].At // an upper bound, used only if all newer orders are cancelled
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
	h := History{Repeats: orders - 1, Age: season.Weeks(first, now), Last: season.Weeks(first, last)}
	return h.Clamped(), true
}

func weeks(d time.Duration) float64 { return d.Hours() / Week.Hours() }

// BasketsOf returns the amounts of a customer's orders in one currency, less
// refunds. If the orders that the profile only sums are in several currencies,
// they are left out: how many are in each is not known.
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

// Outlook is the forecast for one customer. The zero Outlook is for a customer
// without an order.
type Outlook struct {
	Alive   float64    // probability that they are still active, 0 to 1
	Quarter float64    // orders expected in the next 90 days
	Year    shop.Money // spending expected in the next 365 days
	Late    float64    // time since the last order, in usual gaps of their own
}

// Outlook returns the forecast for one customer at now. Spending is in the
// given currency only. It takes about two microseconds.
//
// If the shop's spending was not learned, the customer's own mean is used as it
// is.
func (m Model) Outlook(now time.Time, p profile.Profile, currency shop.Currency) Outlook {
	h, any := m.history(p, now)
	if !any {
		return Outlook{}
	}
	orders := m.Orders()
	o := Outlook{Alive: orders.Alive(h), Quarter: orders.Expected(h, m.Ahead(now, Quarter)), Year: shop.Money{Currency: currency}}
	o.Late, _ = orders.Late(h)
	year := orders.Expected(h, m.Ahead(now, Year)) * m.Basket(BasketsOf(p, currency), currency)
	o.Year.Minor = int64(math.Round(min(year, 1e15)))
	return o
}

// history returns the customer's history at now by the season's clock.
func (m Model) history(p profile.Profile, now time.Time) (History, bool) { return of(p, now, m.Season) }

// Ahead returns how many weeks of forecast a period from now counts: by the
// season's clock, calibrated.
func (m Model) Ahead(now time.Time, weeks float64) float64 {
	factor, _ := m.Calibration.Factors()
	return factor * m.Season.Weeks(now, now.Add(time.Duration(weeks*float64(Week))))
}

// Basket returns the expected amount of a customer's next orders, in minor
// units: [Spending.Mean] if it was learned in that currency, calibrated, else
// the mean of their own orders, 0 without any.
func (m Model) Basket(b Baskets, currency shop.Currency) float64 {
	if m.Spending.Valid() && m.Currency == currency {
		_, factor := m.Calibration.Factors()
		return factor * m.Spending.Mean(b)
	}
	if b = b.clamped(); b.Orders == 0 {
		return 0
	}
	return b.Sum / float64(b.Orders)
}
