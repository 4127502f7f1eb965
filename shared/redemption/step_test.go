package redemption_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/redemption"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// store is a store with one order, which holds one coupon that order "first"
// earned.
type store struct {
	order checkout.Redemption
	first profile.Visit
	reads int // of coupons

	policy  shoppolicy.Policy
	mailbox shop.Mailbox
	contact frequency.Contact
	writes  int // of the contact
}

func (s *store) Policy(context.Context) (shoppolicy.Policy, error) { return s.policy, nil }

func (s *store) Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error) {
	return dynamo.Snapshot{Profile: profile.Profile{ID: "ann", Mailbox: s.mailbox, Orders: []profile.Visit{s.first}}, Contact: s.contact}, nil
}

func (s *store) Redemption(context.Context, shop.OrderID) (checkout.Redemption, dynamo.Rev, error) {
	return s.order, "r", nil
}

func (s *store) SaveRedemption(_ context.Context, c dynamo.Checkout) error {
	s.order = c.Redemption
	if c.Contact != nil {
		s.contact = *c.Contact
		s.writes++
	}
	return nil
}

func (s *store) Coupons(context.Context, []string) (map[string]coupon.Coupon, error) {
	s.reads++
	return map[string]coupon.Coupon{"abc": {Hash: "abc", Offer: "ten", Version: 1, Customer: "ann", Earned: "first", State: coupon.Held}}, nil
}

// A coupon whose order fell after the hold stops the redemption, and nothing
// else: the hold can be released, and a redeemed order stays redeemed.
func TestRedeemChecksWhatEarnedTheCoupons(t *testing.T) {
	held := checkout.Redemption{
		Order: "o-1", Customer: "ann", State: checkout.Held, Until: noon.Add(time.Minute),
		Uses: []checkout.Use{{Offer: "ten", Version: 1, Coupon: "abc"}},
	}
	redeemed := held
	redeemed.State = checkout.Redeemed
	withoutCode := held
	withoutCode.Uses = []checkout.Use{{Offer: "ship", Version: 1}}
	stands, fell := profile.Visit{Order: "first", At: noon}, profile.Visit{Order: "first", At: noon, Cancelled: true}
	redeem := func(s *redemption.Service) (checkout.Redemption, error) { return s.Redeem(t.Context(), "o-1") }
	release := func(s *redemption.Service) (checkout.Redemption, error) { return s.Release(t.Context(), "o-1") }
	for name, c := range map[string]struct {
		order checkout.Redemption
		first profile.Visit
		do    func(*redemption.Service) (checkout.Redemption, error)
		state checkout.State // that is stored then
		err   error
		reads int
	}{
		"the order stands":               {held, stands, redeem, checkout.Redeemed, nil, 1},
		"the order fell":                 {held, fell, redeem, checkout.Held, redemption.ErrFell, 1},
		"the order fell, no coupon":      {withoutCode, fell, redeem, checkout.Redeemed, nil, 0},
		"the order fell, it is released": {held, fell, release, checkout.Released, nil, 0},
		"the order fell, redeemed again": {redeemed, fell, redeem, checkout.Redeemed, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := &store{order: c.order, first: c.first}
			_, err := c.do(&redemption.Service{Policies: s, Customers: s, Redemptions: s, Coupons: s, Now: func() time.Time { return noon }})
			if !errors.Is(err, c.err) || s.order.State != c.state || s.reads != c.reads {
				t.Errorf("= %v, stored %s after %d reads of coupons; want %v, %s, %d", err, s.order.State, s.reads, c.err, c.state, c.reads)
			}
		})
	}
}

// An order that redeems its hold ends the carts of its mailbox. A shop that writes
// about none has no write of the contact for it.
func TestARedeemedOrderEndsTheCarts(t *testing.T) {
	held := checkout.Redemption{Order: "o-1", Customer: "ann", State: checkout.Held, Until: noon.Add(time.Minute), Uses: []checkout.Use{{Offer: "ship", Version: 1}}}
	carts := shoppolicy.Policy{Campaigns: []campaign.Campaign{{ID: "cart", On: []shop.OrderKind{shop.CartAbandoned}}}}
	redeem := func(s *redemption.Service) (checkout.Redemption, error) { return s.Redeem(t.Context(), "o-1") }
	release := func(s *redemption.Service) (checkout.Redemption, error) { return s.Release(t.Context(), "o-1") }
	for name, c := range map[string]struct {
		store  store
		do     func(*redemption.Service) (checkout.Redemption, error)
		at     time.Time // of the mailbox's last order then
		writes int
	}{
		"it is redeemed":                 {store{policy: carts, mailbox: "m"}, redeem, noon, 1},
		"a later order is known":         {store{policy: carts, mailbox: "m", contact: frequency.Contact{Ordered: noon.Add(time.Hour)}}, redeem, noon.Add(time.Hour), 0},
		"it is released":                 {store{policy: carts, mailbox: "m"}, release, time.Time{}, 0},
		"the customer has no address":    {store{policy: carts}, redeem, time.Time{}, 0},
		"the shop writes about no carts": {store{mailbox: "m"}, redeem, time.Time{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := c.store
			s.order = held
			_, err := c.do(&redemption.Service{Policies: &s, Customers: &s, Redemptions: &s, Coupons: &s, Now: func() time.Time { return noon }})
			if err != nil || !s.contact.Ordered.Equal(c.at) || s.writes != c.writes {
				t.Errorf("= %v, the last order is of %v after %d writes; want %v, %d", err, s.contact.Ordered, s.writes, c.at, c.writes)
			}
		})
	}
}
