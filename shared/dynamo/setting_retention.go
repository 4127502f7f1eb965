package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

var keyOfRetention = settingKey{"retention/@progress"}

// Retention is the progress of the nightly job that lets old data go: what went so
// far, and the cursor at which the listing of its stage continues. It is one item,
// so that the counts always fit the cursor.
type Retention struct {
	Begun  time.Time      `json:"begun"`
	Done   time.Time      `json:"done,omitzero"` // zero while the job goes on
	Stage  string         `json:"stage,omitempty"`
	Cursor Cursor         `json:"cursor,omitempty"`
	Gone   map[string]int `json:"gone,omitempty"` // how many of each kind
}

// Retention returns the progress of the latest job and its revision; the zero
// Retention and an empty revision if there was none.
func (s *Store) Retention(ctx context.Context) (r Retention, rev Rev, err error) {
	if rev, err = s.shared(ctx, keyOfRetention, &r); err != nil {
		return Retention{}, "", fmt.Errorf("read the progress of the retention: %w", err)
	}
	return r, rev, nil
}

// SaveRetention stores the progress if the stored one has that revision, and
// returns the new revision. It fails with [ErrConflict] if another call has saved
// its progress in between.
func (s *Store) SaveRetention(ctx context.Context, r Retention, rev Rev) (Rev, error) {
	it := sharedItemOf(keyOfRetention, r)
	if err := s.putShared(ctx, it, rev); err != nil {
		return "", fmt.Errorf("save the progress of the retention: %w", err)
	}
	return it.Rev, nil
}

// ErasuresAndRequests calls erasures or requests with each record of the table, and
// its revision. It logs and leaves out a request that cannot be read.
func (s *Store) ErasuresAndRequests(ctx context.Context, erasures func(Erasure, Rev) error, requests func(privacyrequest.Request, Rev) error) error {
	err := s.settings(ctx, erasurePrefix, func(m item) error {
		var e Erasure
		rev, err := readShared(m, &e)
		if err != nil {
			return err
		}
		return erasures(e, rev)
	})
	if err != nil {
		return fmt.Errorf("list erasures: %w", err)
	}
	return s.PrivacyRequests(ctx, requests, func(Broken) error { return nil }) // it stays until it is mended
}

// DeleteErasure deletes the record of an erasure if that revision is stored.
func (s *Store) DeleteErasure(ctx context.Context, id shop.EventID, rev Rev) error {
	return s.deleteSetting(ctx, settingKey{erasurePrefix + string(id)}, rev)
}

// DeletePrivacyRequest deletes the record of a request if that revision is stored.
func (s *Store) DeletePrivacyRequest(ctx context.Context, id shop.EventID, rev Rev) error {
	return s.deleteSetting(ctx, keyOfRequest(id), rev)
}

// deleteSetting deletes an item if that revision is stored. It fails with
// [ErrConflict] if not; if it is gone already, it succeeds.
func (s *Store) deleteSetting(ctx context.Context, key settingKey, rev Rev) error {
	e := unchanged("setting", rev)
	err := s.transact(ctx, types.TransactWriteItem{Delete: &types.Delete{
		TableName: &s.tables.Settings, Key: marshal(key), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}})
	err = s.readBack(ctx, err, func() (bool, error) {
		m, err := s.get(ctx, s.tables.Settings, key)
		return m == nil, err
	})
	if err != nil {
		return fmt.Errorf("delete setting %s: %w", key.Setting, err)
	}
	return nil
}

// DeleteInactive deletes the profile of an inactive customer, what is beside it, and their own contact
// if it says no to nothing, if both are still as they were read. The contact of a
// mailbox stays. It fails with [ErrConflict] if one of them was changed.
func (s *Store) DeleteInactive(ctx context.Context, known Snapshot) error {
	id := known.Profile.ID
	profile := unchanged("customer", known.ProfileRev)
	contact := unchanged("customer", known.ContactRev)
	key := keyOfContact(id, known.Profile.Mailbox)
	checks, err := s.deleteBought(ctx, id)
	if err != nil {
		return fmt.Errorf("delete inactive customer %s: %w", id, err)
	}
	checks = append(checks, types.TransactWriteItem{Delete: &types.Delete{
		TableName: &s.tables.Customers, Key: marshal(keyOfProfile(id)), ConditionExpression: profile.Condition(),
		ExpressionAttributeNames: profile.Names(), ExpressionAttributeValues: profile.Values(),
	}})
	if known.Profile.Mailbox == "" && !known.Contact.SaysNo() {
		checks = append(checks, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.tables.Customers, Key: marshal(key), ConditionExpression: contact.Condition(),
			ExpressionAttributeNames: contact.Names(), ExpressionAttributeValues: contact.Values(),
		}})
	} else {
		checks = append(checks, types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
			TableName: &s.tables.Customers, Key: marshal(key), ConditionExpression: contact.Condition(),
			ExpressionAttributeNames: contact.Names(), ExpressionAttributeValues: contact.Values(),
		}})
	}
	err = s.readBack(ctx, s.transact(ctx, checks...), func() (bool, error) {
		m, err := s.get(ctx, s.tables.Customers, keyOfProfile(id))
		return m == nil, err
	})
	if err != nil {
		return fmt.Errorf("delete inactive customer %s: %w", id, err)
	}
	return nil
}
