// Package checkout holds the transitions of an order's discounts and points:
// they are held while its customer pays, redeemed when the order is placed, and
// given back when it is released, cancelled or returned.
//
//	absent ─hold→ HELD ─redeem→ REDEEMED ─all units are returned→ RETURNED
//	               ├─ release, or 15 minutes → RELEASED
//	               └─ hold again: the same order with another cart
//
// A [Redemption] is everything that one order holds or has redeemed. Its
// transitions are pure; each returns the next redemption, and the changes to
// coupons and budgets that have to be stored with it, all or nothing. Each
// transition can be repeated, because the answer to the caller can be lost: the
// second time changes nothing.
//
// A hold lasts [coupon.HoldTime]: until then no other order can use the coupon, and a
// use of an offer's budget is kept for this order. Another order can take the
// coupon of a lapsed hold, and a sweep releases the hold within some minutes;
// until either happens it can still be redeemed. A checkout that needs more
// time holds again before it redeems.
//
// A customer can pay with points: they are held, spent and given back by the
// same transitions (see [Redemption.Account]).
package checkout
