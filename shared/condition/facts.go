package condition

import (
	"time"

	"regulars/shared/shop"
)

// Facts is everything that a condition can ask about. Its zero value is a
// customer of whom nothing is known, without an order and without a slot; every
// condition has an answer on it.
type Facts struct {
	Customer Customer
	Order    Order
	Campaign Campaign
	Line     Line
}

// Customer is one person, as their history stands at the moment of asking.
// Counts are net: cancelled orders and returned units are not in them.
type Customer struct {
	Orders    int        // placed and not cancelled
	Spent     shop.Money // on these orders, refunds taken off; in the shop's currency, other currencies are left out
	Average   shop.Money // of these orders
	SinceLast int        // whole days since the last order; not looked at where Orders is 0
	SinceOne  int        // whole days since the first order; not looked at where Orders is 0
	Returns   int        // orders of which something came back
	Rhythm    string     // "on-time", "late" or "lost" by their own rhythm; empty where it is not known
	Gap       int        // whole days between their orders, the median; not looked at where Rhythm is empty
	FullPrice int        // orders in a row, up to the last, that were placed without a coupon at hand
	Alive     float64    // chance that they still are a customer, 0 to 1; 0 without an order
	Expected  float64    // orders expected in the next 90 days; 0 without an order
	Worth     shop.Money // spending expected in the next 365 days, in the shop's currency
	Late      float64    // time since the last order, in usual gaps of their own; 0 without an order
	Points    int        // that they can spend now
	ExpireIn  int        // whole days until the next of these expire; not looked at where Points is 0
	Tier      string     // of the shop's loyalty scheme; empty where there is none, or none was reached
	Coupons   int        // coupons that they were given, ever; a use of an offer that needs no code counts as one
	SinceGot  int        // whole days since the last of these; not looked at where Coupons is 0
	Country   string     // ISO 3166-1 alpha-2, or empty
	Language  string     // BCP 47, such as "pl" or "en-GB", or empty
	Guest     bool       // ordered without an account
	Birthday  int        // whole days until it, 0 on the day, by their own calendar; not looked at where Born is false
	Born      bool       // their birthday is known
	Consents  []shop.Topic

	// Bought holds each product of which the customer keeps at least one unit.
	Bought map[shop.ProductID]Bought
}

// Bought is what a customer keeps of one product.
type Bought struct {
	Units    int    // net of returns and cancelled orders; above 0
	Title    string // as last ordered
	Category string // as the catalogue says today, in any case; may be empty
	Price    shop.Money
}

// Order is the order that is the occasion. Its zero value says that there is
// none, as in a scheduled campaign.
type Order struct {
	Event shop.OrderKind         // what happened to it
	Total shop.Money             // what the customer pays
	Lines map[shop.ProductID]int // units of each product
	First bool                   // the customer's first
	Cause shop.Cause             // of the latest return, cancellation or delay; "late" for a delay
}

// Campaign is the occasion's other side.
type Campaign struct {
	ID  shop.CampaignID
	Run time.Time // in the shop's zone; zero where an order is the occasion
}

// Line is one line of a cart, for conditions on what an offer is. Its zero value
// is none.
type Line struct {
	Product  shop.ProductID
	Category string // as the catalogue says today, in any case; may be empty
	Units    int
	Price    shop.Money // of one unit, before any discount
}

// Never is what customer.days_since_last_order and its like say of a customer to
// whom it never happened: 99999 days. A large number fails "ordered
// within 120 days", as it should; campaigns that want lapsed customers ask for
// customer.orders as well.
const Never = 99_999
