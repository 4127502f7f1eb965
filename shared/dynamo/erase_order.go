package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/shop"
)

// OrdersOf calls visit with the orders of one page for which wanted is true,
// whole and with their revisions, for an erasure or an export. It returns the
// cursor of the next page. An error of visit ends the listing.
//
// Orders have no index by customer: both are rare, and a scan costs half a read
// unit for each 4 KB, about 125,000 for a million orders of 1 KB.
func (s *Store) OrdersOf(ctx context.Context, page Page, wanted func(shop.Order) bool, visit func(Order, Rev) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Orders}, page, func(m item) error {
		var it orderItem
		err := unmarshal(m, &it)
		var o Order
		if err == nil {
			o, err = it.order()
		}
		if err != nil {
			return s.broken(ctx, page, s.tables.Orders, m, err)
		}
		if !wanted(o.Order) {
			return nil
		}
		return visit(o, it.Rev)
	})
	if err != nil {
		return "", fmt.Errorf("list orders: %w", err)
	}
	return next, nil
}

// SaveErasedOrder writes what is kept of an erased order in place of the order
// with that revision. It fails with [ErrConflict] if another call has changed
// the order since it was read.
func (s *Store) SaveErasedOrder(ctx context.Context, kept Order, rev Rev) error {
	it := orderItemOf(kept)
	err := s.readBack(ctx, s.saveAlone(ctx, s.tables.Orders, it, "order", rev, it.Rev), func() (bool, error) {
		stored, err := s.orderItem(ctx, kept.ID)
		return stored.Rev == it.Rev, err
	})
	if err != nil {
		return fmt.Errorf("erase order %s: %w", kept.ID, err)
	}
	return nil
}
