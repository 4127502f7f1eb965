package ses

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// dueEvent is an SES event of a message with the time at which it is published.
type dueEvent struct {
	key []byte // in the bucket ses-due

	Seq       uint64          `json:"seq"`
	ID        string          `json:"id"` // the event's ID, the same for every attempt to publish it
	Due       time.Time       `json:"due"`
	Type      string          `json:"type"`  // the event's detail-type
	State     State           `json:"state"` // of the message once the event is published
	Resources []string        `json:"resources,omitempty"`
	Detail    json.RawMessage `json:"detail,omitempty"` // nil: no destination receives it; only the state changes
	Trace     string          `json:"trace,omitempty"`
}

// Simulator is the domain of SES's mailbox simulator.
const Simulator = "simulator.amazonses.com"

func isSimulator(address string) bool { return strings.EqualFold(domainOf(address), Simulator) }

// simulated returns the scenario of a simulator address: "bounce" for
// bounce+order-7@simulator.amazonses.com.
func simulated(address string) string {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	scenario, _, _ := strings.Cut(local, "+")
	return scenario
}

// outcome returns what happens to a message to one recipient: "delivery",
// "bounce", "suppressed" or "complaint". The caller holds mu.
func (s *Server) outcome(address string, set ConfigurationSet) (string, error) {
	if isSimulator(address) {
		switch simulated(address) {
		case "bounce":
			return "bounce", nil
		case "suppressionlist":
			return "suppressed", nil
		case "complaint":
			return "complaint", nil
		}
		return "delivery", nil
	}
	e, listed, err := s.store.suppressed(address)
	if err != nil {
		return "", err
	}
	reasons := set.SuppressedReasons
	if reasons == nil {
		reasons = s.account.SuppressedReasons
	}
	if listed && slices.Contains(reasons, e.Reason) {
		return "suppressed", nil
	}
	return "delivery", nil
}

// events returns all SES events of the message.
func (s *Server) events(l *draft) ([]dueEvent, error) {
	by := map[string][]string{}
	for _, to := range l.recipients {
		outcome, err := s.outcome(to, l.set)
		if err != nil {
			return nil, err
		}
		by[outcome] = append(by[outcome], to)
	}
	soon := l.At.Add(s.cfg.NotifyAfter)
	mail := l.mailObject(s.cfg.CallerIdentity)
	list := []dueEvent{l.event(mail, "SEND", "send", struct{}{}, l.At)}
	if to := append(append([]string(nil), by["delivery"]...), by["complaint"]...); len(to) > 0 {
		list = append(list, l.event(mail, "DELIVERY", "delivery", delivery{
			Timestamp: stamp(soon), ProcessingTimeMillis: soon.Sub(l.At).Milliseconds(), Recipients: to,
			SMTPResponse: "250 2.6.0 Message received", RemoteMTAIP: "127.0.2.0", ReportingMTA: outgoing,
		}, soon))
	}
	if to := by["bounce"]; len(to) > 0 {
		list = append(list, l.event(mail, "BOUNCE", "bounce", bounce{
			FeedbackID: feedbackID(l.ID, "bounce"), BounceType: "Permanent", BounceSubType: "General",
			BouncedRecipients: bounced(to, "smtp; 550 5.1.1 user unknown"),
			Timestamp:         stamp(soon), RemoteMTAIP: "127.0.0.1", ReportingMTA: "dns; " + outgoing,
		}, soon))
	}
	if to := by["suppressed"]; len(to) > 0 {
		list = append(list, l.event(mail, "BOUNCE", "bounce", bounce{
			FeedbackID: feedbackID(l.ID, "suppressed"), BounceType: "Permanent", BounceSubType: "OnAccountSuppressionList",
			BouncedRecipients: bounced(to, onList), Timestamp: stamp(soon), ReportingMTA: "dns; amazonses.com",
		}, soon))
	}
	if to := by["complaint"]; len(to) > 0 {
		later := soon.Add(s.cfg.NotifyAfter)
		list = append(list, l.event(mail, "COMPLAINT", "complaint", complaint{
			FeedbackID: feedbackID(l.ID, "complaint"), ComplainedRecipients: complained(to), Timestamp: stamp(later),
			UserAgent: "Amazon SES Mailbox Simulator", ComplaintFeedbackType: "abuse", ArrivalDate: stamp(later),
		}, later))
	}
	return list, nil
}

// eventNames holds EventBridge's detail-type, SES's eventType and the state for
// each type of event that the local SES publishes.
var eventNames = map[string]struct {
	detailType, eventType string
	state                 State
}{
	"SEND":      {"Email Sent", "Send", Sent},
	"DELIVERY":  {"Email Delivered", "Delivery", Delivered},
	"BOUNCE":    {"Email Bounced", "Bounce", Bounced},
	"COMPLAINT": {"Email Complaint Received", "Complaint", Complained},
}

// event returns one SES event of the message; content is stored in the named
// field of its detail.
func (l *draft) event(mail mailObject, kind, field string, content any, due time.Time) dueEvent {
	names := eventNames[kind]
	e := dueEvent{ID: eventID(l.ID, kind), Due: due, Type: names.detailType, State: names.state, Trace: l.trace}
	if !l.set.publishes(kind) {
		return e
	}
	if kind == "DELIVERY" {
		mail.Tags = withTag(mail.Tags, "ses:outgoing-ip", "127.0.0.1")
	}
	e.Resources = []string{setARN(l.set.Name)}
	e.Detail, _ = json.Marshal(map[string]any{"eventType": names.eventType, "mail": mail, field: content}) // strings and maps: cannot fail
	return e
}

// event returns the event in the form of EventBridge.
func (e dueEvent) event() aws.Event {
	return aws.Event{
		Version: "0", ID: e.ID, DetailType: e.Type, Source: "aws.ses", Account: aws.Account,
		Time: e.Due.Truncate(time.Second), Region: aws.Region, Resources: e.Resources, Detail: e.Detail,
	}
}

// eventID returns a UUID derived from the message's ID and the kind of event,
// so that an event that is published twice has the same ID.
func eventID(id, kind string) string {
	h := sha256.Sum256([]byte(id + " " + kind))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func feedbackID(id, kind string) string {
	return id[:16] + "-" + eventID(id, "feedback "+kind) + "-000000"
}
