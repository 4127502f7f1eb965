// Package live counts, with each order as it comes, which products are bought by
// the same customers (live co-purchase counters). The counters approximate the
// counts that the nightly function learn makes of all orders, but a day earlier
// and in bounded space.
//
// Each product has a [Row]: how many customers bought it, and for 40 other
// products (its partners) how many customers bought both. An order has one
// [Entry]: it counts each product that is new to its customer together with the
// others of the order and with the last ten that the customer had before. Pairs
// within one order alone would say little.
//
//	entry := live.Count(now, order, before, older) // in the transaction that stores the order
//	entry  = entry.TakeBack(now, kept)             // when some of it was returned
//	for _, change := range entry.Pending(id) { … add change to its row … }
//	row.Neighbours(sold)                           // on reading
//
// # Bounds
//
// An order changes at most eight rows, each by one write. Of a large order 12
// products are counted. If more than eight rows would change, some are left
// out: half of the eight are of the order, half are of earlier orders. A hash
// of the order draws them, so that every product has a chance and all counts of
// a row shrink in proportion. A row holds 40 partners after each cut and up to
// 72 before it, so that it is not much larger than the KB that a write unit pays
// for; a cut removes those that weigh least.
//
// # Decay
//
// A count of half a year ago weighs half of a count of today, so that new
// habits win and a season ends. Stored counts are not multiplied: each order
// adds more than an earlier one ([tally]; Cormode et al., Forward Decay, ICDE
// 2009). So a change to a row is a sum: changes may come in any order and at
// the same time, can be taken back exactly, and need no read of the row.
//
// # Once
//
// A change that is added twice makes the count wrong. So an entry is stored
// with its order, step by step, and each step is applied to each row under a
// [Mark] that the row remembers: the row refuses a change whose mark it has.
// Unfinished steps are stored in the order, so that the next function that
// handles the order repeats them.
//
// A row remembers the marks of its last 20 minutes, at most 96 of them, and at
// least its last 8. A message is delivered again after three minutes. So a row
// counts an order twice only if a function died half-way and 96 other orders
// changed the row within these minutes, one every two seconds. In a row with
// this number of orders, one more does not matter.
//
// # Quality
//
// TestLiveCountersAreAsGood in infra/lab/eval/live compares the counters with
// the exact count of all pairs, on the days before 2011-07-01 of Online Retail
// and on the validation set of Dunnhumby DC. It requires at least 97 % of the
// recall and NDCG.
package live
