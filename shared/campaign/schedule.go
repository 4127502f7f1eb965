package campaign

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/shared/shop"

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

// planOf returns what [parse] does. It keeps the schedules that it has read, because
// each decision asks for the runs of the campaigns that compete for its customer.
func planOf(schedule string) (cron.Schedule, error) {
	plans.Lock()
	defer plans.Unlock()
	if plan, ok := plans.of[schedule]; ok {
		return plan, nil
	}
	plan, err := parse(schedule)
	if err == nil {
		if len(plans.of) == mostPlans { // most are of earlier policies
			clear(plans.of)
		}
		plans.of[schedule] = plan
	}
	return plan, err
}

var plans = struct {
	sync.Mutex
	of map[string]cron.Schedule // which never change
}{of: map[string]cron.Schedule{}}

const mostPlans = 1000

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

// in returns the runs in one zone later than after and not later than until,
// oldest first. If the zone's clock skips a time and has another run at the time
// that it shows instead, that is one run.
func (c Campaign) in(zone *time.Location, after, until time.Time) (runs []Run) {
	plan, err := c.walls()
	if err != nil || after.After(until) { // publishing refuses a broken one
		return nil
	}
	// The loop steps the wall clock as if it were UTC, in which every hour
	// comes once.
	const shift = 26 * time.Hour // more than the offset of any zone, and any change of one
	for wall := plan.Next(after.Add(-shift)); !wall.IsZero() && wall.Before(until.Add(shift)); wall = plan.Next(wall) {
		if at := first(wall, zone); at.After(after) && !at.After(until) {
			runs = append(runs, Run{At: at, Local: c.local(wall)})
		}
	}
	slices.SortFunc(runs, func(a, b Run) int { return -a.compare(b) }) // the time that the clock shows is the later one
	runs = slices.CompactFunc(runs, func(a, b Run) bool { return a.At.Equal(b.At) })
	slices.Reverse(runs)
	return runs
}

// local returns the Local of a run at that time of the wall.
func (c Campaign) local(wall time.Time) string {
	if c.Clock != ByCustomer {
		return ""
	}
	return wall.Format(shop.LocalForm)
}

// compare orders runs by time, then by what the clocks show.
func (r Run) compare(o Run) int {
	return cmp.Or(r.At.Compare(o.At), strings.Compare(r.Local, o.Local))
}

// walls returns the times at which the campaign has runs, as if the wall clock
// were UTC.
func (c Campaign) walls() (cron.Schedule, error) {
	if c.Date != "" {
		wall, err := CheckDate(c.Date)
		return once(wall), err
	}
	if c.Hour != "" {
		hour, err := ParseHour(c.Hour)
		if err != nil {
			return nil, err
		}
		return planOf(fmt.Sprintf("%d %d * * *", hour.Minute(), hour.Hour()))
	}
	return planOf(c.Schedule)
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
