package judge

import (
	"time"

	"regulars/shared/shop"
)

// Ending is what ends the messages of a campaign for a customer, such as a cart that was
// emptied.
type Ending struct {
	Customer shop.CustomerID
	Campaign shop.CampaignID
	What     string
	Recorded time.Time // when it was stored
}

// atItsTime checks that no message is claimed before its time, and none long after what
// ends it was stored, but by a call that was deciding at that time. An order ends the
// messages that wait for a review of an earlier one, and those about a cart.
func (c *checker) atItsTime() {
	for _, k := range c.Claims {
		if early := k.NotBefore.Sub(k.At); early > c.Skew {
			c.broken(AtItsTime, "%s of %s was claimed %s before its time", k.Send, k.Campaign, early)
		}
		ended := func(what string, recorded time.Time) {
			if late := k.At.Sub(recorded); late > onTheWay {
				c.broken(AtItsTime, "%s of %s was claimed %s after it had ended: %s", k.Send, k.Campaign, late, what)
			}
		}
		for _, e := range c.Endings {
			if e.Customer == k.Customer && e.Campaign == k.Campaign {
				ended(e.What, e.Recorded)
			}
		}
		for _, o := range c.Orders {
			if o.Customer != k.Customer || o.Recorded.IsZero() {
				continue
			}
			if k.Campaign == "review" || k.Campaign == "cart" && o.At.After(k.NotBefore.Add(-time.Hour)) {
				ended("an order", o.Recorded)
			}
		}
	}
}
