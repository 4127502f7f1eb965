package frequency

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"strings"
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Reasons of a [Suppression].
const (
	SuppressedBounce    = "bounce"
	SuppressedComplaint = "complaint"
	SuppressedErased    = "erased"
)

// Consented reports whether the customer has opted in to messages on topic. An
// explicit consent or opt-out outweighs the checkbox of the order form
// (orderConsent; nil if there was none), whichever came later. Without either the
// answer is false.
func (c Contact) Consented(topic shop.Topic, orderConsent *bool) bool {
	if said, ok := c.Consents[topic]; ok {
		return said.Given
	}
	return orderConsent != nil && *orderConsent
}

// Allows reports whether the customer has opted in to messages on the topic, and
// has not opted out of all topics since. For promotions it is
// [Contact.Consented]. For another topic only an explicit consent counts: the box
// of the order form is about promotions.
func (c Contact) Allows(topic shop.Topic, orderConsent *bool) bool {
	if topic == shop.TopicPromotions {
		return c.Consented(topic, orderConsent)
	}
	said := c.Consents[topic]
	return said.Given && said.At.After(c.refused())
}

// refused returns the time of the latest opt-out of all topics; zero if there is
// none.
func (c Contact) refused() time.Time {
	if all := c.Consents[shop.TopicPromotions]; !all.Given {
		return later(c.Refused, all.At) // a contact that was stored before Refused existed
	}
	return c.Refused
}

// Said returns the customer's latest consent or opt-out on the topic: the explicit
// one, or else, of promotions, that of the order form's box, whose day is that of
// the order. said is false if they have said neither.
func (c Contact) Said(topic shop.Topic, p profile.Profile) (consent Consent, said bool) {
	explicit, ok := c.Consents[topic]
	if ok || topic != shop.TopicPromotions {
		return explicit, ok
	}
	switch p.Consent.Value {
	case "":
		return Consent{}, false
	case "yes":
		consent = Consent{Given: true, Source: shop.SourceCheckout}
	}
	for _, visit := range p.Orders {
		if visit.Order == p.Consent.By { // the statement's own time can be that of a later edit
			consent.At = visit.At
		}
	}
	return consent, true
}

// WithConsent returns the contact with an explicit consent (given) or opt-out on
// topic merged in: the latest one counts, and of two at one time the opt-out. So
// they may come twice and in any order. A consent after an erasure ends its
// suppression. The receiver is not changed.
func (c Contact) WithConsent(topic shop.Topic, given bool, at time.Time) Contact {
	return c.WithConsentFrom(topic, given, "", at)
}

// WithConsentFrom is [Contact.WithConsent] for a consent whose source is known.
func (c Contact) WithConsentFrom(topic shop.Topic, given bool, source shop.ConsentSource, at time.Time) Contact {
	return c.WithStatement(shop.ConsentStatement{Topic: topic, Given: given, At: at, Source: source})
}

// WithStatement is [Contact.WithConsent] for a consent with its source and its
// wording. Of two consents at one time, the one whose source and wording sort
// last counts; an opt-out has neither.
func (c Contact) WithStatement(s shop.ConsentStatement) Contact {
	topic, said := s.Topic, Consent{Given: s.Given, At: shop.Millis(s.At)}
	if s.Given {
		said.Source, said.Wording = s.Source, s.Wording
	} else if topic == shop.TopicPromotions {
		c.Refused = later(c.Refused, said.At)
	}
	if old, ok := c.Consents[topic]; ok && !said.outdates(old) {
		return c
	}
	consents := maps.Clone(c.Consents)
	if consents == nil {
		consents = map[shop.Topic]Consent{}
	}
	consents[topic] = said
	c.Consents = consents
	if said.Given {
		return c.welcome(said.At)
	}
	return c
}

// WithRefusal returns the contact after an opt-out that the customer makes now, at
// at. It outweighs every stored consent, also one that a fast clock has stamped
// later: an opt-out that was answered with 200 holds. The receiver is not changed.
func (c Contact) WithRefusal(topic shop.Topic, at time.Time) Contact {
	if said := c.Consents[topic]; said.At.After(at) {
		at = said.At // of two at one time, the opt-out counts
	}
	return c.WithConsent(topic, false, at)
}

// WithSuppression returns the contact with s merged in. A suppression of every
// address (an erasure) outweighs one of a single address; else the later counts,
// and of two at one time the one whose reason sorts last. The receiver is not
// changed.
func (c Contact) WithSuppression(s Suppression) Contact {
	s.At = shop.Millis(s.At)
	if old := c.Suppressed; old != nil {
		oldAny, newAny := old.Address == "", s.Address == ""
		switch {
		case oldAny != newAny:
			if oldAny {
				return c
			}
		case old.At.After(s.At), old.At.Equal(s.At) && old.Reason+old.Address >= s.Reason+s.Address:
			return c
		}
	}
	c.Suppressed = &s
	return c
}

// SuppressedFor returns the suppression that stops every message to this address,
// or nil. A customer with a new address after a bounce or a complaint gets
// messages again; an erased customer does not.
func (c Contact) SuppressedFor(email string) *Suppression {
	if s := c.Suppressed; s != nil && (s.Address == "" || s.Address == HashAddress(email)) {
		return s
	}
	return nil
}

// HashAddress returns the form in which a suppression stores an address: the hex
// SHA-256 of the address, trimmed and in lower case.
func HashAddress(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(email))))
	return hex.EncodeToString(sum[:])
}

// SaysNo reports whether the contact holds a no, which is kept for ever: an opt-out,
// a suppression, or a wish such as a pause.
func (c Contact) SaysNo() bool {
	if c.Suppressed != nil || !c.Refused.IsZero() || c.Wishes != (Wishes{}) {
		return true
	}
	for _, said := range c.Consents {
		if !said.Given {
			return true
		}
	}
	return false
}

// LastActivity returns when the person behind the contact last did something that
// the contact knows: a consent, an opt-out, a wish, or a coupon given to them.
func (c Contact) LastActivity() (last time.Time) {
	for _, said := range c.Consents {
		last = later(last, said.At)
	}
	for _, grants := range c.Granted {
		for _, g := range grants {
			last = later(last, g.At)
		}
	}
	for _, wish := range []Wish{c.Wishes.Pace, c.Wishes.Pause, c.Wishes.Language, c.Wishes.Plain} {
		last = later(last, wish.At)
	}
	return later(last, c.Refused)
}

// StandingYes reports whether the contact has an opt-in to a topic that no opt-out
// has ended; orderConsent is the answer to the order form's box, nil for none.
func (c Contact) StandingYes(orderConsent *bool) bool {
	if c.Consented(shop.TopicPromotions, orderConsent) {
		return true
	}
	for topic := range c.Consents {
		if c.Allows(topic, orderConsent) {
			return true
		}
	}
	return false
}
