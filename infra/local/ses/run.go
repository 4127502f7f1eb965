package ses

import (
	"context"
	"log/slog"
	"time"

	"regulars/infra/local/aws"
	"regulars/infra/local/trail"
)

const (
	atOnce     = 200         // notices told between two writes
	retryAfter = time.Second // where the bus did not take one
)

// Run tells what is due until ctx ends, and returns its error. Notices that the
// bus did not take are tried again each second, for ever.
func (s *Server) Run(ctx context.Context) error {
	for {
		then, err := s.Tell(ctx)
		if err != nil && ctx.Err() == nil {
			slog.Error("the local SES could not tell of messages", "err", err)
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
		case <-s.due:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// Tell puts every notice that is due on the bus, forgets those which the bus
// took, and returns when the next one is due, or zero.
func (s *Server) Tell(ctx context.Context) (time.Time, error) {
	for {
		now := s.cfg.Now().UTC()
		due, then, err := s.store.next(now, atOnce)
		if err != nil || len(due) == 0 {
			return then, err
		}
		var done, failed []notice
		for _, n := range due {
			if n.Detail == nil {
				done = append(done, n)
				continue
			}
			step := trail.Step{At: now, Trace: aws.Root(n.Trace), Kind: "notified", Name: n.Type, ID: n.ID}
			if err := s.bus.Put(ctx, "default", n.event(), n.Trace); err != nil {
				step.Outcome = "the bus did not take it: " + err.Error()
				failed = append(failed, n)
			} else {
				done = append(done, n)
			}
			s.steps.Record(step)
		}
		if err := s.store.told(done, failed, now.Add(retryAfter)); err != nil {
			return time.Time{}, err
		}
		if ctx.Err() != nil {
			return time.Time{}, ctx.Err()
		}
	}
}

// wake lets Run look again.
func (s *Server) wake() {
	select {
	case s.due <- struct{}{}:
	default:
	}
}
