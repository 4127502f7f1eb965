package schedule

import (
	"strings"
	"testing"
	"time"
)

// nextTimes returns the first n times of the expression after the given time.
func nextTimes(t *testing.T, expression, zone, after string, n int) string {
	t.Helper()
	e, err := Parse(expression, zone)
	if err != nil {
		t.Errorf("Parse(%s) = %v", expression, err)
		return ""
	}
	at, err := time.Parse("2006-01-02 15:04", after)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for range n {
		next, found := e.Next(at)
		if !found {
			all = append(all, "never")
			break
		}
		all = append(all, next.UTC().Format("2006-01-02 15:04 Mon"))
		at = next
	}
	return strings.Join(all, ", ")
}

// The first part are the examples of AWS's documentation:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
func TestNextReturnsTheTimesOfAWS(t *testing.T) {
	for _, c := range []struct{ name, expression, zone, after, want string }{
		{"each day at 10:00", "cron(0 10 * * ? *)", "", "2026-11-22 10:00", "2026-11-23 10:00 Mon, 2026-11-24 10:00 Tue"},
		{"each day at 12:15", "cron(15 12 * * ? *)", "", "2026-11-22 00:00", "2026-11-22 12:15 Sun, 2026-11-23 12:15 Mon"},
		{"Monday to Friday at 18:00", "cron(0 18 ? * MON-FRI *)", "", "2026-11-20 18:00", "2026-11-23 18:00 Mon, 2026-11-24 18:00 Tue"},
		{"the first of each month at 08:00", "cron(0 8 1 * ? *)", "", "2026-11-22 00:00", "2026-12-01 08:00 Tue, 2027-01-01 08:00 Fri"},
		{"every 15 minutes", "cron(0/15 * * * ? *)", "", "2026-11-22 10:46", "2026-11-22 11:00 Sun, 2026-11-22 11:15 Sun"},
		{"every 10 minutes on working days", "cron(0/10 * ? * MON-FRI *)", "", "2026-11-22 10:00", "2026-11-23 00:00 Mon, 2026-11-23 00:10 Mon"},
		{"every 5 minutes in office hours", "cron(0/5 8-17 ? * MON-FRI *)", "", "2026-11-20 17:50", "2026-11-20 17:55 Fri, 2026-11-23 08:00 Mon"},
		{"every 30 minutes in two parts of the night", "cron(0/30 20-2 ? * MON-FRI *)", "", "2026-11-23 02:00", "2026-11-23 02:30 Mon, 2026-11-23 20:00 Mon"},
		{"the last Friday of the month in two years", "cron(15 10 ? * 6L 2022-2023)", "", "2022-12-01 00:00", "2022-12-30 10:15 Fri, 2023-01-27 10:15 Fri"},

		{"the last day of the month", "cron(0 9 L * ? *)", "", "2028-02-01 00:00", "2028-02-29 09:00 Tue, 2028-03-31 09:00 Fri"},
		{"the last day of the week", "cron(0 9 ? * L *)", "", "2026-11-22 00:00", "2026-11-28 09:00 Sat, 2026-12-05 09:00 Sat"},
		{"the last Friday by name", "cron(0 9 ? * FRIL *)", "", "2026-11-22 00:00", "2026-11-27 09:00 Fri, 2026-12-25 09:00 Fri"},
		{"the second Tuesday", "cron(0 9 ? * 3#2 *)", "", "2026-11-22 00:00", "2026-12-08 09:00 Tue, 2027-01-12 09:00 Tue"},
		{"the second Tuesday by name", "cron(0 9 ? * TUE#2 *)", "", "2026-11-22 00:00", "2026-12-08 09:00 Tue"},
		{"the fifth Sunday, in months that have one", "cron(0 9 ? * SUN#5 *)", "", "2026-11-22 00:00", "2026-11-29 09:00 Sun, 2027-01-31 09:00 Sun"},
		{"the working day nearest to the 15th, a Sunday", "cron(0 9 15W * ? *)", "", "2026-11-01 00:00", "2026-11-16 09:00 Mon, 2026-12-15 09:00 Tue"},
		{"the working day nearest to the 1st, a Saturday", "cron(0 9 1W * ? *)", "", "2026-08-01 00:00", "2026-08-03 09:00 Mon"},
		{"the working day nearest to the 31st, a Sunday", "cron(0 9 31W 5 ? *)", "", "2026-05-01 00:00", "2026-05-29 09:00 Fri"},
		{"Sunday is 1", "cron(0 9 ? * 1 *)", "", "2026-11-22 10:00", "2026-11-29 09:00 Sun"},
		{"list and range with a step", "cron(1,10-30/10 0 1 JAN ? *)", "", "2026-12-31 00:00", "2027-01-01 00:01 Fri, 2027-01-01 00:10 Fri, 2027-01-01 00:20 Fri, 2027-01-01 00:30 Fri, 2028-01-01 00:01 Sat"},
		{"names in small letters", "cron(0 9 ? jan-feb mon *)", "", "2026-11-22 00:00", "2027-01-04 09:00 Mon"},
		{"the 29th of February", "cron(0 0 29 2 ? *)", "", "2026-11-22 00:00", "2028-02-29 00:00 Tue, 2032-02-29 00:00 Sun"},
		{"the 30th of February", "cron(0 0 30 2 ? *)", "", "2026-11-22 00:00", "never"},
		{"a year that has passed", "cron(0 0 1 1 ? 2020)", "", "2026-11-22 00:00", "never"},

		{"in a zone ahead of UTC", "cron(0 9 * * ? *)", "Europe/Athens", "2026-11-22 00:00", "2026-11-22 07:00 Sun"},
		{"in a zone ahead of UTC, over midnight", "cron(30 1 * * ? *)", "Europe/Athens", "2026-11-22 12:00", "2026-11-22 23:30 Sun, 2026-11-23 23:30 Mon"},
		{"in a zone behind UTC, over midnight", "cron(0 22 1 * ? *)", "America/Los_Angeles", "2026-11-01 12:00", "2026-11-02 06:00 Mon, 2026-12-02 06:00 Wed"},
		{"a time that a clock change skips", "cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28 00:00", "2026-03-28 01:30 Sat, 2026-03-30 00:30 Mon"},
		{"a time that a clock change repeats", "cron(30 2 * * ? *)", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30 Sun, 2026-10-26 01:30 Mon"},

		{"rate of minutes", "rate(5 minutes)", "", "2026-11-22 10:03", "2026-11-22 10:08 Sun, 2026-11-22 10:13 Sun"},
		{"rate of one minute", "rate(1 minute)", "", "2026-11-22 10:03", "2026-11-22 10:04 Sun"},
		{"rate of days", "rate(2 days)", "", "2026-11-22 10:03", "2026-11-24 10:03 Tue"},
		{"once", "at(2026-11-27T09:00:00)", "Europe/Warsaw", "2026-11-22 00:00", "2026-11-27 08:00 Fri, never"},
	} {
		if got := nextTimes(t, c.expression, c.zone, c.after, strings.Count(c.want, ",")+1); got != c.want {
			t.Errorf("%s: %s = %s, want %s", c.name, c.expression, got, c.want)
		}
	}
}

func TestParseRejectsInvalidExpressions(t *testing.T) {
	for _, c := range []struct{ name, expression, zone, want string }{
		{"no parentheses", "5 minutes", "", "is not rate(...), cron(...) or at(...)"},
		{"another kind", "every(5 minutes)", "", "it is not rate"},
		{"unit without its s", "rate(5 minute)", "", "with 5 the unit must be minutes"},
		{"unknown unit", "rate(5 weeks)", "", `unit "weeks"`},
		{"rate of zero", "rate(0 minutes)", "", "whole number of at least 1"},
		{"rate of a fraction", "rate(1.5 hours)", "", "whole number of at least 1"},
		{"five fields", "cron(0 9 * * ?)", "", "5 fields instead of 6"},
		{"day-of-month and day-of-week", "cron(0 9 * * * *)", "", "exactly one of day-of-month and day-of-week"},
		{"neither day-of-month nor day-of-week", "cron(0 9 ? * ? *)", "", "exactly one of day-of-month and day-of-week"},
		{"minute 60", "cron(60 9 * * ? *)", "", `minutes "60": "60" is not between 0 and 59`},
		{"weekday 0", "cron(0 9 ? * 0 *)", "", `"0" is not between 1 and 7`},
		{"month 13", "cron(0 9 1 13 ? *)", "", `month "13"`},
		{"sixth Monday", "cron(0 9 ? * 2#6 *)", "", `"6" is not between 1 and 5`},
		{"two weekdays with #", "cron(0 9 ? * 3#1,6#3 *)", "", "is not between 1 and 5"},
		{"range of years that ends before it begins", "cron(0 0 1 1 ? 2030-2026)", "", "ends before it begins"},
		{"step of zero", "cron(0/0 * * * ? *)", "", `step "0"`},
		{"year 1969", "cron(0 0 1 1 ? 1969)", "", `year "1969"`},
		{"time without seconds", "at(2026-11-27T09:00)", "", "not of the form"},
		{"unknown time zone", "rate(1 minute)", "Europe/Atlantis", `time zone "Europe/Atlantis"`},
		{"the machine's time zone", "rate(1 minute)", "Local", `time zone "Local"`},
	} {
		_, err := Parse(c.expression, c.zone)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Parse(%s) = %v, want %s", c.name, c.expression, err, c.want)
		}
	}
}
