package world

import (
	"encoding/json"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// tell has SES's events of an accepted message put on the way to settle: that it
// was sent, and what became of it.
func (w *World) tell(id string, m mail) {
	type occurrence struct {
		kind  string
		after time.Duration
	}
	tale := []occurrence{{"Email Sent", w.between(20*time.Millisecond, 2*time.Second)}}
	soon := tale[0].after + w.between(100*time.Millisecond, 30*time.Second)
	switch x := w.random.IntN(100); {
	case x < w.bounces:
		tale = append(tale, occurrence{"Email Bounced", soon})
	case x < 80:
		tale = append(tale, occurrence{"Email Delivered", soon})
	case x < 85:
		tale = append(tale, occurrence{"Email Delivery Delayed", soon}, occurrence{"Email Delivered", soon + time.Hour})
	}
	if w.random.IntN(100) < w.complaints {
		tale = append(tale, occurrence{"Email Complaint Received", soon + w.between(time.Minute, 5*time.Hour)})
	}
	for _, o := range tale {
		fault := w.chance("event")
		after := o.after
		switch fault {
		case EventLost:
			w.step("ses", o.kind, id, fault, "")
			continue
		case EventLate: // at times later than the send was given up
			after += w.between(time.Minute, 40*time.Minute)
		case EventEarly:
			after = 0
		case EventDoubled:
			w.emit(after+w.between(0, time.Hour), o.kind, id, m)
		}
		w.emit(after, o.kind, id, m)
	}
}

// toldBy says what each event tells of a message.
var toldBy = map[string]claim.State{
	"Email Sent": claim.Accepted, "Email Delivered": claim.Delivered, "Email Bounced": claim.Bounced, "Email Complaint Received": claim.Complained,
}

// emit puts one event on settle's queue.
func (w *World) emit(after time.Duration, kind, id string, m mail) {
	w.clock.After(after, func() {
		told := judge.Told{Send: shop.SendID(m.tag("send_id")), State: toldBy[kind]}
		w.settleQueue.add(letter{name: kind + " " + id, event: w.event(kind, id, m), told: told}, 0)
	})
}

// event returns SES's event as EventBridge brings it.
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
