package ses

import (
	"context"
	"log/slog"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/trail"
)

const (
	batchSize  = 200         // most events that are published between two writes
	retryAfter = time.Second // wait after the bus returned an error
)

// Run publishes SES events when they are due, until ctx ends, and returns the
// context's error. If the bus returns an error for an event, Run retries that
// event each second without a limit.
func (s *Server) Run(ctx context.Context) error {
	for {
		then, err := s.PublishDue(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("the local SES failed to publish events; it retries", "err", err, "after", retryAfter)
			then = s.cfg.Now().Add(retryAfter)
		}
		wait := time.Hour
		if !then.IsZero() {
			wait = max(0, then.Sub(s.cfg.Now()))
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-s.stored:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// PublishDue puts every due SES event on the bus, deletes those that the bus
// accepted, and returns the time at which the next event is due, or zero.
func (s *Server) PublishDue(ctx context.Context) (time.Time, error) {
	for {
		now := s.cfg.Now().UTC()
		due, then, err := s.store.next(now, batchSize)
		if err != nil || len(due) == 0 {
			return then, err
		}
		var done, failed []dueEvent
		for _, e := range due {
			if e.Detail == nil {
				done = append(done, e)
				continue
			}
			step := trail.Step{At: now, Trace: aws.Root(e.Trace), Kind: "notified", Name: e.Type, ID: e.ID}
			if err := s.bus.Put(ctx, "default", e.event(), e.Trace); err != nil {
				step.Outcome = "the event bus returned an error: " + err.Error()
				failed = append(failed, e)
			} else {
				done = append(done, e)
			}
			s.steps.Record(step)
		}
		if err := s.store.published(done, failed, now.Add(retryAfter)); err != nil {
			return time.Time{}, err
		}
		if ctx.Err() != nil {
			return time.Time{}, ctx.Err()
		}
	}
}

// wake makes Run look for due events now.
func (s *Server) wake() {
	select {
	case s.stored <- struct{}{}:
	default:
	}
}
