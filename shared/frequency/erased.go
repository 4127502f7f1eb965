package frequency

import (
	"time"

	"regulars/shared/shop"
)

// Erased returns what is kept of a mailbox's contact after its owner was erased
// at that time: an opt-out, and the suppression of every message. Both end with
// an explicit opt-in after that time, and with nothing else (see
// [Contact.WithConsent]): no order and no import can bring the mailbox back. A
// suppression after a bounce or a complaint is kept, and no opt-in ends it. A
// contact that opted in after that time stays as it is. The receiver is not
// changed.
func (c Contact) Erased(at time.Time) Contact {
	at = shop.Millis(at)
	if said := c.Consents[shop.TopicPromotions]; said.Given && said.At.After(at) {
		return c
	}
	if s := c.Suppressed; s != nil && s.Reason == SuppressedErased && !s.At.Before(at) {
		return c
	}
	kept := Contact{Consents: map[shop.Topic]Consent{shop.TopicPromotions: {Given: false, At: at}}}
	kept.Suppressed = &Suppression{Reason: SuppressedErased, At: at}
	if s := c.Suppressed; s != nil && s.Reason != SuppressedErased {
		kept.Suppressed = s
	}
	return kept
}

// welcome returns the contact without the suppression of an erasure, which an
// explicit opt-in after it ends.
func (c Contact) welcome(at time.Time) Contact {
	if s := c.Suppressed; s != nil && s.Reason == SuppressedErased && at.After(s.At) {
		c.Suppressed = nil
	}
	return c
}
