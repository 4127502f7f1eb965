package fitting

import (
	"math"
	"time"

	"regulars/shared/customervalue"
)

// The prior of a month's factor: its logarithm has a mean of 0 and a standard
// deviation of seasonal. In one year a month differs from its own factor with a
// standard deviation of passing, by growth, advertising or weather. As both are
// equal, a month that was seen once keeps half of what was seen (of the
// logarithm), one that was seen three times keeps three quarters.
const (
	seasonal = 0.2
	passing  = 0.2
)

// scatter is the variance of a number of orders, as a multiple of their mean.
// It would be 1 if customers ordered independently and with known rates.
const scatter = 3

// month is the orders of one past month.
type month struct {
	number           int     // 0 to 11
	at               float64 // position in time, in months
	expected, actual float64
}

// seasonOf returns the factors that explain how the months differ from the
// expectation. A straight line through all months, which is growth or decline,
// is taken out first. A month without data has about the factor 1.
func seasonOf(months []month) customervalue.Season {
	weight := func(m month) float64 { return 1 / (passing*passing + scatter/max(m.expected, 1e-9)) }
	var w, t, d, tt, td float64
	for _, m := range months {
		v, e := weight(m), logRatio(m.actual, m.expected)
		w, t, d, tt, td = w+v, t+v*m.at, d+v*e, tt+v*m.at*m.at, td+v*m.at*e
	}
	if w == 0 {
		return nil
	}
	slope := 0.0
	if spread := tt - t*t/w; spread > 1e-9*w {
		slope = (td - t*d/w) / spread
	}
	var sum, by [12]float64
	for _, m := range months {
		v := weight(m)
		by[m.number] += v
		sum[m.number] += v * (logRatio(m.actual, m.expected) - d/w - slope*(m.at-t/w))
	}
	var factors [12]float64
	for i := range factors {
		factors[i] = math.Exp(sum[i] / (by[i] + 1/(seasonal*seasonal)))
	}
	return customervalue.SeasonOf(factors)
}

// The data that a season needs and uses.
const (
	seasonDays   = 365 // the least days since the first order
	seasonMonths = 36  // the most months that are looked at
)

// seasonAt learns the season from the orders before a day, a number of days
// ago; nil if that is less than a year of data.
//
// It compares the orders in each month with what a model without a season
// expects of each customer at the month's start.
func (l *Learner) seasonAt(ago int) customervalue.Season {
	first := l.sample.since()
	if first-ago < seasonDays {
		return nil
	}
	fit, err := fitEither(l.rowsAt(l.sample.at(ago, ago, ""), ago, nil))
	if err != nil {
		return nil
	}
	var months []month
	end := l.day(ago)
	begin := time.Date(end.Year(), end.Month(), 1, 0, 0, 0, 0, time.UTC)
	for i := range seasonMonths {
		from := begin.AddDate(0, -i, 0)
		cut, until := l.ago(from), max(ago, l.ago(from.AddDate(0, 1, 0)))
		if cut > first {
			break
		}
		m := month{number: int(from.Month()) - 1, at: -float64(i)}
		expected := map[customervalue.History]float64{} // many customers have the same history
		for _, p := range l.sample.at(cut, until, "") {
			h := l.historyAt(p, cut, nil)
			if _, known := expected[h]; !known {
				expected[h] = fit.Expected(h, float64(cut-until)/7)
			}
			m.expected += expected[h]
			m.actual += float64(p.next)
		}
		months = append(months, m)
	}
	return seasonOf(months)
}
