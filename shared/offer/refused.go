package offer

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Refusal is why an offer is not granted.
type Refusal struct {
	Offer shop.OfferID `json:"offer"`
	Code  string       `json:"code"`
	Text  string       `json:"text"`
}

// Codes of [Refusal].
const (
	RefusedOver      = "over"            // its last day is past
	RefusedWhen      = "condition"       // its condition does not hold
	RefusedHeldOut   = "held-out"        // kept from this customer, so that its worth can be measured
	RefusedLimit     = "per-customer"    // the customer had as many as they may
	RefusedCoolDown  = "cool-down"       // the last one was too short a time ago
	RefusedBudget    = "budget"          // used up
	RefusedAutomatic = "automatic"       // it needs no coupon
	RefusedAnyway    = "buys-anyway"     // see [Need]
	RefusedRest      = "rest"            // see [Need]
	RefusedUnearned  = "not-earned"      // too few units kept
	RefusedGranted   = "already-granted" // this very unit was given before
	RefusedGift      = "no-gift"         // the gift is not there
	RefusedStock     = "no-stock"        // too little is left of what it is on
	RefusedZero      = "worth-nothing"   // a discount of zero uses nothing up
	RefusedOutbid    = "outbid"          // another offer is worth more
)

// Refused returns why this customer may not have the offer at all, or nil. It is
// the part of the rule that both checks share: the audience check ([Best]) and
// the checkout's, for offers that need no code. It does not ask what is in a
// cart: that is the deal's.
func (o Offer) Refused(c Case) *Refusal {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	had := c.Granted[o.ID]
	if o.Until != "" && c.Now.After(o.Until.End(c.Zone)) {
		return o.refuse(RefusedOver, "its last day was %s", o.Until)
	}
	if !o.When.Holds(c.Facts) {
		return o.refuse(RefusedWhen, "the customer does not meet: %s", strings.Join(strings.Fields(o.When.Text()), " "))
	}
	if o.heldOut(c.Customer) {
		return o.refuse(RefusedHeldOut, "one of the %.1f %% of customers who never get this offer, so that its worth can be measured", float64(o.Holdout)/100)
	}
	if o.PerCustomer > 0 && len(had) >= o.PerCustomer {
		return o.refuse(RefusedLimit, "the customer had %d of at most %d", len(had), o.PerCustomer)
	}
	if free := latest(had).AddDate(0, 0, o.CoolDown); o.CoolDown > 0 && len(had) > 0 && c.Now.Before(free) {
		return o.refuse(RefusedCoolDown, "the last one was less than %d days ago; the next may come on %s", o.CoolDown, free.In(c.Zone).Format("2 January 2006"))
	}
	if c.Spent[o.ID] {
		return o.refuse(RefusedBudget, "all %d uses of this offer are given out", o.Budget.Uses)
	}
	return nil
}

// LimitsCustomers reports whether the offer limits how often one customer has it.
// Each use of such an offer has to be recorded with the customer.
func (o Offer) LimitsCustomers() bool { return o.PerCustomer > 0 || o.CoolDown > 0 }

func (o Offer) refuse(code, text string, args ...any) *Refusal {
	return &Refusal{o.ID, code, fmt.Sprintf(text, args...)}
}

// heldOut reports whether the customer is one of those that never get the offer.
// It is a hash of both names: always the same, and independent between offers
// and of the campaigns' holdouts.
func (o Offer) heldOut(customer shop.CustomerID) bool {
	if o.Holdout == 0 {
		return false
	}
	sum := sha256.Sum256([]byte("holdout of offer\x00" + string(o.ID) + "\x00" + string(customer)))
	return int(binary.BigEndian.Uint64(sum[:8])%10_000) < o.Holdout
}

func latest(grants []frequency.Grant) (at time.Time) {
	for _, g := range grants {
		if g.At.After(at) {
			at = g.At
		}
	}
	return at
}
