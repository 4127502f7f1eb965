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

// notice is something that is to be told of a message at its time.
type notice struct {
	key []byte // in the bucket of what is due

	Seq       uint64          `json:"seq"`
	ID        string          `json:"id"` // the event's, the same for every attempt to tell it
	Due       time.Time       `json:"due"`
	Type      string          `json:"type"`  // the detail-type
	State     State           `json:"state"` // of the message once it is told
	Resources []string        `json:"resources,omitempty"`
	Detail    json.RawMessage `json:"detail,omitempty"` // nil: nobody asked for it, only the state changes
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

// fate is what becomes of one recipient: "delivery", "bounce", "suppressed" or
// "complaint". The caller holds mu.
func (s *Server) fate(address string, set ConfigurationSet) (string, error) {
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

// notices returns everything that will be told of the message.
func (s *Server) notices(l *letter) ([]notice, error) {
	by := map[string][]string{}
	for _, to := range l.recipients {
		fate, err := s.fate(to, l.set)
		if err != nil {
			return nil, err
		}
		by[fate] = append(by[fate], to)
	}
	soon := l.At.Add(s.cfg.NotifyAfter)
	mail := l.mailObject(s.cfg.CallerIdentity)
	list := []notice{l.notice(mail, "SEND", "send", struct{}{}, l.At)}
	if to := append(append([]string(nil), by["delivery"]...), by["complaint"]...); len(to) > 0 {
		list = append(list, l.notice(mail, "DELIVERY", "delivery", delivery{
			Timestamp: stamp(soon), ProcessingTimeMillis: soon.Sub(l.At).Milliseconds(), Recipients: to,
			SMTPResponse: "250 2.6.0 Message received", RemoteMTAIP: "127.0.2.0", ReportingMTA: outgoing,
		}, soon))
	}
	if to := by["bounce"]; len(to) > 0 {
		list = append(list, l.notice(mail, "BOUNCE", "bounce", bounce{
			FeedbackID: feedbackID(l.ID, "bounce"), BounceType: "Permanent", BounceSubType: "General",
			BouncedRecipients: bounced(to, "smtp; 550 5.1.1 user unknown"),
			Timestamp:         stamp(soon), RemoteMTAIP: "127.0.0.1", ReportingMTA: "dns; " + outgoing,
		}, soon))
	}
	if to := by["suppressed"]; len(to) > 0 {
		list = append(list, l.notice(mail, "BOUNCE", "bounce", bounce{
			FeedbackID: feedbackID(l.ID, "suppressed"), BounceType: "Permanent", BounceSubType: "OnAccountSuppressionList",
			BouncedRecipients: bounced(to, onList), Timestamp: stamp(soon), ReportingMTA: "dns; amazonses.com",
		}, soon))
	}
	if to := by["complaint"]; len(to) > 0 {
		later := soon.Add(s.cfg.NotifyAfter)
		list = append(list, l.notice(mail, "COMPLAINT", "complaint", complaint{
			FeedbackID: feedbackID(l.ID, "complaint"), ComplainedRecipients: complained(to), Timestamp: stamp(later),
			UserAgent: "Amazon SES Mailbox Simulator", ComplaintFeedbackType: "abuse", ArrivalDate: stamp(later),
		}, later))
	}
	return list, nil
}

// eventNames gives EventBridge's detail-type, SES's eventType and the state for
// each type that a configuration set can match.
var eventNames = map[string]struct {
	detailType, eventType string
	state                 State
}{
	"SEND":      {"Email Sent", "Send", Sent},
	"DELIVERY":  {"Email Delivered", "Delivery", Delivered},
	"BOUNCE":    {"Email Bounced", "Bounce", Bounced},
	"COMPLAINT": {"Email Complaint Received", "Complaint", Complained},
}

func (l *letter) notice(mail mailObject, kind, field string, what any, due time.Time) notice {
	names := eventNames[kind]
	n := notice{ID: eventID(l.ID, kind), Due: due, Type: names.detailType, State: names.state, Trace: l.trace}
	if !l.set.tells(kind) {
		return n
	}
	if kind == "DELIVERY" {
		mail.Tags = withTag(mail.Tags, "ses:outgoing-ip", "127.0.0.1")
	}
	n.Resources = []string{setARN(l.set.Name)}
	n.Detail, _ = json.Marshal(map[string]any{"eventType": names.eventType, "mail": mail, field: what}) // strings and maps: cannot fail
	return n
}

// event returns the notice as EventBridge carries it.
func (n notice) event() aws.Event {
	return aws.Event{
		Version: "0", ID: n.ID, DetailType: n.Type, Source: "aws.ses", Account: aws.Account,
		Time: n.Due.Truncate(time.Second), Region: aws.Region, Resources: n.Resources, Detail: n.Detail,
	}
}

// eventID is a UUID made of what is told, so that an event that is told twice
// is the same event.
func eventID(id, kind string) string {
	h := sha256.Sum256([]byte(id + " " + kind))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

func feedbackID(id, kind string) string {
	return id[:16] + "-" + eventID(id, "feedback "+kind) + "-000000"
}
