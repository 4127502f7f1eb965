package shop

import (
	"fmt"
	"time"
)

// Birthday is a day of each year, as "05-17"; empty where it is not known. The
// year in which somebody was born is nobody's business here.
type Birthday string

// birthdayLayout with a leap year before it has every day that there is.
const birthdayLayout = "2006-01-02"

// ParseBirthday reads a month and a day. It fails where no year has such a day;
// its error does not repeat what was read.
func ParseBirthday(text string) (Birthday, error) {
	if _, err := time.Parse(birthdayLayout, "2024-"+text); err != nil {
		return "", fmt.Errorf(`want month and day, such as "05-17", without a year`)
	}
	return Birthday(text), nil
}

// In returns how many days it is until the birthday, by the calendar of now's
// zone: 0 on the day, 365 or less. Whoever was born on 29 February has it on the
// 28th where there is no 29th, so that it is not a month late. It reports false
// where the day is not known.
func (b Birthday) In(now time.Time) (days int, known bool) {
	born, err := time.Parse(birthdayLayout, "2024-"+string(b))
	if b == "" || err != nil {
		return 0, false
	}
	today := midnight(now.Year(), now.Month(), now.Day())
	for year := now.Year(); ; year++ {
		day := midnight(year, born.Month(), born.Day())
		if day.Month() != born.Month() {
			day = day.AddDate(0, 0, -1)
		}
		if !day.Before(today) {
			return int(day.Sub(today) / (24 * time.Hour)), true
		}
	}
}

// midnight is a day of the calendar: in UTC, where each has 24 hours.
func midnight(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }
