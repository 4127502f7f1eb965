package shop

import "time"

// Relation says how one product goes with another, by the catalogue's word.
type Relation string

const (
	RelationComplements  Relation = "complements"
	RelationUpgrades     Relation = "upgrades"      // the other is the better one
	RelationConsumableOf Relation = "consumable_of" // this one is used up by the other
	RelationServicePlan  Relation = "service_plan"  // the other insures or serves this one
)

// Product is what the catalogue says of one product. A later Revision replaces
// an earlier one whole.
type Product struct {
	ID        ProductID                `json:"id"`
	Revision  time.Time                `json:"revision"`
	Title     string                   `json:"title"`
	Category  string                   `json:"category,omitempty"`
	URL       string                   `json:"url,omitempty"`
	Image     string                   `json:"image,omitempty"`
	Price     Money                    `json:"price"`
	Was       Money                    `json:"was,omitzero"`    // the former price that the catalogue claims; never printed unchecked: see [Prices.Was]
	Cost      Money                    `json:"cost,omitzero"`   // what one unit costs the shop, without tax; never shown; zero: not told
	Stock     *int                     `json:"stock,omitempty"` // nil: not counted, always there
	Hidden    bool                     `json:"hidden,omitempty"`
	Used      int                      `json:"used_up_days,omitempty"` // a consumable lasts about so many days; 0: not one
	Relations map[Relation][]ProductID `json:"relations,omitempty"`
}

// InStock reports whether at least one unit can be sold.
func (p Product) InStock() bool { return p.Stock == nil || *p.Stock > 0 }
