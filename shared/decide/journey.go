package decide

import (
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// JourneyFacts returns the values that the conditions of a journey can refer to,
// for the customer of a snapshot who entered it by the intent's order and at its
// Entered. See [Facts].
func JourneyFacts(now time.Time, s Snapshot, i campaign.Intent, r Config) condition.Facts {
	f := Facts(now, s.Profile, s.Contact, s.Items, r.Policy, Occasion{Order: i.Order, Event: i.Event()})
	f.Journey = condition.Journey{
		Days: days(now.Sub(i.Entered)), Ordered: orderedSince(s.Profile, i), Returned: returnedSince(s.Profile, i.Entered),
		OptedOut: optedOutSince(s.Contact, s.Profile.Email.Value, i.Entered),
	}
	return f
}

// StillEnters reports whether an entry into a journey that a run raised still makes
// sense: the audience of the run includes the customer by what is known now, or the
// day is still theirs. It is true of an entry by an event.
func StillEnters(now time.Time, s Snapshot, entry campaign.Intent, j journey.Journey, r Config) bool {
	c := r.consider(now, s, entry)
	c.campaign = j.Entry
	return c.stillMeant() == nil
}

// orderedSince reports whether the customer placed another order after the newest one
// that was known when they entered, and did not cancel it. So an order that was placed
// just before the entry and recorded after it counts: who has just ordered must not be
// told that they have not ordered for some time.
func orderedSince(p profile.Profile, entry campaign.Intent) bool {
	since := entry.Entered
	if !entry.Ordered.IsZero() && entry.Ordered.Before(since) {
		since = entry.Ordered
	}
	for _, v := range p.Orders {
		if v.Order != entry.Order && v.At.After(since) && !v.Cancelled {
			return true
		}
	}
	return false
}

// NewestOrder returns when the customer placed their newest order, cancelled or not;
// 1970 if they have placed none.
func NewestOrder(p profile.Profile) time.Time {
	newest := time.Unix(0, 0).UTC()
	for _, v := range p.Orders {
		if v.At.After(newest) {
			newest = v.At
		}
	}
	return newest
}

// returnedSince reports whether a return of the customer was recorded after t.
func returnedSince(p profile.Profile, t time.Time) bool {
	for _, issue := range p.ServiceIssues {
		if issue.Returned != nil && issue.Orders == 0 && issue.Returned.Since.After(t) {
			return true
		}
	}
	return false
}

// optedOutSince reports whether the mailbox said no to promotions, or was
// suppressed, after t.
func optedOutSince(c frequency.Contact, address string, t time.Time) bool {
	if s := c.SuppressedFor(address); s != nil && s.At.After(t) {
		return true
	}
	said := c.Consents[shop.TopicPromotions]
	return said.At.After(t) && !said.Given
}

// moves reports whether the intent is of a step of a journey whose older version
// the customer entered: then its message goes on in the version in force.
func (c *evaluation) moves(known campaign.Campaign) bool {
	return known.Journey != "" && c.intent.Version < known.Version
}

// onTheWay ends a message of a journey if the customer's way through it is over
// by now: between the step and its message they may have ordered, or returned
// something.
func (c *evaluation) onTheWay() *rejection {
	j, ok := c.JourneyAt(c.campaign.Journey, c.intent.Version)
	if !ok {
		return nil // published has found the campaign, so it is not a step
	}
	switch j.Over(JourneyFacts(c.now, c.Snapshot, c.intent, c.Config)) {
	case journey.Goal:
		return end(claim.Expired, "journey-goal", "the journey's goal is reached, so its messages end: %s", j.Until.Text())
	case journey.Exit:
		return end(claim.Expired, "journey-exit", "the customer has left the journey: %s", j.Unless.Text())
	}
	return nil
}
