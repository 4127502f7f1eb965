package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// CheckSchedule fails, saying why, where a schedule is not five fields of cron,
// comes more than once an hour, or never comes.
func CheckSchedule(schedule string) error {
	plan, err := parse(schedule)
	if err != nil {
		return err
	}
	if minute := strings.Fields(schedule)[0]; strings.ContainsAny(minute, "*/,-") {
		return fmt.Errorf("the minute %q comes more than once an hour: write one number, such as 0", minute)
	}
	if plan.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return fmt.Errorf("there is no such day")
	}
	return nil
}

// parse reads minute, hour, day of the month, month and day of the week.
func parse(schedule string) (cron.Schedule, error) {
	if len(strings.Fields(schedule)) != 5 || strings.HasPrefix(schedule, "@") || strings.Contains(schedule, "=") {
		return nil, fmt.Errorf(`a schedule has five fields: minute, hour, day of the month, month, day of the week, such as "0 10 * * 6" for Saturdays at 10:00`)
	}
	plan, err := cron.ParseStandard("TZ=UTC " + schedule)
	if err != nil {
		return nil, fmt.Errorf("%w: minute, hour, day of the month, month, day of the week", err)
	}
	return plan, nil
}

// Due returns the slots of c after after and not after until, oldest first, in
// UTC; none where c has no schedule. Slots whose NotAfter has passed by until
// are left out: what nobody could be sent is not planned, so that a long
// standstill is not followed by a flood.
//
// The schedule is the wall clock of zone, and each time of day comes once a
// day: what the clock skips in spring comes an hour later, what it shows twice
// in autumn comes the first time.
func Due(c Campaign, after, until time.Time, zone *time.Location) (runs []time.Time) {
	plan, err := parse(c.Schedule)
	if c.Schedule == "" || err != nil { // a broken one is refused when it is published
		return nil
	}
	if oldest := until.Add(-c.NotAfter - time.Millisecond); after.Before(oldest) {
		after = oldest
	}
	// The wall clock is stepped as if it were UTC, where every hour is there once.
	const shift = 26 * time.Hour // more than any zone is off UTC or ever moved
	for wall := plan.Next(after.Add(-shift)); !wall.IsZero() && wall.Before(until.Add(shift)); wall = plan.Next(wall) {
		run := first(wall, zone)
		if run.After(after) && !run.After(until) {
			runs = append(runs, run)
		}
	}
	slices.SortFunc(runs, time.Time.Compare)
	return slices.CompactFunc(runs, time.Time.Equal)
}

// first returns the first moment at which the clocks of zone show wall's date
// and time, or, where they skip it, the moment as long after the skip began.
func first(wall time.Time, zone *time.Location) time.Time {
	shows := func(t time.Time) bool { return t.Hour() == wall.Hour() && t.Minute() == wall.Minute() }
	run := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	// Of two such moments Date gives either, and for a skipped time one of two
	// others. The offset of some hours before decides both.
	_, offset := run.Add(-6 * time.Hour).Zone()
	if early := wall.Add(-time.Duration(offset) * time.Second).In(zone); shows(early) || !shows(run) {
		run = early
	}
	return run.UTC()
}
