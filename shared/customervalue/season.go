package customervalue

import (
	"math"
	"time"
)

// Season is by how much faster than usual a shop's customers order in each
// month of the year, January first: 1.3 is 30 % faster. Its mean over the days
// of a year is 1. The zero Season is for a shop whose months are not known to
// differ.
//
// It is a clock: a week of December counts as 1.3 weeks. Histories and
// forecasts that are measured by this clock know the season, and so does every
// number that is computed from them.
type Season []float64

// Bounds of a month's factor. A stored model may hold anything.
const (
	slowest = 0.25
	fastest = 4
)

// Known reports whether s can be used: twelve factors within their bounds.
func (s Season) Known() bool {
	for _, f := range s {
		if !(slowest <= f && f <= fastest) {
			return false
		}
	}
	return len(s) == 12
}

// monthDays is the length of each month. In a leap year February's factor acts
// as much as in any other year: a little less on each of its 29 days.
var monthDays = [12]float64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// weeks returns the weeks from one time to another by the season's clock.
func (s Season) weeks(from, to time.Time) float64 {
	calendar := weeks(to.Sub(from))
	if !s.Known() {
		return calendar
	}
	return calendar + s.ahead(to) - s.ahead(from)
}

// ahead returns by how many weeks the season's clock is ahead of the calendar,
// since any one time. Months are by UTC.
func (s Season) ahead(t time.Time) float64 {
	t = t.UTC()
	year, month, day := t.Date()
	now, length := int(month)-1, monthDays[month-1]
	if month == time.February && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		length++
	}
	part := (float64(day-1) + float64(t.Sub(t.Truncate(24*time.Hour)))/float64(24*time.Hour)) / length
	var ofYear, passed float64
	for m, f := range s {
		more := (f - 1) * monthDays[m] / 7
		ofYear += more
		switch {
		case m < now:
			passed += more
		case m == now:
			passed += more * part
		}
	}
	return float64(year)*ofYear + passed
}

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
func seasonOf(months []month) Season {
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
	s, mean := make(Season, 12), 0.0
	for i := range s {
		s[i] = math.Exp(sum[i] / (by[i] + 1/(seasonal*seasonal)))
		mean += s[i] * monthDays[i] / 365
	}
	for i := range s {
		s[i] = max(slowest, min(fastest, s[i]/mean))
	}
	return s
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
func (l *Learner) seasonAt(ago int) Season {
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
		expected := map[History]float64{} // many customers have the same history
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
