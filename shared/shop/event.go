package shop

import "time"

// Event is one checked event from the shop's back end. Fact is one of
// [OrderFact], [CustomerFact], [ContactFact], [ProductFact], [ListingFact],
// [CartFact], [ConsentFact], [RunFact], [EraseFact] or [ExportFact].
type Event struct {
	ID   EventID
	At   time.Time // when it happened; at most five minutes ahead of the clock
	Fact Fact
}

// Fact is the content of an event. No other package can add a type of fact.
type Fact interface{ fact() }

// OrderKind is the kind of an order event, with the value of the event's
// detail-type.
type OrderKind string

const (
	OrderPlaced    OrderKind = "order.placed"
	OrderPaid      OrderKind = "order.paid"
	OrderShipped   OrderKind = "order.shipped"
	OrderDelayed   OrderKind = "order.delayed"
	OrderDelivered OrderKind = "order.delivered"
	OrderCancelled OrderKind = "order.cancelled"
	OrderEdited    OrderKind = "order.edited" // no detail-type: see [Edit]
	OrderReturned  OrderKind = "order.returned"
	OrderRefunded  OrderKind = "order.refunded"

	// CartAbandoned starts the campaigns about carts that were left alone for the
	// campaign's time. It has no detail-type: the function record raises its intents
	// when a cart changes.
	CartAbandoned OrderKind = "cart.abandoned"

	// SignedUp starts the campaign of the confirmation mail. It has no detail-type
	// and no order: the function signup raises its intents.
	SignedUp OrderKind = "contact.signed_up"

	// AskedExport and AskedErasure start the campaigns of the mails with a link to
	// the person's data, and to their erasure. They have no detail-type and no order
	// either: the preference centre raises their intents.
	AskedExport  OrderKind = "contact.asked_export"
	AskedErasure OrderKind = "contact.asked_erasure"

	// The customer's own days. They have no detail-type and no order: the function
	// plan finds them in the profiles, in the daily pass of a campaign that names
	// one.
	BirthdayComes    OrderKind = "birthday"
	AnniversaryComes OrderKind = "anniversary"       // of the first order
	CustomerLate     OrderKind = "customer.late"     // by their own rhythm
	PointsExpiring   OrderKind = "points.expiring"   // the last day on which some can be spent
	ReplenishmentDue OrderKind = "replenishment.due" // a product that is used up, or that they buy again and again

	// TierReached starts campaigns of the loyalty scheme. It has no detail-type: the
	// function record raises its intents, when an event of an order lifts the customer.
	TierReached OrderKind = "tier.reached"

	// BackInStock, Cheaper and NewProduct start campaigns about a product. They have
	// no detail-type and no order: the function record derives them from
	// product.changed.
	BackInStock OrderKind = "product.back_in_stock"
	Cheaper     OrderKind = "product.cheaper"
	NewProduct  OrderKind = "product.new"
)

// OwnDays are the kinds of a customer's own days.
var OwnDays = []OrderKind{BirthdayComes, AnniversaryComes, CustomerLate, PointsExpiring, ReplenishmentDue}

// OfProduct reports whether the kind is about a product, and not about an order or
// a person.
func (k OrderKind) OfProduct() bool { return k == BackInStock || k == Cheaper || k == NewProduct }

// Earns reports whether an event of this kind can earn the customer something:
// the order was placed or went forward. The other kinds say that something went
// wrong, or was taken back.
func (k OrderKind) Earns() bool {
	return k == OrderPlaced || k == OrderPaid || k == OrderShipped || k == OrderDelivered
}

// OrderFact is an event of an order. Only the pointer that belongs to Kind is
// set; paid has none, and shipped and delivered only if they are about one parcel.
type OrderFact struct {
	Kind     OrderKind
	Order    OrderID
	Customer CustomerID // empty if the event does not contain it (a Shopify refund)
	Placed   *Placed
	Delay    *Delay
	Cancel   *Cancel
	Ref      string  // ID of the parcel, edit, return or refund
	Parcel   *Parcel `json:",omitempty"`
	Edit     *Edit
	Return   *Return
	Refund   *Refund
}

// CustomerFact is the data of a customer outside of orders.
type CustomerFact struct {
	Customer CustomerID
	Email    string    // the customer's address from now on; "" if the event names none
	Birthday *Birthday // "" deletes an earlier one; nil if the event does not say
}

// ContactFact is a person whom the shop knows, with or without an order, and
// what they said to topics. An empty field of Customer says nothing.
type ContactFact struct {
	Customer Customer
	Consents []ConsentStatement
}

// ConsentStatement is a yes (Given) or a no to a topic. Source and Wording are
// those of a yes; "" if the event does not say.
type ConsentStatement struct {
	Topic   Topic
	Given   bool
	At      time.Time
	Source  ConsentSource
	Wording string // the text that the person agreed to
}

// ProductFact is the new state of a product.
type ProductFact struct{ Product Product }

// ListingFact is the new state of a listing.
type ListingFact struct{ Listing Listing }

// ConsentFact is a customer's consent to a topic, or its withdrawal.
type ConsentFact struct {
	Customer CustomerID
	Email    string // the address that the event names, "" if it names none
	Topic    Topic
	Given    bool
	Source   ConsentSource // of a consent; "" if the event does not say
	Channel  Channel
}

// RunFact starts one run of a scheduled campaign.
type RunFact struct {
	Campaign CampaignID
	Run      time.Time
	Local    string // the time that the clocks of the customers show, such as "2026-12-05T10:00"; "" for everybody
}

// RequestSource is the way by which a customer's request about their data came.
type RequestSource string

const (
	RequestFromPreferences RequestSource = "preferences" // the customer, on the preference page
	RequestFromShop        RequestSource = "shop"        // the shop's back end
	RequestFromOperator    RequestSource = "operator"    // a person at the shop, with make erase
	RequestFromShopify     RequestSource = "shopify"     // one of Shopify's privacy topics
)

// EraseFact asks to erase a customer. Customer, Email or Orders is set.
type EraseFact struct {
	Customer CustomerID
	Email    string    // one address of theirs; guests have no other name
	Orders   []OrderID // that are to be erased in any case
	Source   RequestSource
}

// ExportFact asks for all data of a customer.
type ExportFact struct {
	Customer CustomerID
	Source   RequestSource
}

func (OrderFact) fact()    {}
func (CustomerFact) fact() {}
func (ContactFact) fact()  {}
func (ProductFact) fact()  {}
func (ListingFact) fact()  {}
func (ConsentFact) fact()  {}
func (RunFact) fact()      {}
func (EraseFact) fact()    {}
func (ExportFact) fact()   {}
