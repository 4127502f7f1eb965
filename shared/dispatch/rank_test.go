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
	"regulars/shared/decide"
	"regulars/shared/message"
	"regulars/shared/shop"
)

// arrival is an intent and when its message is first delivered.
type arrival struct {
	at     time.Time
	intent campaign.Intent
}

// play delivers all arrivals at their times, and what is woken at its own, in an
// order that random draws, until nothing is open any more.
func (h *house) play(t *rapid.T, arrivals []arrival) {
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
			t.Fatalf("it never comes to an end: %d open after %d steps", len(h.open()), step)
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

func (h *house) open() (open []claim.Send) {
	return slices.DeleteFunc(h.all(), func(d claim.Send) bool { return d.State.Ended() })
}

// watch has SES look at each promotion that it is asked for: had one that is
// better and waits been able to go in its place, and cannot now?
func (h *house) watch(t *rapid.T) {
	h.asked = func(m message.Mail) error {
		snapshot, err := h.store.Snapshot(context.Background(), ann)
		h.must(err)
		id := shop.SendID(m.Tags["send_id"])
		goes, _ := h.store.Send(context.Background(), ann, id)
		after := decide.Snapshot{Profile: snapshot.Profile, Contact: snapshot.Contact}
		before := decide.Snapshot{Profile: snapshot.Profile, Contact: snapshot.Contact.Without(id)}
		may := func(s decide.Snapshot, i campaign.Intent) bool {
			all, err := decide.Decide(h.now, s, []campaign.Intent{i}, h.rules())
			h.must(err)
			return all[0].Send.State == claim.Sending
		}
		for _, d := range h.open() {
			if d.State == claim.Queued && h.rules().Compare(d.Intent, goes.Intent) < 0 && may(before, d.Intent) && !may(after, d.Intent) {
				t.Fatalf("%s goes at %s, and takes the place of %s, which comes before it and waits", goes.Intent.Campaign, h.now, d.Intent.Campaign)
			}
		}
		return nil
	}
}

// Whatever wants a place, whenever it comes: everything ends; the caps hold; and
// whatever goes takes no place from a better one that waits.
func TestTheBestGoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHouse(t, aPolicy())
		h.policy.Frequency.MinGap = time.Duration(rapid.IntRange(0, 3).Draw(t, "gap")) * time.Hour
		h.watch(t)
		var arrivals []arrival
		for n := range rapid.IntRange(1, 9).Draw(t, "intents") {
			at := noon.Add(time.Duration(rapid.IntRange(0, 30*60).Draw(t, "minute")) * time.Minute)
			life := rapid.SampledFrom([]time.Duration{30 * time.Minute, 5 * time.Hour, 25 * time.Hour, 80 * time.Hour}).Draw(t, "life")
			c := rapid.SampledFrom([]shop.CampaignID{"a2", "b1", "c0", "gift", "thanks", "sorry"}).Draw(t, "campaign")
			arrivals = append(arrivals, arrival{at, wish(c, shop.OrderID(fmt.Sprint("o-", n)), at.Add(life))})
		}
		for _, c := range []shop.CampaignID{"x3", "y1"} {
			if rapid.Bool().Draw(t, "planned") {
				arrivals = append(arrivals, arrival{ten.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "delay")) * time.Minute), slot(c, ten)})
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
				t.Fatalf("%s is outranked, and does not say by what", d.Intent.Campaign)
			}
		}
		for day, n := range days {
			if n > 1 {
				t.Fatalf("%d promotions went on %s", n, day)
			}
		}
		for _, a := range arrivals {
			d := ends[a.intent.SendID("test")]
			if !d.State.Ended() {
				t.Fatalf("%s for %s ends %q (%s)", a.intent.Campaign, a.intent.Occasion, d.State, d.Reason.Text)
			}
			if d.State == claim.Outranked && d.Reason.Code == "merged" && !spokenFor(ends, a.intent.Order) {
				t.Fatalf("nobody speaks for %s", a.intent.Order)
			}
		}
		if left := h.waits(); len(ends) > 0 && left != "" {
			for _, w := range h.contact().Waiting {
				if w.NotAfter.After(h.now) {
					t.Fatalf("%q still wait by the list, though all has ended", left)
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

// What is recorded or expected is ranked alike, in whatever order it is
// delivered: the same messages go.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var waiting, planned []campaign.Intent
		for n := range rapid.IntRange(1, 6).Draw(t, "waiting") {
			c := rapid.SampledFrom([]shop.CampaignID{"a2", "b1", "c0", "gift"}).Draw(t, "campaign")
			life := rapid.SampledFrom([]time.Duration{10 * time.Hour, 34 * time.Hour, 90 * time.Hour}).Draw(t, "life")
			waiting = append(waiting, wish(c, shop.OrderID(fmt.Sprint("o-", n)), morning.Add(life)))
		}
		planned = append(planned, slot("x3", ten), slot("y1", ten))
		fresh := rapid.SampledFrom([]shop.CampaignID{"a2", "b1", "c0"}).Draw(t, "fresh") // comes with the slot's
		late := wish(fresh, "o-late", ten.Add(34*time.Hour))
		play := func(label string) map[shop.SendID]claim.State {
			h := newHouse(t, aPolicy())
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
				t.Fatalf("%v went in one order, and %v in another", one, other)
			}
		}
		if len(one) != len(other) {
			t.Fatalf("%v went in one order, and %v in another", one, other)
		}
	})
}
