// Package decide decides whether a message may be sent to a customer now, and
// with which offer and which recommended products.
//
// [Decide] is a pure function of the time, one customer's snapshot, the intents
// that compete for that customer, and the shop's policy. It reads no clock, no
// store and no randomness: the same input gives the same bytes. So explaining a
// message, trying a policy on last month's orders and sending run the same code.
//
// The checks, in this order; the first that rejects the intent gives the reason:
//
//	campaign    is published in this version, the intent's time has come and not
//	            passed, and the customer's way through its journey is not over
//	product     what the message says of its product is still true, and the customer
//	            has not bought it since (campaigns about products)
//	breaker     no person stopped the campaign, and neither its breaker nor the
//	            account's has tripped (package breaker)
//	condition   the audience of the run still includes the customer; if holds still, and
//	            unless does not (see [campaign.Campaign.After]); a day of the customer's
//	            own is still theirs
//	address     there is one, and it is not suppressed
//	consent     promotions need an opt-in; promises need it too, or the shop's soft opt-in
//	pause       no service issue is open (promotions, promises)
//	frequency   caps, gap, the person's own pace and pause, quiet hours
//	holdout     the customer is not in the campaign's holdout (promotions)
//	rank        no better intent needs the same reservation (see [Ahead])
//	offer       the best that the customer has earned
//	picks       recommended products, with reasons
//	message     rendered in the customer's language, and linted
package decide

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Snapshot is all that a decision needs to know of one customer, read at one
// time.
type Snapshot struct {
	Profile profile.Profile
	Contact frequency.Contact
	Items   map[shop.ProductID]recommend.Item // bought products and candidates, those that were read
	Spent   map[shop.OfferID]bool             // offers whose budget is known to be used up

	// Kept holds sends that were claimed before and then throttled by SES: they
	// wait with their reservation. A kept reservation does not count against its
	// own send, which carries the coupon that was issued for it.
	Kept map[shop.SendID]claim.Send

	// Merged lists the waiting intents that another send of the same campaign
	// covers with its message, by the covering send: see [Companions].
	Merged map[shop.SendID][]campaign.Intent

	// First holds the sends that this function sent first, just now, because
	// they rank before the intent: see [Ahead].
	First map[shop.SendID]shop.CampaignID
}

// Config is the part of a decision's input that is the same for every customer:
// the shop's policy, the recommendation model, and the keys for links and codes.
type Config struct {
	shoppolicy.Policy
	Tenant   string
	Model    recommend.Model
	Breakers breaker.Now // those that have tripped, and the campaigns that a person stopped
	Links    *linktoken.Signer
	CodeKeys [][]byte // derive coupon codes, the current key first
	BaseURL  string   // of the preferences function, ending in "/"
	ClickURL string   // of the click function, ending in "/"; empty: links lead to the shop directly
}

// Decision is the answer to one intent. Send.State says which:
//
//	SENDING  send it: Mail, Contact and possibly Send.Coupon are set; claim them first
//	QUEUED   not now: decide again at Send.Wake
//	other    the intent has ended, for Send.Reason
type Decision struct {
	Send    claim.Send        // State, Reason, Wake, Coupon and Explained are filled in
	Mail    content.Mail      // for SENDING
	Contact frequency.Contact // for SENDING: with the new ledger entry and grant
	Names   []shop.ProductID  // for SENDING: the products about which the message says something, each once
}

// Decide returns one decision for each intent, best intent first (see
// [Config.Compare]). The reservation of an allowed intent counts for the
// intents after it. So of several competing intents the best allowed one is
// sent, and each of the others gets the time at which it may be sent.
//
// All intents must belong to the snapshot's customer. Decide fails if a message
// cannot be rendered. Publishing proves that every message can be, so that is a
// programmer's mistake or a policy that was tampered with.
func Decide(now time.Time, s Snapshot, intents []campaign.Intent, r Config) ([]Decision, error) {
	now = shop.Millis(now)
	intents = slices.Clone(intents)
	slices.SortFunc(intents, r.Compare)
	var decisions []Decision
	for _, intent := range intents {
		c := r.consider(now, s, intent)
		d, err := c.decide()
		if err != nil {
			return nil, fmt.Errorf("decide send %s of campaign %s: %w", c.id, intent.Campaign, err)
		}
		if d.Send.State == claim.Sending {
			s.Contact = d.Contact
		}
		decisions = append(decisions, d)
	}
	return decisions, nil
}

// evaluation is the work on one intent: its inputs, and what was found so far.
type evaluation struct {
	Config
	Snapshot
	now      time.Time
	intent   campaign.Intent
	id       shop.SendID
	campaign campaign.Campaign
	kept     *coupon.Coupon // issued for this send by an earlier attempt
	day      *ownDay        // the customer's own day that the intent is about, or nil
	silent   *rejection     // set if the message must not sell: the rejection that applies if nothing else is left to say
	shown    bool           // the message is only shown, so it may sell to anybody: see Show

	explained Explanation
	language  string                          // of the message; set by compose
	assigned  time.Time                       // see claim.Send.Assigned
	catalogue map[shop.ProductID]shop.Product // made by products
}

func (r Config) consider(now time.Time, s Snapshot, intent campaign.Intent) *evaluation {
	c := &evaluation{Config: r, Snapshot: s, now: now, intent: r.timed(intent, s.Profile), id: intent.SendID(r.Tenant)}
	if kept, ok := s.Kept[c.id]; ok {
		c.kept, c.Contact = kept.Coupon, s.Contact.Without(c.id)
	}
	return c
}

// rejection ends the checks: the intent waits (QUEUED, until wake) or ends.
type rejection struct {
	state  claim.State
	reason claim.Reason
	wake   time.Time
}

func (c *evaluation) decide() (Decision, error) {
	if refused := c.refused(); refused != nil {
		return c.answer(*refused), nil
	}
	data, coupon, err := c.compose()
	if err != nil {
		return Decision{}, err
	}
	if refused := c.worthSaying(data); refused != nil {
		c.explained.note("message", refused.reason.Text)
		return c.answer(*refused), nil
	}
	return c.write(data, coupon)
}

// refused runs the checks that need no rendered message, and returns the first
// rejection, or nil.
func (c *evaluation) refused() *rejection {
	c.explained.Policy, c.explained.Model = c.Version, c.Model.Version
	if c.CustomerValue.Version != c.Model.Version {
		c.explained.CustomerValue = c.CustomerValue.Version
	}
	for _, check := range []struct {
		name string
		run  func() *rejection
	}{
		{"campaign", c.published},
		{"product", c.current},
		{"breaker", c.untripped},
		{"condition", c.stillMeant},
		{"address", c.reachable},
		{"consent", c.consented},
		{"pause", c.unpaused},
		{"frequency", c.allowed},
		{"holdout", c.included},
	} {
		if refused := check.run(); refused != nil {
			c.explained.note(check.name, refused.reason.Text)
			return refused
		}
		if check.name != "product" || c.intent.Subject.Product != "" {
			c.explained.passed(check.name, c.whyPassed(check.name))
		}
	}
	return nil
}

func (c *evaluation) answer(n rejection) Decision {
	c.explained.Offer, c.explained.Items = nil, nil // they go with a message only
	s := c.send(n.state)
	s.Reason, s.Wake = n.reason, n.wake
	return Decision{Send: s}
}

func (c *evaluation) send(state claim.State) claim.Send {
	return claim.Send{
		ID: c.id, Intent: c.intent, Mailbox: c.Profile.Mailbox, State: state, Changed: c.now,
		Message: c.campaign.Message, Variant: c.campaign.Variant, Drawn: c.campaign.Drawn, Class: c.campaign.Class, Also: c.also(),
		Explained: c.explained.json(), Assigned: c.assigned,
	}
}

func end(state claim.State, code, text string, args ...any) *rejection {
	return &rejection{state: state, reason: claim.Reason{Code: code, Text: fmt.Sprintf(text, args...)}}
}
