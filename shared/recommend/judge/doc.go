// Package judge measures how well recommended lists predicted what customers
// bought: recall, NDCG and hit rate, with bootstrap intervals.
//
//	m := judge.Measure(list, bought, 10)                // of one customer
//	all := judge.Bootstrap(rows, 1000, seed)            // means over customers, with intervals
//
// The night uses it to decide whether to re-rank, and make eval to compare
// recommenders on past orders.
package judge
