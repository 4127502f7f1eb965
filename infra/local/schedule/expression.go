package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Expression is a parsed schedule expression. Exactly one of rate, cron and at
// is set.
type Expression struct {
	text string
	zone *time.Location
	rate time.Duration
	cron *cron
	at   time.Time
}

// Parse reads a schedule expression of one of these forms:
//
//	rate(5 minutes)            minutes, hours or days
//	cron(0 9 ? * MON-FRI *)    minutes hours day-of-month month day-of-week year
//	at(2026-11-27T09:00:00)    once
//
// The times of cron and at are in the zone, an IANA name ("" means UTC). The
// error says what is wrong and what is valid.
//
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
func Parse(expression, zone string) (Expression, error) {
	e := Expression{text: expression}
	var err error
	if e.zone, err = time.LoadLocation(zone); err != nil || zone == "Local" {
		return Expression{}, fmt.Errorf("time zone %q is not in the IANA database", zone)
	}
	kind, rest, opened := strings.Cut(expression, "(")
	inner, closed := strings.CutSuffix(rest, ")")
	if !opened || !closed {
		return Expression{}, fmt.Errorf("schedule expression %q is not rate(...), cron(...) or at(...)", expression)
	}
	switch kind {
	case "rate":
		e.rate, err = parseRate(inner)
	case "cron":
		e.cron, err = parseCron(inner)
	case "at":
		if e.at, err = time.ParseInLocation("2006-01-02T15:04:05", inner, e.zone); err != nil {
			err = errors.New("the time is not of the form 2026-11-27T09:00:00")
		}
	default:
		err = errors.New("it is not rate(...), cron(...) or at(...)")
	}
	if err != nil {
		return Expression{}, fmt.Errorf("schedule expression %q: %w", expression, err)
	}
	return e, nil
}

func parseRate(inner string) (time.Duration, error) {
	number, unit, found := strings.Cut(inner, " ")
	value, err := strconv.Atoi(number)
	if !found || err != nil || value < 1 {
		return 0, errors.New("a rate must have a whole number of at least 1 and a unit, such as rate(5 minutes)")
	}
	length := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[strings.TrimSuffix(unit, "s")]
	switch {
	case length == 0:
		return 0, fmt.Errorf("unit %q is not minutes, hours or days", unit)
	case value > 1 && !strings.HasSuffix(unit, "s"):
		return 0, fmt.Errorf("with %d the unit must be %ss", value, unit)
	case value > 10*366: // AWS documents no limit; this one (ten years of days) prevents an overflow
		return 0, fmt.Errorf("%d is too large: the maximum is %d", value, 10*366)
	}
	return time.Duration(value) * length, nil
}

// Once reports whether the expression is at(...).
func (e Expression) Once() bool { return !e.at.IsZero() }

// Next returns the first time after the given one, or false if there is none.
// For a rate, that is the given time plus the interval; so pass the time for
// which the schedule last fired.
func (e Expression) Next(after time.Time) (time.Time, bool) {
	switch {
	case e.rate > 0:
		return after.Add(e.rate), true
	case e.cron != nil:
		return e.cron.next(after, e.zone)
	}
	return e.at, e.at.After(after)
}

// String returns the text that was parsed.
func (e Expression) String() string { return e.text }
