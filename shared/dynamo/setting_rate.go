package dynamo

import (
	"context"
	"errors"
	"fmt"

	"regulars/shared/sendrate"
)

var keyOfSendRate = settingKey{"account/rate"}

// SendRate returns the account's quota and reserved permits, and their
// revision; the zero State and an empty revision if none is stored.
func (s *Store) SendRate(ctx context.Context) (state sendrate.State, rev Rev, err error) {
	if rev, err = s.shared(ctx, keyOfSendRate, &state); err != nil {
		return sendrate.State{}, "", fmt.Errorf("read the account's send rate: %w", err)
	}
	return state, rev, nil
}

// SaveSendRate writes next if the stored state has that revision, and reports
// whether it did. It returns the state that is stored then. If another call
// came first, its state comes with the refusal, without a read.
//
// If two calls wrote equal states, saved would be true for both: next.By must
// be new for each call.
func (s *Store) SaveSendRate(ctx context.Context, next sendrate.State, rev Rev) (stored sendrate.State, storedRev Rev, saved bool, err error) {
	it := sharedItemOf(keyOfSendRate, next)
	err = s.putShared(ctx, it, rev)
	var other refused
	switch {
	case err == nil:
		return next, it.Rev, true, nil
	case errors.As(err, &other):
		storedRev, err = readShared(other.old, &stored)
	}
	if err != nil {
		return sendrate.State{}, "", false, fmt.Errorf("save the account's send rate: %w", err)
	}
	return stored, storedRev, false, nil
}
