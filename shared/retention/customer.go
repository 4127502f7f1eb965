package retention

import (
	"context"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Customers stores profiles and contacts; [dynamo.Store] does so.
type Customers interface {
	Profiles(context.Context, dynamo.Page, func(profile.Profile) error) (dynamo.Cursor, error)
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	DeleteInactive(context.Context, dynamo.Snapshot) error
	NoteZone(context.Context, profile.Profile) error
}

// customers deletes the profiles of the inactive customers of one page. What the
// mailbox said no to stays, under a keyed hash of the address.
func (j Job) customers(ctx context.Context, page dynamo.Page, begun time.Time, gone counts) (dynamo.Cursor, error) {
	limit := before(begun, j.Keep.Customers)
	var old []shop.CustomerID
	next, err := j.Customers.Profiles(ctx, page, func(p profile.Profile) error {
		if p.LastActivity().Before(limit) {
			old = append(old, p.ID)
			return nil
		}
		return j.Customers.NoteZone(ctx, p) // of profiles that were saved before zones were noted
	})
	for _, id := range old {
		if err != nil {
			return "", err
		}
		err = j.customer(ctx, id, begun, limit, gone)
	}
	return next, err
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
	return j.let(gone, "customers", func() error { return j.Customers.DeleteInactive(ctx, known) })
}
