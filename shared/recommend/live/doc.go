// Package live counts, order by order, which products the same customers buy: what
// a night of learning finds out, a day earlier and in bounded space.
//
// Each product has a [Row]: by how many customers it was bought, and for 64 other
// products (its partners) by how many customers both were. An order is one [Entry]:
// it counts each product that is new to its customer with the others of the order
// and with the last ten that the customer had before. Pairs within one order alone
// say little.
//
//	entry := live.Count(order, kept, before)   // in the transaction that stores the order
//	entry  = entry.TakeBack(now, kept)         // when something of it came back
//	for _, change := range entry.Pending(id) { … add change to its row … }
//	row.Neighbours(sold)                       // on reading
//
// # Bounds
//
// An order changes eight rows at most, and each by one write. Of a large order 12
// products are counted, and where more than eight rows would change, some do not:
// half of those of the order, half of those before. Which ones is drawn by a hash
// of the order, so that every product has its chance, and everything in a row
// shrinks alike. A row holds 64 partners after each cut and 96 before it; cut away
// are those that weigh least.
//
// # Decay
//
// What was counted half a year ago weighs half of what is counted today, so that
// new habits win, and a season ends. Instead of multiplying what is stored, each
// order adds more than the one before ([weight]; Cormode et al., Forward Decay,
// ICDE 2009). So a change to a row is a sum: changes may come in any order, at the
// same time, and be taken back exactly, and nobody has to read a row to change it.
//
// # Once
//
// A sum that is added twice is wrong. So an entry is stored with its order, step by
// step, and each step is applied to each row under a [Mark] that the row remembers:
// a change whose mark is there is refused, and was made already. Steps that are not
// done are on the order, so that whoever handles the order next repeats them.
//
// A row remembers the marks of its last 20 minutes, but no more than 96 of them, and
// at least its last 12. A message comes again after three minutes: so a row counts an
// order twice where a function died half way and 96 others changed the row within
// these minutes, one every two seconds. A row of so many orders does not mind one more.
//
// # How good it is
//
// Beside the exact count of all pairs, on the days before 2011-07-01 of Online Retail
// and on the validation set of Dunnhumby DC: see TestLiveCountersAreAsGood in
// infra/lab/eval/live, which holds it above 97 %.
package live
