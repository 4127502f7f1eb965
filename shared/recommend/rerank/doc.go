// Package rerank is the learned re-ranker: a small linear model that orders the
// candidates of package recommend anew, from the features that each comes with.
//
//	options.Reranker = rerank.For(model, recommend.ModeNext) // nil: the blend alone
//
// It is trained on pairs (RankNet with one layer: Burges et al., ICML 2005). Of
// each customer, what they bought next is to score higher than candidates which
// they did not buy, and the model is the logistic regression on the differences
// of the two's features. It is convex and solved by Newton's method, so that the
// same data and seed give the same weights. [Train] does that, offline.
//
// The weights are a file that ships, weights.json, with the seed, the hash of what
// they were trained on and how they fared there. A shop uses them where they are
// better than the blend for its own customers, and only there: each night [Judge]
// compares the two on the shop's own last orders, and the judge.Verdict is
// published with what was learned, numbers and all. A shop with too little data to
// tell does not re-rank. See docs/decisions/0023.
package rerank
