package campaign

import (
	"fmt"
	"strings"
	"time"

	"regulars/shared/shop"
)

// OwnDay is a day that follows from what the shop knows of one customer, such as
// their birthday of one year.
type OwnDay struct {
	// Occasion names the day among all days of the customer, whatever pass finds it:
	// its kind, a slash, and what makes it unique, such as "birthday/2026".
	Occasion string
	Date     time.Time // midnight in UTC of the day
}

// ParseHour returns the hour and minute in a campaign's Hour, or an error if it is
// none.
func ParseHour(at string) (time.Time, error) {
	hour, err := time.Parse("15:04", at)
	if err != nil {
		return time.Time{}, fmt.Errorf(`at is not a time of the day, such as "09:00"`)
	}
	return hour, nil
}

// Due returns when the message about an own day on this date is due by the clocks
// of zone: at the campaign's hour, as many days before the date as it says.
func (c Campaign) Due(date time.Time, zone *time.Location) time.Time {
	hour, _ := ParseHour(c.Hour) // publishing refuses a broken one
	date = date.AddDate(0, 0, -c.Before)
	return first(time.Date(date.Year(), date.Month(), date.Day(), hour.Hour(), hour.Minute(), 0, 0, time.UTC), zone)
}

// Open reports whether the message about an own day on this date can be planned at
// a time: it is due, and its NotAfter has not passed.
func (c Campaign) Open(date, at time.Time, zone *time.Location) bool {
	due := c.Due(date, zone)
	return !due.After(at) && due.Add(c.NotAfter).After(at)
}

// OnDay returns the intent that a pass raises for an own day of a customer whose
// clocks are those of zone. It expires by the day, not by the pass: a pass that
// comes late leaves less time. Of a journey it is the entry, which happens when the
// day is due, whatever pass finds it. The caller fills in Planned.
func (c Campaign) OnDay(day OwnDay, run Run, customer shop.CustomerID, zone *time.Location) Intent {
	due := c.Due(day.Date, zone)
	return c.entering(Intent{
		Campaign: c.ID, Version: c.Version, Customer: customer, Occasion: day.Occasion,
		Run: run.At.UTC(), Local: run.Local, NotAfter: due.Add(c.NotAfter),
	}, due)
}

// OwnDay returns the kind of the customer's own day that the intent is about; empty
// if it is about none.
func (i Intent) OwnDay() shop.OrderKind {
	kind, _, _ := strings.Cut(i.Occasion, "/")
	for _, day := range shop.OwnDays {
		if i.Order == "" && kind == string(day) {
			return day
		}
	}
	return ""
}

// RunLocal returns the Local of the run that raised the intent.
func (i Intent) RunLocal() string {
	if i.OwnDay() != "" || i.Run.IsZero() {
		return i.Local
	}
	return i.Occasion
}
