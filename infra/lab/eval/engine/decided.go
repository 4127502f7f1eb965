package engine

import (
	"fmt"

	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
)

// Decided returns what the night decided about the re-ranker, a sentence for
// each mode. The engine must be fitted.
func (e *Engine) Decided() (notes []string) {
	for _, m := range []struct {
		mode  recommend.Mode
		lists string
	}{{recommend.ModeNext, "next orders"}, {recommend.ModeGoesWith, "new items"}} {
		v, by := e.Outcome.Verdicts[m.mode], "the blend ranks"
		switch {
		case e.Outcome.Rerankers[m.mode] == nil:
		case v.Customers < rerank.FewestCustomers:
			by = "the shipped weights rank"
		default:
			by = "weights trained on this shop rank"
		}
		notes = append(notes, fmt.Sprintf("The night decides for %s that %s: of %d customers, %s.", m.lists, by, v.Customers, v.Why))
	}
	return notes
}
