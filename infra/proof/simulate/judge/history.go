// Package judge decides whether a history kept the promises of the design.
//
// It knows nothing of how sends are decided, claimed or stored. It starts from
// what was asked for (the intents), from what SES took, with the true time of
// each, and from what is stored in the end; and it counts windows by brute
// force, so that a mistake in package frequency is not made twice.
package judge

import (
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// History is one run, from outside. All times are true ones, whatever the
// clocks of those at work showed.
type History struct {
	Tenant    string
	Campaigns []campaign.Campaign        // class and tags of each
	Zones     map[shop.CustomerID]string // IANA, or whatever the customer gave
	InForce   []InForce                  // oldest first
	Stale     time.Duration              // how long a claim may rest on rules that were replaced
	Skew      time.Duration              // by which any clock was wrong, at most
	Intents   []campaign.Intent          // that were put on the queue, each once
	Claims    []Claim                    // in the order in which they took effect
	Accepted  []Accepted                 // by SES, in its order
	Words     []Word                     // of customers about promotions, in the order in which they were answered
	Told      []Told                     // SES's events that were taken in
	Reopened  []Reopened                 // ends that were written over
	Sends     []claim.Send               // all that are stored in the end
	Contacts  map[shop.CustomerID]frequency.Contact
	Coupons   []coupon.Coupon
	Budgets   []Budget
	Open      []string // what is still on a queue or at work, in words
}

// InForce is the caps that were in force from then on.
type InForce struct {
	From time.Time
	Caps frequency.Policy
}

// Claim is a claim that took effect.
type Claim struct {
	Send     shop.SendID
	Customer shop.CustomerID
	Campaign shop.CampaignID
	Attempt  int
	At       time.Time
	Own      frequency.Limits // of the customer, at that time
}

// Accepted is one message that SES took.
type Accepted struct {
	Send     shop.SendID
	Customer shop.CustomerID
	Campaign shop.CampaignID
	Attempt  int
	At       time.Time
	Code     string // of the coupon that it prints, or ""
	Funded   bool   // that coupon was stored as issued when SES took the message
	Settled  bool   // the worker heard of it, and then acknowledged the intent
}

// Told is an event of SES that settle took in and acknowledged.
type Told struct {
	Send  shop.SendID
	State claim.State // that it tells of; empty where it tells of none
}

// Reopened is a write that made another state of one that had ended.
type Reopened struct {
	Send     shop.SendID
	From, To claim.State
}

// Word is a customer's yes or no to promotions. A no counts from when it was
// answered; a yes from when it was said, over every no that was said before.
type Word struct {
	Customer shop.CustomerID
	Given    bool
	Said, At time.Time // At: when it was answered; of a yes it does not matter
}

// Budget is one offer's, as laid out and as left.
type Budget struct {
	Offer      shop.OfferID
	Uses, Left int
}

// Promise is one of those of DESIGN.md, by a short name.
type Promise string

// The promises that are judged.
const (
	Once     Promise = "once"     // 1: at most one promotion for an occasion; a service message again only when in doubt
	Often    Promise = "often"    // 2: no window over its cap
	Vanished Promise = "vanished" // 3: every intent ends in one state with a reason, and SES's count agrees
	No       Promise = "no"       // 4: no promotion is claimed after a no was answered
	Kept     Promise = "kept"     // 5: coupons, budgets and ledgers agree with what went
)

// Promises lists them in their order.
var Promises = []Promise{Once, Often, Vanished, No, Kept}

// Violation is a broken promise.
type Violation struct {
	Promise Promise
	Text    string
}

// Judge returns every violation in the history, in the order of the promises.
func Judge(h History) []Violation {
	c := &court{History: h, campaigns: map[shop.CampaignID]campaign.Campaign{}, sends: map[shop.SendID]claim.Send{}, accepted: map[shop.SendID][]Accepted{}}
	for _, known := range h.Campaigns {
		c.campaigns[known.ID] = known
	}
	for _, d := range h.Sends {
		c.sends[d.ID] = d
	}
	for _, a := range h.Accepted {
		c.accepted[a.Send] = append(c.accepted[a.Send], a)
	}
	c.once()
	c.often()
	c.vanished()
	c.no()
	c.kept()
	return c.found
}

// court is a judgement under way.
type court struct {
	History
	campaigns map[shop.CampaignID]campaign.Campaign
	sends     map[shop.SendID]claim.Send
	accepted  map[shop.SendID][]Accepted
	found     []Violation
}

func (c *court) class(id shop.CampaignID) shop.Class { return c.campaigns[id].Class }
