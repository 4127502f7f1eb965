package shop

import (
	"fmt"
	"time"
)

// Birthday is a month and a day, as "05-17"; empty if it is not known. The year
// of birth is never stored.
type Birthday string

// birthdayLayout parses a birthday after a leap year, which has every day.
const birthdayLayout = "2006-01-02"

// ParseBirthday parses a month and a day. It fails if no year has this day; the
// error does not contain the text.
func ParseBirthday(text string) (Birthday, error) {
	if _, err := time.Parse(birthdayLayout, "2024-"+text); err != nil {
		return "", fmt.Errorf(`want month and day, such as "05-17", without a year`)
	}
	return Birthday(text), nil
}

// In returns the number of days until the birthday, by the calendar of now's
// zone: 0 on the day, and at most 365. A birthday on 29 February is on the 28th
// in a year without a leap day. It returns false if the birthday is not known.
func (b Birthday) In(now time.Time) (days int, known bool) {
	born, err := time.Parse(birthdayLayout, "2024-"+string(b))
	if b == "" || err != nil {
		return 0, false
	}
	today := midnight(now.Year(), now.Month(), now.Day())
	for year := now.Year(); ; year++ {
		if day := on(born, year); !day.Before(today) {
			return int(day.Sub(today) / (24 * time.Hour)), true
		}
	}
}

// On returns the birthday of a year: midnight in UTC of its day, by the rule of
// [Birthday.In]. It returns false if the birthday is not known.
func (b Birthday) On(year int) (day time.Time, known bool) {
	born, err := time.Parse(birthdayLayout, "2024-"+string(b))
	if b == "" || err != nil {
		return time.Time{}, false
	}
	return on(born, year), true
}

// on returns the day of that year with the month and day of born; of 29 February
// in a year without one, the day before.
func on(born time.Time, year int) time.Time {
	day := midnight(year, born.Month(), born.Day())
	if day.Month() != born.Month() {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// midnight returns a calendar day as a time in UTC, in which every day has 24
// hours.
func midnight(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
