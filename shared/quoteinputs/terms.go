package quoteinputs

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"regulars/shared/cartquote"
	"regulars/shared/condition"
	"regulars/shared/offer"
)

// termsCache keeps what versions of offers promised. Terms never change, so
// each version is read once. It is safe for concurrent use.
type termsCache struct {
	store Store
	mu    sync.Mutex
	read  map[cartquote.Terms]offer.Offer
}

func newTermsCache(store Store) *termsCache {
	return &termsCache{store: store, read: map[cartquote.Terms]offer.Offer{}}
}

// offer returns the terms of one version as an offer. compile compiles the
// condition on lines. It fails with [dynamo.ErrNotFound] if that version was
// never published.
func (t *termsCache) offer(ctx context.Context, of cartquote.Terms, compile func(string) (condition.Condition, error)) (offer.Offer, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o, ok := t.read[of]; ok {
		return o, nil
	}
	body, err := t.store.Terms(ctx, of.Offer, of.Version)
	if err != nil {
		return offer.Offer{}, err
	}
	var o offer.Offer
	err = json.Unmarshal(body, &o)
	if err == nil {
		o.On, err = compile(o.On.Text())
	}
	if err != nil {
		return offer.Offer{}, fmt.Errorf("read the terms of offer %s, version %d: %w", of.Offer, of.Version, err)
	}
	t.read[of] = o
	return o, nil
}
