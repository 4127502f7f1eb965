package main

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
)

// sesEvent gives settle an SES event about each customer's message of the
// campaign.
func (b *bench) sesEvent(t *testing.T, c shop.CampaignID, customers []shop.CustomerID, event, detail string) {
	t.Helper()
	recorder := &sendoutcome.Recorder{Sends: b.store, Contacts: b.store, Now: b.clock.Now, Breaker: &breaker.Keeper{Store: b.store, Now: b.clock.Now}}
	for _, id := range customers {
		for range 2 { // SES delivers events at least once
			must(t, recorder.SESEvent(t.Context(), fmt.Appendf(nil, `{"detail-type": %q, "detail": {%s "mail": {
				"messageId": "ses", "destination": ["%s@example.com"], "tags": {"send_id": [%q], "customer": [%q]}}}}`,
				event, detail, id, anIntent(c, id, "run-1").SendID("test"), decide.Tag(string(id)))))
		}
	}
	recorder.Tally(t.Context())
}

const hard = `"bounce": {"bounceType": "Permanent", "timestamp": "2026-11-22T12:00:00.000Z"},`

// From the first bounces to the release: messages are sent, bounce, are held by
// the campaign's breaker, and are sent after the release. The account's breaker
// does not hold service messages.
func TestBouncesHoldACampaignUntilItsBreakerIsReleased(t *testing.T) {
	b := newBench(t)
	b.keeper()
	customers := b.regulars(t, 30)
	send := func(c shop.CampaignID, customers []shop.CustomerID, want claim.State, code string) {
		t.Helper()
		for _, id := range customers {
			i := anIntent(c, id, "run-1")
			if !b.deliver(t, i, "2") {
				t.Fatal("the message was not acknowledged")
			}
			d, err := b.store.Send(t.Context(), id, i.SendID("test"))
			if must(t, err); d.State != want || d.Reason.Code != code {
				t.Fatalf("the send of %s for %s is %s for %q, want %s for %q", c, id, d.State, d.Reason.Code, want, code)
			}
		}
	}
	send("plain", customers[:20], claim.Accepted, "")
	b.sesEvent(t, "plain", customers[:15], "Email Delivered", "")
	b.sesEvent(t, "plain", customers[15:18], "Email Bounced", `"bounce": {"bounceType": "Transient"},`)
	b.sesEvent(t, "plain", customers[18:20], "Email Bounced", hard)
	b.clock.pass(time.Minute)
	send("plain", customers[20:21], claim.Accepted, "") // two bounces trip no breaker

	b.sesEvent(t, "plain", customers[:3], "Email Bounced", hard) // after their deliveries
	b.clock.pass(time.Minute)
	send("plain", customers[21:22], claim.Queued, "breaker:campaign")
	send("winter", customers[22:23], claim.Queued, "breaker:account")
	send("late", customers[23:24], claim.Accepted, "")

	now, err := b.store.Breakers(t.Context())
	if must(t, err); now.Tripped() != 2 || now.Campaigns["plain"].Why != "5 hard bounces among 23 messages: 21.74 %; at most 2 % is allowed" {
		t.Errorf("the tripped breakers are %+v, want the campaign's and the account's", now)
	}
	for _, scope := range []breaker.Scope{"plain", breaker.Account} {
		_, err := b.store.ReleaseBreaker(t.Context(), scope)
		must(t, err)
	}
	b.clock.pass(5 * time.Minute)
	if due := len(b.due(t)); due != 2 {
		t.Errorf("%d sends are due five minutes later, want both held ones", due)
	}
	send("plain", customers[21:22], claim.Accepted, "")
	send("winter", customers[22:23], claim.Accepted, "")

	b.sesEvent(t, "plain", customers[3:5], "Email Bounced", hard) // only events after the release are counted
	if now, err := b.store.Breakers(t.Context()); err != nil || now.Tripped() != 0 {
		t.Errorf("after two bounces since the release: %+v, %v, want no tripped breaker", now, err)
	}
}

// A woken message arrives as a new one; its first claim is refused because of
// its own record. It must keep the right to probe, or no message would ever
// call SES.
func TestProbeSurvivesAClaimRefusedByTheOwnRecord(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "run-1")
	b.keeper()
	b.ses.always(paused)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Queued)
	b.ses.always(accepts)
	b.clock.pass(breaker.ProbeInterval)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Accepted)
}

// A message whose offer's budget is spent is decided twice each time it is
// woken. It must keep the right to probe.
func TestProbeSurvivesASecondDecision(t *testing.T) {
	b, i := newBench(t, budget(1, 1), uncapped), anIntent("winter", ann, "run-2")
	b.keeper()
	b.deliver(t, anIntent("winter", ann, "run-1"), "1") // gets the only coupon
	b.ses.always(paused)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Queued)
	b.ses.always(accepts)
	b.clock.pass(breaker.ProbeInterval)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Accepted)
}

// If the worker that claims a waiting send dies, the send's queue message is
// already acknowledged: only the list of due sends still contains it.
func TestWaitingSendIsDueAgainAfterItsWorkerDies(t *testing.T) {
	b, i := newBench(t), anIntent("plain", ann, "run-1")
	b.ses.always(paused)
	b.deliver(t, i, "1")
	b.clock.pass(15 * time.Minute)
	b.ses.always(diesBefore)
	b.deliver(t, i, "1")
	b.is(t, i, claim.Sending)
	b.clock.pass(15 * time.Minute)
	if due := b.due(t); len(due) != 1 || due[0].State != claim.Sending {
		t.Errorf("15 minutes later %v are due, want the send", due)
	}
}
