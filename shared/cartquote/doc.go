// Package cartquote prices a cart for a customer: which codes and offers apply,
// what each takes off, which points are spent and earned, and why the rest is
// refused.
//
// [Price] is pure. Everything that a price depends on is in a [Case], which
// package quoteinputs reads from the store: [Case.Products], [Request.Hashes] and
// [Case.OldTerms] say what to read. The checkout (functions/redeem) and the
// trial of offers (make offers-try) price with the same call, so they give the
// same answer.
//
// What takes something off a cart is a deal, in this order:
//
//	a code       the coupon of the customer that has it
//	automatic    an offer that needs no code, if its condition and limits allow it
//	points       the customer pays with them, after all discounts
//
// Package pricing decides which of the deals go together and what each takes
// off.
package cartquote
