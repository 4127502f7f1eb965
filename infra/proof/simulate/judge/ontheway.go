package judge

import (
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/journey"
	"regulars/shared/shop"
)

// Order is an order of a customer, which is the goal of their journey.
type Order struct {
	Customer shop.CustomerID
	At       time.Time
	Recorded time.Time // when it was stored; zero if it may not be
}

// theSteps are the message steps of the simulated journey, in their order.
var theSteps = []shop.CampaignID{"path_hello", "path_ask", "path_bye"}

// leastApart is the time after which a customer may enter the journey again.
const leastApart = 24 * time.Hour

// way is one customer's way through the journey.
type way struct {
	customer shop.CustomerID
	entered  time.Time
}

// onTheWay checks that each customer did each step once and in its order, that
// nothing was claimed long after the goal was stored, and that none entered again too
// early.
func (c *checker) onTheWay() {
	ways := map[way]map[shop.CampaignID][]campaign.Intent{}
	for _, i := range c.Intents {
		if i.Entered.IsZero() {
			continue
		}
		of := way{i.Customer, i.Entered}
		if ways[of] == nil {
			ways[of] = map[shop.CampaignID][]campaign.Intent{}
		}
		ways[of][i.Campaign] = append(ways[of][i.Campaign], i)
	}
	for of, done := range ways {
		for n, step := range theSteps {
			if len(done[step]) > 1 {
				c.broken(OnTheWay, "%s did the step %s %d times on one way", of.customer, step, len(done[step]))
			}
			if n > 0 && len(done[step]) > 0 && len(done[theSteps[n-1]]) == 0 {
				c.broken(OnTheWay, "%s did the step %s and not %s before it", of.customer, step, theSteps[n-1])
			}
		}
		for other := range ways {
			if apart := of.entered.Sub(other.entered); other.customer == of.customer && apart > 0 && apart < leastApart {
				c.broken(OnTheWay, "%s entered again after %s", of.customer, apart)
			}
		}
	}
	for _, p := range c.Positions {
		if p.End == "" {
			c.broken(OnTheWay, "%s is still at the step %s, due at %s", p.Customer, p.Step, p.Due)
		}
		if done := ways[way{p.Customer, p.Entered}]; p.End == journey.Finished && len(done) != len(theSteps) {
			c.broken(OnTheWay, "%s finished with %d of %d steps", p.Customer, len(done), len(theSteps))
		}
	}
	c.afterGoal()
}

// afterGoal checks that no message of a way is claimed after an order that ends it was
// stored, but by a call that was deciding at that time.
func (c *checker) afterGoal() {
	for _, k := range c.Claims {
		entered := c.sends[k.Send].Intent.Entered
		for _, o := range c.Orders {
			if entered.IsZero() || o.Customer != k.Customer || o.Recorded.IsZero() || !o.At.After(entered) {
				continue
			}
			if late := k.At.Sub(o.Recorded); late > onTheWay {
				c.broken(OnTheWay, "%s of %s was claimed %s after the order that ends the way", k.Send, k.Campaign, late)
			}
		}
	}
}

// wayOver reports whether an order may have ended the way of a journey's message before
// the message ended.
func (c *checker) wayOver(d claim.Send) bool {
	return !d.Intent.Entered.IsZero() && slices.ContainsFunc(c.Orders, func(o Order) bool {
		return o.Customer == d.Intent.Customer && o.At.After(d.Intent.Entered) && !o.Recorded.IsZero() && !o.Recorded.After(d.Changed.Add(onTheWay))
	})
}
