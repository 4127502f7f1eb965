package dispatch_test

import (
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
)

// The customer moved west while a run went round, so two of its runs planned the
// send. It is sent once, and counts for the run whose intent came first.
func TestASendThatTwoRunsPlannedCountsForOne(t *testing.T) {
	for name, test := range map[string]struct {
		at    time.Time
		state claim.State // after the first intent
	}{
		"the first is sent": {noon, claim.Accepted},
		"the first waits":   {noon.Add(10 * time.Hour), claim.Queued}, // in the quiet hours
	} {
		t.Run(name, func(t *testing.T) {
			h := newBench(t, aPolicy())
			h.now = test.at
			c, _ := h.policy.Campaign("x3")
			ctx, local := t.Context(), "2026-11-22T12:00"
			var runs []dynamo.Run
			var intents []campaign.Intent
			for ago := range 2 {
				run := campaign.Run{At: noon.Add(time.Duration(1-ago) * -time.Hour), Local: local}
				i := c.At(run, ann)
				i.Planned, i.NotAfter = test.at, i.NotAfter.Add(48*time.Hour)
				intents = append(intents, i)
				runs = append(runs, dynamo.Run{Campaign: c.ID, Version: c.Version, At: run.At, Local: local})
				_, err := h.store.StartRun(ctx, runs[ago], 1, test.at)
				h.must(err)
				_, err = h.store.Advance(ctx, runs[ago], 0, "", dynamo.End, 1)
				h.must(err)
			}
			h.take(intents[0])
			if d := h.send(intents[0]); d.State != test.state {
				t.Fatalf("the send is %s (%s), want %s", d.State, d.Reason.Text, test.state)
			}
			h.take(intents[1])
			h.must(h.Take(ctx, intents[1], true)) // delivered again
			if d := h.send(intents[1]); d.State != test.state || !d.Intent.Run.Equal(runs[0].At) {
				t.Errorf("the send is %s for the run of %s, want %s for that of %s", d.State, d.Intent.Run, test.state, runs[0].At)
			}
			for _, woken := range h.at(test.at.Add(14 * time.Hour)) {
				h.take(woken)
			}
			if len(h.sent) != 1 {
				t.Errorf("%d messages, want 1", len(h.sent))
			}
			for i, want := range []int{1, 0} {
				if p, err := h.store.RunProgress(ctx, runs[i]); err != nil || p.Planned != want {
					t.Errorf("run %d has %d planned intents, %v, want %d", i, p.Planned, err, want)
				}
			}
			if waiting := h.waits(); waiting != "" {
				t.Errorf("on the waiting list is still %s", waiting)
			}
		})
	}
}
