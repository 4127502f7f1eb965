package content

import (
	"slices"
	"time"

	"regulars/shared/brand"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Data is the data that one mail is rendered from. Templates use it through the
// variables of docs/messages.md.
type Data struct {
	Language     string         // one of the message's languages
	Zone         *time.Location // for dates
	Now          time.Time      // when the message is rendered; zero: the months of reasons have their year
	Shop         Shop
	Customer     Greeting
	Order        *Order // nil if the occasion is not an order
	Cart         *Cart  // nil if the occasion is not a cart
	Picks        []recommend.Pick
	Product      *recommend.Pick               // the product that the message is about; nil if it is about none
	Former       map[shop.ProductID]shop.Money // the highest former price that may be stated of each product (see [shop.Prices.Former]); of one that is not in it, none may be stated
	Coupon       *Coupon
	Points       *Points
	ServiceIssue string // the service issue that the message is about: "returned", "delayed", "cancelled" or empty
	Links        Links
	Why          Why

	// SoftOptIn says that the message sells (see [Message.Sells]) to a customer who
	// has neither opted in nor objected. [Lint] then requires a visible opt-out.
	SoftOptIn bool
}

// Products returns the picks, and the product that the message is about.
func (d Data) Products() []recommend.Pick {
	if d.Product == nil {
		return d.Picks
	}
	return append(slices.Clone(d.Picks), *d.Product)
}

// Shop is the sender, from the shop's policy.
type Shop struct {
	Name    string
	URL     string
	Address string // postal; the law requires it in promotions
	Legal   string // the legal footer for the customer's country, or empty
	Brand   brand.Brand

	CartURL    string // applies the coupon of this mail and opens the cart; empty without a coupon
	ContactURL string // the page where a person answers, or empty
	Replies    bool   // a person reads what customers answer to the mail
}

// Why says why the customer gets the message: what the decision to send it rests
// on.
type Why struct {
	Kind   string             // one of [WhyKinds]
	On     time.Time          // the day of the order or of the consent; zero if not known
	Source shop.ConsentSource // of a consent: how the customer gave it; empty if not known
}

// The kinds of [Why].
const (
	WhyOrder     = "order"       // the message is about this order
	WhyConsent   = "consent"     // the customer has opted in to promotions
	WhySoftOptIn = "soft_opt_in" // the customer has bought from the shop and has not objected; On is their last order
	WhyCustomer  = "customer"    // the message concerns customers, but no single order
	WhySignUp    = "sign_up"     // the address was entered in the sign-up form, and is to be confirmed
	WhyAsked     = "asked"       // the person asked for the mail on the preference page
)

// WhyKinds lists the kinds of [Why].
var WhyKinds = []string{WhyOrder, WhyConsent, WhySoftOptIn, WhyCustomer, WhySignUp, WhyAsked}

// Greeting is the customer, as the message addresses them.
type Greeting struct{ Name string }

// Order is the order that the message is about.
type Order struct {
	ID       shop.OrderID
	URL      string // its page, or empty
	Number   string // as the customer knows it; the ID if it has no number
	Total    shop.Money
	Until    time.Time        // new delivery day of a delayed order, or zero
	Products []shop.ProductID // what was ordered; a pick for which one of these is the reason is in picks_with
	Also     []string         // the numbers of other orders that the message is about as well
}

// Cart is the cart that the message is about, with its products as they are now.
type Cart struct {
	URL   string // where the customer goes on with it
	Lines []CartLine
}

// CartLine is one product of a cart, without a former price.
type CartLine struct {
	Product shop.Product
	Units   int
	SoldOut bool
}

// Coupon is the discount that the mail gives to the customer, with the terms
// that the checkout applies. Fields that its kind does not need are zero.
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
	Points  int        // for kind points: a number of points, or …
	Times   int        // … the factor for the points that an order earns
	On      string     // the products that it applies to, such as "lunch bags"; empty: all
	Minimum shop.Money // smallest basket, or zero
	AtMost  shop.Money // largest discount, or zero
	Floor   bool       // it lowers no product below a margin, so the discount can be smaller
	Alone   bool       // it does not combine with other discounts
	Earned  bool       // an order earned it: it is valid as long as the customer keeps what earned it
	Until   time.Time  // the last time at which the checkout accepts it
	Ends    time.Time  // the end of its offer; [Untrue] refuses a later Until. Zero: the offer has no end
	Stock   *int       // units in stock of all products that it can be used for, if the offer lists them; nil: not known
	Needs   int        // units that a customer must buy to use it; [Untrue] refuses a smaller Stock, and a Stock of 0
}

// Points are the customer's loyalty points, in a shop that has points.
type Points struct {
	Active   int        // points that can be spent now
	Worth    shop.Money // worth of these; zero if they cannot be spent
	Pending  int        // points that can be spent later
	Expiring int        // active points that expire first …
	Expires  time.Time  // … at the end of this day
	Earned   int        // points of the order that the message is about
	Waiting  int        // of Earned and of Pending, the points of that order that can be spent later
	Tier     string     // its name in the message's language; empty: none
	Next     string     // name of the next tier; empty: none
	Needs    int        // points still missing for the next tier, once all orders are paid
}

// Nothing reports whether there is nothing to say about the points.
func (p *Points) Nothing() bool {
	return p == nil || p.Active == 0 && p.Pending == 0 && p.Earned == 0 && p.Tier == ""
}

// Tier is the discount on baskets of From and more. Either Percent (basis
// points) or Amount is set.
type Tier struct {
	From    shop.Money
	Percent int
	Amount  shop.Money
}

// Links are the customer's own links, absolute and signed.
type Links struct {
	Unsubscribe string // https; answers GET with a page and POST as RFC 8058 requires
	Preferences string
	Confirm     string // confirms what the message is about: a sign-up, or a request for the person's data or their erasure; empty in every other message
}

// Rendered is a rendered message in UTF-8, with all parts.
type Rendered struct {
	Subject string // one line of at most 200 characters
	HTML    string
	Text    string

	Class    shop.Class // class of the message; [Lint] requires more of a promotion
	Language string     // language of the texts, for the Content-Language header
}
