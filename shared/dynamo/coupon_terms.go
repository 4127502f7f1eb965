package dynamo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"

	"regulars/shared/shop"
)

func keyOfTerms(offer shop.OfferID, version int) couponKey {
	return couponKey{"terms#" + string(offer) + "@" + strconv.Itoa(version)}
}

// termsItem is what coupons of one version of an offer promise; it never changes.
type termsItem struct {
	couponKey
	Body body `dynamodbav:"body"`
}

// SaveTerms keeps the terms of one version of an offer, as JSON, for as long as
// coupons of it may come to the checkout. Saving the same terms again changes
// nothing. It fails with [ErrConflict] where that version promised something
// else: what is in an inbox is not changed afterwards.
func (s *Store) SaveTerms(ctx context.Context, offer shop.OfferID, version int, terms []byte) error {
	it := termsItem{keyOfTerms(offer, version), body(terms)}
	stored, err := s.terms(ctx, it.couponKey)
	if errors.Is(err, ErrNotFound) {
		if err = s.transact(ctx, s.putNew(it)); err == nil {
			return nil
		}
		if now, errRead := s.terms(ctx, it.couponKey); errRead == nil { // someone came first, perhaps we ourselves
			stored, err = now, nil
		}
	}
	if err == nil && !bytes.Equal(stored, terms) {
		err = fmt.Errorf("version %d was published with other terms; raise the offer's version: %w", version, ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("save terms of %s: %w", offer, err)
	}
	return nil
}

// Terms returns what [Store.SaveTerms] kept. It fails with [ErrNotFound] where
// that version was never published.
func (s *Store) Terms(ctx context.Context, offer shop.OfferID, version int) ([]byte, error) {
	terms, err := s.terms(ctx, keyOfTerms(offer, version))
	if err != nil {
		return nil, fmt.Errorf("read terms of %s, version %d: %w", offer, version, err)
	}
	return terms, nil
}

func (s *Store) terms(ctx context.Context, key couponKey) (body, error) {
	m, err := s.get(ctx, s.tables.Coupons, key)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, ErrNotFound
	}
	var it termsItem
	return it.Body, unmarshal(m, &it)
}
