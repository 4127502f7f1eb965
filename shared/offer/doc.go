// Package offer says who has earned which discount, until when, and what its
// code is.
//
// An [Offer] is a rule of the shop: who may have it and what it is on (see
// package condition), an effect, and limits. Two checks are made by it:
//
//	[Best]           at message time: the one coupon that is worth most to this
//	                 customer, with a reason in plain words for each of the others
//	[Offer.Refused]  at the checkout, for what needs no code: may they have it?
//	[Offer.Deal]     at both: what it takes off a cart, reckoned by package pricing
//
// All of it is pure: what was granted before and which budgets are used up are
// handed in. [Need] says who is given no lower price, because they buy without.
//
// # Effects
//
//	percent        so many basis points off
//	amount         a fixed amount off
//	tiers          the more is bought, the more is off
//	buy_get        so many units for less with so many that are paid
//	nth_unit_free  one unit free for every n that the customer keeps of a product
//	gift           a product that comes along
//	free_shipping  up to a ceiling
//	points         loyalty points, with the order
//
// The nth unit counts net units: what was returned or cancelled does not count.
// Of a product with 23 net units and n = 10, two units are earned, and the newest
// goes by the key "MUG-1/20". A key is granted once, ever: when units come back
// and are bought again, the count passes the same key again and grants nothing.
// Keys below the highest granted one are never granted later.
//
// # Ends
//
// A coupon that is valid for n days lasts until the end of the nth day after the
// day of granting, by the customer's calendar: one granted at any hour of the
// 1st for 14 days ends with the last millisecond of the 15th. That is what a
// reader takes "until 15 November" to mean, it gives at least the n days that
// were promised, and it survives days of 23 and 25 hours. An offer's own last day
// is a day of the same calendar: see [Date].
//
// # Codes
//
// A code is derived from the send that carries it, so that whoever sends again
// sends the same code, and nothing but its hash is stored. See [Code].
package offer
