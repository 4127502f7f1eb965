package message

import (
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Data is everything that a message can say. Templates see it through the
// names of docs/messages.md.
type Data struct {
	Language string         // one of the message's languages
	Zone     *time.Location // for dates
	Shop     Shop
	Customer Greeting
	Order    *Order // where the occasion is an order
	Picks    []recommend.Pick
	Coupon   *Coupon
	Trouble  string // "returned", "delayed", "cancelled" or empty: what the message answers
	Links    Links
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
	Until time.Time // a delayed order's new day, or zero
}

// Coupon is a discount that this very send grants.
type Coupon struct {
	Code    string
	Percent int        // basis points, for kind percent
	Amount  shop.Money // for kind amount
	Product string     // the title that is free, for kind nth_unit_free
	Nth     int        // for kind nth_unit_free
	Kind    string     // "percent", "amount" or "nth_unit_free"
	Minimum shop.Money // least basket, or zero
	Until   time.Time  // the last moment at which the checkout takes it
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
