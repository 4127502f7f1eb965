package shop

import "time"

// Event is one thing that happened, as the shop's back end told it. Fact is one
// of [OrderFact], [CustomerFact], [ProductFact], [ConsentFact] or [RunFact].
type Event struct {
	ID   EventID
	At   time.Time // when it happened; at most five minutes ahead of the clock
	Fact Fact
}

// Fact is what an event tells. The set is closed.
type Fact interface{ fact() }

// OrderKind names what happened to an order, as in the event's detail-type.
type OrderKind string

const (
	OrderPlaced    OrderKind = "order.placed"
	OrderPaid      OrderKind = "order.paid"
	OrderShipped   OrderKind = "order.shipped"
	OrderDelayed   OrderKind = "order.delayed"
	OrderDelivered OrderKind = "order.delivered"
	OrderCancelled OrderKind = "order.cancelled"
	OrderReturned  OrderKind = "order.returned"
	OrderRefunded  OrderKind = "order.refunded"
)

// OrderFact is something that happened to an order. Exactly the pointer that
// belongs to Kind is set; paid, shipped and delivered need none.
type OrderFact struct {
	Kind     OrderKind
	Order    OrderID
	Customer CustomerID // empty where the event does not say (a Shopify refund)
	Placed   *Placed
	Delay    *Delay
	Cancel   *Cancel
	Ref      string // the return's or refund's ID
	Return   *Return
	Refund   *Refund
}

// CustomerFact is what a customer said of themselves outside an order, whole.
type CustomerFact struct {
	Customer CustomerID
	Birthday Birthday
}

// ProductFact is a product's new state.
type ProductFact struct{ Product Product }

// ConsentFact is a customer's word on a topic.
type ConsentFact struct {
	Customer CustomerID
	Topic    Topic
	Given    bool
	Channel  Channel
}

// RunFact asks for one slot of a scheduled campaign.
type RunFact struct {
	Campaign CampaignID
	Run      time.Time
}

func (OrderFact) fact()    {}
func (CustomerFact) fact() {}
func (ProductFact) fact()  {}
func (ConsentFact) fact()  {}
func (RunFact) fact()      {}
