package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/retention"
)

// progress stores how far the nightly job has come; [dynamo.Store] does so.
type progress interface {
	Retention(context.Context) (dynamo.Retention, dynamo.Rev, error)
	SaveRetention(context.Context, dynamo.Retention, dynamo.Rev) (dynamo.Rev, error)
}

// retain begins the night's job that lets old data go, continues it, or does
// nothing if it is done. The clock calls it every few minutes for some hours; a job
// that is not done then goes on in the next night. Of two calls at once, one
// stores its progress, and the other ends.
func (h *handler) retain(ctx context.Context) error {
	p, rev, err := h.progress.Retention(ctx)
	if err != nil {
		return err
	}
	if now := h.now(); rev == "" || !p.Done.IsZero() && dayOf(p.Begun) != dayOf(now) {
		p = retention.Begin(now)
	}
	if !p.Done.IsZero() {
		return nil
	}
	policy, err := h.policy(ctx)
	if errors.Is(err, dynamo.ErrNotFound) { // nothing is decided yet, and nothing stored
		return nil
	}
	if err != nil {
		return err
	}
	job := h.retention
	job.Keep = policy.Privacy.Keep
	p, err = job.Run(ctx, p, h.now, func(p dynamo.Retention) (err error) {
		if !p.Done.IsZero() { // a second time, if the function dies before it is stored
			h.report(ctx, p)
		}
		rev, err = h.progress.SaveRetention(ctx, p, rev)
		return err
	})
	if errors.Is(err, dynamo.ErrConflict) { // another call has come further
		return nil
	}
	return err
}

// report publishes what the job let go, and logs it in one line.
func (h *handler) report(ctx context.Context, p dynamo.Retention) {
	metrics, values := map[string]int{"RetentionDone": 1}, []any{"begun", p.Begun.Format(time.RFC3339)}
	for kind, name := range retained {
		metrics[name] = p.Gone[kind]
	}
	for _, kind := range slices.Sorted(maps.Keys(p.Gone)) {
		values = append(values, kind, p.Gone[kind])
	}
	h.metrics.Counts(nil, metrics)
	slog.InfoContext(ctx, "let old data go, as privacy.yaml says", values...)
}

// retained has the metric of each kind that is let go in numbers.
var retained = map[string]string{
	"orders": "RetentionOrders", "coupons": "RetentionCoupons", "redemptions": "RetentionRedemptions", "messages": "RetentionMessages",
	"decisions": "RetentionDecisions", "customers": "RetentionCustomers",
}

func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }
