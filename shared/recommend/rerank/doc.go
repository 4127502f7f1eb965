// Package rerank is the learned re-ranker: a small linear model that reorders
// the candidates of package recommend by their features.
//
//	options.Reranker = rerank.For(model, recommend.ModeNext) // nil: the blend alone
//
// It is trained on pairs (RankNet with one layer: Burges et al., ICML 2005).
// For each customer, products that they bought next should score higher than
// candidates that they did not buy. The model is the logistic regression on the
// differences of the two products' features. The problem is convex and solved
// by Newton's method, so the same data and seed give the same weights. [Train]
// does that, offline.
//
// The weights ship in a file, weights.json, with the seed, the hash of the
// training data and their results on it. A shop uses them only if they are
// better than the blend for its own customers: each night [Judge] compares the
// two on the shop's own last orders and publishes the judge.Verdict, with its
// numbers, as part of the model. A shop with too little data to decide does not
// re-rank. See docs/decisions/0023.
package rerank
