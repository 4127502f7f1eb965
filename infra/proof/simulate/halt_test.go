//go:build !race

package main

import (
	"testing"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/infra/proof/simulate/world"
)

// Measures how long after the answer to a pause SES still accepts a message of the
// campaign, until the next word about it. docs/decisions/0063 has the figures.
func TestHowLongAPauseTakes(t *testing.T) {
	schedules := uint64(1_500)
	if testing.Short() {
		schedules = 200
	}
	pauses, after, longest, cancelled := 0, 0, time.Duration(0), 0
	for seed := uint64(1); seed <= schedules; seed++ {
		r := world.Run(seed, world.Options{})
		for n, w := range r.History.Words {
			if w.Word != "pause" || w.Answered.IsZero() {
				continue
			}
			pauses++
			if took, any := lastAfter(r.History, n); any {
				after++
				longest = max(longest, took)
			}
		}
		cancelled += r.Stats.Ends["CANCELLED"]
	}
	t.Logf("%d pauses: after %d of them SES accepted a message of the campaign, the last one %s after the answer; %d sends ended as CANCELLED", pauses, after, longest.Round(time.Millisecond), cancelled)
	if pauses < int(schedules)/20 || cancelled == 0 {
		t.Errorf("%d pauses and %d cancelled sends in %d schedules are too few to prove anything", pauses, cancelled, schedules)
	}
}

// lastAfter returns how long after the answer to the nth word the last message of
// its campaign was accepted, before the next word about it.
func lastAfter(h judge.History, n int) (took time.Duration, any bool) {
	w := h.Words[n]
	for _, a := range h.Accepted {
		over := false
		for m, other := range h.Words {
			over = over || m != n && other.Campaign == w.Campaign && (m > n && !a.At.Before(other.Said) || m < n && other.Answered.IsZero() || m < n && other.Answered.After(w.Said))
		}
		if a.Campaign == w.Campaign && a.At.After(w.Answered) && !over {
			took, any = max(took, a.At.Sub(w.Answered)), true
		}
	}
	return took, any
}
