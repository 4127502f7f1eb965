package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/campaign"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// Fold is an order and its customer's profile after one fact was folded into
// them, with the revisions that both had when they were read.
type Fold struct {
	Order    shop.Order
	Raised   map[shop.OrderKind][]campaign.Intent // see [Order]
	Counted  live.Entry                           // see [Order]
	OrderRev Rev

	Customer   shop.CustomerID // empty: the order's customer is not known yet, and there is no profile
	Profile    profile.Profile
	ProfileRev Rev

	// Contacts are those that change with the profile: because of a service issue,
	// or because the customer's address changed.
	Contacts []ContactChange

	// Left are the guests to whom the order belonged until now, without it.
	Left []Left
}

// Left is the profile of a guest without orders that belong to another customer from now
// on, with the revision that it had when it was read. It is written together with the
// orders, because orders that are only in its sums must leave it once.
type Left struct {
	Guest   shop.CustomerID
	Profile profile.Profile
	Rev     Rev
}

// ContactChange is a contact that is to be written: that of Mailbox or, if that
// is empty, the own one of the fold's customer. The fold is saved only if the
// contact's stored revision is Rev. If Unchanged is set, nothing else is done.
type ContactChange struct {
	Mailbox   shop.Mailbox
	Contact   frequency.Contact
	Rev       Rev
	Unchanged bool
}

// Rev returns the revision of the order after the fold is saved.
func (f Fold) Rev() Rev { return orderItemOf(Order{f.Order, f.Raised, f.Counted}).Rev }

// SaveFold writes the order and the profiles, and the contacts of the fold, all
// or nothing. It fails with [ErrConflict] if another call has changed
// one of them since it was read; saving the same fold again is no conflict.
//
// A claim names the revision of the contact. Because SaveFold writes the
// contacts in the same transaction, no promotion that was decided before the
// service issue, or before the change of address, can be claimed after it.
//
// A fold without an order ID is of a fact that belongs to no order: only the
// profile and the contacts are written.
//
// If the profile has more products than [Store.MostBought], some of their sums go beside
// it in the same transaction.
//
// An item that did not change is not written: an order whose profile stays the
// same is written alone, at a quarter of the price, and a repeated fact costs
// nothing. A profile is never written alone: it is computed from the order, and
// the order must not have changed in between.
func (s *Store) SaveFold(ctx context.Context, f Fold) error {
	order := orderItemOf(Order{f.Order, f.Raised, f.Counted})
	p, beside, err := s.putBeside(ctx, f.Customer, f.Profile)
	if err != nil {
		return fmt.Errorf("save profile of %s: %w", f.Customer, err)
	}
	prof := profileItemOf(f.Customer, p)
	orderMoves := order.Rev != f.OrderRev
	profileMoves := f.Customer != "" && prof.Rev != f.ProfileRev
	if profileMoves {
		if err := s.NoteZone(ctx, f.Profile); err != nil {
			return err
		}
	}
	switch {
	case f.Order.ID == "" && !profileMoves:
	case f.Order.ID == "" && len(f.Contacts) == 0 && len(beside) == 0:
		err = s.saveAlone(ctx, s.tables.Customers, prof, "customer", f.ProfileRev, prof.Rev)
	case profileMoves, len(f.Contacts) > 0, len(f.Left) > 0:
		err = s.saveTogether(ctx, order, prof, f, beside)
	case orderMoves:
		err = s.saveAlone(ctx, s.tables.Orders, order, "order", f.OrderRev, order.Rev)
	}
	err = s.readBack(ctx, err, func() (bool, error) {
		ours, errOrder := true, error(nil)
		if f.Order.ID != "" {
			var stored orderItem
			stored, errOrder = s.orderItem(ctx, f.Order.ID)
			ours = stored.Rev == order.Rev
		}
		if !profileMoves && len(f.Contacts) == 0 {
			return ours, errOrder
		}
		storedProfile, errProfile := s.customer(ctx, prof.customerKey, &profile.Profile{})
		return ours && storedProfile == prof.Rev, errors.Join(errOrder, errProfile)
	})
	if err != nil && f.Order.ID == "" {
		return fmt.Errorf("save profile of %s: %w", f.Customer, err)
	}
	if err != nil {
		return fmt.Errorf("save order %s: %w", f.Order.ID, err)
	}
	return nil
}

func (s *Store) saveTogether(ctx context.Context, order orderItem, prof customerItem, f Fold, beside []types.TransactWriteItem) error {
	writes := []types.TransactWriteItem{putAt(s.tables.Customers, prof, "customer", f.ProfileRev)}
	written := []Rev{prof.Rev}
	if f.Order.ID != "" {
		writes, written = append(writes, putAt(s.tables.Orders, order, "order", f.OrderRev)), append(written, order.Rev)
	}
	for _, c := range f.Contacts {
		key := keyOfContact(f.Customer, c.Mailbox)
		if c.Unchanged {
			writes = append(writes, s.customerUnchanged(key, c.Rev))
		} else {
			writes = append(writes, s.putReservation(key, c.Contact, c.Rev))
		}
	}
	left, err := s.leave(ctx, f.Left)
	if err != nil {
		return err
	}
	err = s.transact(ctx, slices.Concat(writes, left, beside)...)
	var other cancelled
	if !errors.As(err, &other) {
		return err
	}
	for i, rev := range written {
		if revOf(other.old(i)) != rev {
			return err
		}
	}
	return nil // by the same fold: two calls process the same event at once
}

// leave returns the writes of the guests' profiles.
func (s *Store) leave(ctx context.Context, all []Left) (writes []types.TransactWriteItem, err error) {
	for _, l := range all {
		p, beside, err := s.putBeside(ctx, l.Guest, l.Profile)
		if err == nil {
			err = s.NoteZone(ctx, p)
		}
		if err != nil {
			return nil, fmt.Errorf("save the guest's profile: %w", err)
		}
		writes = append(append(writes, putAt(s.tables.Customers, profileItemOf(l.Guest, p), "customer", l.Rev)), beside...)
	}
	return writes, nil
}
