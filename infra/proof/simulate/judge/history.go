// Package judge checks whether a simulated history kept the promises of
// docs/guarantees.md.
//
// It is independent of how sends are decided, claimed and stored. Its inputs are
// the intents, the messages that SES accepted, each with its true time, and what
// is stored at the end. It counts windows by brute force, so that it does not
// repeat a mistake of package frequency.
package judge

import (
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/shop"
)

// History is one simulated schedule, seen from outside. All times are true times,
// not those of the workers' clocks.
type History struct {
	Tenant    string
	Campaigns []campaign.Campaign        // class and tags of each
	Zones     map[shop.CustomerID]string // IANA names, or other text that the customer gave
	InForce   []InForce                  // oldest first
	Stale     time.Duration              // how long a claim may use a policy that was replaced
	Skew      time.Duration              // the largest error of any clock
	Intents   []campaign.Intent          // those that were put on the queue, each once
	Claims    []Claim                    // in the order in which they took effect
	Accepted  []Accepted                 // by SES, in its order
	Consents  []ConsentChange            // consents and opt-outs of customers, in the order in which they were answered
	SESEvents []SESEvent                 // SES's events that settle acknowledged
	Words     []Word                     // of persons about campaigns, in the order in which they were said
	Effective time.Duration              // how long after its answer a word may not be seen yet
	Moves     []shop.CustomerID          // customers whose address was to change
	Reopened  []Reopened                 // end states that were overwritten
	Sends     []claim.Send               // all that are stored at the end
	Contacts  map[shop.CustomerID]frequency.Contact
	Coupons   []coupon.Coupon
	Budgets   []Budget
	Positions []journey.Position // all that are stored at the end
	Orders    []Order            // that end ways through the journey, and messages that wait
	Endings   []Ending           // of other messages that wait, in the order in which they were stored
	Entries   []journey.Position // those that began, each as it was first seen
	Open      []string           // what is still on a queue or being processed, in words
}

// InForce is the caps that were in force from a time on.
type InForce struct {
	From time.Time
	Caps frequency.Policy
}

// Claim is a claim that took effect.
type Claim struct {
	Send     shop.SendID
	Customer shop.CustomerID
	Address  string // of the customer, at that time
	Campaign shop.CampaignID
	Attempt  int
	At       time.Time
	// NotBefore is the time of the message as it was when it was claimed. It can move after
	// an attempt that SES refused, such as by another change of the cart.
	NotBefore time.Time
	Wishes    frequency.Wishes // of the mailbox, at that time
}

// Accepted is one message that SES accepted.
type Accepted struct {
	Send         shop.SendID
	Customer     shop.CustomerID
	Address      string // that the message went to
	Campaign     shop.CampaignID
	Attempt      int
	At           time.Time
	Code         string // of the coupon that the message prints, or ""
	Funded       bool   // that coupon was stored as issued when SES accepted the message
	Acknowledged bool   // the worker got SES's answer and then acknowledged the intent
}

// SESEvent is an event of SES that settle processed and acknowledged.
type SESEvent struct {
	Send     shop.SendID
	Customer shop.CustomerID
	Address  string      // that the message went to
	State    claim.State // that the event reports; empty if it reports none
}

// Reopened is a write that changed the state of a send that had ended.
type Reopened struct {
	Send     shop.SendID
	From, To claim.State
}

// ConsentChange is a consent (Given) or opt-out of a customer, or of a mailbox. An
// opt-out counts from the time At at which it was answered, for the customer and for
// the address. A consent outweighs the opt-outs that were said before it was stored.
type ConsentChange struct {
	Customer shop.CustomerID
	Address  string // of the mailbox that it came by; empty if it is not known
	Given    bool
	Said, At time.Time // At: when it was answered; of a consent that was not answered, zero: it may hold for any mailbox
}

// Word is what a person said about a campaign: "pause", "cancel" or "resume". Until
// Answered it may hold or not, from Said on; it is zero if no answer came.
type Word struct {
	Campaign       shop.CampaignID
	Word           string
	Version        int // in force when it was said
	Said, Answered time.Time
}

// Budget is the budget of one offer: the uses that it began with, and those left.
type Budget struct {
	Offer      shop.OfferID
	Uses, Left int
}

// Promise is the name of a promise in docs/guarantees.md.
type Promise string

// The promises that are checked.
const (
	Once        Promise = "once"         // at most one promotion for an occasion; a service message is repeated only if the outcome is unknown
	Capped      Promise = "capped"       // no window holds more messages than its cap
	NothingLost Promise = "nothing-lost" // every intent ends in one state with a reason, and SES's count agrees
	OptOut      Promise = "opt-out"      // no promotion is claimed after an opt-out was answered
	Honoured    Promise = "honoured"     // coupons, budgets and ledgers agree with the messages that were sent
	OnTheWay    Promise = "on-the-way"   // each step of a journey is done once and in its order, and none after its goal
	AtItsTime   Promise = "at-its-time"  // no message is sent before its time, or after what it is about has ended
	Stopped     Promise = "stopped"      // nothing of a campaign is sent after a pause or a cancellation was answered
)

// Promises lists them in the order of docs/guarantees.md.
var Promises = []Promise{Once, Capped, NothingLost, OptOut, Honoured, Stopped, OnTheWay, AtItsTime}

// Violation is a broken promise.
type Violation struct {
	Promise Promise
	Text    string
}

// Judge returns every violation in the history, in the order of the promises.
func Judge(h History) []Violation {
	c := &checker{History: h, campaigns: map[shop.CampaignID]campaign.Campaign{}, sends: map[shop.SendID]claim.Send{}, accepted: map[shop.SendID][]Accepted{}}
	for _, known := range h.Campaigns {
		c.campaigns[known.ID] = known
	}
	for _, d := range h.Sends {
		c.sends[d.ID] = d
	}
	for i, a := range h.Accepted {
		h.Accepted[i].Address = strings.ToLower(a.Address)
		c.accepted[a.Send] = append(c.accepted[a.Send], a)
	}
	for i, k := range h.Claims {
		h.Claims[i].Address = strings.ToLower(k.Address)
	}
	for i, said := range h.Consents {
		h.Consents[i].Address = strings.ToLower(said.Address)
	}
	c.once()
	c.capped()
	c.nothingLost()
	c.optOut()
	c.honoured()
	c.stopped()
	c.onTheWay()
	c.atItsTime()
	return c.found
}

// checker collects the violations of one history.
type checker struct {
	History
	campaigns map[shop.CampaignID]campaign.Campaign
	sends     map[shop.SendID]claim.Send
	accepted  map[shop.SendID][]Accepted
	found     []Violation
}

func (c *checker) class(id shop.CampaignID) shop.Class { return c.campaigns[id].Class }
