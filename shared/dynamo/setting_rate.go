package dynamo

import (
	"context"
	"errors"
	"fmt"

	"regulars/shared/sendrate"
)

var keyOfSendRate = settingKey{"account/rate"}

// Rate returns what is known and leased of the account's rate, and its revision;
// the zero State and an empty revision where none is stored.
func (s *Store) SendRate(ctx context.Context) (state sendrate.State, rev Rev, err error) {
	if rev, err = s.shared(ctx, keyOfSendRate, &state); err != nil {
		return sendrate.State{}, "", fmt.Errorf("read the account's rate: %w", err)
	}
	return state, rev, nil
}

// SaveSendRate writes next where the stored state has that revision, and returns
// what is stored then, which is next where saved says so. Being beaten costs no
// read: what beat it comes with the refusal.
//
// Two writers that write the same bytes would both be told that theirs was
// saved: next.By must be fresh for each call.
func (s *Store) SaveSendRate(ctx context.Context, next sendrate.State, rev Rev) (stored sendrate.State, storedRev Rev, saved bool, err error) {
	it := sharedItemOf(keyOfSendRate, next)
	err = s.putShared(ctx, it, rev)
	var beaten refused
	switch {
	case err == nil:
		return next, it.Rev, true, nil
	case errors.As(err, &beaten):
		storedRev, err = readShared(beaten.old, &stored)
	}
	if err != nil {
		return sendrate.State{}, "", false, fmt.Errorf("save the account's rate: %w", err)
	}
	return stored, storedRev, false, nil
}
