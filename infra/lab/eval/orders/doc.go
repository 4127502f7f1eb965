// Package orders reads past orders from wherever they are, and makes them ready
// for a trial.
//
// Three forms are read: a CSV of lines ([CSV]), the JSON in which the Dunnhumby
// Carbo-Loading set is passed on ([DC]), and a shop's own tables ([Table]). The
// first and the last are a [Log], which [Log.Cut] splits by time: what was
// ordered before the cut may be learned from, and each customer's first order
// after it is to be foretold. That is how a shop meets the future; to leave out
// each customer's last order instead would let a method learn from days that are
// yet to come.
//
// Nothing is taken for granted of the data: lines may come in any order and
// twice, and what is left out is counted and said in the set's notes.
//
// A log keeps 24 bytes for each line and about 100 for each order, and the names
// of customers, orders and items once; [Lines] bounds it.
package orders
