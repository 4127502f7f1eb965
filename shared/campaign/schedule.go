package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// CheckSchedule returns an error if a schedule does not have five cron fields,
// has runs more than once an hour, or never has a run.
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

// parse reads five cron fields: minute, hour, day of the month, month and day
// of the week.
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

// Due returns the runs of c later than after and not later than until, oldest
// first, in UTC; none if c has no schedule and no date. It omits runs whose
// NotAfter has passed by until: their messages could not be sent any more. So a
// long outage is not followed by a flood of intents. [LeftOut] returns those.
//
// The schedule or date follows the wall clock of zone, and each time of day comes once
// a day: a run at a time that the clock skips in spring comes an hour later,
// and a run at a time that it shows twice in autumn comes the first time.
func Due(c Campaign, after, until time.Time, zone *time.Location) (runs []time.Time) {
	if oldest := c.oldest(until); after.Before(oldest) {
		after = oldest
	}
	return c.between(after, until, zone)
}

// LeftOut returns the runs of c later than after and not later than until that
// [Due] omits, because their NotAfter had passed by until.
func LeftOut(c Campaign, after, until time.Time, zone *time.Location) (runs []time.Time) {
	return c.between(after, c.oldest(until), zone)
}

// oldest returns the time of which a run is the newest that makes no sense any more
// at now, because its NotAfter has passed.
func (c Campaign) oldest(now time.Time) time.Time { return now.Add(-c.NotAfter - time.Millisecond) }

// between returns the runs of c later than after and not later than until, oldest
// first, in UTC.
func (c Campaign) between(after, until time.Time, zone *time.Location) (runs []time.Time) {
	plan, err := c.walls()
	if err != nil || after.After(until) { // publishing refuses a broken one
		return nil
	}
	// The loop steps the wall clock as if it were UTC, in which every hour
	// comes once.
	const shift = 26 * time.Hour // more than the offset of any zone, and any change of one
	for wall := plan.Next(after.Add(-shift)); !wall.IsZero() && wall.Before(until.Add(shift)); wall = plan.Next(wall) {
		run := first(wall, zone)
		if run.After(after) && !run.After(until) {
			runs = append(runs, run)
		}
	}
	slices.SortFunc(runs, time.Time.Compare)
	return slices.CompactFunc(runs, time.Time.Equal)
}

// walls returns the times at which the campaign has runs, as if the wall clock
// were UTC.
func (c Campaign) walls() (cron.Schedule, error) {
	if c.Date != "" {
		wall, err := CheckDate(c.Date)
		return once(wall), err
	}
	return parse(c.Schedule)
}

// first returns the first time at which the clocks of zone show wall's date and
// time. If they skip it, it returns the time that is as long after the start of
// the skip as wall is.
func first(wall time.Time, zone *time.Location) time.Time {
	shows := func(t time.Time) bool { return t.Hour() == wall.Hour() && t.Minute() == wall.Minute() }
	run := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), 0, 0, zone)
	// If there are two such times, Date returns either of them; for a skipped
	// time it returns one of two others. The offset of some hours before
	// selects one in both cases.
	_, offset := run.Add(-6 * time.Hour).Zone()
	if early := wall.Add(-time.Duration(offset) * time.Second).In(zone); shows(early) || !shows(run) {
		run = early
	}
	return run.UTC()
}
