package campaign

import (
	"slices"
	"time"

	"regulars/shared/shop"
)

// Clock says whose clocks a scheduled campaign follows. The zero Clock is the
// shop's.
type Clock string

// ByCustomer is the clock of each customer: they get the run when the clocks of
// their own zone show its time.
const ByCustomer Clock = "customer"

// SendTime says at which hour a message of a run is sent: [Best], or a time of the
// day such as "18:00" by the customer's clock. The zero SendTime is the run's own.
type SendTime string

// Best is the hour at which the customer usually orders, or of a customer of whom
// little is known, the one at which most orders of the shop come.
const Best SendTime = "best"

// From returns the first time from the run on at which the clocks of zone show the
// time of the day t, which must be one.
func (t SendTime) From(run time.Time, zone *time.Location) time.Time {
	hour, _ := ParseHour(string(t)) // publishing refuses a broken one
	local := run.In(zone)
	for days := 0; ; days++ {
		at := first(time.Date(local.Year(), local.Month(), local.Day()+days, hour.Hour(), hour.Minute(), 0, 0, time.UTC), zone)
		if !at.Before(run) {
			return at
		}
	}
}

// Run is one execution of a scheduled campaign, or of one about products. A campaign that follows the
// customers' clocks has for each time on the wall several runs, one for each
// instant at which the clocks of some zone show it.
type Run struct {
	At time.Time // in UTC

	// Local is the time that the customers' clocks show, such as
	// "2026-12-05T10:00"; empty if the run follows the shop's clock, or was
	// requested for everybody at once. Together with the campaign and its version it
	// names the occasion, the same in all zones.
	Local string

	// Subject is the product that the run is about, if there is one. Its occasion
	// names the run then; At is when it happened.
	Subject Subject
}

// Due returns the runs of c later than after and not later than until, oldest
// first; none if c has no schedule and no date. zones is the shop's zone or, for a
// campaign that follows the customers' clocks, all zones that they have. Due omits
// runs whose NotAfter has passed by until: their messages could not be sent any
// more. So a long outage is not followed by a flood of intents. [LeftOut] returns
// those.
//
// The schedule or date follows the wall clock of each zone, and each time of day
// comes once a day: a run at a time that the clock skips in spring comes an hour
// later, and a run at a time that it shows twice in autumn comes the first time.
func Due(c Campaign, after, until time.Time, zones ...*time.Location) []Run {
	if oldest := c.oldest(until); after.Before(oldest) {
		after = oldest
	}
	return c.between(after, until, zones)
}

// LeftOut returns the runs of c later than after and not later than until that
// [Due] omits, because their NotAfter had passed by until.
func LeftOut(c Campaign, after, until time.Time, zones ...*time.Location) []Run {
	return c.between(after, c.oldest(until), zones)
}

// oldest returns the time of which a run is the newest that makes no sense any more
// at now, because its NotAfter has passed.
func (c Campaign) oldest(now time.Time) time.Time { return now.Add(-c.NotAfter - time.Millisecond) }

// Reaches reports whether the run is that of the customers of this zone. A run
// without a Local reaches everybody; one with a Local that the schedule does not have
// reaches no customer.
func (c Campaign) Reaches(run Run, zone *time.Location) bool {
	run.At = run.At.UTC()
	if run.Local == "" {
		return true
	}
	wall, err := time.Parse(shop.LocalForm, run.Local)
	return err == nil && first(wall, zone).Equal(run.At) && // most zones end here, before the schedule is asked
		slices.Contains(c.in(zone, run.At.Add(-1), run.At), run)
}

// between returns the runs in all of the zones later than after and not later than
// until, oldest first, each once.
func (c Campaign) between(after, until time.Time, zones []*time.Location) (runs []Run) {
	for _, zone := range zones {
		runs = append(runs, c.in(zone, after, until)...)
	}
	slices.SortFunc(runs, Run.compare)
	return slices.Compact(runs)
}
