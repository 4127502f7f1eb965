package privacy

import (
	"context"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Customers stores profiles and contacts; [dynamo.Store] does so. An erasure reads
// profiles without the sums beside them, which it does not need, and which can be of
// another state.
type Customers interface {
	ProfileAbout(context.Context, shop.CustomerID, []shop.ProductID) (profile.Profile, dynamo.Rev, error)
	ProfilesAlone(context.Context, dynamo.Page, func(profile.Profile) error) (dynamo.Cursor, error)
	DeleteCustomer(context.Context, shop.CustomerID, dynamo.Rev) error
	UpdateMailbox(context.Context, shop.Mailbox, func(frequency.Contact) (frequency.Contact, bool)) error

	// Of rows that cannot be read:
	DeleteUnreadable(context.Context, shop.CustomerID) error
	ReplaceMailbox(context.Context, shop.Mailbox, frequency.Contact) error
}

// Broken has the rows that cannot be read; [dynamo.Store] does so.
type Broken interface {
	BrokenProfile(context.Context, shop.CustomerID) (dynamo.Broken, error)
	BrokenOf(context.Context, shop.CustomerID) ([]dynamo.Broken, error)
	EraseBroken(context.Context, dynamo.Broken, time.Time) error
	EraseBrokenHold(ctx context.Context, coupon string, order shop.OrderID) error
}

// Orders stores orders; [dynamo.Store] does so.
type Orders interface {
	Order(context.Context, shop.OrderID) (dynamo.Order, dynamo.Rev, error)
	OrdersOf(context.Context, dynamo.Page, func(shop.Order) bool, func(dynamo.Order, dynamo.Rev) error) (dynamo.Cursor, error)
	SaveErasedOrder(context.Context, dynamo.Order, dynamo.Rev) error
}

// Coupons stores coupons and what orders have redeemed; [dynamo.Store] does so.
type Coupons interface {
	CouponsAndRedemptions(context.Context, dynamo.Page, func(coupon.Coupon) error, func(checkout.Redemption, dynamo.Rev) error) (dynamo.Cursor, error)
	Coupon(ctx context.Context, hash string) (coupon.Coupon, error)
	EraseCoupon(context.Context, coupon.Coupon) error
	Redemption(context.Context, shop.OrderID) (checkout.Redemption, dynamo.Rev, error)
	SaveRedemption(context.Context, dynamo.Checkout) error
	SaveErasedRedemption(context.Context, shop.OrderID, checkout.Redemption, dynamo.Rev) error
}

// Sends stores sends; [dynamo.Store] does so.
type Sends interface {
	SendsOf(context.Context, shop.CustomerID, func(claim.Send) error) error
	StripSend(ctx context.Context, d, kept claim.Send) error
	MoveSend(ctx context.Context, d, kept claim.Send) error
}

// Decisions stores what decisions were made from; [dynamo.Store] does so.
type Decisions interface {
	InputsOf(context.Context, shop.CustomerID, func(dynamo.Inputs) error) error
	DeleteInputs(context.Context, shop.CustomerID, shop.SendID) error
}

// Positions stores where customers are in journeys; [dynamo.Store] does so.
type Positions interface {
	Positions(context.Context, shop.CustomerID, func(journey.Position) error) error
	DeletePosition(context.Context, shop.CustomerID, shop.CampaignID) error
}

// Records stores which erasures were asked for, and the requests of customers;
// [dynamo.Store] does so.
type Records interface {
	Erasure(context.Context, shop.EventID) (dynamo.Erasure, dynamo.Rev, error)
	SaveErasure(context.Context, dynamo.Erasure, dynamo.Rev) error
	SaveErased(ctx context.Context, name string, at time.Time) error
	Requests
}

// Letters is a dead-letter queue; a [queue.Queue] is one.
type Letters interface {
	// Delete deletes the messages whose body names accepts. It returns how many it
	// deleted, and whether it has seen all messages.
	Delete(ctx context.Context, names func(body string) bool) (deleted int, all bool, err error)
}
