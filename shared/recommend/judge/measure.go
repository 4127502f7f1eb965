package judge

import "math"

// Measures of one list, or their means over customers. All are between 0 and 1.
type Measures struct {
	Recall float64 `json:"recall"` // share of the order that was predicted
	NDCG   float64 `json:"ndcg"`   // the same, weighted by rank
	PHR    float64 `json:"phr"`    // 1 if anything was predicted, else 0
}

// Columns returns each of the three measures, in the order of [Measures].
var Columns = []func(Measures) float64{
	func(m Measures) float64 { return m.Recall },
	func(m Measures) float64 { return m.NDCG },
	func(m Measures) float64 { return m.PHR },
}

// Measure returns how well list predicted target. Only the first k of list
// count; an item that is in it twice counts once. target has each item once and
// must not be empty.
//
// A hit at rank r (from 0) gains 1/log2(r+2). NDCG is the gain divided by the
// best gain that k places allow (Järvelin and Kekäläinen, TOIS 2002): a list of
// k hits is perfect, even if the order had more items.
func Measure[T comparable](list, target []T, k int) Measures {
	wanted := make(map[T]bool, len(target))
	for _, item := range target {
		wanted[item] = true
	}
	var hits int
	var gain, ideal float64
	for rank := range min(k, len(target)) {
		ideal += discount(rank)
	}
	for rank, item := range list[:min(k, len(list))] {
		if wanted[item] {
			delete(wanted, item)
			hits++
			gain += discount(rank)
		}
	}
	return Measures{float64(hits) / float64(len(target)), gain / ideal, float64(min(hits, 1))}
}

// discount returns the gain of a hit at a rank (from 0).
func discount(rank int) float64 { return 1 / math.Log2(float64(rank)+2) }
