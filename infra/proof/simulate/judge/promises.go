package judge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

func (c *checker) broken(p Promise, text string, args ...any) {
	c.found = append(c.found, Violation{p, fmt.Sprintf(text, args...)})
}

// mostService is how many times in all a transactional message may be given to SES.
const mostService = 3

func (c *checker) once() {
	claimed := map[string]bool{}
	for _, k := range c.Claims {
		claimed[fmt.Sprint(k.Send, k.Attempt)] = true
	}
	seen := map[shop.SendID]Accepted{}
	times := map[shop.SendID]int{}
	for _, a := range c.Accepted {
		before, again := seen[a.Send]
		seen[a.Send] = a
		times[a.Send]++
		class := c.class(a.Campaign)
		switch needed := class != shop.ClassPromotion && class != shop.ClassPromise; {
		case !claimed[fmt.Sprint(a.Send, a.Attempt)]:
			c.broken(Once, "SES accepted attempt %d of %s, which was never claimed", a.Attempt, a.Send)
		case again && !needed:
			c.broken(Once, "SES accepted the %s %s twice: attempts %d and %d", class, a.Send, before.Attempt, a.Attempt)
		case again && before.Acknowledged:
			c.broken(Once, "SES accepted the %s %s again (attempt %d) although attempt %d was known to be accepted", class, a.Send, a.Attempt, before.Attempt)
		case times[a.Send] > mostService:
			c.broken(Once, "SES accepted the %s %s %d times", class, a.Send, times[a.Send])
		}
	}
	c.oncePerRun()
	for _, d := range c.Sends {
		for _, other := range c.Sends {
			if d.Intent.Customer == other.Intent.Customer && slices.Contains(d.Also, other.Intent.Order) && c.taken(d) && c.taken(other) {
				c.broken(Once, "SES accepted %s, which the message of %s covers as well", other.ID, d.ID)
			}
		}
		if c.givenUp(d) {
			c.broken(Once, "the %s %s was given up after attempt %d", c.class(d.Intent.Campaign), d.ID, d.Attempt)
		}
	}
}

// oncePerRun checks that no address got a marketing message of one run under two
// customer IDs.
func (c *checker) oncePerRun() {
	type run struct {
		campaign shop.CampaignID
		version  int
		occasion string
		day      time.Time // of a birthday: two people of one address have theirs
		address  string
	}
	got := map[run]shop.CustomerID{}
	for _, a := range c.Accepted {
		i := c.sends[a.Send].Intent
		if class := c.class(a.Campaign); class != shop.ClassPromotion && class != shop.ClassPromise || i.Order != "" {
			continue
		}
		of := run{i.Campaign, i.Version, i.Occasion, time.Time{}, a.Address}
		if i.Campaign == "birthday" {
			of.day = i.NotAfter
		}
		if other, again := got[of]; again && other != a.Customer {
			c.broken(Once, "SES accepted %s of one run for %s and for %s, who have one address", a.Campaign, other, a.Customer)
		}
		got[of] = a.Customer
	}
}

func (c *checker) taken(d claim.Send) bool { return len(c.accepted[d.ID]) > 0 }

// givenUp reports whether a transactional message ended as LOST only because an
// attempt stayed unconfirmed, although further attempts were left.
func (c *checker) givenUp(d claim.Send) bool {
	class := c.class(d.Intent.Campaign)
	needed := class != shop.ClassPromotion && class != shop.ClassPromise
	suppressed := slices.ContainsFunc(c.SESEvents, func(e SESEvent) bool { return e.State == claim.Bounced || e.State == claim.Complained })
	ended := len(c.InForce) > 1 || len(c.Words) > 0 || suppressed || c.Contacts[d.Intent.Customer].Suppressed != nil || d.Changed.After(d.Intent.NotAfter.Add(-5*time.Minute)) // these can be the reason as well
	return needed && d.State == claim.Lost && d.Attempt == d.Unconfirmed && d.Attempt < mostService && !ended && !c.wayOver(d)
}

// onTheWay is the longest time from a decision to SES, plus the error of the clocks.
const onTheWay = time.Minute

func (c *checker) nothingLost() {
	wanted := map[shop.SendID]bool{}
	for _, i := range c.Intents {
		id := i.SendID(c.Tenant)
		wanted[id] = true
		d, stored := c.sends[id]
		taken := len(c.accepted[id])
		switch {
		case !stored:
			c.broken(NothingLost, "an intent of %s has no record: %s", i.Campaign, id)
		case !d.State.Ended():
			c.broken(NothingLost, "send %s of %s is still %s (%s), attempt %d", id, i.Campaign, d.State, d.Reason.Code, d.Attempt)
		case !d.State.Sent() && d.Reason.Code == "":
			c.broken(NothingLost, "send %s of %s is %s without a reason", id, i.Campaign, d.State)
		case d.State.Sent() && taken == 0:
			c.broken(NothingLost, "send %s of %s is %s, and SES never accepted it", id, i.Campaign, d.State)
		case !d.State.Sent() && d.State != claim.Lost && taken > 0:
			c.broken(NothingLost, "send %s of %s is %s (%s), and SES accepted it", id, i.Campaign, d.State, d.Reason.Code)
		}
		for _, a := range c.accepted[id] {
			if late := a.At.Sub(i.NotAfter); late > onTheWay {
				c.broken(NothingLost, "SES accepted %s of %s %s after it expired", id, i.Campaign, late)
			}
		}
	}
	for _, r := range c.Reopened {
		if raised := height(r.To) > height(r.From) && (r.From.Sent() || r.From == claim.Lost); !raised {
			c.broken(NothingLost, "send %s had ended as %s, and became %s", r.Send, r.From, r.To)
		}
	}
	for _, event := range c.SESEvents {
		if d := c.sends[event.Send]; height(d.State) < height(event.State) {
			c.broken(NothingLost, "SES reported that %s is %s, and at the end it is %s", event.Send, event.State, d.State)
		}
	}
	for _, d := range c.Sends {
		if !wanted[d.ID] {
			c.broken(NothingLost, "send %s of %s is stored without an intent", d.ID, d.Intent.Campaign)
		}
	}
	for _, left := range c.Open {
		c.broken(NothingLost, "after all faults ended there is still %s", left)
	}
}

// height orders the states that SES reports; all other states are below them.
func height(s claim.State) int {
	return slices.Index([]claim.State{claim.Accepted, claim.Delivered, claim.Bounced, claim.Complained}, s)
}

// optOut checks promotions and promises: after an opt-out, neither is claimed.
func (c *checker) optOut() {
	for _, k := range c.Claims {
		if class := c.class(k.Campaign); class != shop.ClassPromotion && class != shop.ClassPromise {
			continue
		}
		for _, optOut := range c.Consents {
			holds := func(w ConsentChange) bool {
				return w.Customer == k.Customer || w.Address != "" && w.Address == k.Address
			}
			// Another customer of the same mailbox can opt it in again.
			same := func(yes ConsentChange) bool {
				return yes.Customer == optOut.Customer || yes.Address != "" && yes.Address == optOut.Address
			}
			lifted := slices.ContainsFunc(c.Consents, func(yes ConsentChange) bool {
				return yes.Given && yes.Said.Before(k.At) && (yes.At.IsZero() || (holds(yes) || same(yes)) && yes.At.After(optOut.Said))
			})
			if !optOut.Given && holds(optOut) && optOut.At.Before(k.At) && !lifted {
				c.broken(OptOut, "%s of %s was claimed %s after an opt-out of its customer or address was answered", k.Send, k.Campaign, k.At.Sub(optOut.At))
			}
		}
	}
}

func (c *checker) honoured() {
	issued := map[shop.SendID]string{}
	outstanding := map[shop.OfferID]int{}
	byHash := map[string]coupon.Coupon{}
	for _, coupon := range c.Coupons {
		byHash[coupon.Hash] = coupon
		if coupon.State != "issued" {
			continue
		}
		outstanding[coupon.Offer]++
		if _, two := issued[coupon.Send]; two {
			c.broken(Honoured, "send %s holds two coupons", coupon.Send)
		}
		issued[coupon.Send] = coupon.Hash
		if d := c.sends[coupon.Send]; !went(d) {
			c.broken(Honoured, "a coupon of %s is issued, and its send %s is %s (%s)", coupon.Offer, coupon.Send, d.State, d.Reason.Code)
		}
	}
	for _, a := range c.Accepted {
		if a.Code == "" {
			continue
		}
		coupon, stored := byHash[hashOf(a.Code)]
		switch {
		case !stored:
			c.broken(Honoured, "SES accepted %s, whose code was never stored", a.Send)
		case !a.Funded:
			c.broken(Honoured, "SES accepted %s while its coupon was not issued", a.Send)
		case coupon.State != "issued":
			c.broken(Honoured, "the coupon in the inbox of %s is %s", a.Send, coupon.State)
		case coupon.Send != a.Send:
			c.broken(Honoured, "%s prints the code of %s", a.Send, coupon.Send)
		}
	}
	for _, b := range c.Budgets {
		if b.Left < 0 || b.Left+outstanding[b.Offer] != b.Uses {
			c.broken(Honoured, "the budget of %s has %d uses left and %d coupons issued, of %d", b.Offer, b.Left, outstanding[b.Offer], b.Uses)
		}
	}
	for _, customer := range slices.Sorted(maps.Keys(c.Contacts)) {
		c.ledger(customer, c.Contacts[customer], issued)
	}
}

// ledger compares one customer's reservations and grants with their sends. The
// contact can be that of other customers as well. When another customer's address
// changed, their new contact got a copy of the reservations of the old one, and a
// refusal does not give the copy back (docs/decisions/0029).
func (c *checker) ledger(customer shop.CustomerID, contact frequency.Contact, issued map[shop.SendID]string) {
	reservations := map[shop.SendID]int{}
	for _, e := range contact.Ledger {
		if reservations[e.Send]++; reservations[e.Send] > 1 {
			c.broken(Honoured, "send %s has two reservations", e.Send)
		}
		if d := c.sends[e.Send]; d.Intent.Customer == customer && !went(d) && !c.othersMoved(customer) {
			c.broken(Honoured, "send %s has a reservation and is %s (%s)", e.Send, d.State, d.Reason.Code)
		}
	}
	granted := map[shop.SendID]bool{}
	for offer, grants := range contact.Granted {
		for _, g := range grants {
			granted[g.Send] = true
			if d := c.sends[g.Send]; d.Intent.Customer == customer && issued[g.Send] == "" && !c.othersMoved(customer) {
				c.broken(Honoured, "a grant of %s belongs to %s, which has no coupon", offer, g.Send)
			}
		}
	}
	for _, d := range c.Sends {
		if d.Intent.Customer != customer || !went(d) {
			continue
		}
		if reservations[d.ID] == 0 {
			c.broken(Honoured, "send %s of %s is %s and has no reservation", d.ID, d.Intent.Campaign, d.State)
		}
		if issued[d.ID] != "" && !granted[d.ID] {
			c.broken(Honoured, "send %s has a coupon that is not among the customer's grants", d.ID)
		}
	}
}

// othersMoved reports whether the address of another customer changed.
func (c *checker) othersMoved(customer shop.CustomerID) bool {
	return slices.ContainsFunc(c.Moves, func(id shop.CustomerID) bool { return id != customer })
}

// went reports whether a send was accepted, or may have been.
func went(d claim.Send) bool { return d.State.Sent() || d.State == claim.Lost }

func hashOf(code string) string {
	sum := sha256.Sum256([]byte(strings.ReplaceAll(code, "-", "")))
	return hex.EncodeToString(sum[:])
}
