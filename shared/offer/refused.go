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
	RefusedHeldOut   = "held-out"        // the customer is in the holdout, so that the offer's effect can be measured
	RefusedLimit     = "per-customer"    // the customer had as many as one customer may have
	RefusedCoolDown  = "cool-down"       // the customer's last one was too short a time ago
	RefusedBudget    = "budget"          // used up
	RefusedAutomatic = "automatic"       // it needs no coupon
	RefusedAnyway    = "buys-anyway"     // see [Need]
	RefusedRest      = "rest"            // see [Need]
	RefusedUnearned  = "not-earned"      // the customer keeps too few units
	RefusedGranted   = "already-granted" // the earned unit was granted before
	RefusedGift      = "no-gift"         // the gift is not in the catalogue or not in stock
	RefusedStock     = "no-stock"        // too little stock is left of the products that it is on
	RefusedZero      = "worth-nothing"   // it would take nothing off
	RefusedOutbid    = "outbid"          // another offer is worth more
)

// Refused returns why the customer may not have the offer at all, or nil. Both
// [Best] and the checkout, for offers that need no code, call it. It does not
// look at a cart: package pricing does that, with the deal.
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
		return o.refuse(RefusedHeldOut, "the customer is one of the %.1f %% who never get this offer, so that its effect can be measured", float64(o.Holdout)/100)
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

// LimitsCustomers reports whether the offer limits how often one customer has
// it. Each use of such an offer has to be recorded with the customer.
func (o Offer) LimitsCustomers() bool { return o.PerCustomer > 0 || o.CoolDown > 0 }

func (o Offer) refuse(code, text string, args ...any) *Refusal {
	return &Refusal{o.ID, code, fmt.Sprintf(text, args...)}
}

// heldOut reports whether the customer is in the offer's holdout. It depends on
// a hash of both IDs: it is always the same, and independent between offers and
// of the holdouts of campaigns.
func (o Offer) heldOut(customer shop.CustomerID) bool {
	if o.Holdout == 0 {
		return false
	}
	sum := sha256.Sum256([]byte("holdout of offer\x00" + string(o.ID) + "\x00" + string(customer)))
	return int(binary.BigEndian.Uint64(sum[:8])%10_000) < o.Holdout
}

// latest returns the time of the latest grant.
func latest(grants []frequency.Grant) (at time.Time) {
	for _, g := range grants {
		if g.At.After(at) {
			at = g.At
		}
	}
	return at
}
