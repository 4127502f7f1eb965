package retention

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Customers stores profiles and contacts; [dynamo.Store] does so.
type Customers interface {
	Profiles(context.Context, dynamo.Page, func(profile.Profile) error) (dynamo.Cursor, error)
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	DeleteInactive(context.Context, dynamo.Snapshot) error
	NoteZone(context.Context, profile.Profile) error
	SaveFold(context.Context, dynamo.Fold) error
}

// Positions stores where customers are in journeys; [dynamo.Store] does so.
type Positions interface {
	Positions(context.Context, shop.CustomerID, func(journey.Position) error) error
	DeletePosition(context.Context, shop.CustomerID, shop.CampaignID) error
}

// customers deletes the profiles of the inactive customers of one page, and takes old
// carts out of the others. What the mailbox said no to stays, under a keyed hash of the
// address.
func (j Job) customers(ctx context.Context, page dynamo.Page, begun time.Time, gone counts) (dynamo.Cursor, error) {
	limit := before(begun, j.Keep.Customers)
	cart := before(begun, j.Keep.Carts)
	var old, carts []shop.CustomerID
	next, err := j.Customers.Profiles(ctx, page, func(p profile.Profile) error {
		if p.LastActivity().Before(limit) {
			old = append(old, p.ID)
			return nil
		}
		if p.Cart != nil && p.Cart.At.Before(cart) {
			carts = append(carts, p.ID)
		}
		return j.Customers.NoteZone(ctx, p) // of profiles that were saved before zones were noted
	})
	for _, id := range old {
		if err != nil {
			return "", err
		}
		err = passOver(ctx, id, j.customer(ctx, id, begun, limit, gone))
	}
	for _, id := range carts {
		if err != nil {
			return "", err
		}
		err = passOver(ctx, id, j.cart(ctx, id, cart, gone))
	}
	return next, err
}

// passOver returns err, or nil if a row of the customer cannot be read: it stays until it
// is mended, and the others must not wait for it.
func passOver(ctx context.Context, id shop.CustomerID, err error) error {
	if !errors.Is(err, dynamo.ErrUnreadable) {
		return err
	}
	slog.ErrorContext(ctx, "a customer stays longer than the shop keeps them, because a row cannot be read", "customer", id, "err", err)
	return nil
}

// cart takes a customer's cart out of the profile if it was not changed since the limit.
func (j Job) cart(ctx context.Context, id shop.CustomerID, limit time.Time, gone counts) error {
	known, err := j.Customers.Snapshot(ctx, id)
	if err != nil || known.Profile.Cart == nil || !known.Profile.Cart.At.Before(limit) {
		return err
	}
	known.Profile.Cart = nil
	return j.let(gone, "carts", func() error {
		return j.Customers.SaveFold(ctx, dynamo.Fold{Customer: id, Profile: known.Profile, ProfileRev: known.ProfileRev})
	})
}

// customer deletes a profile if a consistent read says that the customer is
// inactive: they have done nothing since the limit, no opt-in of theirs stands,
// and they have no points.
func (j Job) customer(ctx context.Context, id shop.CustomerID, begun, limit time.Time, gone counts) error {
	known, err := j.Customers.Snapshot(ctx, id)
	if err != nil || known.ProfileRev == "" {
		return err
	}
	p, c := known.Profile, known.Contact
	var box *bool
	if p.Consent.Value != "" {
		box = new(p.Consent.Value == "yes")
	}
	active := !p.LastActivity().Before(limit) || !c.LastActivity().Before(limit)
	if active || c.StandingYes(box) || p.Points.Ledger.At(begun).Sum > 0 {
		return nil
	}
	if err := j.positions(ctx, id, gone); err != nil {
		return err
	}
	return j.let(gone, "customers", func() error { return j.Customers.DeleteInactive(ctx, known) })
}

// positions deletes the customer's positions in journeys, before their profile: so
// none is left without a customer.
func (j Job) positions(ctx context.Context, id shop.CustomerID, gone counts) error {
	var all []shop.CampaignID
	err := j.Positions.Positions(ctx, id, func(p journey.Position) error {
		all = append(all, p.Journey)
		return nil
	})
	for _, of := range all {
		if err != nil {
			return err
		}
		err = j.let(gone, "journeys", func() error { return j.Positions.DeletePosition(ctx, id, of) })
	}
	return err
}
