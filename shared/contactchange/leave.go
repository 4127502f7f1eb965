package contactchange

import (
	"context"
	"slices"

	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Leave takes an order that belongs to another customer now out of a guest's profile, and
// its service issue out of their contact. It writes the contact, and adds the profile to
// those that other orders left. Save them in the transaction that saves the order under
// its new customer: if the process dies before, the order is still the guest's, and Leave
// begins again. stored reads the guest's other orders, and scheme is the shop's points.
func (k Keeper) Leave(ctx context.Context, left []dynamo.Left, guest shop.CustomerID, order shop.Order, scheme points.Scheme, stored func(shop.OrderID) (shop.Order, error)) ([]dynamo.Left, error) {
	at := slices.IndexFunc(left, func(l dynamo.Left) bool { return l.Guest == guest })
	if at < 0 {
		p, rev, err := k.Store.Profile(ctx, guest)
		if err != nil {
			return nil, err
		}
		left, at = append(left, dynamo.Left{Guest: guest, Profile: p, Rev: rev}), len(left)
	}
	p := left[at].Profile
	var rest []shop.Order
	for _, v := range p.Orders {
		if v.Order == order.ID {
			continue
		}
		other, err := stored(v.Order)
		if err != nil {
			return nil, err
		}
		rest = append(rest, other)
	}
	p = p.Without(order, rest)
	gone := shop.Order{ID: order.ID, Customer: guest}
	p.Points.Ledger = scheme.Update(p.Points.Ledger, order, gone, p.WholeSince())
	left[at].Profile = p
	return left, k.Store.UpdateContact(ctx, guest, func(c frequency.Contact) (frequency.Contact, bool) {
		return c.WithIssue(order.ID, profile.ServiceIssue{}), true
	})
}
