// Package rerank trains the re-ranker of package recommend, a small linear
// model that reorders its candidates by their features, and judges it.
//
//	weights, err := rerank.Train(cases, rerank.OwnShop, seed)
//	verdict := rerank.Judge(cases, func(i int) *recommend.Linear { … }, seed)
//
// It is trained on pairs (RankNet with one layer: Burges et al., ICML 2005).
// For each customer, products that they bought next should score higher than
// candidates that they did not buy. The model is the logistic regression on the
// differences of the two products' features. The problem is convex and solved
// by Newton's method, so the same data and seed give the same weights.
//
// Package training makes the cases from a shop's own orders each night. A shop
// with too few customers gets the weights that ship in the file weights.json.
// See docs/decisions/0041.
package rerank
