package frequency

import (
	"time"

	"regulars/shared/shop"
)

// clock computes a customer's days and quiet hours. If it is not known in which
// of several zones the customer is, a day has ended when it has ended in each of
// them, and an hour is quiet if it is quiet in one of them.
type clock struct {
	zones []*time.Location // one at least, from west to east
	quiet Quiet
}

// quietWithoutZone is the quiet hours if no zone is known: all but noon to 18:00
// UTC, which is 07:00 to 13:00 in New York, 14:00 to 20:00 in Athens and 17:30 to
// 23:30 in Delhi.
var quietWithoutZone = Quiet{From: 18 * 60, To: 12 * 60}

// clock returns the clock of a customer: by the zones, else by the shop's zone,
// else by UTC with [quietWithoutZone]. A shop without quiet hours has none then
// either.
func (p Policy) clock(zones []string) clock {
	c := clock{quiet: p.Quiet}
	for _, name := range zones {
		if loc, ok := shop.Zone(name); ok {
			c.zones = append(c.zones, loc)
		}
	}
	if len(c.zones) > 0 {
		return c
	}
	if loc, ok := shop.Zone(p.Zone); ok {
		return clock{[]*time.Location{loc}, p.Quiet}
	}
	if p.Quiet.From == p.Quiet.To {
		return clock{[]*time.Location{time.UTC}, p.Quiet}
	}
	return clock{[]*time.Location{time.UTC}, quietWithoutZone}
}

// end returns the first instant at which the calendar period that holds t has
// ended in each of the zones.
func (c clock) end(t time.Time, cal Calendar) (last time.Time) {
	for _, zone := range c.zones {
		if _, end := period(zone, t, cal); end.After(last) {
			last = end
		}
	}
	return last
}

// period returns the first instant of the calendar period that holds t, and the
// first instant after it.
func period(zone *time.Location, t time.Time, cal Calendar) (start, end time.Time) {
	y, m, d := t.In(zone).Date()
	days := 1
	if cal == Week {
		weekday := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Weekday()
		d -= (int(weekday) + 6) % 7 // back to Monday
		days = 7
	}
	start, end = begin(zone, y, m, d), begin(zone, y, m, d+days)
	if !t.Before(end) { // the clock was set back over midnight: t's date comes a second time
		start, end = end, begin(zone, y, m, d+2*days)
	}
	return start, end
}

// begin returns the first instant whose local date is y-m-d or later, so that
// periods follow each other without gap or overlap: also where midnight is
// skipped (Beirut in spring), comes twice (Havana in autumn), or a whole day is
// missing (Apia, 30 December 2011).
func begin(zone *time.Location, y int, m time.Month, d int) time.Time {
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC) // wall-clock time, not yet an instant
	at := midnight.Add(-30 * time.Hour).In(zone)         // before that midnight in every zone
	for {
		from, until := at.ZoneBounds()
		_, offset := at.Zone()
		begins := midnight.Add(-time.Duration(offset) * time.Second)
		if until.IsZero() || begins.Before(until) {
			if begins.Before(from) {
				begins = from // midnight was skipped: the day begins with the new offset
			}
			return begins.UTC()
		}
		at = until
	}
}

// afterQuiet returns the first instant from t on that is not in the quiet hours of
// any zone. If the zones share no hour of two days, those of the first zone count.
func (c clock) afterQuiet(t time.Time) time.Time {
	for at := t; at.Sub(t) <= 48*time.Hour; {
		next := at
		for _, zone := range c.zones {
			next = c.quiet.after(zone, next)
		}
		if next.Equal(at) {
			return at
		}
		at = next
	}
	return c.quiet.after(c.zones[0], t)
}

// after returns the first instant from t on that is not in the quiet hours of a
// zone.
func (q Quiet) after(zone *time.Location, t time.Time) time.Time {
	for {
		local := t.In(zone)
		h, m, s := local.Clock()
		if !q.holds(Clock(h*60 + m)) {
			return t
		}
		wait := time.Duration((int(q.To)-h*60-m+24*60)%(24*60))*time.Minute -
			time.Duration(s)*time.Second - time.Duration(local.Nanosecond())
		afterQuiet := t.Add(wait)
		if _, until := local.ZoneBounds(); !until.IsZero() && until.Before(afterQuiet) {
			afterQuiet = until // the wall clock jumps before that: start again from there
		}
		t = afterQuiet.UTC()
	}
}

// holds reports whether the minute lies in the quiet hours.
func (q Quiet) holds(minute Clock) bool {
	if q.From <= q.To {
		return q.From <= minute && minute < q.To
	}
	return minute >= q.From || minute < q.To
}
