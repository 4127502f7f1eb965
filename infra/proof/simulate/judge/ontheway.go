package judge

import (
	"slices"
	"strings"
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

// theSteps are the message steps of the simulated journeys, in their order. A version
// of path has one more (inVersion), which says nothing about the others.
var theSteps = map[shop.CampaignID][]shop.CampaignID{
	"path":  {"path_hello", "path_ask", "path_bye"},
	"round": {"round_tip", "round_again"},
}

// inVersion is the version from which on a step exists, if not the first.
var inVersion = map[shop.CampaignID]int{"path_more": 2}

// leastApart is the time after which a customer may enter a journey again.
var leastApart = map[shop.CampaignID]time.Duration{"path": 24 * time.Hour}

// way is one customer's way through a journey.
type way struct {
	customer shop.CustomerID
	journey  shop.CampaignID
	entered  time.Time
}

// wayOf returns the way of a step's intent.
func wayOf(i campaign.Intent) way {
	of, _, _ := strings.Cut(string(i.Campaign), "_")
	return way{i.Customer, shop.CampaignID(of), i.Entered}
}

// onTheWay checks that each customer did each step once and in its order, that
// nothing was claimed long after the goal was stored, that none entered again too early
// or twice by one occasion, and that they did no step of a later version than theirs.
func (c *checker) onTheWay() {
	ways := map[way]map[shop.CampaignID][]campaign.Intent{}
	for _, i := range c.Intents {
		if i.Entered.IsZero() {
			continue
		}
		of := wayOf(i)
		if ways[of] == nil {
			ways[of] = map[shop.CampaignID][]campaign.Intent{}
		}
		ways[of][i.Campaign] = append(ways[of][i.Campaign], i)
		if i.Version < inVersion[i.Campaign] {
			c.broken(OnTheWay, "%s entered version %d and did the step %s of version %d", i.Customer, i.Version, i.Campaign, inVersion[i.Campaign])
		}
	}
	for n, e := range c.Entries {
		for _, other := range c.Entries[:n] {
			if other.Customer == e.Customer && other.Journey == e.Journey && other.Occasion == e.Occasion {
				c.broken(OnTheWay, "%s entered %s twice by %s: at %s and %s", e.Customer, e.Journey, e.Occasion, other.Begun, e.Begun)
			}
		}
	}
	for of, done := range ways {
		theSteps := theSteps[of.journey]
		for n, step := range theSteps {
			if len(done[step]) > 1 {
				c.broken(OnTheWay, "%s did the step %s %d times on one way", of.customer, step, len(done[step]))
			}
			if n > 0 && len(done[step]) > 0 && len(done[theSteps[n-1]]) == 0 {
				c.broken(OnTheWay, "%s did the step %s and not %s before it", of.customer, step, theSteps[n-1])
			}
		}
		for other := range ways {
			if apart := of.entered.Sub(other.entered); other.customer == of.customer && other.journey == of.journey && apart > 0 && apart < leastApart[of.journey] {
				c.broken(OnTheWay, "%s entered again after %s", of.customer, apart)
			}
		}
	}
	for _, p := range c.Positions {
		if p.End == "" {
			c.broken(OnTheWay, "%s is still at the step %s, due at %s", p.Customer, p.Step, p.Due)
		}
		for _, step := range theSteps[p.Journey] {
			if p.End == journey.Finished && len(ways[way{p.Customer, p.Journey, p.Entered}][step]) == 0 {
				c.broken(OnTheWay, "%s finished without the step %s", p.Customer, step)
			}
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
			if entered.IsZero() || strings.HasPrefix(string(k.Campaign), "round_") || o.Customer != k.Customer || o.Recorded.IsZero() || !o.At.After(entered) {
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
		since := d.Intent.Entered
		if known := d.Intent.Ordered; !known.IsZero() && known.Before(since) { // it was recorded after the entry
			since = known
		}
		return o.Customer == d.Intent.Customer && o.At.After(since) && !o.Recorded.IsZero() && !o.Recorded.After(d.Changed.Add(onTheWay))
	})
}
