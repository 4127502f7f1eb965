package condition

import (
	"time"

	"regulars/shared/shop"
)

// Facts is the data that a condition is evaluated on. Its zero value is an
// unknown customer without an order and without a run; every condition gives a
// result for it.
type Facts struct {
	Customer Customer
	Order    Order
	Campaign Campaign
	Journey  Journey
	Line     Line
	OwnDay   OwnDay
	Product  Product
}

// OwnDay is what is known of the customer's own day that started the campaign. The
// zero value means that there is none.
type OwnDay struct {
	Years   int            // since the first order, on its anniversary
	Points  int            // that expire on the day
	In      int            // whole days until the day
	Product shop.ProductID // that is due
	Every   int            // days that it usually lasts the customer
	Since   int            // whole days since they last bought it
	Tier    string         // that was reached
}

// Customer is one customer's history at the time of the evaluation. Counts are
// net: they do not include cancelled orders and returned units.
type Customer struct {
	Orders    int        // placed and not cancelled
	Spent     shop.Money // on these orders, less refunds; orders in other currencies than the shop's are left out
	Average   shop.Money // of these orders
	SinceLast int        // whole days since the last order; ignored if Orders is 0
	SinceOne  int        // whole days since the first order; ignored if Orders is 0
	Returns   int        // orders with at least one returned unit
	Rhythm    string     // "on-time", "late" or "lost", compared with their usual gap; empty if it is not known
	Gap       int        // median of the whole days between their orders; ignored if Rhythm is empty
	FullPrice int        // orders in a row, up to the last, that they placed without having a valid coupon
	Alive     float64    // probability that they are still active, 0 to 1; 0 without an order
	Expected  float64    // orders expected in the next 90 days; 0 without an order
	Worth     shop.Money // spending expected in the next 365 days, in the shop's currency
	Late      float64    // time since the last order as a multiple of their usual gap; 0 without an order
	Points    int        // active loyalty points
	ExpireIn  int        // whole days until the next of these expire; ignored if Points is 0
	Tier      string     // of the shop's loyalty scheme; empty without a scheme or a tier
	Coupons   int        // grants they ever had: coupons, and uses of automatic offers
	SinceGot  int        // whole days since the last of these; ignored if Coupons is 0
	Country   string     // ISO 3166-1 alpha-2, or empty
	Language  string     // BCP 47, such as "pl" or "en-GB", or empty
	Guest     bool       // ordered without an account
	Birthday  int        // whole days until it in their zone, 0 on the day; ignored if Born is false
	Born      bool       // their birthday is known
	Province  string     // ISO 3166-2, such as "US-CA", or empty
	Consents  []shop.Topic

	// Sources has how they gave each consent in Consents; "" if it is not known.
	Sources map[shop.Topic]shop.ConsentSource

	First, Last time.Time // of the orders, in the customer's zone; ignored if Orders is 0
	Placed      []Placed  // the newest orders, 30 at most, without the cancelled ones

	// Bought has each product of which the customer keeps at least one unit.
	Bought map[shop.ProductID]Bought

	// Likes has the product that the campaign is about, if the customer would like
	// it: see [recommend.Affinity].
	Likes map[shop.ProductID]bool
}

// Placed is one order of a customer.
type Placed struct {
	Days int        // whole days since then
	Net  shop.Money // less refunds
}

// Bought is the units that a customer keeps of one product.
type Bought struct {
	Units    int    // net of returns and cancelled orders; above 0
	Title    string // as last ordered
	Category string // in today's catalogue, in any case; may be empty
	Price    shop.Money
}

// Order is the order that started the campaign. The zero value means that there
// is none, as in a scheduled campaign.
type Order struct {
	Event shop.OrderKind         // the event that started the campaign
	Total shop.Money             // what the customer pays
	Lines map[shop.ProductID]int // units of each product
	First bool                   // the customer's first
	Last  bool                   // they have placed no later one
	Back  bool                   // at least one unit came back
	Cause shop.Cause             // of the latest return, cancellation or delay; "late" for a delay
}

// Campaign is the campaign and, if it is a scheduled one, its run.
type Campaign struct {
	ID  shop.CampaignID
	Run time.Time // time of the run by the clock that the campaign follows; zero in a triggered campaign
}

// Journey is what happened since the customer entered the journey whose condition
// is evaluated. The zero value means that there is none.
type Journey struct {
	Days     int  // whole days
	Ordered  bool // they placed another order, and it was not cancelled
	Returned bool // they returned something of any order
	OptedOut bool // they opted out of promotions, complained, or SES cannot write to their address any more
}

// Product is the product that a campaign is about. The zero value means that there
// is none.
type Product struct {
	ID       shop.ProductID
	Category string // in today's catalogue, in any case; may be empty
	Price    shop.Money
	Former   shop.Money // the former price that may be stated, or zero
	Stock    int        // units; [Never] if the shop does not count them
}

// Line is one line of a cart, for the conditions that select the lines that an
// offer applies to. The zero value means that there is none.
type Line struct {
	Product  shop.ProductID
	Category string // in today's catalogue, in any case; may be empty
	Units    int
	Price    shop.Money // of one unit, before any discount
}

// Never is the value of customer.days_since_last_order and similar facts if it
// never happened: 99999 days. So a customer without an order does not pass
// "ordered within 120 days". A campaign for lapsed customers must check
// customer.orders as well.
const Never = 99_999
