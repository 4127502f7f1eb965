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

	// Reranking says, for [ModeNext] and [ModeGoesWith], whether the learned
	// re-ranker (package rerank) beat the blend on the shop's own last orders. A
	// missing mode is off.
	Reranking map[Mode]judge.Verdict `json:"reranking,omitempty"`
}
