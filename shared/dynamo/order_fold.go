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

// Fold is one fact taken into an order and into its customer's profile, with
// the revisions that both had when they were read.
type Fold struct {
	Order    shop.Order
	Raised   map[shop.OrderKind][]campaign.Intent // see [Order]
	Counted  live.Entry                           // see [Order]
	OrderRev Rev

	Customer   shop.CustomerID // empty: the order is nobody's yet, and there is no profile
	Profile    profile.Profile
	ProfileRev Rev

	// Contact is the customer's contact where something has gone wrong for them
	// with this fact (see [frequency.Contact.WithServiceIssue]), with the revision that
	// it had; nil otherwise.
	Contact    *frequency.Contact
	ContactRev Rev
}

// Rev returns the revision that the order has when the fold is saved.
func (f Fold) Rev() Rev { return orderItemOf(Order{f.Order, f.Raised, f.Counted}).Rev }

// SaveFold writes the order and the profile, and the contact where the fold has
// one, all or nothing. It fails with [ErrConflict] where any is no longer what
// was read; saving the same fold again is no conflict.
//
// The contact is what a claim is conditioned on. Written with the profile, it
// lets no promotion be claimed any more that was decided before the trouble was
// known; and no crash can come between the two.
//
// What did not change is not written: an order that changed in nothing that its
// profile keeps is written alone, at a quarter of the price, and a fact told
// twice costs nothing. A profile is never written alone: it holds what the order
// says, and must not be made of one that has changed meanwhile.
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
	var beaten cancelled
	if errors.As(err, &beaten) && revOf(beaten.old(0)) == order.Rev && revOf(beaten.old(1)) == prof.Rev {
		return nil // by the same fold: this event, told twice at once
	}
	return err
}
