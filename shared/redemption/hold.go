package redemption

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/cartquote"
	"regulars/shared/checkout"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/quoteinputs"
	"regulars/shared/shop"
)

// Hold prices a cart and holds its discounts for its order, in place of what
// the order held before. It fails with [checkout.ErrOver] or
// [checkout.ErrAnothers].
func (s *Service) Hold(ctx context.Context, cart Cart) (Priced, error) {
	var err error
	if cart.OnlyHeld, err = s.tooManyGuesses(ctx, cart, s.Now()); err != nil {
		return Priced{}, err
	}
	call := holdCall{
		Service: s, cart: cart,
		spent: map[shop.OfferID]bool{}, shards: map[shop.OfferID]int{}, lost: map[checkout.Use]bool{},
	}
	var held Priced
	err = dynamo.Retry(ctx, nil, func() (err error) {
		held, err = call.attempt(ctx)
		return err
	})
	if err != nil {
		return Priced{}, explainConflict(cart.Order, err)
	}
	return held, nil
}

// explainConflict returns err; for a conflict that is left after all attempts
// it adds what was tried and what the caller can do.
func explainConflict(order shop.OrderID, err error) error {
	if !errors.Is(err, dynamo.ErrConflict) {
		return err
	}
	return fmt.Errorf("order %s was changed by other calls %d times; retry: %w", order, dynamo.Attempts, err)
}

// holdCall is one call of Hold, and what its refused attempts have found out.
type holdCall struct {
	*Service
	cart Cart

	counted bool // the wrong codes are counted: once for each call
	rev     dynamo.Rev
	spent   map[shop.OfferID]bool // offers whose budget is used up
	shards  map[shop.OfferID]int  // the shard that had a use left, by offer
	lost    map[checkout.Use]bool // uses that the order held and another order has by now
}

// attempt reads all that the hold depends on, prices the cart and stores the
// hold. It fails with a [dynamo.ErrConflict] if another call changed something
// that it was decided on; the next attempt knows what.
func (c *holdCall) attempt(ctx context.Context) (Priced, error) {
	now := shop.Millis(c.Now())
	old, rev, err := c.readOrder(ctx)
	if err != nil {
		return Priced{}, err
	}
	read, q, err := c.price(ctx, now)
	if err != nil {
		return Priced{}, err
	}
	next, changes, err := old.Hold(q.Redemption(c.cart.Order, c.cart.Customer, c.shards), now)
	if err != nil {
		return Priced{}, err
	}
	profile, err := c.withPoints(ctx, old, next, read.Profile, now)
	if err != nil {
		return Priced{}, err
	}
	err = c.Redemptions.SaveRedemption(ctx, dynamo.Checkout{
		Redemption: next, Rev: rev, Changes: withoutLost(changes, c.lost), Now: now,
		Contact: withGrants(read.Contact, c.cart.Order, changes, q.Offers, now), ContactRev: read.ContactRev, Mailbox: read.Profile.Mailbox,
		Profile: profile, ProfileRev: read.ProfileRev,
	})
	var refused *dynamo.CheckoutRefused
	if errors.As(err, &refused) && !refused.Order {
		if errShard := c.learn(ctx, refused.Uses, changes); errShard != nil {
			return Priced{}, errShard
		}
	}
	if err != nil {
		return Priced{}, err
	}
	return Priced{Quote: q, Locale: read.Profile.Locale.Value, Held: next}, nil
}

// readOrder reads what the order holds. If another call changed it since the
// last attempt, it forgets which uses were refused to that attempt: the other
// call may hold the last use of an offer for this order by now.
func (c *holdCall) readOrder(ctx context.Context) (checkout.Redemption, dynamo.Rev, error) {
	old, rev, err := c.Redemptions.Redemption(ctx, c.cart.Order)
	if err == nil && rev != c.rev {
		clear(c.spent)
		clear(c.lost)
		c.rev = rev
	}
	return old, rev, err
}

// price prices the cart, and counts its wrong codes at the call's first
// attempt.
func (c *holdCall) price(ctx context.Context, now time.Time) (quoteinputs.Case, cartquote.Quote, error) {
	read, err := c.Carts.Read(ctx, c.cart.Request, now)
	if err != nil {
		return read, cartquote.Quote{}, err
	}
	read.Spent = c.spent
	q := cartquote.Price(read.Case)
	if !c.counted {
		c.counted = true
		err = c.countGuesses(ctx, c.cart, q.Codes, now)
	}
	return read, q, err
}

// learn notes why uses were refused to an attempt: a coupon or a use that the
// order held is lost to another order, or a shard of a budget is used up. A
// coupon that another order took needs no note: its state says so when it is
// read again.
func (c *holdCall) learn(ctx context.Context, refused []checkout.Use, changes []checkout.Change) error {
	for _, use := range refused {
		if slices.Contains(changes, checkout.Change{Use: use, To: checkout.Free}) {
			c.lost[use] = true
			continue
		}
		if use.Coupon != "" {
			continue
		}
		shard, err := c.Budgets.FundedShard(ctx, use.Offer, use.Version, use.Shard)
		if err != nil && !errors.Is(err, dynamo.ErrSpent) && !errors.Is(err, dynamo.ErrNotFound) {
			return err
		}
		if c.spent[use.Offer] = err != nil; err == nil {
			c.shards[use.Offer] = shard
		}
	}
	return nil
}

// withoutLost returns the changes except those that would give a lost use back.
// One that takes such a use again stays.
func withoutLost(changes []checkout.Change, lost map[checkout.Use]bool) []checkout.Change {
	return slices.DeleteFunc(slices.Clone(changes), func(c checkout.Change) bool { return c.To == checkout.Free && lost[c.Use] })
}

// withGrants returns the contact with the order's grants of offers without a
// code as the changes leave them; nil if they leave the contact as it was. It
// records only offers that limit how often one customer has them.
func withGrants(c frequency.Contact, order shop.OrderID, changes []checkout.Change, offers map[shop.OfferID]offer.Offer, now time.Time) *frequency.Contact {
	name, changed := frequency.AtCheckout(order), false
	for _, change := range changes {
		use := change.Use
		switch {
		case use.Coupon != "" || change.To == checkout.Keep:
		case change.To == checkout.Take:
			if offers[use.Deal()].LimitsCustomers() {
				c, changed = c.WithGrant(use.Offer, frequency.Grant{Send: name, At: now}), true
			}
		case slices.ContainsFunc(c.Granted[use.Offer], func(g frequency.Grant) bool { return g.Send == name }):
			c, changed = c.WithoutGrant(use.Offer, name), true
		}
	}
	if !changed {
		return nil
	}
	return &c
}
