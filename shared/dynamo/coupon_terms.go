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

// termsItem holds the terms of one version of an offer; it never changes.
type termsItem struct {
	couponKey
	Body body `dynamodbav:"body"`
}

// SaveTerms stores the terms of one version of an offer, as JSON, for good: its
// coupons may come to the checkout at any time. Saving the same terms again
// changes nothing. It fails with [ErrConflict] if that version has other terms:
// a mail in a customer's inbox cannot be changed any more.
func (s *Store) SaveTerms(ctx context.Context, offer shop.OfferID, version int, terms []byte) error {
	it := termsItem{keyOfTerms(offer, version), body(terms)}
	stored, err := s.terms(ctx, it.couponKey)
	if errors.Is(err, ErrNotFound) {
		if err = s.transact(ctx, s.putNew(it)); err == nil {
			return nil
		}
		if now, errRead := s.terms(ctx, it.couponKey); errRead == nil { // another call saved them, or this one and its answer was lost
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

// Terms returns the terms that [Store.SaveTerms] stored. It fails with
// [ErrNotFound] if that version was not published.
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
