// Package quoteinputs reads from the store everything that the price of a cart
// depends on: the policy in force, the customer, the products, the coupons of
// the codes, and the terms of earlier offer versions that still hold. Package
// cartquote prices what it returns.
package quoteinputs

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/cartquote"
	"regulars/shared/condition"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/offer"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Store is what a [Reader] reads from; [dynamo.Store] implements it.
type Store interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Coupons(ctx context.Context, hashes []string) (map[string]coupon.Coupon, error)
	Terms(ctx context.Context, offer shop.OfferID, version int) ([]byte, error)
}

// Policies returns the policy in force.
type Policies interface {
	Policy(context.Context) (shoppolicy.Policy, error)
}

// Reader reads cases. It is safe for concurrent use.
type Reader struct {
	store    Store
	policies Policies
	terms    *termsCache
}

// New returns a reader.
func New(store Store, policies Policies) *Reader {
	return &Reader{store: store, policies: policies, terms: newTermsCache(store)}
}

// Case is a case with the revisions of the customer's items that it was read
// from. A write that was decided on the case names them.
type Case struct {
	cartquote.Case
	ContactRev, ProfileRev dynamo.Rev
}

// Read returns the case of a request at now. The customer and the coupons are
// read consistently. A coupon whose terms are not stored is logged; the case
// lacks them, and its code is refused.
//
// Cost, in read units: those of [dynamo.Store.Snapshot], a half for each
// product, one for each code, and one for each old version of an offer that
// this process has not read before.
func (r *Reader) Read(ctx context.Context, request cartquote.Request, now time.Time) (Case, error) {
	c := Case{Case: cartquote.Case{Request: request, Now: now}}
	var err error
	if c.Policy, err = r.policies.Policy(ctx); err != nil {
		return c, err
	}
	if request.Customer != "" {
		known, err := r.store.Snapshot(ctx, request.Customer)
		if err != nil {
			return c, err
		}
		c.Profile, c.ProfileRev, c.Contact, c.ContactRev = known.Profile, known.ProfileRev, known.Contact, known.ContactRev
	}
	if c.Items, err = r.store.Items(ctx, recommend.Model{}, c.Products()); err != nil {
		return c, err
	}
	if hashes := request.Hashes(); len(hashes) > 0 {
		if c.Coupons, err = r.store.Coupons(ctx, hashes); err != nil {
			return c, err
		}
	}
	return c, r.readTerms(ctx, &c.Case)
}

// readTerms adds to the case what old versions of its coupons' offers promised.
func (r *Reader) readTerms(ctx context.Context, c *cartquote.Case) error {
	for _, of := range c.OldTerms() {
		o, err := r.terms.offer(ctx, of, func(text string) (condition.Condition, error) {
			return condition.Parse(text, c.Policy.Shop.Currency)
		})
		if errors.Is(err, dynamo.ErrNotFound) {
			slog.ErrorContext(ctx, "a coupon is refused because the terms of its offer are not stored; publish that version again", "offer", of.Offer, "version", of.Version, "err", err)
			continue
		}
		if err != nil {
			return err
		}
		if c.Terms == nil {
			c.Terms = map[cartquote.Terms]offer.Offer{}
		}
		c.Terms[of] = o
	}
	return nil
}
