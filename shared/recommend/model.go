package recommend

import (
	"regulars/shared/recommend/judge"
	"regulars/shared/shop"
)

// ModelName is the name under which [Model] is stored.
const ModelName = "model"

// Model is what a night of learning publishes beside the catalogue's rows. The
// zero Model is that of a shop which has learned nothing yet.
type Model struct {
	Version   string    `json:"version"`   // RFC 3339 time of learning; in every explanation
	Popular   []Popular `json:"popular"`   // what was sold most of late
	Customers int       `json:"customers"` // whose orders were learned from
	Products  int       `json:"products"`  // that got neighbours

	// Buyers says of the products that most customers bought, a hundred, how many
	// did. It sets the scale of [Item].Lately.
	Buyers map[shop.ProductID]int `json:"buyers,omitempty"`

	// Reranking says, for [ModeNext] and [ModeGoesWith], whether the learned
	// re-ranker (package rerank) beat the blend on the shop's own last orders. What
	// is missing is off.
	Reranking map[Mode]judge.Verdict `json:"reranking,omitempty"`
}
