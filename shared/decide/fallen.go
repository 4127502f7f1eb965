package decide

import (
	"slices"
	"time"

	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Earning returns the profile with the orders that earn: without those of which
// nothing is left and, unless the shop gives rewards on placing, without those
// that are not paid.
func Earning(p profile.Profile, in shoppolicy.Policy) profile.Profile {
	p.Orders = slices.DeleteFunc(slices.Clone(p.Orders), func(v profile.Visit) bool { return !earns(v, in) })
	return p
}

func earns(v profile.Visit, in shoppolicy.Policy) bool {
	return !v.Gone() && (!v.Unpaid || in.Shop.RewardsOnPlacing)
}

// Fallen reports whether what earned the coupon was taken back, so that the
// coupon must not be used any more. It is decided again at each use, from the
// customer's orders as they are at now:
//
//   - a free unit falls if the customer keeps fewer units of the product, of
//     orders that earn, than it was given for
//   - any other coupon that an order earned falls if nothing is left of that
//     order, or if what was taken back of the customer's orders since makes the
//     offer's condition fail
//   - it stands again if a later order meets the condition instead
//
// A coupon that no order earned never falls, and neither does one whose order is
// too old for the profile to keep whole. The condition is that of the policy in
// force; an offer that is not published in the coupon's version has none here.
//
// Items give categories to the products that a condition counts by category.
func Fallen(now time.Time, k coupon.Coupon, p profile.Profile, c frequency.Contact, items map[shop.ProductID]recommend.Item, in shoppolicy.Policy) bool {
	key := k.Key
	for _, g := range c.Granted[k.Offer] {
		if key == "" && g.Send == k.Send {
			key = g.Key // of a coupon that was stored before coupons had one
		}
	}
	if product, units, ok := offer.CountOf(key); ok {
		_, bought := Earning(p, in).All()
		return bought[product].Units-bought[product].Returned < units
	}
	at := slices.IndexFunc(p.Orders, func(v profile.Visit) bool { return v.Order == k.Earned })
	if k.Earned == "" || at < 0 {
		return false
	}
	f := fall{p: p, contact: withoutSend(c, k), items: items, in: in}
	if o, ok := in.Offer(k.Offer); ok && o.Version == k.Version {
		f.offer = &o
	}
	return (p.Orders[at].Gone() || f.shrunk(k)) && !f.earnedAgain(now, p.Orders[at].At)
}

// fall is what [Fallen] evaluates conditions on.
type fall struct {
	p       profile.Profile
	contact frequency.Contact // as if the coupon had not been given
	items   map[shop.ProductID]recommend.Item
	in      shoppolicy.Policy
	offer   *offer.Offer // nil if its condition is not known
}

// withoutSend returns the contact without the grant of the coupon, which its own
// condition must not see.
func withoutSend(c frequency.Contact, k coupon.Coupon) frequency.Contact {
	return c.WithoutGrant(k.Offer, k.Send)
}

// shrunk reports whether the condition held when the coupon was issued, with all
// that was taken back of the orders up to then, and does not hold without it.
func (f fall) shrunk(k coupon.Coupon) bool {
	if f.offer == nil || f.offer.When.Text() == "" {
		return false
	}
	then := f.p
	then.Orders = slices.DeleteFunc(slices.Clone(f.p.Orders), func(v profile.Visit) bool { return v.At.After(k.Issued) })
	whole := then
	whole.Orders = slices.Clone(then.Orders)
	for i := range whole.Orders {
		whole.Orders[i] = untaken(whole.Orders[i])
	}
	return f.holds(k.Issued, whole, k.Earned) && !f.holds(k.Issued, then, k.Earned)
}

// untaken returns the visit as if nothing of it had been taken back.
func untaken(v profile.Visit) profile.Visit {
	v.Net.Minor, v.TakenBack, v.Cancelled = v.Net.Minor+v.TakenBack, 0, false
	v.Lines = slices.Clone(v.Lines)
	for i := range v.Lines {
		v.Lines[i].Returned = 0
	}
	return v
}

// earnedAgain reports whether an order that was placed after the one of the
// coupon earns it now.
func (f fall) earnedAgain(now, after time.Time) bool {
	return f.offer != nil && slices.ContainsFunc(f.p.Orders, func(v profile.Visit) bool {
		return v.At.After(after) && earns(v, f.in) && f.holds(now, f.p, v.Order)
	})
}

func (f fall) holds(now time.Time, p profile.Profile, order shop.OrderID) bool {
	return f.offer.When.Holds(Facts(now, Earning(p, f.in), f.contact, f.items, f.in, Occasion{Order: order}))
}
