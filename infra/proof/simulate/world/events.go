package world

import (
	"encoding/json"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/shop"
)

// report schedules SES's events about an accepted message: whether it was delivered,
// bounced or complained about. Of every tenth nothing is heard for an hour.
func (w *World) report(id string, m mail) {
	type occurrence struct {
		kind  string
		after time.Duration
	}
	var events []occurrence
	soon := w.between(120*time.Millisecond, 32*time.Second)
	switch x := w.random.IntN(100); {
	case x < w.bounces:
		events = append(events, occurrence{"Email Bounced", soon})
	case x < 80:
		events = append(events, occurrence{"Email Delivered", soon})
	case x < 90:
		events = append(events, occurrence{"Email Delivery Delayed", soon}, occurrence{"Email Delivered", soon + time.Hour})
	default:
		events = append(events, occurrence{"Email Delivered", soon + time.Hour})
	}
	if w.random.IntN(100) < w.complaints {
		events = append(events, occurrence{"Email Complaint Received", soon + w.between(time.Minute, 5*time.Hour)})
	}
	for _, o := range events {
		fault := w.chance("event")
		after := o.after
		switch fault {
		case EventLost:
			w.step("ses", o.kind, id, fault, "")
			continue
		case EventLate: // sometimes later than the end of the send as LOST
			after += w.between(time.Minute, 40*time.Minute)
		case EventEarly:
			after = 0
		case EventDoubled:
			w.emit(after+w.between(0, time.Hour), o.kind, id, m)
		}
		w.emit(after, o.kind, id, m)
	}
}

// reported is the state that each event reports.
var reported = map[string]claim.State{
	"Email Delivery Delayed": claim.Accepted, "Email Delivered": claim.Delivered, "Email Bounced": claim.Bounced, "Email Complaint Received": claim.Complained,
}

// emit puts one event on the settle queue.
func (w *World) emit(after time.Duration, kind, id string, m mail) {
	w.clock.After(after, func() {
		event := judge.SESEvent{
			Send: shop.SendID(m.tag("send_id")), Customer: shop.CustomerID(decide.FromTag(m.tag("customer"))),
			Address: m.Destination.ToAddresses[0], State: reported[kind],
		}
		w.settleQueue.add(queueMessage{name: kind + " " + id, event: w.event(kind, id, m), reported: event}, 0)
	})
}

// event returns SES's event as EventBridge delivers it.
func (w *World) event(kind, id string, m mail) []byte {
	tags := map[string][]string{}
	for _, t := range m.EmailTags {
		tags[t.Name] = []string{t.Value}
	}
	detail := map[string]any{"mail": map[string]any{"messageId": id, "destination": m.Destination.ToAddresses, "tags": tags}}
	switch kind {
	case "Email Bounced":
		detail["bounce"] = map[string]any{"bounceType": "Permanent", "timestamp": w.clock.Now()}
	case "Email Complaint Received":
		detail["complaint"] = map[string]any{"timestamp": w.clock.Now()}
	}
	body, err := json.Marshal(map[string]any{"detail-type": kind, "detail": detail})
	if err != nil {
		panic("world: " + err.Error()) // texts and times only
	}
	return body
}
