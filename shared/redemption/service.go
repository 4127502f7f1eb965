// Package redemption carries out the checkout's calls on the database: it quotes
// carts, holds, redeems, releases and returns the discounts and points of orders,
// and releases lapsed holds and expires old coupons. The rules are in package
// checkout.
//
// Package cartquote prices the carts, package checkout decides the transitions,
// and package coupon has the rules of a coupon's life. This package reads what
// they need, writes each step in one transaction, and retries a step that
// conflicts with another call.
package redemption

import (
	"context"
	"time"

	"regulars/shared/cartquote"
	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/quoteinputs"
	"regulars/shared/shop"
)

// Service makes the steps. It is safe for concurrent use. [New] returns one
// over a store; the fields are interfaces so that tests can interrupt a step.
type Service struct {
	Policies    quoteinputs.Policies
	Carts       *quoteinputs.Reader
	Customers   Customers
	Guesses     Guesses
	Redemptions Redemptions
	Coupons     Coupons
	Budgets     Budgets
	Sweeps      Sweeps
	Now         func() time.Time
}

// New returns the service over one store.
func New(store *dynamo.Store, policies quoteinputs.Policies, now func() time.Time) *Service {
	return &Service{
		Policies: policies, Carts: quoteinputs.New(store, policies),
		Customers: store, Guesses: store, Redemptions: store, Coupons: store, Budgets: store, Sweeps: store, Now: now,
	}
}

// Customers reads the customers whose orders make a step.
type Customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
}

// Redemptions stores what each order holds or has redeemed.
type Redemptions interface {
	Redemption(context.Context, shop.OrderID) (checkout.Redemption, dynamo.Rev, error)
	SaveRedemption(context.Context, dynamo.Checkout) error
}

// Coupons reads coupons, by the hash of their code.
type Coupons interface {
	Coupons(ctx context.Context, hashes []string) (map[string]coupon.Coupon, error)
}

// Budgets finds a shard of an offer's budget that has a use left.
type Budgets interface {
	FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error)
}

// Cart is a cart that is to be priced or held. OnlyHeld of its request is set
// by the service.
type Cart struct {
	cartquote.Request
	Client string // the customer's network address; may be empty
}

// Priced is a priced cart.
type Priced struct {
	Quote  cartquote.Quote
	Locale string // the customer's, as a BCP 47 tag; empty if it is not known

	// Held is the order's redemption after [Service.Hold].
	Held checkout.Redemption
}

// Quote prices a cart, and stores nothing but the count of its wrong codes.
func (s *Service) Quote(ctx context.Context, cart Cart) (Priced, error) {
	now := s.Now().UTC()
	var err error
	if cart.OnlyHeld, err = s.tooManyGuesses(ctx, cart, now); err != nil {
		return Priced{}, err
	}
	c, err := s.Carts.Read(ctx, cart.Request, now)
	if err != nil {
		return Priced{}, err
	}
	q := cartquote.Price(c.Case)
	return Priced{Quote: q, Locale: c.Profile.Locale.Value}, s.countGuesses(ctx, cart, q.Codes, now)
}

// Redemption returns what the order holds or has redeemed; one without a state
// if nothing is stored.
func (s *Service) Redemption(ctx context.Context, order shop.OrderID) (checkout.Redemption, error) {
	r, _, err := s.Redemptions.Redemption(ctx, order)
	return r, err
}

// Redeem uses what the order holds, because the order was placed. It fails with
// [checkout.ErrNotHeld], [ErrTaken], [ErrPointsTaken] or [ErrFell].
func (s *Service) Redeem(ctx context.Context, order shop.OrderID) (checkout.Redemption, error) {
	return s.step(ctx, order, checkout.Redemption.Redeem)
}

// Release gives back what the order holds, because the order was not placed. It
// fails with [checkout.ErrOver].
func (s *Service) Release(ctx context.Context, order shop.OrderID) (checkout.Redemption, error) {
	return s.step(ctx, order, checkout.Redemption.Release)
}

// Return records that units of the order were returned; see
// [checkout.Redemption.Return].
func (s *Service) Return(ctx context.Context, order shop.OrderID, id string, units map[string]int) (checkout.Redemption, error) {
	return s.step(ctx, order, func(r checkout.Redemption, now time.Time) (checkout.Redemption, []checkout.Change, error) {
		return r.Return(id, units, now)
	})
}
