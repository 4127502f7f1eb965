package schedule

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// cron is an expression of EventBridge's dialect, which is its own: six fields
// with a year, Sunday is 1, and exactly one of day-of-month and day-of-week is
// "?". (robfig/cron has five fields, Sunday as 0, and neither L, W, # nor years.)
//
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
type cron struct {
	minutes, hours, months, years set
	day                           func(date time.Time) bool
}

// set holds which numbers of a field are meant.
type set map[int]bool

// field is the range of numbers and the names of a field.
type field struct {
	name     string
	min, max int
	names    []string // of min, min+1, ...
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
		return nil, fmt.Errorf("it has %d fields instead of 6: minutes hours day-of-month month day-of-week year", len(fields))
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
// "*". A range may go over the end: the hours 20-2 are those of a night.
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
			return 0, 0, 0, fmt.Errorf("the step %q is not a whole number from 1", increment)
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
				err = errors.New("the range ends before it begins")
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
		return 0, fmt.Errorf("%q is not within %d and %d", s, f.min, f.max)
	}
	return n, nil
}

// parseDay reads a day of the month: L is the last, 15W the working day that is
// nearest to the 15th in the same month.
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

// parseWeekday reads a day of the week: L is the last of the week (Saturday), 6L
// or FRIL the last Friday of the month, 3#2 or TUE#2 its second Tuesday.
func parseWeekday(s string) (func(time.Time) bool, error) {
	if s == "L" {
		return func(date time.Time) bool { return date.Weekday() == time.Saturday }, nil
	}
	if name, found := strings.CutSuffix(s, "L"); found {
		day, err := weekdayField.number(name)
		return func(date time.Time) bool { return weekday(date) == day && date.Day()+7 > lastDay(date) }, err
	}
	if name, which, found := strings.Cut(s, "#"); found {
		day, err := weekdayField.number(name)
		n, faulty := strconv.Atoi(which)
		if faulty != nil || n < 1 || n > 5 {
			err = errors.Join(err, fmt.Errorf("day-of-week %q: %q is not within 1 and 5", s, which))
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

func nearestWorkday(date time.Time, day int) int {
	last := lastDay(date)
	if day > last {
		return 0 // 31W in a short month: never
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

// next returns the first time strictly after the given one; false when there is
// none before the year 2200. As on AWS, a time of day that a clock change skips
// is skipped, and one that it repeats fires once.
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
		// The day is over everywhere in the world two days later.
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
					continue // the clock skips it
				}
				if early := t.Add(-time.Hour); early.Hour() == hour { // the clock repeats it
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
