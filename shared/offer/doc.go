// Package offer decides which customer gets which discount and until when, and
// makes the codes of coupons.
//
// An [Offer] has a condition on the customer, a condition on the lines of a
// cart (see package condition), an effect, and limits. It is used twice:
//
//	[Best]           for a message: the coupon that is worth most to the customer,
//	                 with a reason in plain words for each other offer
//	[Offer.Refused]  at the checkout: whether the customer may have an offer that
//	                 needs no code
//	[Offer.Deal]     for both: what the offer takes off a cart, by package pricing
//
// All of it is pure: earlier grants and used up budgets are in the [Case].
// [Need] says which customers get no lower price because they buy without one.
//
// # Effects
//
//	percent        basis points off
//	amount         a fixed amount off
//	tiers          a discount that depends on what the lines cost
//	buy_get        some units for less with units that are paid
//	nth_unit_free  one unit free for every n that the customer keeps of a product
//	gift           a product that comes with the cart
//	free_shipping  up to a ceiling
//	points         loyalty points, with the order
//
// nth_unit_free counts net units: returned and cancelled units do not count. Of
// a product with 23 net units and n = 10, two units are earned, and the newest
// has the key "MUG-1/20". A key is granted only once: if units are returned and
// bought again, the count reaches the same key again and grants nothing. Keys
// below the highest granted one are never granted later.
//
// # Ends
//
// A coupon that is valid for n days lasts until the end of the nth day after
// the day on which it is granted, by the customer's calendar: one granted at
// any hour of the 1st for 14 days ends with the last millisecond of the 15th.
// That is how people read "until 15 November", it gives at least the n promised
// days, and days of 23 and 25 hours do not change it. An offer's own last day
// is a day of the same calendar: see [Date].
//
// # Codes
//
// A code is derived from the send that carries it, so that every attempt of a
// send has the same code. Only its hash is stored. See [Code].
package offer
