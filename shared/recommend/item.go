package recommend

import (
	"time"

	"regulars/shared/shop"
)

// Item is one row of the catalogue: a product with what is known of it.
type Item struct {
	shop.Product
	Prices  shop.Prices `json:"prices,omitempty"` // what it has cost
	Learned             // by the night
	Lately  []Neighbour `json:"lately,omitempty"` // counted live, order by order, on [Learner]'s scale of co-purchase; strongest first
}

// Stated returns the former price that may be stated beside the item's, and why
// what the catalogue claims is not believed: see [shop.Prices.Was].
func (i Item) Stated() (was shop.Money, no string) { return i.Prices.Was(i.Price, i.Was) }

// Learned is what a night of learning stores beside a product. The zero Learned
// is that of a product which is new since then.
type Learned struct {
	Neighbours []Neighbour `json:"neighbours,omitempty"` // strongest first, 20 at most
	Customers  int         `json:"customers,omitempty"`  // how many bought it
	Recent     int         `json:"recent,omitempty"`     // how many of them did so of late
	EveryDays  int         `json:"every_days,omitempty"` // median days between two buys of it by one customer; 0: not known

	// Again is the chance that an order of a customer who bought it before has it
	// again, 0 to 1: high for milk, low for lamps.
	Again float64 `json:"again,omitempty"`

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
	ReasonAgain      ReasonKind = "again"      // you bought this in Times orders, and where Days is known about every Days days
	ReasonUsedUp     ReasonKind = "used_up"    // you bought this once, and by the catalogue it lasts Days days
	ReasonOthers     ReasonKind = "others"     // you bought this once, and half of those who buy it again do so within Days days
	ReasonGoesWith   ReasonKind = "goes_with"  // the catalogue says so of it and Title, which you bought; never of an upgrade
	ReasonTogether   ReasonKind = "together"   // Customers customers who bought Title bought this
	ReasonPopular    ReasonKind = "popular"    // Customers customers bought this
	ReasonConsumable ReasonKind = "consumable" // Title, which you bought, uses this up

	// Of what is on the page or in the cart, and was not bought.

	ReasonGoesWithThis   ReasonKind = "goes_with_this"  // the catalogue relates it to Title
	ReasonConsumableThis ReasonKind = "consumable_this" // Title uses this up
)

// ReasonKinds are all of them. Publishing proves that each can be said in every
// language.
var ReasonKinds = []ReasonKind{
	ReasonAgain, ReasonUsedUp, ReasonOthers, ReasonGoesWith, ReasonTogether, ReasonPopular, ReasonConsumable,
	ReasonGoesWithThis, ReasonConsumableThis,
}

// Reason is why, with the numbers behind it, all of them true when it was made.
type Reason struct {
	Kind      ReasonKind     `json:"kind"`
	Product   shop.ProductID `json:"product,omitempty"` // the one bought before
	Title     string         `json:"title,omitempty"`   // its title
	Customers int            `json:"customers,omitempty"`
	Days      int            `json:"days,omitempty"`
	Times     int            `json:"times,omitempty"` // in how many of this customer's orders it was
	On        time.Time      `json:"on,omitzero"`     // when they last bought Product, where a catalogue relation is the reason; zero: not known
}

// Pick is one recommended product.
type Pick struct {
	Product shop.Product `json:"product"`
	Score   float64      `json:"score"`
	Reason  Reason       `json:"reason"`
	Was     shop.Money   `json:"was,omitzero"` // the former price that may be stated: see [Item.Stated]; Product.Was is only a claim
}
