package redemption

import (
	"context"
	"errors"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var (
	// ErrTaken means that a hold had lapsed and another order has the coupon.
	ErrTaken = errors.New("the hold had lapsed, and another order has the coupon now; hold again")

	// ErrPointsTaken means that a hold had lapsed and its points are not free.
	ErrPointsTaken = errors.New("the hold had lapsed, and its points are not free any more; hold again")

	// ErrFell means that since the hold the order that earned a held coupon was
	// taken back, in whole or in the part that earned it.
	ErrFell = errors.New("the order that earned a coupon of this order was cancelled or returned since it was held; hold again")
)

// transition returns what an order is next, and the changes to coupons and
// budgets that go with it.
type transition func(checkout.Redemption, time.Time) (checkout.Redemption, []checkout.Change, error)

// step makes one transition of an order, and returns its new redemption. A
// coupon that is not the order's any more, because its hold had lapsed and
// another order took it, is not given back; but nothing is redeemed without it
// either.
func (s *Service) step(ctx context.Context, order shop.OrderID, to transition) (checkout.Redemption, error) {
	call := stepCall{Service: s, order: order, to: to, lost: map[checkout.Use]bool{}}
	var next checkout.Redemption
	err := dynamo.Retry(ctx, nil, func() (err error) {
		next, err = call.attempt(ctx)
		return err
	})
	if err != nil {
		return next, explainConflict(order, err)
	}
	return next, nil
}

// stepCall is one call of step, and what its refused attempts have found out.
type stepCall struct {
	*Service
	order shop.OrderID
	to    transition

	rev  dynamo.Rev
	lost map[checkout.Use]bool // uses that the order had and another order has by now
}

// attempt reads the order, makes the transition and stores it. It fails with a
// [dynamo.ErrConflict] if another call changed something that it was decided
// on.
func (c *stepCall) attempt(ctx context.Context) (checkout.Redemption, error) {
	now := shop.Millis(c.Now())
	old, rev, err := c.Redemptions.Redemption(ctx, c.order)
	if err != nil {
		return old, err
	}
	if rev != c.rev {
		clear(c.lost)
		c.rev = rev
	}
	next, changes, err := c.to(old, now)
	if err != nil || len(changes) == 0 && next.State == old.State && len(next.Returns) == len(old.Returns) {
		return next, err
	}
	var known dynamo.Snapshot
	if next.Customer != "" {
		if known, err = c.Customers.Snapshot(ctx, next.Customer); err != nil {
			return next, err
		}
	}
	if old.State == checkout.Held && next.State == checkout.Redeemed {
		if err := c.stands(ctx, next, known, now); err != nil {
			return next, err
		}
	}
	profile, err := c.withPoints(ctx, old, next, known.Profile, now)
	if err != nil {
		return next, err
	}
	contact := withGrants(known.Contact, c.order, changes, nil, now)
	if old.State == checkout.Held && next.State == checkout.Redeemed {
		if contact, err = c.endCarts(ctx, contact, known, now); err != nil {
			return next, err
		}
	}
	err = c.Redemptions.SaveRedemption(ctx, dynamo.Checkout{
		Redemption: next, Rev: rev, Changes: withoutLost(changes, c.lost), Now: now,
		Contact: contact, ContactRev: known.ContactRev, Mailbox: known.Profile.Mailbox,
		Profile: profile, ProfileRev: known.ProfileRev,
	})
	var refused *dynamo.CheckoutRefused
	if errors.As(err, &refused) && !refused.Order {
		for _, use := range refused.Uses {
			if next.State == checkout.Redeemed && old.State == checkout.Held {
				return next, ErrTaken
			}
			c.lost[use] = true
		}
	}
	return next, err
}

// endCarts returns the contact that a step writes, nil for none, with the order that
// was placed at at, if the shop has a campaign about carts: it ends the carts of the
// mailbox, before the order's own event comes.
func (s *Service) endCarts(ctx context.Context, contact *frequency.Contact, known dynamo.Snapshot, at time.Time) (*frequency.Contact, error) {
	policy, err := s.Policies.Policy(ctx)
	if err != nil || len(policy.OnCarts()) == 0 || known.Profile.Mailbox == "" {
		return contact, err
	}
	of := known.Contact
	if contact != nil {
		of = *contact
	}
	if of, later := of.WithOrder(at); later {
		return &of, nil
	}
	return contact, nil
}

// stands fails with [ErrFell] if a coupon of the order has fallen, because what
// earned it was taken back after the order held it. It reads the coupons: one
// read unit for each.
func (s *Service) stands(ctx context.Context, order checkout.Redemption, known dynamo.Snapshot, now time.Time) error {
	var hashes []string
	for _, use := range order.Uses {
		if use.Coupon != "" {
			hashes = append(hashes, use.Coupon)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	policy, err := s.Policies.Policy(ctx)
	if err != nil {
		return err
	}
	coupons, err := s.Coupons.Coupons(ctx, hashes)
	if err != nil {
		return err
	}
	for _, k := range coupons {
		if decide.Fallen(now, k, known.Profile, known.Contact, nil, policy) {
			return ErrFell
		}
	}
	return nil
}

// withPoints returns the profile with the customer's points as a step of an
// order leaves them; nil if it leaves them as they are. It fails with
// [ErrPointsTaken].
func (s *Service) withPoints(ctx context.Context, old, next checkout.Redemption, p profile.Profile, now time.Time) (*profile.Profile, error) {
	if next.Customer == "" {
		return nil, nil
	}
	policy, err := s.Policies.Policy(ctx)
	if err != nil {
		return nil, err
	}
	account, changed, err := next.Account(old, p.Points, policy.Points, now)
	if errors.Is(err, points.ErrShort) {
		return nil, ErrPointsTaken
	}
	if err != nil || !changed {
		return nil, err
	}
	p.ID, p.Points = next.Customer, account
	return &p, nil
}
