package decide

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// consented checks the opt-in of messages that sell. A promotion needs the
// customer's own opt-in. For a promise, such as an earned coupon, the shop's
// soft opt-in is enough.
func (c *evaluation) consented() *rejection {
	switch c.campaign.Class {
	case shop.ClassPromotion:
		soft, refused := c.optIn()
		if soft {
			return end(claim.Suppressed, "no-consent", "the customer has not opted in to promotions; the soft opt-in is for messages about orders and earned coupons only")
		}
		return refused
	case shop.ClassPromise:
		_, refused := c.optIn()
		return refused
	}
	return nil
}

// optIn reports whether messages may sell to the customer: refused is nil if
// they may, and otherwise says why not. They may after the customer's opt-in. If
// soft is true, they may by the shop's soft opt-in only, and must then show how
// to opt out.
func (c *evaluation) optIn() (soft bool, refused *rejection) {
	topic := cmp.Or(c.campaign.Topic, shop.TopicPromotions)
	explicit, said := c.Contact.Consents[shop.TopicPromotions]
	box := orderConsent(c.Profile)
	switch {
	case c.Contact.Allows(topic, box):
		return false, nil
	case topic != shop.TopicPromotions:
		return false, c.topicRefused(topic)
	case said:
		return false, end(claim.Suppressed, "unsubscribed", "the customer opted out of promotions on %s", explicit.At.UTC().Format(time.DateOnly))
	case SoftOptIn(c.Profile, c.Contact, c.Shop):
		return true, nil
	}
	return false, end(claim.Suppressed, "no-consent", "the customer has not opted in to promotions")
}

// SoftOptIn reports whether the shop's soft opt-in covers the customer: they have
// bought, in one of its countries, and have said nothing.
func SoftOptIn(p profile.Profile, c frequency.Contact, s shoppolicy.Shop) bool {
	_, said := c.Consents[shop.TopicPromotions]
	return !said && orderConsent(p) == nil && slices.Contains(s.SoftOptIn, p.Country.Value) && hasBought(p)
}

// topicRefused returns the rejection of a promotion of a topic that the customer
// has not opted in to.
func (c *evaluation) topicRefused(topic shop.Topic) *rejection {
	switch said, ok := c.Contact.Consents[topic]; {
	case ok && !said.Given:
		return end(claim.Suppressed, "unsubscribed", "the customer opted out of %s on %s", topic, said.At.UTC().Format(time.DateOnly))
	case ok:
		return end(claim.Suppressed, "unsubscribed", "the customer opted out of all promotions after the opt-in to %s", topic)
	}
	return end(claim.Suppressed, "no-consent", "the customer has not opted in to %s", topic)
}

// why returns what the decision to send rests on: the order that the message is
// about, or the consent that a message that sells needs.
func (c *evaluation) why() content.Why {
	if !c.campaign.Class.Marketing() {
		if c.Profile.SignUp != nil {
			return content.Why{Kind: content.WhySignUp, On: c.Profile.SignUp.At}
		}
		if c.campaign.LinksTo() != "" {
			return content.Why{Kind: content.WhyAsked, On: c.intent.Planned}
		}
		if c.intent.Order == "" {
			return content.Why{Kind: content.WhyCustomer}
		}
		visit, _ := c.visit()
		return content.Why{Kind: content.WhyOrder, On: visit.At}
	}
	if consent, said := c.Contact.Said(cmp.Or(c.campaign.Topic, shop.TopicPromotions), c.Profile); said {
		return content.Why{Kind: content.WhyConsent, On: consent.At, Source: consent.Source}
	}
	why := content.Why{Kind: content.WhySoftOptIn}
	for _, visit := range c.Profile.Orders {
		if !visit.Cancelled {
			why.On = visit.At // the newest is the last
		}
	}
	return why
}

// hasBought reports whether the customer has an order that was not cancelled:
// the soft opt-in is for those whose address the shop has from a sale.
func hasBought(p profile.Profile) bool {
	return p.Earlier.Orders > 0 || slices.ContainsFunc(p.Orders, func(v profile.Visit) bool { return !v.Cancelled })
}

// orderConsent returns what the customer said with the box for promotions on the
// order form, or nil if no order had it. The empty box is an objection: there is
// no soft opt-in against it.
func orderConsent(p profile.Profile) *bool {
	if p.Consent.Value == "" {
		return nil
	}
	yes := p.Consent.Value == "yes"
	return &yes
}
