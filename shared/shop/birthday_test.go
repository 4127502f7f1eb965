package shop_test

import (
	"testing"
	"time"

	"regulars/shared/shop"
)

func TestInCountsTheDaysUntilTheBirthday(t *testing.T) {
	athens, err := time.LoadLocation("Europe/Athens")
	if err != nil {
		t.Fatal(err)
	}
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 10, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct {
		born  shop.Birthday
		now   time.Time
		days  int
		known bool
	}{
		"today":                            {"11-22", day(2026, 11, 22), 0, true},
		"tomorrow":                         {"11-23", day(2026, 11, 22), 1, true},
		"yesterday":                        {"11-21", day(2026, 11, 22), 364, true},
		"over the new year":                {"01-01", day(2026, 12, 31), 1, true},
		"today in the zone of now":         {"11-23", time.Date(2026, 11, 22, 23, 0, 0, 0, time.UTC).In(athens), 0, true},
		"over a change of clocks":          {"03-30", time.Date(2026, 3, 28, 23, 30, 0, 0, athens), 2, true},
		"the day before a leap day's 28th": {"02-29", day(2026, 2, 27), 1, true},
		"a leap day kept on the 28th":      {"02-29", day(2026, 2, 28), 0, true},
		"a leap day that was on the 28th":  {"02-29", day(2026, 3, 1), 364, true},
		"a leap day in a year with one":    {"02-29", day(2028, 2, 28), 1, true},
		"a leap day itself":                {"02-29", day(2028, 2, 29), 0, true},
		"the 28th in a leap year":          {"02-28", day(2028, 2, 29), 365, true},
		"not known":                        {"", day(2026, 11, 22), 0, false},
		"an invalid stored value":          {"13-40", day(2026, 11, 22), 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			if days, known := c.born.In(c.now); days != c.days || known != c.known {
				t.Errorf("%q.In(%s) = %d, %t; want %d, %t", c.born, c.now, days, known, c.days, c.known)
			}
		})
	}
	for _, text := range []string{"", "5-17", "02-30", "00-10", "1990-05-17", "05-17-1990", "--05-17"} {
		if _, err := shop.ParseBirthday(text); err == nil {
			t.Errorf("ParseBirthday(%q) = nil error, want one", text)
		}
	}
}
