package decide

import (
	"time"

	"regulars/shared/campaign"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// priorOrders is how many orders of a customer the hours of the whole shop count for.
// Measured in docs/decisions/0066.
const priorOrders = 12

// sendTime returns when a run with send_time is decided for a customer. If an hour
// that the campaign names comes too late, that is when the run begins.
func (r Config) sendTime(c campaign.Campaign, run campaign.Run, p profile.Profile) time.Time {
	if c.SendTime == campaign.Best {
		return r.bestTime(c, run, p)
	}
	if at := c.SendTime.From(run.At, r.Shop.ZoneOf(p.Zones())); at.Add(lastLook).Before(run.At.Add(c.NotAfter)) {
		return at
	}
	return run.At
}

// bestTime returns when a run with send_time: best is decided for a customer: the
// first time, from the run on, at which their clocks show the hour at which they
// usually order.
//
// Each order that was placed before the run weighs 4 for its hour, 2 for the hours
// beside it and 1 for the next ones. The orders of the whole shop weigh together as
// twelve more, so of a customer of whom little is known it is the shop's best hour. If
// learn has not counted those yet, the run's own hour has their weight. Hours in which
// the message's class is quiet do not count, and neither do those that come when the
// message has expired. Of equal hours the one that comes first after the run is taken.
func (r Config) bestTime(c campaign.Campaign, run campaign.Run, p profile.Profile) time.Time {
	zone := r.Shop.ZoneOf(p.Zones())
	prior := r.CustomerValue.Hours
	if prior == ([24]int{}) {
		prior[run.At.In(zone).Hour()] = 1
	}
	all := 0
	for _, orders := range prior {
		all += orders
	}
	var weight [24]int // in parts of an order of which all make a whole one
	add := func(hour, parts int) {
		for away, w := range map[int]int{-2: 1, -1: 2, 0: 4, 1: 2, 2: 1} {
			weight[(hour+away+24)%24] += w * parts
		}
	}
	for hour, orders := range prior {
		add(hour, orders*priorOrders)
	}
	for _, visit := range p.Orders {
		if !visit.Cancelled && visit.At.Before(run.At) {
			add(visit.At.In(zone).Hour(), all)
		}
	}
	best, heaviest := run.At, 0
	for at := run.At; at.Before(run.At.Add(24 * time.Hour)); at = nextHour(at.In(zone)) {
		hour := at.In(zone).Hour()
		if weight[hour] > heaviest && !r.quiet(c.Class, hour) && at.Add(lastLook).Before(run.At.Add(c.NotAfter)) {
			best, heaviest = at, weight[hour]
		}
	}
	return best
}

// nextHour returns the next time at which the clocks show a full hour.
func nextHour(at time.Time) time.Time {
	return at.Add(time.Hour - time.Duration(at.Minute())*time.Minute - time.Duration(at.Second())*time.Second - time.Duration(at.Nanosecond())).UTC()
}

// quiet reports whether messages of the class wait in an hour of the day, or in a part
// of it.
func (r Config) quiet(class shop.Class, hour int) bool {
	from, to := int(r.Frequency.Quiet.From), int(r.Frequency.Quiet.To)
	if !r.Frequency.Classes[class].Quiet || from == to {
		return false
	}
	for minute := hour * 60; minute < hour*60+60; minute++ {
		if from < to && minute >= from && minute < to || from > to && (minute >= from || minute < to) {
			return true
		}
	}
	return false
}
