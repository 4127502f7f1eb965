package dynamo

import (
	"context"
	"fmt"

	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

const requestPrefix = "request/"

func keyOfRequest(id shop.EventID) settingKey { return settingKey{requestPrefix + string(id)} }

// PrivacyRequest returns the record of a customer's request about their data, and
// its revision; the zero Request and an empty revision if there is none.
func (s *Store) PrivacyRequest(ctx context.Context, id shop.EventID) (r privacyrequest.Request, rev Rev, err error) {
	if rev, err = s.shared(ctx, keyOfRequest(id), &r); err != nil {
		return privacyrequest.Request{}, "", fmt.Errorf("read privacy request %s: %w", id, err)
	}
	return r, rev, nil
}

// SavePrivacyRequest stores the record of a request if the stored one has that
// revision; an empty revision means that none is stored. It fails with
// [ErrConflict] if another call has changed it.
func (s *Store) SavePrivacyRequest(ctx context.Context, r privacyrequest.Request, rev Rev) error {
	if err := s.putShared(ctx, sharedItemOf(keyOfRequest(r.ID), r), rev); err != nil {
		return fmt.Errorf("save privacy request %s: %w", r.ID, err)
	}
	return nil
}

// PrivacyRequests calls visit with all stored requests and their revisions, in no
// order. It logs one that cannot be read, and calls unreadable with it.
func (s *Store) PrivacyRequests(ctx context.Context, visit func(privacyrequest.Request, Rev) error, unreadable func(Broken) error) error {
	err := s.settings(ctx, requestPrefix, func(m item) error {
		var r privacyrequest.Request
		rev, err := readShared(m, &r)
		if err != nil {
			return s.broken(ctx, Page{Broken: unreadable}, s.tables.Settings, m, err)
		}
		return visit(r, rev)
	})
	if err != nil {
		return fmt.Errorf("list privacy requests: %w", err)
	}
	return nil
}
