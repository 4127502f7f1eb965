package intake

import (
	"time"

	"regulars/shared/shop"
)

// shopifyFulfillment returns the events of a Fulfillment resource, which is one
// parcel of an order. It does not name the customer, and does not say whether
// the order has other parcels: see [shop.Order.Arrived].
func shopifyFulfillment(parcel value, _ string, _ time.Time) []shop.Event {
	left, arrived := parcel.shopifyParcel()
	units := map[shop.ProductID]int{}
	for _, line := range parcel.at("line_items").list(maxLines) {
		if !line.object() {
			continue
		}
		n := line.must("quantity").quantity()
		if known := line.shopifyLine(); known.product != "" && !known.gift && n > 0 {
			line.addUnits(units, known.product, n)
		}
	}
	of := shop.OrderFact{Order: shop.OrderID(parcel.must("order_id").anID()), Ref: parcel.must("id").anID()}
	var facts []timedFact
	if !left.IsZero() {
		of.Kind, of.Parcel = shop.OrderShipped, &shop.Parcel{Units: units}
		facts = append(facts, timedFact{left, of})
	}
	if !arrived.IsZero() {
		of.Kind, of.Parcel = shop.OrderDelivered, &shop.Parcel{Units: units, Delivered: arrived}
		facts = append(facts, timedFact{arrived, of})
	}
	return orderEvents(facts)
}

// shopifyParcel returns when a parcel left and when it arrived; zero if that has
// not happened, or if the parcel was cancelled.
func (v value) shopifyParcel() (left, arrived time.Time) {
	switch v.at("status").text() {
	case "cancelled", "error", "failure":
		return time.Time{}, time.Time{}
	}
	left = v.must("created_at").time()
	if v.at("shipment_status").text() == "delivered" {
		arrived = first(v.at("updated_at"), v.at("created_at")).time()
	}
	return left, arrived
}

// shopifyFulfillmentEvent returns the event of one step of a parcel:
//
//	in_transit, out_for_delivery, attempted_delivery, carrier_picked_up   it has left
//	delivered                                                             it has arrived
//	delayed                                                               it comes later: on estimated_delivery_at, if that is a later day
//	failure                                                               it does not come in time, and no new day is known
//	label_printed, confirmed, ready_for_pickup, and others                nothing
func shopifyFulfillmentEvent(step value, _ string, _ time.Time) []shop.Event {
	at := first(step.at("happened_at"), step.must("created_at")).time()
	until := step.at("estimated_delivery_at").day()
	fact := shop.OrderFact{Order: shop.OrderID(step.must("order_id").anID())}
	parcel := step.must("fulfillment_id").anID()
	switch step.must("status").text() {
	case "in_transit", "out_for_delivery", "attempted_delivery", "carrier_picked_up":
		fact.Kind, fact.Ref, fact.Parcel = shop.OrderShipped, parcel, &shop.Parcel{}
	case "delivered":
		fact.Kind, fact.Ref, fact.Parcel = shop.OrderDelivered, parcel, &shop.Parcel{Delivered: at}
	case "delayed":
		fact.Kind, fact.Delay = shop.OrderDelayed, &shop.Delay{At: at}
		if until.After(at) {
			fact.Delay.Until = until
		}
	case "failure":
		fact.Kind, fact.Delay = shop.OrderDelayed, &shop.Delay{At: at}
	default:
		return nil
	}
	return orderEvents([]timedFact{{at, fact}})
}
