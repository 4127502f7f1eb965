package recommend

import (
	"time"

	"regulars/shared/shop"
)

// Item is one row of the catalogue: a product with its prices and with what was
// learned about it.
type Item struct {
	shop.Product
	Prices  shop.Prices `json:"prices,omitempty"` // the prices it had
	Learned             // by the night
	Live    []Neighbour `json:"lately,omitempty"` // from the live counters, on the scale of learning.Similarity; strongest first

	// Rev is the revision of the stored product and its prices, by which a reader sees
	// whether they have changed; empty if the row was not read from the catalogue.
	Rev string `json:"-"`
}

// Stated returns the former price that may be stated with the item's price. If
// it must not be stated, refused says why: see [shop.Prices.Was].
func (i Item) Stated() (was shop.Money, refused string) { return i.Prices.Was(i.Price, i.Was) }

// Learned is what a night stores with a product. The zero Learned belongs to a
// product that was added after the last night.
type Learned struct {
	Neighbours []Neighbour `json:"neighbours,omitempty"` // strongest first, 20 at most
	Customers  int         `json:"customers,omitempty"`  // who bought it
	Recent     int         `json:"recent,omitempty"`     // of them, those who bought it within learning.RecentWindow
	InLast     int         `json:"last,omitempty"`       // of them, those whose last order had it
	Repeaters  int         `json:"repeaters,omitempty"`  // customers who bought it on two days or more
	EveryDays  int         `json:"every_days,omitempty"` // the median of their mean days between two of these days; 0: not known

	// Again is the chance, 0 to 1, that an order contains the product if the
	// customer bought it before: high for milk, low for lamps.
	Again float64 `json:"again,omitempty"`

	// Consumables are the products that this one uses up: the relation
	// consumable_of, inverted (see [Consumables]).
	Consumables []shop.ProductID `json:"consumables,omitempty"`

	// Variants names the group of products that are this one in another colour,
	// pattern or size; empty: there are none (see [Variants]).
	Variants shop.ProductID `json:"variants,omitempty"`
}

// Neighbour is a product that customers of this one bought as well.
type Neighbour struct {
	Product   shop.ProductID `json:"product"`
	Score     float64        `json:"score"`     // similarity, above 0
	Customers int            `json:"customers"` // how many bought both

	// Alike means that the two are substitutes rather than complements: of one
	// category and a similar price, and bought together mostly by customers who
	// buy many of the kind in one order.
	Alike bool `json:"alike,omitempty"`
}

// ReasonKind names why a product is recommended. Each kind is one string in
// each language of the messages.
type ReasonKind string

const (
	ReasonAgain      ReasonKind = "again"      // you bought this in Times orders, and about every Days days if that is a rhythm
	ReasonUsedUp     ReasonKind = "used_up"    // you bought this once, and the catalogue says that it lasts Days days
	ReasonOthers     ReasonKind = "others"     // you bought this once; Customers customers bought it again, half of them every Days days or sooner
	ReasonGoesWith   ReasonKind = "goes_with"  // the catalogue says that it goes with Title, which you bought; never for an upgrade
	ReasonTogether   ReasonKind = "together"   // Customers customers who bought Title bought this
	ReasonPopular    ReasonKind = "popular"    // Customers customers bought this
	ReasonConsumable ReasonKind = "consumable" // Title, which you bought, uses this up

	// For products that are on the page or in the cart and were not bought.

	ReasonGoesWithThis   ReasonKind = "goes_with_this"  // the catalogue relates it to Title
	ReasonConsumableThis ReasonKind = "consumable_this" // Title uses this up
)

// ReasonKinds are all kinds. Publishing checks that each has a string in every
// language.
var ReasonKinds = []ReasonKind{
	ReasonAgain, ReasonUsedUp, ReasonOthers, ReasonGoesWith, ReasonTogether, ReasonPopular, ReasonConsumable,
	ReasonGoesWithThis, ReasonConsumableThis,
}

// Reason says why a product is recommended, with the numbers behind it. All of
// them were true when it was made.
type Reason struct {
	Kind      ReasonKind     `json:"kind"`
	Product   shop.ProductID `json:"product,omitempty"` // the product bought before
	Title     string         `json:"title,omitempty"`   // the title of Product
	Customers int            `json:"customers,omitempty"`
	Days      int            `json:"days,omitempty"`
	Times     int            `json:"times,omitempty"` // the number of this customer's orders that had it
	On        time.Time      `json:"on,omitzero"`     // when they last bought Product, if a catalogue relation is the reason; zero: not known
}

// Pick is one recommended product.
type Pick struct {
	Product shop.Product `json:"product"`
	Score   float64      `json:"score"`
	Reason  Reason       `json:"reason"`
	Was     shop.Money   `json:"was,omitzero"` // the former price that may be stated: see [Item.Stated]; Product.Was is only a claim
}
