package message

import (
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Data is everything that a message can say. Templates see it through the
// names of docs/messages.md.
type Data struct {
	Language     string         // one of the message's languages
	Zone         *time.Location // for dates
	Shop         Shop
	Customer     Greeting
	Order        *Order // where the occasion is an order
	Picks        []recommend.Pick
	Former       map[shop.ProductID]shop.Money // the highest former price that may be stated of a pick (see [shop.Prices.Former]); none is stated of one that is not in it
	Coupon       *Coupon
	Points       *Points
	ServiceIssue string // "returned", "delayed", "cancelled" or empty: what the message answers
	Links        Links
}

// Shop is the sender, as its policy names it.
type Shop struct {
	Name    string
	URL     string
	Address string // postal, as the law asks for
}

// Greeting is the person.
type Greeting struct{ Name string }

// Order is the occasion.
type Order struct {
	ID    shop.OrderID
	Total shop.Money
	Until time.Time      // a delayed order's new day, or zero
	Also  []shop.OrderID // other orders that the message speaks for
}

// Coupon is a discount that this very send grants, in the terms of the rule that
// the checkout will enforce. What its kind does not need is zero.
type Coupon struct {
	Code    string
	Kind    string     // an offer.Kind, such as "percent"
	Percent int        // basis points, for kind percent, and off each free unit for kind buy_get
	Amount  shop.Money // for kind amount
	Tiers   []Tier     // for kind tiers, ascending
	Buy     int        // for kind buy_get
	Get     int        // for kind buy_get
	Product string     // the title that is free, for kinds nth_unit_free and gift
	Nth     int        // for kind nth_unit_free
	Points  int        // for kind points: so many …
	Times   int        // … or so many times what the order earns
	On      string     // what it is on, such as "lunch bags"; empty: everything
	Minimum shop.Money // least basket, or zero
	AtMost  shop.Money // ceiling of the discount, or zero
	Floor   bool       // it brings no product below a margin, and so may take less off
	Alone   bool       // it goes with no other discount
	Until   time.Time  // the last moment at which the checkout takes it
	Ends    time.Time  // the last moment of its rule; [Untrue] refuses an Until beyond it. Zero: the rule has none
	Stock   *int       // units left of everything that it can be used on, where that is a list of products; nil: not counted
	Needs   int        // units that it takes to use it; [Untrue] refuses a Stock below them, and below 1
}

// Points are the customer's loyalty points, where the shop has any.
type Points struct {
	Active   int        // can be spent now
	Worth    shop.Money // of these; zero where they cannot be spent
	Pending  int        // can be spent later
	Expiring int        // of the active ones, those that expire first …
	Expires  time.Time  // … after the day of this
	Earned   int        // by the order that is the occasion
	Tier     string     // as the shop calls it in the message's language; empty: none
	Next     string     // the tier above; empty: none
	Needs    int        // points to be earned for it
}

// Tier is what is off orders of From and more. One of Percent (basis points) and
// Amount is set.
type Tier struct {
	From    shop.Money
	Percent int
	Amount  shop.Money
}

// Links are absolute and signed.
type Links struct {
	Unsubscribe string // https, answers GET with a page and POST as RFC 8058 asks
	Preferences string
}

// Rendered is a message ready for SES: UTF-8, both parts.
type Rendered struct {
	Subject string // one line of at most 200 characters
	HTML    string
	Text    string

	Class    shop.Class // of the message; [Lint] asks more of a promotion
	Language string     // that it was written in, for the Content-Language header
}
