package claim

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// all lists every state, and "" for what is not stored.
var all = []State{
	"", Sending, Accepted, Delivered, Bounced, Complained, Refused, Queued, Lost, Capped, Suppressed, HeldOut, Expired, Outranked,
}

// What SES can tell of a send.
var tellable = []State{Accepted, Delivered, Bounced, Complained}

func TestRaise(t *testing.T) {
	for phrase, c := range map[string]struct {
		from, told, want State
	}{
		"an event comes before the answer":       {Sending, Accepted, Accepted},
		"two events at once":                     {Sending, Delivered, Delivered},
		"it was not lost after all":              {Lost, Delivered, Delivered},
		"it had gone while it waited again":      {Queued, Accepted, Accepted},
		"the same event twice":                   {Delivered, Delivered, Delivered},
		"a late event of an earlier station":     {Delivered, Accepted, Delivered},
		"it came back after it had arrived":      {Delivered, Bounced, Bounced},
		"its reader complains":                   {Delivered, Complained, Complained},
		"an answer that comes after a complaint": {Complained, Delivered, Complained},
		"SES refused it":                         {Refused, Delivered, Refused},
		"it was never sent":                      {Capped, Accepted, Capped},
		"it expired":                             {Expired, Delivered, Expired},
		"nothing is stored":                      {"", Delivered, ""},
		"SES cannot know of that":                {Sending, Capped, Sending},
		"nor of that":                            {Accepted, Lost, Accepted},
	} {
		got, raised := c.from.Raise(c.told)
		if got != c.want || raised != (c.want != c.from) {
			t.Errorf("%s: %q.Raise(%q) = %q, %t, want %q", phrase, c.from, c.told, got, raised, c.want)
		}
	}
}

// Raising is a join: repetitions and order do not matter, and nothing falls.
func TestRaiseIsAJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.SampledFrom(all).Draw(t, "from")
		told := rapid.SliceOfN(rapid.SampledFrom(tellable), 1, 6).Draw(t, "told")
		shuffled := rapid.Permutation(append(told, told[0])).Draw(t, "shuffled")
		fold := func(events []State) State {
			now := from
			for _, e := range events {
				next, raised := now.Raise(e)
				if raised != (next != now) {
					t.Fatalf("%q.Raise(%q) = %q, and says raised: %t", now, e, next, raised)
				}
				if raised && rank[next] <= rank[now] {
					t.Fatalf("%q.Raise(%q) fell to %q", now, e, next)
				}
				now = next
			}
			return now
		}
		if one, other := fold(told), fold(shuffled); one != other {
			t.Fatalf("from %q, %v gives %q and %v gives %q", from, told, one, shuffled, other)
		}
	})
}

func TestEveryStateIsOpenEndedOrNothing(t *testing.T) {
	open := []State{Sending, Queued}
	for _, s := range all {
		if want := s != "" && !slices.Contains(open, s); s.Ended() != want {
			t.Errorf("%q.Ended() = %t, want %t", s, s.Ended(), want)
		}
		if want := slices.Contains(tellable, s); s.Sent() != want {
			t.Errorf("%q.Sent() = %t, want %t", s, s.Sent(), want)
		}
		if s.Sent() && !s.Ended() {
			t.Errorf("%q was sent, and something is still owed to its intent", s)
		}
	}
}
