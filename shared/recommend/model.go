package recommend

import (
	"regulars/shared/recommend/judge"
	"regulars/shared/shop"
)

// ModelName is the name under which [Model] is stored.
const ModelName = "model"

// Model is what a night (one run of learn) publishes in addition to the
// catalogue's rows. The zero Model belongs to a shop that has learned nothing
// yet.
type Model struct {
	Version   string    `json:"version"`   // RFC 3339 time of learning; in every explanation
	Popular   []Popular `json:"popular"`   // the products that sold best recently
	Customers int       `json:"customers"` // the number of customers whose orders were used
	Products  int       `json:"products"`  // the number of products that got neighbours

	// Buyers is the number of customers who bought a product, for the hundred
	// products with the most. It sets the scale of [Item].Live.
	Buyers map[shop.ProductID]int `json:"buyers,omitempty"`

	// Rerankers are those that rank lists in this shop, for [ModeNext] and
	// [ModeGoesWith]; see [Model.Reranker]. A mode without one is ranked by the
	// blend.
	Rerankers map[Mode]*Linear `json:"rerankers,omitempty"`

	// Reranking says, for the same modes, how the re-ranker that the night
	// trained compares with the blend on the shop's own orders.
	Reranking map[Mode]judge.Verdict `json:"reranking,omitempty"`
}

// Reranker returns the re-ranker for lists of a mode; nil if the blend ranks
// them, or if the version's re-ranker does not fit this engine. Lists that mix
// due items with new items are ranked as [ModeNext].
func (m Model) Reranker(mode Mode) Reranker {
	if l := m.Rerankers[Question(mode)]; l != nil && l.Check() == nil {
		return l
	}
	return nil
}

// RankedBy says, in a few words, what ranks lists of a mode in this version.
func (m Model) RankedBy(mode Mode) string {
	l := m.Rerankers[Question(mode)]
	switch {
	case l == nil:
		return "the blend"
	case l.Check() != nil:
		return "the blend, because the re-ranker is of another release: the next night trains it again"
	case m.Reranking[Question(mode)].On:
		return "the re-ranker, trained on the shop's own orders"
	}
	return "the re-ranker, with the shipped weights"
}

// Question returns the mode whose re-ranker ranks lists of the given mode.
// There are two: [ModeNext] and [ModeGoesWith].
func Question(mode Mode) Mode {
	if mode == ModeGoesWith {
		return ModeGoesWith
	}
	return ModeNext
}
