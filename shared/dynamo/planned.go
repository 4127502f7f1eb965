package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// planned names the register that holds until when slots were planned.
const planned = "planned-until"

// PlannedUntil returns until when every slot of every campaign was put on the
// queue; the zero time where planning has never run.
func (s *Store) PlannedUntil(ctx context.Context) (time.Time, error) {
	version, _, err := s.Model(ctx, planned)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read until when slots were planned: %w", err)
	}
	return stamp(version).time(), nil
}

// SavePlannedUntil moves the register forward; an earlier time than what is
// stored is dropped, which is no error.
func (s *Store) SavePlannedUntil(ctx context.Context, until time.Time) error {
	if err := s.SaveModel(ctx, planned, string(stampOf(until)), nil); err != nil {
		return fmt.Errorf("save until when slots were planned: %w", err)
	}
	return nil
}
