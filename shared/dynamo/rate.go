package dynamo

import (
	"context"
	"errors"
	"fmt"

	"regulars/shared/sendrate"
)

var keyOfSendRate = settingKey{"account/rate"}

// sharedItem is a setting that many change at once, by its revision.
type sharedItem struct {
	settingKey
	Rev  Rev  `dynamodbav:"rev"`
	Body body `dynamodbav:"body"`
}

func sharedItemOf(key settingKey, v any) sharedItem {
	text, rev := bodyOf(v)
	return sharedItem{key, rev, text}
}

// readShared reads an item into v; nil is the item that was never written.
func readShared(m item, v any) (Rev, error) {
	if m == nil {
		return "", nil
	}
	var it sharedItem
	if err := unmarshal(m, &it); err != nil {
		return "", err
	}
	return it.Rev, it.Body.read(v)
}

func (s *Store) shared(ctx context.Context, key settingKey, v any) (Rev, error) {
	m, err := s.get(ctx, s.tables.Settings, key)
	if err != nil {
		return "", err
	}
	return readShared(m, v)
}

// putShared writes the item where the stored revision is rev; else it fails with
// [refused].
func (s *Store) putShared(ctx context.Context, it sharedItem, rev Rev) error {
	err := s.saveAlone(ctx, s.tables.Settings, it, "setting", rev, it.Rev)
	return s.readBack(ctx, err, func() (bool, error) {
		m, err := s.get(ctx, s.tables.Settings, it.settingKey)
		return revOf(m) == it.Rev, err
	})
}

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
