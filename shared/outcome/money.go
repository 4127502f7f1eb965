package outcome

import (
	"math"

	"regulars/shared/lift"
)

// Alpha is the error rate of all intervals: 5 %.
const Alpha = 0.05

// Prices are what a campaign costs beside its discounts, which are in the net revenue.
type Prices struct {
	Thousand float64 // of a thousand mails, in minor units
	Points   float64 // what the points that an order earns are worth, as a share of its net revenue
	Point    float64 // what one point is worth, in minor units
}

// Earned is the money that a campaign earned, in minor units.
type Earned struct {
	Revenue int64 // because of the campaign, of all mailed customers
	Mail    int64 // what the mails cost
	Points  int64 // what the points are worth that the additional revenue earns, and that coupons granted
	Net     int64 // Revenue less Mail and Points

	Low, High int64 // interval of Net; both 0 unless Known
	Known     bool
}

// Earned returns the money that the campaign earned by the given prices.
func (r *Row) Earned(p Prices) Earned {
	e := r.Lift(lift.Net)
	round := func(v float64) int64 { return int64(math.Round(v)) }
	m := Earned{
		Revenue: round(e.Difference * float64(e.Mailed)), Known: e.Interval.Known(),
		Mail: round(float64(r.Mails) * p.Thousand / 1000),
	}
	granted := round(float64(r.Coupons.Points) * p.Point)
	m.Points = round(float64(m.Revenue)*p.Points) + granted
	m.Net = m.Revenue - m.Mail - m.Points
	if m.Known {
		net := func(each float64) int64 { return round(each*float64(e.Mailed)*(1-p.Points)) - m.Mail - granted }
		m.Low, m.High = net(e.Interval.Low), net(e.Interval.High)
	}
	return m
}

// PerMessage returns the revenue that one message added, in minor units, with its
// interval: what a campaign's file states as its value. It is not known before the
// interval of the net revenue is, or without a message.
func (r *Row) PerMessage() (value float64, interval lift.Interval, known bool) {
	e := r.Lift(lift.Net)
	if !e.Interval.Known() || r.Mails == 0 {
		return 0, lift.Interval{}, false
	}
	each := float64(e.Mailed) / float64(r.Mails)
	return e.Difference * each, lift.Interval{Low: e.Interval.Low * each, High: e.Interval.High * each}, true
}

// Lift returns the effect of the campaign in a measure.
func (r *Row) Lift(m lift.Measure) lift.Effect {
	if len(r.Strata) > 0 {
		return lift.CompareStrata(r.Strata, m, Alpha)
	}
	return lift.Compare(r.Mailed, r.Held, m, Alpha)
}

// Compared reports whether the row has held-out customers to compare with.
func (r *Row) Compared() bool { return r.Held.Customers() > 0 }
