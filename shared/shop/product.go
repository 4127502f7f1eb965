package shop

import (
	"strings"
	"time"
)

// Relation is the relation of one product to another, from the catalogue.
type Relation string

const (
	RelationComplements  Relation = "complements"
	RelationUpgrades     Relation = "upgrades"      // the other is a better version
	RelationConsumableOf Relation = "consumable_of" // the other consumes this one
	RelationServicePlan  Relation = "service_plan"  // the other is an insurance or service for this one
)

// Product is the catalogue entry of one product. A later Revision replaces an
// earlier one completely.
type Product struct {
	ID        ProductID                `json:"id"`
	Revision  time.Time                `json:"revision"`
	Title     string                   `json:"title"`
	Titles    map[string]string        `json:"titles,omitempty"` // the title in other languages, by BCP 47 tag; see [Product.TitleIn]
	Category  string                   `json:"category,omitempty"`
	URL       string                   `json:"url,omitempty"`
	Image     string                   `json:"image,omitempty"`
	Width     int                      `json:"image_width,omitempty"`  // of Image, in pixels; 0: not known
	Height    int                      `json:"image_height,omitempty"` // of Image, in pixels; 0 if Width is
	Price     Money                    `json:"price"`
	Was       Money                    `json:"was,omitzero"`    // the former price that the catalogue claims; check it with [Prices.Was] before printing
	Cost      Money                    `json:"cost,omitzero"`   // cost of one unit for the shop, without tax; never shown to customers; zero: not known
	Stock     *int                     `json:"stock,omitempty"` // nil: not counted, always in stock
	Hidden    bool                     `json:"hidden,omitempty"`
	VariantOf ProductID                `json:"variant_of,omitempty"`   // the [Listing] that sells it; empty: none does
	Used      int                      `json:"used_up_days,omitempty"` // days that a consumable lasts, approximately; 0: not a consumable
	Relations map[Relation][]ProductID `json:"relations,omitempty"`
}

// TitleIn returns the title in a language, such as "pt-BR": that of the language,
// or of its first part ("pt"), or the title that has no language.
func (p Product) TitleIn(language string) string {
	if title := p.Titles[language]; title != "" {
		return title
	}
	base, _, _ := strings.Cut(language, "-")
	if title := p.Titles[base]; title != "" {
		return title
	}
	return p.Title
}

// InStock reports whether at least one unit can be sold.
func (p Product) InStock() bool { return p.Stock == nil || *p.Stock > 0 }

// Listing is one page of the shop with the products that it sells: its variants.
// A later Revision replaces an earlier one completely: a product that it has no
// more is hidden.
type Listing struct {
	ID       ProductID
	Revision time.Time
	Products []Product // each with VariantOf ID; nil: the listing was deleted

	// Partial says that the listing sells more products than Products has, so
	// that a product that is missing there may still be sold.
	Partial bool
}
