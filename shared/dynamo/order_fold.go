package dynamo

import (
	"context"
	"errors"
	"fmt"

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

	// Contact is the customer's contact if the fact is a service issue (see
	// [frequency.Contact.WithServiceIssue]), else nil. ContactRev is the revision
	// that it had when it was read.
	Contact    *frequency.Contact
	ContactRev Rev
}

// Rev returns the revision of the order after the fold is saved.
func (f Fold) Rev() Rev { return orderItemOf(Order{f.Order, f.Raised, f.Counted}).Rev }

// SaveFold writes the order and the profile, and the contact if the fold has
// one, all or nothing. It fails with [ErrConflict] if another call has changed
// one of them since it was read; saving the same fold again is no conflict.
//
// A claim names the revision of the contact. Because SaveFold writes the
// contact in the same transaction, no promotion that was decided before the
// service issue can be claimed after it.
//
// An item that did not change is not written: an order whose profile stays the
// same is written alone, at a quarter of the price, and a repeated fact costs
// nothing. A profile is never written alone: it is computed from the order, and
// the order must not have changed in between.
func (s *Store) SaveFold(ctx context.Context, f Fold) error {
	order := orderItemOf(Order{f.Order, f.Raised, f.Counted})
	prof := profileItemOf(f.Customer, f.Profile)
	orderMoves := order.Rev != f.OrderRev
	profileMoves := f.Customer != "" && prof.Rev != f.ProfileRev
	var err error
	switch {
	case profileMoves, f.Contact != nil:
		err = s.saveTogether(ctx, order, prof, f)
	case orderMoves:
		err = s.saveAlone(ctx, s.tables.Orders, order, "order", f.OrderRev, order.Rev)
	}
	err = s.readBack(ctx, err, func() (bool, error) {
		storedOrder, errOrder := s.orderItem(ctx, f.Order.ID)
		ours := storedOrder.Rev == order.Rev
		if !profileMoves && f.Contact == nil {
			return ours, errOrder
		}
		storedProfile, errProfile := s.customer(ctx, prof.customerKey, &profile.Profile{})
		return ours && storedProfile == prof.Rev, errors.Join(errOrder, errProfile)
	})
	if err != nil {
		return fmt.Errorf("save order %s: %w", f.Order.ID, err)
	}
	return nil
}

func (s *Store) saveTogether(ctx context.Context, order orderItem, prof customerItem, f Fold) error {
	writes := []types.TransactWriteItem{
		putAt(s.tables.Orders, order, "order", f.OrderRev), putAt(s.tables.Customers, prof, "customer", f.ProfileRev),
	}
	if f.Contact != nil {
		writes = append(writes, putAt(s.tables.Customers, contactItemOf(f.Customer, *f.Contact), "customer", f.ContactRev))
	}
	err := s.transact(ctx, writes...)
	var other cancelled
	if errors.As(err, &other) && revOf(other.old(0)) == order.Rev && revOf(other.old(1)) == prof.Rev {
		return nil // by the same fold: two calls process the same event at once
	}
	return err
}
