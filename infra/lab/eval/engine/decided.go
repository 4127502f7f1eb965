package engine

import (
	"fmt"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
	"regulars/shared/recommend/training"
)

// Decided returns what a night decided about the re-ranker, a sentence for each
// mode.
func Decided(o training.Outcome) (notes []string) {
	for _, m := range []struct {
		mode  recommend.Mode
		lists string
	}{{recommend.ModeNext, "next orders"}, {recommend.ModeGoesWith, "new items"}} {
		v, by := o.Verdicts[m.mode], "the blend ranks"
		switch {
		case o.Rerankers[m.mode] == nil:
		case v.Customers < rerank.FewestCustomers:
			by = "the shipped weights rank"
		default:
			by = "weights trained on this shop rank"
		}
		notes = append(notes, fmt.Sprintf("The night decides for %s that %s: of %d customers, %s.", m.lists, by, v.Customers, v.Why))
	}
	return notes
}
