package outcome

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/fault"
	"regulars/shared/frequency"
	"regulars/shared/queue"
	"regulars/shared/shop"
)

// notice is the part of SES's event that settle reads. See the SES developer
// guide, "Examples of event data".
type notice struct {
	DetailType string `json:"detail-type"`
	Detail     struct {
		Mail struct {
			MessageID   string              `json:"messageId"`
			Destination []string            `json:"destination"`
			Tags        map[string][]string `json:"tags"`
		} `json:"mail"`
		Bounce *struct {
			Type string    `json:"bounceType"` // "Permanent", "Transient" or "Undetermined"
			At   time.Time `json:"timestamp"`
		} `json:"bounce"`
		Complaint *struct {
			At time.Time `json:"timestamp"`
		} `json:"complaint"`
	} `json:"detail"`
}

// states says what each of SES's events makes of a send. A rejected message
// (SES found a virus) never arrives either.
var states = map[string]claim.State{
	"Email Sent":               claim.Accepted,
	"Email Delivered":          claim.Delivered,
	"Email Bounced":            claim.Bounced,
	"Email Rejected":           claim.Bounced,
	"Email Complaint Received": claim.Complained,
	"Email Delivery Delayed":   "", // SES goes on trying: nothing has ended
}

// Told takes one of SES's events: into the send, and where it says that the
// customer must not be written to again, into their contact. It fails with
// [*queue.Refused] on what is no event of a message of ours.
func (h *Settler) SESEvent(ctx context.Context, event []byte) error {
	var n notice
	if err := json.Unmarshal(event, &n); err != nil {
		return &queue.Refused{Faults: []fault.Fault{{Path: "", Fault: "is not an event of SES: it is not JSON, or a field of it has the wrong form"}}}
	}
	state, known := states[n.DetailType]
	id, customer := n.tag("send_id"), decide.FromTag(n.tag("customer"))
	var faults []fault.Fault
	if !known {
		faults = append(faults, fault.Fault{Path: "/detail-type", Fault: fmt.Sprintf("is %q; settle does not know it", n.DetailType)})
	}
	if id == "" || customer == "" {
		faults = append(faults, fault.Fault{Path: "/detail/mail/tags", Fault: `lacks "send_id" or "customer": it is not one of our messages`})
	}
	if len(faults) > 0 {
		return &queue.Refused{Faults: faults}
	}
	if state == "" {
		return nil
	}
	if err := h.suppress(ctx, shop.CustomerID(customer), n); err != nil {
		return err
	}
	d, raised, err := h.Sends.Raise(ctx, shop.CustomerID(customer), shop.SendID(id), state, n.Detail.Mail.MessageID, h.Now())
	if errors.Is(err, dynamo.ErrNotFound) { // an erased customer's; what had to be suppressed is
		slog.WarnContext(ctx, "SES tells of a send that is not stored", "send", id, "event", n.DetailType)
		return nil
	}
	if raised {
		h.note(d, n)
		slog.InfoContext(ctx, "settled", "send", id, "state", state)
	}
	return err
}

func (n notice) tag(name string) string {
	if values := n.Detail.Mail.Tags[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// suppress stops all messages to an address that bounced for good, and to one
// whose owner complained, who has thereby also said no to promotions.
func (h *Settler) suppress(ctx context.Context, customer shop.CustomerID, n notice) error {
	var s frequency.Suppression
	switch bounce, complaint := n.Detail.Bounce, n.Detail.Complaint; {
	case complaint != nil:
		s = frequency.Suppression{Reason: "complaint", At: complaint.At}
	case bounce != nil && bounce.Type == "Permanent":
		s = frequency.Suppression{Reason: "bounce", At: bounce.At}
	default:
		return nil
	}
	if len(n.Detail.Mail.Destination) == 0 {
		return &queue.Refused{Faults: []fault.Fault{{Path: "/detail/mail/destination", Fault: "is empty; cannot tell which address to suppress"}}}
	}
	if s.At.IsZero() { // SES always says when; a "no" of the year 1 would count for nothing
		s.At = h.Now()
	}
	s.Address, s.At = frequency.HashAddress(n.Detail.Mail.Destination[0]), shop.Millis(s.At)
	return h.Contacts.UpdateContact(ctx, customer, func(c frequency.Contact) (frequency.Contact, bool) {
		changed := c.WithSuppression(s)
		if s.Reason == "complaint" {
			changed = changed.WithConsent(shop.TopicPromotions, false, s.At)
		}
		return changed, !reflect.DeepEqual(changed, c)
	})
}
