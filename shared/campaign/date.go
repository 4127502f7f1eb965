package campaign

import (
	"fmt"
	"time"
)

// CheckDate returns the time in a campaign's Date, as if its zone were UTC, or an
// error if it is none.
func CheckDate(date string) (time.Time, error) {
	wall, err := time.Parse("2006-01-02 15:04", date)
	if err != nil {
		return time.Time{}, fmt.Errorf("date is not a day of the calendar and a time, such as 2026-12-05 10:00")
	}
	return wall, nil
}

// PastDate reports whether the campaign's only run is over at now. Published then,
// the campaign never runs.
func (c Campaign) PastDate(now time.Time, zone *time.Location) bool {
	wall, err := CheckDate(c.Date)
	return err == nil && !first(wall, zone).After(now)
}

// once is a schedule with one time.
type once time.Time

// Next returns the schedule's time if it is after t; else the zero time.
func (o once) Next(t time.Time) time.Time {
	if at := time.Time(o); at.After(t) {
		return at
	}
	return time.Time{}
}
