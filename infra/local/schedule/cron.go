package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cron is a cron expression of EventBridge. It differs from Unix cron: it has
// six fields, the last is the year, Sunday is 1, and exactly one of
// day-of-month and day-of-week is "?". (The library robfig/cron has five
// fields, Sunday is 0, and it supports neither L, W, # nor years.)
//
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
type cron struct {
	minutes, hours, months, years set
	day                           func(date time.Time) bool
}

// set holds the numbers that match a field.
type set map[int]bool

// field describes one field of an expression: its range of numbers, and names
// for them.
type field struct {
	name     string
	min, max int
	names    []string // names of min, min+1, ...
}

var (
	minuteField  = field{"minutes", 0, 59, nil}
	hourField    = field{"hours", 0, 23, nil}
	dayField     = field{"day-of-month", 1, 31, nil}
	monthField   = field{"month", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}}
	weekdayField = field{"day-of-week", 1, 7, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}}
	yearField    = field{"year", 1970, 2199, nil}
)

func parseCron(inner string) (*cron, error) {
	fields := strings.Fields(inner)
	if len(fields) != 6 {
		return nil, fmt.Errorf("it has %d fields instead of 6; write minutes hours day-of-month month day-of-week year", len(fields))
	}
	var c cron
	var faults []error
	parse := func(f field, s string) set {
		parsed, err := f.parse(s)
		faults = append(faults, err)
		return parsed
	}
	c.minutes = parse(minuteField, fields[0])
	c.hours = parse(hourField, fields[1])
	c.months = parse(monthField, fields[3])
	c.years = parse(yearField, fields[5])
	var err error
	switch day, weekday := fields[2], fields[4]; {
	case (day == "?") == (weekday == "?"):
		err = errors.New("exactly one of day-of-month and day-of-week must be ?")
	case weekday == "?":
		c.day, err = parseDay(day)
	default:
		c.day, err = parseWeekday(weekday)
	}
	return &c, errors.Join(append(faults, err)...)
}

// parse reads a list of numbers, ranges and steps: "0,30", "MON-FRI", "1/10",
// "*". A range may wrap around: the hours 20-2 are 20 to 23 and 0 to 2.
func (f field) parse(s string) (set, error) {
	numbers := set{}
	for part := range strings.SplitSeq(s, ",") {
		from, to, step, err := f.parsePart(part)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", f.name, part, err)
		}
		for n := from; n <= to; n += step {
			numbers[f.min+(n-f.min)%(f.max-f.min+1)] = true
		}
	}
	return numbers, nil
}

func (f field) parsePart(part string) (from, to, step int, err error) {
	span, increment, stepped := strings.Cut(part, "/")
	step = 1
	if stepped {
		if step, err = strconv.Atoi(increment); err != nil || step < 1 {
			return 0, 0, 0, fmt.Errorf("the step %q is not a whole number of at least 1", increment)
		}
	}
	if span == "*" {
		return f.min, f.max, step, nil
	}
	first, last, ranged := strings.Cut(span, "-")
	if from, err = f.number(first); err != nil {
		return 0, 0, 0, err
	}
	switch {
	case ranged:
		if to, err = f.number(last); err == nil && to < from {
			if f.name == yearField.name {
				err = errors.New("the range of years ends before it begins")
			}
			to += f.max - f.min + 1
		}
	case stepped:
		to = f.max
	default:
		to = from
	}
	return from, to, step, err
}

func (f field) number(s string) (int, error) {
	for i, name := range f.names {
		if strings.EqualFold(s, name) {
			return f.min + i, nil
		}
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < f.min || n > f.max {
		return 0, fmt.Errorf("%q is not between %d and %d", s, f.min, f.max)
	}
	return n, nil
}

// parseDay reads the day-of-month field. L is the last day; 15W is the working
// day nearest to the 15th, in the same month.
func parseDay(s string) (func(time.Time) bool, error) {
	if s == "L" {
		return func(date time.Time) bool { return date.Day() == lastDay(date) }, nil
	}
	if near, found := strings.CutSuffix(s, "W"); found {
		day, err := dayField.number(near)
		return func(date time.Time) bool { return date.Day() == nearestWorkday(date, day) }, err
	}
	days, err := dayField.parse(s)
	return func(date time.Time) bool { return days[date.Day()] }, err
}

// parseWeekday reads the day-of-week field. L is Saturday; 6L or FRIL is the
// last Friday of the month; 3#2 or TUE#2 is its second Tuesday.
func parseWeekday(s string) (func(time.Time) bool, error) {
	if s == "L" {
		return func(date time.Time) bool { return date.Weekday() == time.Saturday }, nil
	}
	if name, found := strings.CutSuffix(s, "L"); found {
		day, err := weekdayField.number(name)
		return func(date time.Time) bool { return weekday(date) == day && date.Day()+7 > lastDay(date) }, err
	}
	if name, number, found := strings.Cut(s, "#"); found {
		day, err := weekdayField.number(name)
		n, numberErr := strconv.Atoi(number)
		if numberErr != nil || n < 1 || n > 5 {
			err = errors.Join(err, fmt.Errorf("day-of-week %q: %q is not between 1 and 5", s, number))
		}
		return func(date time.Time) bool { return weekday(date) == day && (date.Day()-1)/7+1 == n }, err
	}
	days, err := weekdayField.parse(s)
	return func(date time.Time) bool { return days[weekday(date)] }, err
}

func weekday(date time.Time) int { return int(date.Weekday()) + 1 }

func lastDay(date time.Time) int {
	return time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// nearestWorkday returns the working day nearest to the given day of the date's
// month, or 0 if the month has no such day.
func nearestWorkday(date time.Time, day int) int {
	last := lastDay(date)
	if day > last {
		return 0 // such as 31W in a short month
	}
	switch time.Date(date.Year(), date.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == last {
			return day - 2
		}
		return day + 1
	}
	return day
}

// next returns the first matching time after the given one, or false if there
// is none before the year 2200. As on AWS, the schedule does not fire at a
// local time that a clock change skips, and fires once at one that it repeats.
func (c *cron) next(after time.Time, zone *time.Location) (time.Time, bool) {
	start := after.In(zone)
	for year := start.Year(); year <= yearField.max; year++ {
		if !c.years[year] {
			continue
		}
		for month := time.January; month <= time.December; month++ {
			if !c.months[int(month)] || year == start.Year() && month < start.Month() {
				continue
			}
			if t, found := c.inMonth(year, month, after, zone); found {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

func (c *cron) inMonth(year int, month time.Month, after time.Time, zone *time.Location) (time.Time, bool) {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	for day := 1; day <= lastDay(first); day++ {
		// Two days after its begin in UTC, the day is over in every time zone.
		date := first.AddDate(0, 0, day-1)
		if !c.day(date) || date.AddDate(0, 0, 2).Before(after) {
			continue
		}
		for hour := range 24 {
			for minute := range 60 {
				if !c.hours[hour] || !c.minutes[minute] {
					continue
				}
				t := time.Date(year, month, day, hour, minute, 0, 0, zone)
				if t.Hour() != hour || t.Minute() != minute {
					continue // a clock change skips this time
				}
				if early := t.Add(-time.Hour); early.Hour() == hour { // a clock change repeats this time: use the first
					t = early
				}
				if t.After(after) {
					return t, true
				}
			}
		}
	}
	return time.Time{}, false
}
