// Package judge says how good lists were, once it is known what was bought.
//
//	m := judge.Measure(list, bought, 10)                // of one customer
//	all := judge.Bootstrap(rows, 1000, seed)            // means over customers, and how sure they are
//
// It serves the nightly learning, which decides by it what to use, and make eval,
// which compares recommenders on any past orders.
package judge
