package judge

// Verdict says whether to order lists anew, as a model would: what that gains over
// the lists as they were, the blend's, on orders that the model was not trained on.
type Verdict struct {
	On        bool     `json:"on"`
	Why       string   `json:"why"` // in a sentence, with numbers
	Customers int      `json:"customers"`
	Blend     Measures `json:"blend"` // means over customers, of lists of ten
	Reranked  Measures `json:"reranked"`
	Gain      Gain     `json:"gain"`
}

// Gain is what a new order adds to each measure, customer by customer, with 95 %
// intervals.
type Gain struct {
	Recall Interval `json:"recall"`
	NDCG   Interval `json:"ndcg"`
	PHR    Interval `json:"phr"`
}
