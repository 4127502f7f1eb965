package contactchange

import (
	"context"

	"regulars/shared/frequency"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Leave takes an order that belongs to another customer now out of a guest's
// profile, and its service issue out of their contact. stored reads the guest's
// other orders, and scheme is the shop's points.
//
// Call it before the order is saved under its new customer: if the process dies
// between the two writes, the order is read again as the guest's, and Leave has
// nothing to do.
func (k Keeper) Leave(ctx context.Context, guest shop.CustomerID, order shop.Order, scheme points.Scheme, stored func(shop.OrderID) (shop.Order, error)) error {
	p, _, err := k.Store.Profile(ctx, guest)
	if err != nil {
		return err
	}
	var rest []shop.Order
	for _, v := range p.Orders {
		if v.Order == order.ID {
			continue
		}
		other, err := stored(v.Order)
		if err != nil {
			return err
		}
		rest = append(rest, other)
	}
	err = k.Update(ctx, guest, func(p profile.Profile) profile.Profile {
		p = p.Without(order, rest)
		gone := shop.Order{ID: order.ID, Customer: guest}
		p.Points.Ledger = scheme.Update(p.Points.Ledger, order, gone, p.WholeSince())
		return p
	})
	if err != nil {
		return err
	}
	return k.Store.UpdateContact(ctx, guest, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithIssue(order.ID, profile.ServiceIssue{}), true
	})
}
