package offer

import (
	"fmt"
	"time"
)

// Date is a day of the calendar, such as "2026-12-24". It has no time zone: it
// ends for each customer when the day ends in their zone, so the printed date
// is right for every reader.
type Date string

// ParseDate returns a text as a date. It fails if there is no such day.
func ParseDate(text string) (Date, error) {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "", fmt.Errorf("%q is not a day: write it like 2026-12-24", text)
	}
	return Date(text), nil
}

// End returns the day's last millisecond in zone, and the zero time if the date
// is empty or there is no such day.
func (d Date) End(zone *time.Location) time.Time {
	day, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return time.Time{}
	}
	return endOfDay(day.Year(), day.Month(), day.Day(), zone)
}

// until returns the end of a coupon that is granted at now, by the calendar of
// zone: the end of the day that is Days after that of now, or the end of Until
// if that is earlier.
func (o Offer) until(now time.Time, zone *time.Location) time.Time {
	last := o.Until.End(zone)
	if o.Days > 0 {
		y, m, d := now.In(zone).Date()
		if by := endOfDay(y, m, d+o.Days, zone); last.IsZero() || by.Before(last) {
			last = by
		}
	}
	return last
}

// endOfDay returns the last millisecond of a day, UTC. If the clocks skip the
// midnight after it, as in Cairo each April, the day ends when the next begins.
func endOfDay(y int, m time.Month, d int, zone *time.Location) time.Time {
	return startOfDay(y, m, d+1, zone).Add(-time.Millisecond).UTC()
}

// startOfDay returns the time at which a day begins.
func startOfDay(y int, m time.Month, d int, zone *time.Location) time.Time {
	noon := time.Date(y, m, d, 12, 0, 0, 0, zone)
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for t.Day() != noon.Day() { // time.Date returned a time on the day before
		t = t.Add(15 * time.Minute)
	}
	return t
}
