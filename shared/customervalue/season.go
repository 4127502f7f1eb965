package customervalue

import (
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

// SeasonOf returns the season of these factors: they are divided by their mean over the
// days of a year, and kept within the bounds.
func SeasonOf(factors [12]float64) Season {
	s, mean := make(Season, 12), 0.0
	for i, f := range factors {
		mean += f * monthDays[i] / 365
	}
	for i, f := range factors {
		s[i] = max(slowest, min(fastest, f/mean))
	}
	return s
}

// Weeks returns the weeks from one time to another by the season's clock.
func (s Season) Weeks(from, to time.Time) float64 {
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
