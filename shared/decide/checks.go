package decide

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/mailbox"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func (c *evaluation) published() *rejection {
	known, ok := c.CampaignOf(c.intent)
	kept := c.Kept[c.id]
	known = known.For(c.intent.Customer, c.Profile.FirstOrder(), kept.Variant)
	if kept.Variant != "" {
		known.Drawn = kept.Drawn // the customer can have been assigned to another variant since
	}
	c.explained.Variant = known.Variant
	c.campaign, c.explained.Value = known, shop.Money{Minor: known.Value, Currency: c.Shop.Currency}
	switch {
	case known.Known:
		c.explained.ValueFrom = "measured by the holdout"
	case known.Measured:
		c.explained.ValueFrom = "stated until it is measured"
	}
	c.explained.Late = late(c.now, c.intent)
	switch {
	case !ok:
		return end(claim.Expired, "campaign-gone", "the campaign is not published any more")
	case known.Version != c.intent.Version && !c.moves(known):
		return end(claim.Expired, "campaign-changed", "the campaign is now at version %d; this intent was planned for version %d", known.Version, c.intent.Version)
	case known.ConfirmsSignUps() != c.intent.Customer.IsSignUp():
		return end(claim.Suppressed, "not-confirmed", "a person who has not confirmed their sign-up gets the mail that asks for it, and nothing else")
	case known.ConfirmsSignUps() && !c.Profile.SignUp.Open(c.id, c.now):
		return end(claim.Expired, "sign-up-over", "the sign-up was replaced by a later one, or its time to be confirmed is over")
	case known.LinksTo() != "" && !known.ConfirmsSignUps() && !c.Contact.Links[known.LinksTo()].Open(c.id, c.now):
		return end(claim.Expired, "link-over", "the request for the link was replaced by a later one, was answered, or is older than %.0f hours", frequency.LinkWorks.Hours())
	case c.now.After(c.intent.NotAfter):
		if c.halted() != nil { // untripped says why it could not be sent in time
			return nil
		}
		return end(claim.Expired, "too-late", "the intent expired at %s%s", c.intent.NotAfter.UTC().Format(time.RFC3339), c.raisedLate())
	}
	if visit, _ := c.visit(); c.intent.Event().Earns() && visit.Gone() {
		if visit.Cancelled {
			return end(claim.Expired, "order-cancelled", "the order was cancelled, so there is nothing to thank for or to reward")
		}
		return end(claim.Expired, "order-fell-away", "all of the order was returned or refunded, so there is nothing to thank for or to reward")
	}
	if over := c.onTheWay(); over != nil {
		return over
	}
	return c.due()
}

func (c *evaluation) cancelled(order shop.OrderID) bool {
	return slices.ContainsFunc(c.Profile.Orders, func(v profile.Visit) bool { return v.Order == order && v.Cancelled })
}

func (c *evaluation) reachable() *rejection {
	address := c.Profile.Email.Value
	if address == "" {
		return end(claim.Suppressed, "no-address", "the customer gave no e-mail address")
	}
	if _, writable := mailbox.Address(address); !writable {
		return end(claim.Suppressed, "address-unwritable", "SES cannot write to the customer's e-mail address, because of its form")
	}
	if s := c.Contact.SuppressedFor(address); s != nil {
		return end(claim.Suppressed, "suppressed:"+s.Reason, "the address is suppressed since %s: %s", s.At.UTC().Format(time.DateOnly), s.Reason)
	}
	return nil
}

// unpaused holds promotions and promises back while a service issue is open and
// for the policy's pause after it. A promise waits instead of ending, because the
// customer has earned it.
func (c *evaluation) unpaused() *rejection {
	if !c.campaign.Class.Marketing() {
		return nil
	}
	issue, until := ServiceIssue(c.now, Issues(c.Profile, c.Contact), c.PromotionPause)
	if issue == "" {
		return nil
	}
	return c.later(until, claim.Suppressed, "service-issue:"+issue, fmt.Sprintf("the customer has a service issue (%s); promotions are paused until %s", issue, until.Format(time.DateOnly)))
}

// later lets the intent wait until then, or ends it in the given state if it
// expires before.
func (c *evaluation) later(until time.Time, state claim.State, code, text string) *rejection {
	if until.After(c.intent.NotAfter) {
		return end(state, code, "%s; the intent expires before, at %s", text, c.intent.NotAfter.UTC().Format(time.RFC3339))
	}
	return &rejection{state: claim.Queued, reason: claim.Reason{Code: code, Text: text}, wake: until}
}

// allowed checks the caps, the minimum gap, quiet hours and the wishes of the
// mailbox, and that it has not had the message of the same run under another
// customer ID.
func (c *evaluation) allowed() *rejection {
	if run := c.entry().Run; run != "" && slices.ContainsFunc(c.Contact.Ledger, func(e frequency.Entry) bool { return e.Run == run && e.Send != c.id }) {
		return end(claim.Suppressed, "same-mailbox", "the mailbox got this message of the run already, under another customer ID")
	}
	v := c.Frequency.Check(c.now, c.Profile.Zones(), c.Contact, c.campaign.Class, c.campaign.Tags)
	if v.Allowed {
		return nil
	}
	state := claim.Capped
	switch v.Code {
	case frequency.CodeQuiet:
		state = claim.Expired
	case frequency.CodePaused:
		state = claim.Suppressed
	}
	if first := c.beaten(); first != "" {
		state, v.Code, v.Text = claim.Outranked, outranked+string(first), fmt.Sprintf("campaign %s ranks higher and goes first; after that, %s", first, v.Text)
	}
	if v.At.IsZero() {
		return end(state, v.Code, "%s", v.Text)
	}
	return c.later(v.At, state, v.Code, v.Text)
}

func (c *evaluation) included() *rejection {
	c.assigned = c.now
	if c.campaign.Class != shop.ClassPromotion {
		return nil
	}
	if campaign.HeldOutOfAll(c.Shop.Holdout, c.intent.Customer) {
		return end(claim.HeldOut, "global-holdout", "the customer is in the shop's holdout: %.1f %% of customers never get a promotion, so that the effect of all together can be measured", float64(c.Shop.Holdout)/100)
	}
	if campaign.HeldOutOfJourney(c.campaign, c.intent.Customer) {
		return end(claim.HeldOut, "journey-holdout", "the customer is in the holdout of the journey %s: %.1f %% of customers get none of its messages, so that the effect of all its steps together can be measured", c.campaign.Journey, float64(c.campaign.JourneyHoldout)/100)
	}
	if campaign.HeldOut(c.campaign, c.intent.Customer) {
		return end(claim.HeldOut, "holdout", "the customer is in the holdout: %.1f %% of customers never get this campaign, so that its effect can be measured", float64(c.campaign.Holdout)/100)
	}
	return nil
}

// whyPassed says why a check let the intent pass, if the check does not apply to the
// message, or if the consent is not the customer's own word.
func (c *evaluation) whyPassed(check string) string {
	switch class := c.campaign.Class; {
	case check == "consent" && class == shop.ClassRecovery:
		return "not needed to make good"
	case check == "consent" && !class.Marketing():
		return "not needed for " + string(class) + " messages"
	case check == "consent":
		if soft, _ := c.optIn(); soft {
			return "by the shop's soft opt-in"
		}
	case check == "pause" && !class.Marketing():
		return "does not hold " + string(class) + " messages"
	case check == "holdout" && (class != shop.ClassPromotion || c.campaign.Holdout == 0 && c.campaign.JourneyHoldout == 0 && c.Shop.Holdout == 0):
		return "the campaign has none"
	}
	return ""
}
