// Package points keeps a customer's loyalty points: a ledger, from which
// everything else is worked out.
//
// Points are earned by an order and are pending until its return window is over;
// then they are active and can be spent, those that expire soonest first; what
// is not spent by its time expires. Money that is given back takes back what it
// had earned. The balance is the sum of the ledger, always, and every number that
// a customer sees can be traced to its entries.
//
//	earn       order 7, active from 3 March, until 3 March next year   +120
//	spend      order 9                                                 −100
//	take_back  order 7, a refund                                        −30
//	                                                          balance   −10
//
// A balance can fall below zero, as here, where points were spent that a refund
// takes back: what is earned next pays for it first. Nobody can spend then.
//
// # The same history, the same ledger
//
// An entry is named by its cause ("earn/7", "refund/7/r-1"), says what that cause
// alone is worth, and stands where its cause happened in time. So a ledger is a
// set: events may come twice, late, in any order or at the same time, and it is
// the same, byte for byte. What depends on several entries is never stored; the
// ledger writes it itself when it is looked at ([Ledger.Statement]):
//
//	expire     what a lot had left when its time was over
//	correct    what was taken back more than an order had earned: it was refunded
//	           in part, and then cancelled
//
// Entries are added and never taken out. One is said anew in one case: the shop
// edits an order, and its revision replaces the earlier one whole, here as in the
// profile (see [Scheme.Of]).
//
// # Where it stands
//
// The ledger is part of the customer's profile: see docs/decisions/0021.
package points
