package decide

import (
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
)

// unbraked holds what a brake stops. It waits, and goes on when the brake is
// released; where its own time is over before, it ends with the brake as the
// reason.
func (c *evaluation) untripped() *rejection {
	stop := c.Breakers.Stops(c.now, c.intent.Campaign, c.campaign.Class)
	if stop == nil {
		return nil
	}
	wake, ok := WaitUntil(c.now, stop.Again, c.intent)
	if !ok {
		return end(claim.Expired, stop.Code, "%s; its own time is over before that ends, at %s", stop.Text, c.intent.NotAfter.UTC().Format(time.RFC3339))
	}
	return &rejection{state: claim.Queued, reason: claim.Reason{Code: stop.Code, Text: stop.Text}, wake: wake}
}

// lastLook is how long before an intent's own time is over it is looked at for
// the last time: the clock ticks once a minute.
const lastLook = 2 * time.Minute

// WaitUntil returns when an intent that waits for something without a known end
// is to be looked at again: then, or just before its own time is over; false
// where that has come.
func WaitUntil(now, then time.Time, i campaign.Intent) (wake time.Time, ok bool) {
	last := i.NotAfter.Add(-lastLook)
	if then.Before(last) {
		return then, true
	}
	return last, last.After(now)
}
