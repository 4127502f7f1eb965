package dispatch_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/decide"
	"regulars/shared/shop"
)

// arrival is an intent and when its message is first delivered.
type arrival struct {
	at     time.Time
	intent campaign.Intent
}

// play delivers all arrivals at their times, and woken intents at theirs, in a
// random order, until no send is open.
func (h *bench) play(t *rapid.T, arrivals []arrival) {
	arrivals = slices.Clone(arrivals)
	end := noon.AddDate(0, 0, 8)
	for step := 0; ; step++ {
		now := end
		for _, a := range arrivals {
			if a.at.Before(now) {
				now = a.at
			}
		}
		for _, d := range h.all() {
			if d.State == claim.Queued && d.Wake.Before(now) {
				now = d.Wake
			}
		}
		if now.Equal(end) {
			return
		}
		if step > 500 {
			t.Fatalf("%d sends are still open after %d steps", len(h.open()), step)
		}
		if now.Before(h.now) {
			now = h.now
		}
		batch := h.at(now)
		arrivals = slices.DeleteFunc(arrivals, func(a arrival) bool {
			if a.at.After(now) {
				return false
			}
			batch = append(batch, a.intent)
			return true
		})
		if len(batch) > 1 {
			batch = rapid.Permutation(batch).Draw(t, "order")
		}
		for _, i := range batch {
			h.take(i)
		}
	}
}

func (h *bench) open() (open []claim.Send) {
	return slices.DeleteFunc(h.all(), func(d claim.Send) bool { return d.State.Ended() })
}

// watch checks each promotion that is handed to SES. It fails if a better
// promotion waits that could have been sent instead and cannot be sent any
// more.
func (h *bench) watch(t *rapid.T) {
	h.answer = func(m content.Mail) error {
		snapshot, err := h.store.Snapshot(context.Background(), ann)
		h.must(err)
		id := shop.SendID(m.Tags["send_id"])
		sent, _ := h.store.Send(context.Background(), ann, id)
		after := decide.Snapshot{Profile: snapshot.Profile, Contact: snapshot.Contact}
		before := decide.Snapshot{Profile: snapshot.Profile, Contact: snapshot.Contact.Without(id)}
		may := func(s decide.Snapshot, i campaign.Intent) bool {
			all, err := decide.Decide(h.now, s, []campaign.Intent{i}, h.config())
			h.must(err)
			return all[0].Send.State == claim.Sending
		}
		for _, d := range h.open() {
			if d.State == claim.Queued && h.config().Compare(d.Intent, sent.Intent) < 0 && may(before, d.Intent) && !may(after, d.Intent) {
				t.Fatalf("%s is sent at %s although %s ranks higher, waits, and now cannot be sent", sent.Intent.Campaign, h.now, d.Intent.Campaign)
			}
		}
		return nil
	}
}

// For all sets of intents and arrival times: every send ends, the caps are
// kept, and no message is sent instead of a better one that waits.
func TestNoMessageIsSentInsteadOfABetterOneThatWaits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newBench(t, aPolicy())
		h.policy.Frequency.MinGap = time.Duration(rapid.IntRange(0, 3).Draw(t, "gap")) * time.Hour
		h.watch(t)
		var arrivals []arrival
		for n := range rapid.IntRange(1, 9).Draw(t, "intents") {
			at := noon.Add(time.Duration(rapid.IntRange(0, 30*60).Draw(t, "minute")) * time.Minute)
			life := rapid.SampledFrom([]time.Duration{30 * time.Minute, 5 * time.Hour, 25 * time.Hour, 80 * time.Hour}).Draw(t, "life")
			c := rapid.SampledFrom([]shop.CampaignID{"a2", "b1", "c0", "gift", "thanks", "sorry"}).Draw(t, "campaign")
			arrivals = append(arrivals, arrival{at, ofOrder(c, shop.OrderID(fmt.Sprint("o-", n)), at.Add(life))})
		}
		for _, c := range []shop.CampaignID{"x3", "y1"} {
			if rapid.Bool().Draw(t, "planned") {
				arrivals = append(arrivals, arrival{ten.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "delay")) * time.Minute), ofRun(c, ten)})
			}
		}
		h.play(t, arrivals)

		days, ends := map[string]int{}, map[shop.SendID]claim.Send{}
		for _, d := range h.all() {
			ends[d.ID] = d
			if d.State == claim.Accepted && d.Class == shop.ClassPromotion {
				days[d.Changed.Format(time.DateOnly)]++
			}
			if d.State == claim.Outranked && d.Reason.Text == "" {
				t.Fatalf("%s is outranked, but its reason does not say by which campaign", d.Intent.Campaign)
			}
		}
		for day, n := range days {
			if n > 1 {
				t.Fatalf("%d promotions were sent on %s", n, day)
			}
		}
		for _, a := range arrivals {
			d := ends[a.intent.SendID("test")]
			if !d.State.Ended() {
				t.Fatalf("%s for %s ends %q (%s)", a.intent.Campaign, a.intent.Occasion, d.State, d.Reason.Text)
			}
			if d.State == claim.Outranked && d.Reason.Code == "merged" && !spokenFor(ends, a.intent.Order) {
				t.Fatalf("no message speaks for %s", a.intent.Order)
			}
		}
		if left := h.waits(); len(ends) > 0 && left != "" {
			for _, w := range h.contact().Waiting {
				if w.NotAfter.After(h.now) {
					t.Fatalf("%q are still on the waiting list although all sends have ended", left)
				}
			}
		}
	})
}

func spokenFor(ends map[shop.SendID]claim.Send, order shop.OrderID) bool {
	for _, d := range ends {
		if d.State == claim.Accepted && slices.Contains(d.Also, order) {
			return true
		}
	}
	return false
}

// Stored and expected intents are ranked in the same way, so the same messages
// are sent in every order of delivery.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var waiting, planned []campaign.Intent
		for n := range rapid.IntRange(1, 6).Draw(t, "waiting") {
			c := rapid.SampledFrom([]shop.CampaignID{"a2", "b1", "c0", "gift"}).Draw(t, "campaign")
			life := rapid.SampledFrom([]time.Duration{10 * time.Hour, 34 * time.Hour, 90 * time.Hour}).Draw(t, "life")
			waiting = append(waiting, ofOrder(c, shop.OrderID(fmt.Sprint("o-", n)), morning.Add(life)))
		}
		planned = append(planned, ofRun("x3", ten), ofRun("y1", ten))
		fresh := rapid.SampledFrom([]shop.CampaignID{"a2", "b1", "c0"}).Draw(t, "fresh") // arrives together with the run's intents
		late := ofOrder(fresh, "o-late", ten.Add(34*time.Hour))
		play := func(label string) map[shop.SendID]claim.State {
			h := newBench(t, aPolicy())
			var arrivals []arrival
			for _, i := range waiting {
				arrivals = append(arrivals, arrival{night.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, label)) * time.Minute), i})
			}
			for _, i := range append(planned, late) {
				arrivals = append(arrivals, arrival{ten.Add(time.Duration(rapid.IntRange(0, 110).Draw(t, label)) * time.Second), i})
			}
			h.play(t, arrivals)
			ends := map[shop.SendID]claim.State{}
			for _, d := range h.all() {
				if d.State == claim.Accepted {
					ends[d.ID] = d.State
				}
			}
			return ends
		}
		one, other := play("one"), play("other")
		for id := range one {
			if other[id] == "" {
				t.Fatalf("%v were sent in one order, and %v in another", one, other)
			}
		}
		if len(one) != len(other) {
			t.Fatalf("%v were sent in one order, and %v in another", one, other)
		}
	})
}
