package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"regulars/shared/sendrate"
)

// keyOfSendRate returns the key of a shard of the send rate. Only a high rate has
// more than the first.
func keyOfSendRate(shard int) settingKey {
	if shard == 0 {
		return settingKey{"account/rate"}
	}
	return settingKey{"account/rate/" + strconv.Itoa(shard)}
}

// SendRate returns the account's quota and reserved permits, as a shard knows them,
// and their revision; the zero State and an empty revision if none is stored.
func (s *Store) SendRate(ctx context.Context, shard int) (state sendrate.State, rev Rev, err error) {
	if rev, err = s.shared(ctx, keyOfSendRate(shard), &state); err != nil {
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
func (s *Store) SaveSendRate(ctx context.Context, shard int, next sendrate.State, rev Rev) (stored sendrate.State, storedRev Rev, saved bool, err error) {
	it := sharedItemOf(keyOfSendRate(shard), next)
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
