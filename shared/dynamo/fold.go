package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/campaign"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Fold is one fact taken into an order and into its customer's profile, with
// the revisions that both had when they were read.
type Fold struct {
	Order    shop.Order
	Raised   map[shop.OrderKind][]campaign.Intent // see [Order]
	OrderRev Rev

	Customer   shop.CustomerID // empty: the order is nobody's yet, and there is no profile
	Profile    profile.Profile
	ProfileRev Rev
}

// SaveFold writes the order and the profile, both or neither. It fails with
// [ErrConflict] where either is no longer what was read; saving the same fold
// again is no conflict.
//
// What did not change is not written, and not guarded either: an order that
// changed in nothing that its profile keeps is written alone, at a quarter of
// the price, and a fact told twice costs nothing. That is safe, because the
// fold adds an order's difference to the profile, and here there is none.
func (s *Store) SaveFold(ctx context.Context, f Fold) error {
	order := orderItemOf(Order{f.Order, f.Raised})
	prof := profileItemOf(f.Customer, f.Profile)
	orderMoves := order.Rev != f.OrderRev
	profileMoves := f.Customer != "" && prof.Rev != f.ProfileRev
	var err error
	switch {
	case orderMoves && profileMoves:
		err = s.saveBoth(ctx, order, f.OrderRev, prof, f.ProfileRev)
	case orderMoves:
		err = s.saveAlone(ctx, s.tables.Orders, order, "order", f.OrderRev, order.Rev)
	case profileMoves:
		err = s.saveAlone(ctx, s.tables.Customers, prof, "customer", f.ProfileRev, prof.Rev)
	}
	err = s.readBack(ctx, err, func() (bool, error) {
		storedOrder, errOrder := s.orderItem(ctx, f.Order.ID)
		ours := storedOrder.Rev == order.Rev
		if !profileMoves {
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

func (s *Store) saveBoth(ctx context.Context, order orderItem, orderRev Rev, prof customerItem, profileRev Rev) error {
	ofOrder, ofProfile := where(unchanged("order", orderRev)), where(unchanged("customer", profileRev))
	err := s.transact(ctx,
		types.TransactWriteItem{Put: &types.Put{
			TableName: &s.tables.Orders, Item: marshal(order), ConditionExpression: ofOrder.Condition(),
			ExpressionAttributeNames: ofOrder.Names(), ExpressionAttributeValues: ofOrder.Values(),
		}},
		types.TransactWriteItem{Put: &types.Put{
			TableName: &s.tables.Customers, Item: marshal(prof), ConditionExpression: ofProfile.Condition(),
			ExpressionAttributeNames: ofProfile.Names(), ExpressionAttributeValues: ofProfile.Values(),
		}})
	var beaten cancelled
	if errors.As(err, &beaten) && revOf(beaten.old(0)) == order.Rev && revOf(beaten.old(1)) == prof.Rev {
		return nil // by the same fold: this event, told twice at once
	}
	return err
}
