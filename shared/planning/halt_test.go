package planning

import (
	"context"
	"testing"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// says makes one call of a person.
func (h fixture) says(t *testing.T, call func(*breaker.Keeper, context.Context) (bool, error)) {
	t.Helper()
	_, err := call(&breaker.Keeper{Store: h.store, Now: h.Now}, t.Context())
	must(t, err)
}

func pause(k *breaker.Keeper, ctx context.Context) (bool, error) {
	return k.PauseCampaign(ctx, "weekly", "ann", "")
}

func resume(k *breaker.Keeper, ctx context.Context) (bool, error) {
	return k.ResumeCampaign(ctx, "weekly", "ann", "")
}

// cancel cancels each version that the tests' policy may have.
func cancel(k *breaker.Keeper, ctx context.Context) (bool, error) {
	return k.CancelCampaign(ctx, "weekly", 99, "ann", "")
}

// planAll plans the weekly run as far as it goes, and returns how many intents it
// has. It is false if the run was not even started.
func (h fixture) planAll(t *testing.T) (int, bool) {
	t.Helper()
	must(t, h.start(t.Context(), shop.RunFact{Campaign: "weekly", Run: ten}))
	inForce, err := h.Latest(t.Context())
	must(t, err)
	c, _ := inForce.Campaign("weekly")
	run := dynamo.Run{Campaign: c.ID, Version: c.Version, At: ten}
	progress, err := h.store.RunProgress(t.Context(), run)
	if err != nil {
		return 0, false
	}
	for segment := range progress.Cursors {
		must(t, h.plan(t.Context(), part{Campaign: c.ID, Version: c.Version, Run: ten, Segment: segment}))
	}
	progress, err = h.store.RunProgress(t.Context(), run)
	must(t, err)
	return progress.Planned, true
}

// The messages of a paused campaign's run wait, so they must be planned. A
// cancelled campaign's run is not planned, and a later one is after the resume.
func TestRunsOfAPausedCampaignArePlannedAndOfACancelledOneAreNot(t *testing.T) {
	h := populated(t, 14)
	all, _ := h.planAll(t)
	if all == 0 {
		t.Fatal("the run has no audience")
	}
	h = populated(t, 14)
	h.says(t, pause)
	if got, _ := h.planAll(t); got != all {
		t.Errorf("of a paused campaign %d intents were planned, want all %d", got, all)
	}
	h = populated(t, 14)
	h.says(t, cancel)
	if got, started := h.planAll(t); got != 0 || started {
		t.Errorf("of a cancelled campaign %d intents were planned (started: %t), want none", got, started)
	}
	h.says(t, resume)
	if got, _ := h.planAll(t); got != all {
		t.Errorf("after the resume %d intents were planned, want all %d", got, all)
	}
}

// The campaign is cancelled while its run is planned: the parts that are left put
// nothing on the queue.
func TestACancellationStopsARunThatIsBeingPlanned(t *testing.T) {
	h := populated(t, 14)
	must(t, h.start(t.Context(), shop.RunFact{Campaign: "weekly", Run: ten}))
	h.Now = func() time.Time { return saturday.Add(time.Minute) }
	h.says(t, cancel)
	inForce, err := h.Latest(t.Context())
	must(t, err)
	c, _ := inForce.Campaign("weekly")
	for segment := range leastParts {
		must(t, h.plan(t.Context(), part{Campaign: c.ID, Version: c.Version, Run: ten, Segment: segment}))
	}
	progress, err := h.store.RunProgress(t.Context(), dynamo.Run{Campaign: c.ID, Version: c.Version, At: ten})
	if must(t, err); progress.Planned != 0 {
		t.Errorf("%d intents were planned after the cancellation", progress.Planned)
	}
}
