package judge_test

import (
	"math"
	"testing"

	"regulars/shared/recommend/judge"
)

func TestMeasure(t *testing.T) {
	log2 := math.Log2
	for name, c := range map[string]struct {
		list, target []int
		k            int
		want         judge.Measures
	}{
		"all found, at the top":        {[]int{3, 1}, []int{1, 3}, 10, judge.Measures{Recall: 1, NDCG: 1, PHR: 1}},
		"one of two, at rank 3":        {[]int{7, 8, 1}, []int{1, 3}, 10, judge.Measures{Recall: .5, NDCG: (1 / log2(4)) / (1 + 1/log2(3)), PHR: 1}},
		"nothing found":                {[]int{7, 8}, []int{1}, 10, judge.Measures{}},
		"an empty list":                {nil, []int{1}, 10, judge.Measures{}},
		"a hit after k does not count": {[]int{7, 8, 1}, []int{1}, 2, judge.Measures{}},
		"more bought than k":           {[]int{1, 2}, []int{1, 2, 3, 4}, 2, judge.Measures{Recall: .5, NDCG: 1, PHR: 1}},
		"the same item twice":          {[]int{1, 1}, []int{1, 2}, 10, judge.Measures{Recall: .5, NDCG: 1 / (1 + 1/log2(3)), PHR: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := judge.Measure(c.list, c.target, c.k)
			if math.Abs(got.Recall-c.want.Recall) > 1e-12 || math.Abs(got.NDCG-c.want.NDCG) > 1e-12 || got.PHR != c.want.PHR {
				t.Errorf("Measure(%v, %v, %d) = %+v, want %+v", c.list, c.target, c.k, got, c.want)
			}
		})
	}
}
