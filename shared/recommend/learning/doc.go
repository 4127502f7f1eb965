// Package learning learns the rows of package recommend's catalogue from all orders:
// which products the same people buy and in which order, how popular each product is, how
// often it is bought again, and after how long ([Learner], and [Counts] of a shop of any
// size).
//
// A night does this, and tools do. The functions that recommend import the rows only: the
// fit needs gonum's matrices, which are a sixth of the size of such a function
// (docs/decisions/0111).
package learning
