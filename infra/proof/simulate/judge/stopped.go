package judge

import (
	"time"

	"regulars/shared/campaign"
)

// stopped checks that SES accepts nothing of a campaign after a person's word is in
// force: after a pause until a resume may be in force; after a cancellation nothing
// that was planned before that, resume or not, and else nothing up to its version.
func (c *checker) stopped() {
	for _, a := range c.Accepted {
		i := c.sends[a.Send].Intent
		for n, w := range c.Words {
			if w.Campaign != a.Campaign || w.Answered.IsZero() || a.At.Sub(w.Answered) <= c.Effective {
				continue
			}
			if c.stops(n, i, a.At) {
				c.broken(Stopped, "SES accepted %s of %s %s after the answer to %q", a.Send, a.Campaign, a.At.Sub(w.Answered), w.Word)
			}
		}
	}
}

// stops reports whether the nth word is in force at the time, for an intent.
func (c *checker) stops(n int, i campaign.Intent, at time.Time) bool {
	w := c.Words[n]
	if w.Word == "resume" || w.Word == "cancel" && i.Version > w.Version {
		return false
	}
	for _, later := range c.Words {
		if later.Campaign != w.Campaign || !later.Said.Before(at) || !later.Answered.IsZero() && later.Answered.Before(w.Said) {
			continue // it was in force before w, or is not yet
		}
		switch {
		case w.Word == "pause" && later.Word == "cancel": // it ends a pause
			return false
		case later.Word == "resume" && (w.Word == "pause" || i.Planned.After(later.Said.Add(-2*c.Skew))):
			return false
		}
	}
	return true
}
