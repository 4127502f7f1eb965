package judge

// Verdict says whether to re-rank lists with a model, from its gain over the
// blend's lists on orders that the model was not trained on.
type Verdict struct {
	On        bool     `json:"on"`
	Why       string   `json:"why"` // one sentence, with numbers
	Customers int      `json:"customers"`
	Blend     Measures `json:"blend"` // means over customers, of lists of ten
	Reranked  Measures `json:"reranked"`
	Gain      Gain     `json:"gain"`
	Chance    float64  `json:"chance"` // 0 to 1, that re-ranking is better by the mean of the three measures
}

// Gain is what re-ranking adds to each measure: the mean over customers, with
// 95 % intervals.
type Gain struct {
	Recall Interval `json:"recall"`
	NDCG   Interval `json:"ndcg"`
	PHR    Interval `json:"phr"`
}
