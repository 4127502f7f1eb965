package decide

import (
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
)

// untripped holds the intent if a person paused its campaign or a tripped breaker
// stops it. The intent waits until the campaign is resumed or the breaker is
// released, or ends with that as its reason if it expires before. If the campaign
// was cancelled, the intent ends.
func (c *evaluation) untripped() *rejection {
	stop := c.halted()
	if stop == nil {
		stop = c.Breakers.Stops(c.now, c.intent.Campaign, c.campaign.Class)
	}
	switch {
	case stop == nil:
		return nil
	case stop.Ends:
		return end(claim.Cancelled, stop.Code, "%s", stop.Text)
	}
	wake, ok := WaitUntil(c.now, stop.Again, c.intent)
	if !ok {
		return end(claim.Expired, stop.Code, "%s; the intent expires before that ends, at %s", stop.Text, c.intent.NotAfter.UTC().Format(time.RFC3339))
	}
	return &rejection{state: claim.Queued, reason: claim.Reason{Code: stop.Code, Text: stop.Text}, wake: wake}
}

// halted returns why a person's word stops the message: about its campaign, or
// about the journey of which that is a step.
func (c *evaluation) halted() *breaker.Stop {
	stop := c.Breakers.Halted(c.now, c.intent.Campaign, c.intent.Version, c.intent.Planned)
	if whole := c.campaign.Journey; whole != "" && (stop == nil || !stop.Ends) {
		if more := c.Breakers.Halted(c.now, whole, c.intent.Version, c.intent.Planned); more != nil {
			return more
		}
	}
	return stop
}

// lastLook is how long before its NotAfter a waiting intent is decided for the
// last time: the settle function wakes intents once a minute.
const lastLook = 2 * time.Minute

// WaitUntil returns when an intent that waits for something without a known end
// is decided again: then, or two minutes before it expires if that is earlier. It
// returns false if that time has passed.
func WaitUntil(now, then time.Time, i campaign.Intent) (wake time.Time, ok bool) {
	last := i.NotAfter.Add(-lastLook)
	if then.Before(last) {
		return then, true
	}
	return last, last.After(now)
}
