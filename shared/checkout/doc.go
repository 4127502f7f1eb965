// Package checkout says what an order does with discounts: they are held for it
// while its customer pays, redeemed when it is placed, and given back when it
// falls through.
//
//	absent ─hold→ HELD ─redeem→ REDEEMED ─all of it comes back→ RETURNED
//	               ├─ release, or 15 minutes → RELEASED
//	               └─ hold again: the same order with another cart
//
// A [Redemption] is what one order has of it. Its transitions are pure; each
// returns the redemption as it is next, and the changes to coupons and budgets
// that have to be stored with it, all or nothing. Every transition may be asked
// for again: what is so already changes nothing, because the caller's answer may
// have been lost.
//
// A hold is a promise of [Patience]: nobody else can have the coupon, and a use
// of an offer's budget is set aside. One that has lapsed can be taken over by
// another order, and a sweep lets go of it within some minutes; until either
// happens it can still be redeemed. A checkout that needs longer holds again
// before it redeems.
//
// A customer may pay with points: they are set aside, spent and given back in the
// same steps (see [Redemption.Account]).
package checkout
