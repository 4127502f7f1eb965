// Package orders reads past orders from a CSV file, the Dunnhumby Carbo-Loading
// JSON or a shop's own tables, and splits them for a trial of recommenders.
//
// [CSV] and [Table] return a [Log], which [Log.Cut] splits by time: methods may
// learn from the orders before the cut, and each customer's first order after
// it is to be predicted. That is the situation of a real shop. Leaving out each
// customer's last order instead would let a method learn from days that are
// still in the future. [DC] returns a set that is already split.
//
// The data may be in any order and contain lines twice. Lines that are left out
// are counted in the notes of the set.
//
// A log keeps 24 bytes for each line and about 100 for each order, and the
// names of customers, orders and items once; [Lines] bounds it.
package orders
