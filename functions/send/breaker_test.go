package main

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/outcome"
	"regulars/shared/shop"
)

// tells has settle hear of each customer's message of that campaign what SES
// tells.
func (b *bench) tells(t *testing.T, c shop.CampaignID, customers []shop.CustomerID, event, detail string) {
	t.Helper()
	settler := &outcome.Settler{Sends: b.store, Contacts: b.store, Now: b.clock.Now, Breaker: &breaker.Keeper{Store: b.store, Now: b.clock.Now}}
	for _, id := range customers {
		for range 2 { // SES tells at least once
			must(t, settler.SESEvent(t.Context(), fmt.Appendf(nil, `{"detail-type": %q, "detail": {%s "mail": {
				"messageId": "ses", "destination": ["%s@example.com"], "tags": {"send_id": [%q], "customer": [%q]}}}}`,
				event, detail, id, anIntent(c, id, "slot-1").SendID("test"), decide.Tag(string(id)))))
		}
	}
	settler.Tally(t.Context())
}

const hard = `"bounce": {"bounceType": "Permanent", "timestamp": "2026-11-22T12:00:00.000Z"},`

// From the first bounces to the release: messages go, bounce, are held by the
// campaign's brake, and go when it is released. Of the account's, service
// messages take no notice.
func TestBouncesHoldACampaignUntilItIsReleased(t *testing.T) {
	b := newBench(t)
	b.keeper()
	customers := b.regulars(t, 30)
	send := func(c shop.CampaignID, customers []shop.CustomerID, want claim.State, code string) {
		t.Helper()
		for _, id := range customers {
			i := anIntent(c, id, "slot-1")
			if !b.deliver(t, i, "2") {
				t.Fatal("it was not acknowledged")
			}
			d, err := b.store.Send(t.Context(), id, i.SendID("test"))
			if must(t, err); d.State != want || d.Reason.Code != code {
				t.Fatalf("the send of %s for %s is %s for %q, want %s for %q", c, id, d.State, d.Reason.Code, want, code)
			}
		}
	}
	send("plain", customers[:20], claim.Accepted, "")
	b.tells(t, "plain", customers[:15], "Email Delivered", "")
	b.tells(t, "plain", customers[15:18], "Email Bounced", `"bounce": {"bounceType": "Transient"},`)
	b.tells(t, "plain", customers[18:20], "Email Bounced", hard)
	b.clock.pass(time.Minute)
	send("plain", customers[20:21], claim.Accepted, "") // two bounces stop nothing

	b.tells(t, "plain", customers[:3], "Email Bounced", hard) // after they had arrived
	b.clock.pass(time.Minute)
	send("plain", customers[21:22], claim.Queued, "breaker:campaign")
	send("winter", customers[22:23], claim.Queued, "breaker:account")
	send("late", customers[23:24], claim.Accepted, "")

	now, err := b.store.Breakers(t.Context())
	if must(t, err); now.On() != 2 || now.Campaigns["plain"].Why != "5 hard bounces among 23 messages: 21.74 %, where 2 % is allowed" {
		t.Errorf("the brakes are %+v", now)
	}
	for _, scope := range []breaker.Scope{"plain", breaker.Account} {
		_, err := b.store.ReleaseBreaker(t.Context(), scope)
		must(t, err)
	}
	b.clock.pass(5 * time.Minute)
	if due := len(b.due(t)); due != 2 {
		t.Errorf("%d sends are due five minutes later, want both that were held", due)
	}
	send("plain", customers[21:22], claim.Accepted, "")
	send("winter", customers[22:23], claim.Accepted, "")

	b.tells(t, "plain", customers[3:5], "Email Bounced", hard) // only what comes after the release counts
	if now, err := b.store.Breakers(t.Context()); err != nil || now.On() != 0 {
		t.Errorf("two bounces after the release: %+v, %v, want no brake", now, err)
	}
}

// A message that is woken claims as if it were new, and is told of its own
// record first: the right to probe outlives that, or nobody would ever ask SES.
func TestTheMessageThatMetThePauseCanProbeIt(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "slot-1")
	b.keeper()
	b.ses.always(paused)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Queued)
	b.ses.always(accepts)
	b.clock.pass(breaker.ProbeInterval)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Accepted)
}

// A message whose offer is spent is decided twice, each time that it is woken: the
// right to probe has to outlive that as well.
func TestAMessageThatIsDecidedTwiceCanProbeThePause(t *testing.T) {
	b, i := newBench(t, budget(1, 1), uncapped), anIntent("winter", ann, "slot-2")
	b.keeper()
	b.deliver(t, anIntent("winter", ann, "slot-1"), "1") // has the only coupon
	b.ses.always(paused)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Queued)
	b.ses.always(accepts)
	b.clock.pass(breaker.ProbeInterval)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Accepted)
}

// A worker that takes what waits may die, and the send's own queue message is
// gone by then: only the list of what is due still names it.
func TestWhatWaitedIsFoundAgainWhenItsWorkerDies(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "slot-1")
	b.ses.always(paused)
	b.deliver(t, i, "1")
	b.clock.pass(15 * time.Minute)
	b.ses.always(diesBefore)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Sending)
	b.clock.pass(15 * time.Minute)
	if due := b.due(t); len(due) != 1 || due[0].State != claim.Sending {
		t.Errorf("a quarter of an hour later %v are due, want the send", due)
	}
}
