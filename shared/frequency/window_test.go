package frequency_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// skew is the largest difference between two clocks, and delay the longest time
// from a claim to the message's arrival at SES.
const skew, delay = 90 * time.Second, 200 * time.Second

// scenario is a customer to whom many workers send, each with its own clock.
type scenario struct {
	*rapid.T
	check   engine
	restamp bool // a claim that is taken over gets a new time

	policy  frequency.Policy
	zone    *time.Location
	contact frequency.Contact
	now     time.Time         // by the true clock
	arrived []frequency.Entry // in the order of their claims, at the times of their arrival
	put     []frequency.Entry // throttled by SES, with their reservations kept
}

// run lets the workers claim, wait, be throttled by SES and take over claims,
// while the policy changes. It returns which limit the messages that arrived
// break, or "".
func (s *scenario) run() (wrong string) {
	s.change()
	zone := rapid.SampledFrom(zones[:7]).Draw(s.T, "zone")
	s.zone, _ = time.LoadLocation(zone)
	s.now = drawTime(s.T, "first")
	s.contact.Wishes.Pace.Value = rapid.SampledFrom([]string{"", frequency.Weekly, frequency.Monthly}).Draw(s.T, "pace")
	jumps := rapid.SliceOfN(rapid.SampledFrom([]time.Duration{time.Second, 4 * time.Minute, time.Hour, 11 * time.Hour, 24 * time.Hour}), 1, 40).Draw(s.T, "jumps")
	for i, jump := range jumps {
		s.now = s.now.Add(jump)
		if rapid.IntRange(0, 9).Draw(s.T, "the policy changes") == 0 {
			s.change()
		}
		e := frequency.Entry{Send: shop.SendID(rune('a' + i)), Class: rapid.SampledFrom(classes).Draw(s.T, "class"), Tags: drawTags(s.T)}
		again := len(s.put) > 0 && rapid.Bool().Draw(s.T, "take over")
		if again {
			e, s.put = s.put[0], s.put[1:]
		}
		if wrong := s.send(e, zone, again); wrong != "" {
			return wrong
		}
	}
	return ""
}

// change puts another policy in force.
func (s *scenario) change() {
	s.policy = drawPolicy(s.T)
	s.policy.Slack = skew + delay
}

// send claims the message if it may go, in some cases after waiting until it
// may.
func (s *scenario) send(e frequency.Entry, zone string, again bool) (wrong string) {
	stamp := s.now.Add(time.Duration(rapid.Int64Range(0, int64(skew)).Draw(s.T, "skew"))).Truncate(time.Millisecond)
	contact := s.contact.Without(e.Send)
	v := s.check(s.policy, stamp, zone, contact, e.Class, e.Tags)
	if !v.Allowed {
		if v.At.IsZero() || !rapid.Bool().Draw(s.T, "wait for it") {
			return ""
		}
		stamp = v.At
		s.now = later(s.now, stamp.Add(-skew))
	}
	if !again || s.restamp {
		e.At = stamp
	}
	s.contact = contact.With(e, stamp, s.policy)
	if rapid.IntRange(0, 4).Draw(s.T, "SES asks to wait") == 0 {
		s.put = append(s.put, e)
		return ""
	}
	e.At = later(s.now, stamp.Add(-skew)).Add(time.Duration(rapid.Int64Range(0, int64(delay)).Draw(s.T, "delay")))
	defer func() { s.arrived = append(s.arrived, e) }()
	return s.judge(e)
}

// judge compares a message that arrives with those that were claimed before it,
// by the policy of its claim. It returns which limit the message breaks, or "".
// Limits apply to classes that obey, and classes that count use them up. A
// message that an earlier policy allowed is not judged again.
func (s *scenario) judge(e frequency.Entry) (wrong string) {
	obeys := policyOf(s.policy, e.Class).Obeys
	before := func(within func(at time.Time) bool, scope func(frequency.Entry) bool) (n int) {
		for _, other := range s.arrived {
			if scope(other) && within(other.At) {
				n++
			}
		}
		return n
	}
	near := func(d time.Duration) func(time.Time) bool {
		return func(at time.Time) bool { return e.At.Sub(at).Abs() < d }
	}
	counts := func(other frequency.Entry) bool { return policyOf(s.policy, other.Class).Counts }
	for _, r := range s.policy.Caps {
		if !obeys || !covers(r, e.Class, e.Tags) {
			continue
		}
		within := func(at time.Time) bool { return inWindow(r.Window, s.zone, e.At, at) }
		n := before(within, func(other frequency.Entry) bool { return counts(other) && covers(r, other.Class, other.Tags) })
		if n >= r.Max {
			return fmt.Sprintf("cap %+v: %d messages are in the window of the one at %s", r, n, e.At)
		}
	}
	if n := before(near(s.policy.MinGap), counts); obeys && n > 0 {
		return fmt.Sprintf("%d messages are nearer than %s to the one at %s", n, s.policy.MinGap, e.At)
	}
	days := map[string]int{frequency.Weekly: 7, frequency.Monthly: 30}[s.contact.Wishes.Pace.Value]
	if n := before(near(time.Duration(days)*24*time.Hour), func(other frequency.Entry) bool { return sells(other.Class) }); sells(e.Class) && n > 0 {
		return fmt.Sprintf("the customer wanted one in %d days, and had %d before the one at %s", days, n, e.At)
	}
	return ""
}

// policyOf returns the policy of a class; one that is not listed obeys
// everything.
func policyOf(p frequency.Policy, class shop.Class) frequency.ClassPolicy {
	if r, listed := p.Classes[class]; listed {
		return r
	}
	return frequency.ClassPolicy{Obeys: true, Counts: true, Quiet: true}
}

func TestNoWindowHoldsMoreThanItsCap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &scenario{T: t, check: checked, restamp: true}
		if wrong := s.run(); wrong != "" {
			t.Fatal(wrong)
		}
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// inWindow reports whether both times are in one window.
func inWindow(w frequency.Window, loc *time.Location, a, b time.Time) bool {
	switch w.Calendar {
	case frequency.Day:
		return a.In(loc).Format(time.DateOnly) == b.In(loc).Format(time.DateOnly)
	case frequency.Week:
		y1, w1 := a.In(loc).ISOWeek()
		y2, w2 := b.In(loc).ISOWeek()
		return y1 == y2 && w1 == w2
	}
	return a.Sub(b).Abs() < w.Rolling
}
