package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/campaigncontrol"
	"regulars/shared/claim"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/policycache"
	"regulars/shared/sendrate"
	"regulars/shared/shop"
)

// says makes one call of a person.
func (b *bench) says(t *testing.T, call func(*campaigncontrol.Control, context.Context, campaigncontrol.Word) (campaigncontrol.Result, error), c shop.CampaignID) {
	t.Helper()
	_, err := call(&campaigncontrol.Control{Store: b.store, Now: b.clock.Now}, t.Context(), campaigncontrol.Word{Campaign: c, By: "ann"})
	must(t, err)
}

var (
	pauses  = (*campaigncontrol.Control).Pause
	cancels = (*campaigncontrol.Control).Cancel
	resumes = (*campaigncontrol.Control).Resume
)

// deliverAll gives the worker an intent of the campaign for each customer, and
// returns the states of their sends.
func (b *bench) deliverAll(t *testing.T, c shop.CampaignID, customers []shop.CustomerID) (states []claim.State) {
	t.Helper()
	for _, id := range customers {
		i := anIntent(c, id, "run-1")
		if !b.deliver(t, i, "1") {
			t.Fatal("the message was not acknowledged")
		}
		d, err := b.store.Send(t.Context(), id, i.SendID("test"))
		must(t, err)
		states = append(states, d.State)
	}
	return states
}

// The bound of a pause, by a fake clock: a warm function goes on for less than
// five seconds, and sends nothing from then on.
func TestAPauseIsEffectiveAfterFiveSeconds(t *testing.T) {
	b := newBench(t)
	b.keeper()
	customers := b.regulars(t, 6)
	b.deliverAll(t, "plain", customers[:1]) // the function has read that nothing is stopped
	b.says(t, pauses, "plain")
	b.clock.pass(policycache.FreshBreakers - time.Millisecond)
	if got := b.deliverAll(t, "plain", customers[1:2]); got[0] != claim.Accepted {
		t.Errorf("just before the bound a send is %s, want it sent from the cached state", got)
	}
	b.clock.pass(time.Millisecond)
	if got := b.deliverAll(t, "plain", customers[2:]); !slices.Equal(got, []claim.State{claim.Queued, claim.Queued, claim.Queued, claim.Queued}) {
		t.Errorf("after %s the sends are %s, want all held", policycache.FreshBreakers, got)
	}
	if policycache.FreshBreakers > 5*time.Second {
		t.Errorf("a pause takes %s; docs/policy.md says 5 seconds", policycache.FreshBreakers)
	}
}

// A message that waits for its permit was decided before the pause. It is decided
// again when the permit is valid, and sees the pause.
func TestAPauseStopsAMessageThatWaitsForItsPermit(t *testing.T) {
	b := newBench(t)
	b.keeper()
	customers := b.regulars(t, 2)
	slept := b.paced(sendrate.Quota{PerSecond: 2, PerDay: 1_000})
	b.deliverAll(t, "plain", customers[:1])
	sleep := b.dispatch.Sleep
	b.dispatch.Sleep = func(ctx context.Context, d time.Duration) error {
		if len(*slept) == 0 {
			b.says(t, pauses, "plain")
			b.clock.pass(policycache.FreshBreakers)
		}
		return sleep(ctx, d)
	}
	b.deliverAll(t, "plain", customers[1:])
	d, err := b.store.Send(t.Context(), customers[1], anIntent("plain", customers[1], "run-1").SendID("test"))
	if must(t, err); len(*slept) == 0 || d.State != claim.Queued || d.Reason.Code != "campaign-paused" {
		t.Errorf("a message that slept %v for its permit is %s for %q, want it held by the pause", *slept, d.State, d.Reason.Code)
	}
}

// What a pause held is sent once after the resume; what expires before ends with
// the pause as its reason.
func TestHeldMessagesAreSentOnceAfterTheResumeOrExpire(t *testing.T) {
	b := newBench(t)
	b.keeper()
	customers := b.regulars(t, 4)
	b.says(t, pauses, "plain")
	b.deliverAll(t, "plain", customers)
	if n := len(b.ses.all()); n != 0 {
		t.Fatalf("SES got %d messages of a paused campaign", n)
	}
	b.clock.pass(lifetime - 2*time.Minute)
	expired := anIntent("plain", customers[3], "run-1")
	b.deliver(t, expired, "1")
	b.is(t, expired, claim.Expired)
	if d, err := b.store.Send(t.Context(), customers[3], expired.SendID("test")); err != nil || d.Reason.Code != "campaign-paused" {
		t.Errorf("an intent that expired in the pause ended for %q (%v), want campaign-paused", d.Reason.Code, err)
	}
	b.clock.pass(-lifetime / 2)
	b.says(t, resumes, "plain")
	b.clock.pass(policycache.FreshBreakers + lifetime/2)
	for range 2 { // the queue delivers at least once
		b.deliverAll(t, "plain", customers[:3])
	}
	if n := len(b.ses.all()); n != 3 {
		t.Errorf("SES got %d messages after the resume, want the three that were held, once each", n)
	}
}

// What is queued or waits when a campaign is cancelled ends, and never comes back:
// not after a resume either, however late it is decided. A coupon that a waiting
// send kept goes back to its budget.
func TestCancelledMessagesEndForGood(t *testing.T) {
	b := newBench(t, budget(10, 1), uncapped)
	b.keeper()
	customers := b.regulars(t, 3)
	b.ses.always(paused)
	b.deliverAll(t, "winter", customers[:1]) // waits, with its reservation and coupon
	b.ses.always(accepts)
	b.clock.pass(policycache.FreshBreakers)
	b.says(t, cancels, "winter")
	if got := b.deliverAll(t, "winter", customers[:2]); got[0] != claim.Cancelled || got[1] != claim.Cancelled {
		t.Errorf("the waiting and the queued send are %s, want both CANCELLED", got)
	}
	if left := b.left(t); left != 10 {
		t.Errorf("the budget has %d uses left, want all 10", left)
	}
	b.clock.pass(time.Hour)
	b.says(t, resumes, "winter")
	b.clock.pass(policycache.FreshBreakers)
	if got := b.deliverAll(t, "winter", customers); got[2] != claim.Cancelled {
		t.Errorf("planned before and decided after the resume: %s, want CANCELLED", got[2])
	}
	fresh := anIntent("winter", customers[2], "run-2")
	fresh.Planned = b.clock.Now()
	b.deliver(t, fresh, "1")
	b.is(t, fresh, claim.Accepted)
}

// A cancellation wakes what waits for the next morning, so that it ends soon; a
// resume wakes what a pause held, and leaves other campaigns' sends alone.
func TestCancelAndResumeWakeWhatWaits(t *testing.T) {
	b := newBench(t)
	b.keeper()
	b.clock.pass(11 * time.Hour) // 23:00: promotions wait until 8:00
	customers := b.regulars(t, 4)
	control := &campaigncontrol.Control{Store: b.store, Waiting: b.store, Now: b.clock.Now}
	b.deliverAll(t, "plain", customers[:2])
	b.deliverAll(t, "winter", customers[2:3])
	b.says(t, pauses, "late")
	b.clock.pass(policycache.FreshBreakers)
	b.deliverAll(t, "late", customers[3:])
	if due := b.due(t); len(due) != 0 {
		t.Fatalf("%d sends are due, want all to wait", len(due))
	}
	for c, woken := range map[shop.CampaignID]int{"plain": 2, "late": 1} {
		call := control.Cancel
		if c == "late" {
			call = control.Resume
		}
		r, err := call(t.Context(), campaigncontrol.Word{Campaign: c, By: "ann"})
		if must(t, err); r.Woken != woken {
			t.Errorf("the word about %s woke %d sends, want %d", c, r.Woken, woken)
		}
		if r, err = call(t.Context(), campaigncontrol.Word{Campaign: c, By: "ann"}); err != nil || r.Changed || r.Woken != 0 {
			t.Errorf("the same word about %s again = %+v, %v, want nothing changed", c, r, err)
		}
	}
	if due := b.due(t); len(due) != 0 {
		t.Errorf("%d sends are due at once, while functions may not have read the word", len(due))
	}
	b.clock.pass(2 * policycache.FreshBreakers)
	if due := b.due(t); len(due) != 3 {
		t.Errorf("%d sends are due ten seconds later, want the three that were woken", len(due))
	}
	if got := b.deliverAll(t, "plain", customers[:2]); got[0] != claim.Cancelled || got[1] != claim.Cancelled {
		t.Errorf("the woken sends of the cancelled campaign are %s", got)
	}
	if got := b.deliverAll(t, "late", customers[3:]); got[0] != claim.Accepted {
		t.Errorf("the woken send of the resumed campaign is %s", got)
	}
}

// Publishing changes nothing of a pause. A cancellation ends with a higher
// version, and not with the same one.
func TestPublishingLeavesAPauseAndEndsACancellation(t *testing.T) {
	b := newBench(t)
	b.keeper()
	customers := b.regulars(t, 4)
	b.says(t, pauses, "plain")
	b.says(t, cancels, "late")
	deliver := func(c shop.CampaignID, version int, customer shop.CustomerID) campaign.Intent {
		i := anIntent(c, customer, "run-1")
		i.Version = version
		b.deliver(t, i, "1")
		return i
	}
	same := smallShop()
	same.Shop.Name = "The same campaigns in another shop"
	publish(t, b.store, same)
	b.clock.pass(time.Minute)
	b.is(t, deliver("plain", 1, customers[0]), claim.Queued)
	b.is(t, deliver("late", 1, customers[0]), claim.Cancelled)
	higher := smallShop()
	higher.Shop.Name = "Higher versions"
	for n := range higher.Campaigns {
		higher.Campaigns[n].Version = 2
	}
	publish(t, b.store, higher)
	b.clock.pass(time.Minute)
	b.is(t, deliver("plain", 2, customers[1]), claim.Queued)
	b.is(t, deliver("late", 2, customers[1]), claim.Accepted)
}

// The table fails before the write, loses its answer, or the person repeats the
// call: the first word that was stored stays.
func TestAPauseSurvivesACrashAtEachStep(t *testing.T) {
	b := newBench(t)
	pause := func(by string) (bool, error) {
		b.clock.pass(time.Minute)
		return (&breaker.Keeper{Store: b.store, Now: b.clock.Now}).PauseCampaign(t.Context(), "plain", by, "")
	}
	b.faults.Refuse("PutItem", 1, "InternalServerError")
	if _, err := pause("ann"); err == nil {
		t.Fatal("a pause that was not stored returned no error")
	}
	if now, err := b.store.Breakers(t.Context()); err != nil || len(now.Halts) != 0 {
		t.Fatalf("after a failed write the stopped campaigns are %+v (%v), want none", now.Halts, err)
	}
	b.faults.Lose("PutItem", dynamotest.SDKAttempts)
	if changed, err := pause("bob"); err != nil || !changed {
		t.Errorf("a pause whose answer was lost = %t, %v, want it stored", changed, err)
	}
	changed, err := pause("carl")
	must(t, err)
	now, err := b.store.Breakers(t.Context())
	must(t, err)
	if p := now.Halts["plain"].Paused; changed || p == nil || p.By != "bob" {
		t.Errorf("after a repeated call the pause is %+v (changed: %t), want bob's", p, changed)
	}
}
