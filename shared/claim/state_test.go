package claim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// all lists every state, and "" for an absent send.
var all = []State{
	"", Sending, Accepted, Delivered, Bounced, Complained, Refused, Queued, Lost, Capped, Suppressed, HeldOut, Expired, Outranked, Cancelled,
}

// reportable lists the states that SES events report.
var reportable = []State{Accepted, Delivered, Bounced, Complained}

func TestRaise(t *testing.T) {
	for phrase, c := range map[string]struct {
		from, reported, want State
	}{
		"event before the answer":     {Sending, Accepted, Accepted},
		"first event is a delivery":   {Sending, Delivered, Delivered},
		"event after LOST":            {Lost, Delivered, Delivered},
		"event while it waits again":  {Queued, Accepted, Accepted},
		"the same event twice":        {Delivered, Delivered, Delivered},
		"late event of a lower state": {Delivered, Accepted, Delivered},
		"bounce after delivery":       {Delivered, Bounced, Bounced},
		"complaint after delivery":    {Delivered, Complained, Complained},
		"delivery after complaint":    {Complained, Delivered, Complained},
		"refused by SES":              {Refused, Delivered, Refused},
		"never sent":                  {Capped, Accepted, Capped},
		"expired":                     {Expired, Delivered, Expired},
		"not stored":                  {"", Delivered, ""},
		"CAPPED is no SES event":      {Sending, Capped, Sending},
		"LOST is no SES event":        {Accepted, Lost, Accepted},
	} {
		got, raised := c.from.Raise(c.reported)
		if got != c.want || raised != (c.want != c.from) {
			t.Errorf("%s: %q.Raise(%q) = %q, %t, want %q", phrase, c.from, c.reported, got, raised, c.want)
		}
	}
}

// Repetitions and the order of events do not matter, and no event lowers a
// state.
func TestRaiseIgnoresOrderAndRepetitions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.SampledFrom(all).Draw(t, "from")
		reported := rapid.SliceOfN(rapid.SampledFrom(reportable), 1, 6).Draw(t, "reported")
		shuffled := rapid.Permutation(append(reported, reported[0])).Draw(t, "shuffled")
		fold := func(events []State) State {
			now := from
			for _, e := range events {
				next, raised := now.Raise(e)
				if raised != (next != now) {
					t.Fatalf("%q.Raise(%q) = %q, raised: %t", now, e, next, raised)
				}
				if raised && rank[next] <= rank[now] {
					t.Fatalf("%q.Raise(%q) lowered the state to %q", now, e, next)
				}
				now = next
			}
			return now
		}
		if one, other := fold(reported), fold(shuffled); one != other {
			t.Fatalf("from %q, %v gives %q and %v gives %q", from, reported, one, shuffled, other)
		}
	})
}

func TestEndedAndSentOfEveryState(t *testing.T) {
	open := []State{Sending, Queued}
	for _, s := range all {
		if want := s != "" && !slices.Contains(open, s); s.Ended() != want {
			t.Errorf("%q.Ended() = %t, want %t", s, s.Ended(), want)
		}
		if want := slices.Contains(reportable, s); s.Sent() != want {
			t.Errorf("%q.Sent() = %t, want %t", s, s.Sent(), want)
		}
		if s.Sent() && !s.Ended() {
			t.Errorf("%q.Sent() is true and Ended() is false", s)
		}
	}
}
