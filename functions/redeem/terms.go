package main

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"regulars/shared/offer"
	"regulars/shared/shop"
)

// terms gives what a version of an offer promised when its coupons were issued.
// They never change, so each is read once. It is safe for concurrent use.
type terms struct {
	store interface {
		Terms(ctx context.Context, offer shop.OfferID, version int) ([]byte, error)
	}
	mu   sync.Mutex
	read map[promise]offer.Offer
}

type promise struct {
	offer   shop.OfferID
	version int
}

func newTerms(store interface {
	Terms(ctx context.Context, offer shop.OfferID, version int) ([]byte, error)
},
) *terms {
	return &terms{store: store, read: map[promise]offer.Offer{}}
}

func (t *terms) of(ctx context.Context, id shop.OfferID, version int, compile func(*offer.Offer) error) (offer.Offer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o, ok := t.read[promise{id, version}]; ok {
		return o, nil
	}
	body, err := t.store.Terms(ctx, id, version)
	if err != nil {
		return offer.Offer{}, err
	}
	var o offer.Offer
	err = json.Unmarshal(body, &o)
	if err == nil {
		err = compile(&o)
	}
	if err != nil {
		return offer.Offer{}, fmt.Errorf("terms of offer %s, version %d: %w", id, version, err)
	}
	t.read[promise{id, version}] = o
	return o, nil
}
