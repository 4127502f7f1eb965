// Package points computes a customer's loyalty points from a ledger of entries:
// what is pending, active and expired, what orders hold, and the customer's
// tier.
//
// An order earns points. They are pending until its return window is over; then
// they are active and can be spent, those that expire first at the front.
// Points that are not spent in time expire. A refund takes back the points that
// its money had earned. The balance is always the sum of the ledger, so every
// number that a customer sees can be traced to entries.
//
//	earn       order 7, active from 3 March, until 3 March next year   +120
//	spend      order 9                                                 −100
//	take_back  order 7, a refund                                        −30
//	                                                          balance   −10
//
// A balance can fall below zero, as here: a refund takes back points that were
// spent. The next earned points pay that debt first, and until then the
// customer can spend none.
//
// # The same history, the same ledger
//
// An entry's ID is its cause ("earn/7", "refund/7/r-1"), its points are those
// of that cause alone, and its place in the ledger is the time of the cause. So
// a ledger is a set: events may come twice, late, in any order or at the same
// time, and the ledger is the same, byte for byte. What depends on several
// entries is not stored; [Ledger.Statement] computes it:
//
//	expire     the points that a lot had left when it expired
//	correct    points that were taken back beyond what an order had earned: it was
//	           refunded in part, and then cancelled
//
// Entries change in two cases: if the shop edits an order, its entries are
// replaced by those of the new revision, as in the profile (see [Scheme.Fold]);
// and the entries from before the orders that the profile keeps whole become
// sums of a day, and later of a month (see [Ledger.Summed]), to which a late
// change of an order is added as a difference.
//
// # Storage
//
// The ledger is part of the customer's profile: see docs/decisions/0021.
package points
