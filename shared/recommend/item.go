package recommend

import "regulars/shared/shop"

// Item is a product with what learning knows of it. It is one row of the
// catalogue.
type Item struct {
	shop.Product
	Neighbours []Neighbour `json:"neighbours,omitempty"` // strongest first, 20 at most
	Customers  int         `json:"customers,omitempty"`  // how many bought it
	EveryDays  int         `json:"every_days,omitempty"` // median days between two buys of it by one customer; 0: not known

	// Consumables are the products that this one uses up: consumable_of, read
	// the other way round (see [Consumables]).
	Consumables []shop.ProductID `json:"consumables,omitempty"`
}

// Neighbour is a product that customers of this one bought as well.
type Neighbour struct {
	Product   shop.ProductID `json:"product"`
	Score     float64        `json:"score"`     // similarity, above 0
	Customers int            `json:"customers"` // how many bought both
}

// ReasonKind names why a product is recommended; each is one string of the
// message's languages.
type ReasonKind string

const (
	ReasonAgain      ReasonKind = "again"      // you buy this every Days days
	ReasonGoesWith   ReasonKind = "goes_with"  // the catalogue relates it to Title, which you bought
	ReasonTogether   ReasonKind = "together"   // Customers customers who bought Title bought this
	ReasonPopular    ReasonKind = "popular"    // Customers customers bought this
	ReasonConsumable ReasonKind = "consumable" // Title, which you bought, uses this up
)

// Reason is why, with the numbers behind it, all of them true when it was made.
type Reason struct {
	Kind      ReasonKind     `json:"kind"`
	Product   shop.ProductID `json:"product,omitempty"` // the one bought before
	Title     string         `json:"title,omitempty"`   // its title
	Customers int            `json:"customers,omitempty"`
	Days      int            `json:"days,omitempty"`
	Times     int            `json:"times,omitempty"` // how often this customer bought it
}

// Pick is one recommended product.
type Pick struct {
	Product shop.Product `json:"product"`
	Score   float64      `json:"score"`
	Reason  Reason       `json:"reason"`
}
