package sendoutcome

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"reflect"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/inputfault"
	"regulars/shared/queue"
	"regulars/shared/shop"
)

// notice is the part of an SES event that is read here. See the SES developer
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

// states maps each type of SES event to the state that it raises a send to. A
// rejected message (SES found a virus) does not arrive, like a bounced one. A delay
// says that SES has the message and goes on trying. The configuration set does not
// report "Email Sent"; one of an earlier version did.
var states = map[string]claim.State{
	"Email Sent":               claim.Accepted,
	"Email Delivered":          claim.Delivered,
	"Email Bounced":            claim.Bounced,
	"Email Rejected":           claim.Bounced,
	"Email Complaint Received": claim.Complained,
	"Email Delivery Delayed":   claim.Accepted,
}

// Event is an SES event about one of our messages.
type Event struct {
	notice
	state    claim.State // that it raises the send to
	send     shop.SendID
	customer shop.CustomerID
}

// ReadEvent reads an SES event. It fails with [*queue.Refused] if the event is not
// about one of our messages.
func ReadEvent(event []byte) (Event, error) {
	var n notice
	if err := json.Unmarshal(event, &n); err != nil {
		return Event{}, &queue.Refused{Faults: []inputfault.Fault{{Path: "", Fault: "is not an event of SES: it is not JSON, or a field of it has the wrong form"}}}
	}
	state, known := states[n.DetailType]
	id, customer := n.tag("send_id"), decide.FromTag(n.tag("customer"))
	var faults []inputfault.Fault
	if !known {
		faults = append(faults, inputfault.Fault{Path: "/detail-type", Fault: "is not a type of SES event that settle knows"})
	}
	if id == "" || customer == "" {
		faults = append(faults, inputfault.Fault{Path: "/detail/mail/tags", Fault: `lacks "send_id" or "customer": the event is not about one of our messages`})
	}
	if len(faults) > 0 {
		return Event{}, &queue.Refused{Faults: faults}
	}
	return Event{n, state, shop.SendID(id), shop.CustomerID(customer)}, nil
}

// About names the customer and the mailbox of the message. Recording two events at
// the same time is safe in any case; with a name in common they would write the same
// items.
func (e Event) About() []string {
	return []string{"customer " + string(e.customer), "mailbox " + e.tag("mailbox")}
}

// SESEvent reads an SES event and records it.
func (h *Recorder) SESEvent(ctx context.Context, event []byte) error {
	e, err := ReadEvent(event)
	if err != nil {
		return err
	}
	return h.Record(ctx, e)
}

// Record applies an SES event to its send. A hard bounce and a complaint also
// suppress the address in the contact. It fails with [*queue.Refused] if the address
// is not known.
func (h *Recorder) Record(ctx context.Context, e Event) error {
	if err := h.suppress(ctx, e.customer, e.notice); err != nil {
		return err
	}
	d, raised, err := h.Sends.Raise(ctx, e.customer, e.send, e.state, e.Detail.Mail.MessageID, h.Now())
	if errors.Is(err, dynamo.ErrNotFound) { // the customer was erased; the address is suppressed all the same
		slog.WarnContext(ctx, "an SES event is about a send that is not stored; its customer was probably erased", "send", e.send, "event", e.DetailType)
		return nil
	}
	if raised {
		h.note(d, e.notice)
		if e.state != claim.Delivered {
			slog.InfoContext(ctx, "an SES event raised a send", "send", e.send, "state", e.state)
		}
	}
	return err
}

func (n notice) tag(name string) string {
	if values := n.Detail.Mail.Tags[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// suppress suppresses a mailbox after a hard bounce or a complaint. A complaint
// is also an opt-out from promotions, of the mailbox and of the customer, who
// may have another address by now. A message that was sent before contacts
// belonged to mailboxes names no mailbox: then the suppression keeps the hash of
// the address.
func (h *Recorder) suppress(ctx context.Context, customer shop.CustomerID, n notice) error {
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
		return &queue.Refused{Faults: []inputfault.Fault{{Path: "/detail/mail/destination", Fault: "is empty, so that the address to suppress is unknown"}}}
	}
	if s.At.IsZero() { // SES always gives a time; an opt-out of the year 1 would have no effect
		s.At = h.Now()
	}
	s.At = shop.Millis(s.At)
	optOut := func(c frequency.Contact) frequency.Contact {
		if s.Reason == frequency.SuppressedComplaint {
			return c.WithConsent(shop.TopicPromotions, false, s.At)
		}
		return c
	}
	change := func(c frequency.Contact) (frequency.Contact, bool) {
		changed := optOut(c.WithSuppression(s))
		return changed, !reflect.DeepEqual(changed, c)
	}
	mailbox := shop.Mailbox(n.tag("mailbox"))
	if mailbox == "" {
		s.Address = frequency.HashAddress(n.Detail.Mail.Destination[0])
		return h.Contacts.UpdateContact(ctx, customer, change)
	}
	if err := h.Contacts.UpdateMailbox(ctx, mailbox, change); err != nil || s.Reason != frequency.SuppressedComplaint {
		return err
	}
	return h.Contacts.UpdateContact(ctx, customer, func(c frequency.Contact) (frequency.Contact, bool) {
		changed := optOut(c)
		return changed, !reflect.DeepEqual(changed, c)
	})
}
