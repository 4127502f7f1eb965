package intake

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
)

// commercetoolsMessages has the reader of each message of commercetools that is
// read, by its type. The sources of the values:
//
//	ID, time     id and createdAt of the message
//	order        resource.id; its number is orderNumber
//	order's data order, which only OrderCreated has: see [value.commercetoolsPlaced]
//	paid         OrderPaymentStateChanged to Paid, or the order's own paymentState
//	parcel       a delivery with its items, by the delivery's ID
//	delivered    OrderShipmentStateChanged to Delivered
//	delayed      OrderShipmentStateChanged to Delayed
//	cancelled    OrderStateChanged to Cancelled; commercetools has no reason for it
//	returned     items of a returnInfo that have come back, by the item's ID
//
// Deliveries and returns name lines of the order, and not products: see
// [shop.Placed.Items].
var commercetoolsMessages = map[string]commercetoolsReader{
	"OrderCreated":                   commercetoolsOrder,
	"OrderCreatedFromRecurringOrder": commercetoolsOrder,
	"OrderStateChanged":              commercetoolsState,
	"OrderPaymentStateChanged":       commercetoolsPayment,
	"OrderShipmentStateChanged":      commercetoolsShipment,
	"DeliveryAdded":                  commercetoolsDelivery,
	"ParcelAddedToDelivery":          commercetoolsDelivery,
	"ReturnInfoAdded":                commercetoolsReturns,
	"ReturnInfoSet":                  commercetoolsReturns,
	"CustomerCreated":                commercetoolsCustomer,
	"CustomerEmailChanged":           commercetoolsEmail,
	"CustomerFirstNameSet":           commercetoolsName,
	"CustomerDeleted":                commercetoolsGone,
	"ProductPublished":               commercetoolsProduct,
	"ProductUnpublished":             commercetoolsHidden,
	"ProductDeleted":                 commercetoolsHidden,
}

// commercetoolsReader returns the events of a message that was created at at, and
// why there are none.
type commercetoolsReader func(message value, at time.Time) (events []shop.Event, ignored string)

// commercetools reads a notification that commercetools' EventBridge source
// delivered: the detail is the notification itself.
func (v value) commercetools() Parsed {
	v.at("source").id()
	message := v.must("detail")
	if !message.object() {
		return Parsed{}
	}
	if kind := message.must("notificationType").text(); kind != "Message" {
		return Parsed{Ignored: "a notification of commercetools that is no message"}
	}
	left := message.at("payloadNotIncluded")
	kind := message.at("type").text()
	if !left.absent() && left.object() {
		kind = left.at("payloadType").text()
	}
	read := commercetoolsMessages[kind]
	switch {
	case read == nil:
		return Parsed{Ignored: cmp.Or(commercetoolsUnread[kind], "a commercetools message that is not read: see docs/commercetools.md")}
	case !left.absent():
		left.fault("is there: commercetools left the content of the message out, because it was too large. Read it from commercetools' Messages API by /detail/id, and send what it says as an event of your own: docs/commercetools.md says how")
		return Parsed{}
	}
	id, at := message.must("id").id(), message.must("createdAt").time()
	events, ignored := read(message, at)
	return Parsed{Events: under(id, events), Ignored: ignored}
}

// commercetoolsUnread says of messages that a shop may subscribe to why they are
// not read.
var commercetoolsUnread = map[string]string{
	"OrderImported":                   "an order that was imported into commercetools: a history comes in with make import, and raises no message",
	"OrderDeleted":                    "a deleted commercetools order: its last state stays; only a cancellation or a return takes an order back",
	"OrderReturnShipmentStateChanged": "the state of an announced return in commercetools, whose message says neither the line nor the units: send order.returned, or add the return when it has come back",
	"PaymentCreated":                  commercetoolsMoney,
	"PaymentTransactionAdded":         commercetoolsMoney,
	"PaymentTransactionStateChanged":  commercetoolsMoney,
	"OrderEditApplied":                "an edited commercetools order, whose message has only the difference: send order.placed with the new lines",
	"ProductCreated":                  "a commercetools product that is not published yet",
}

const commercetoolsMoney = "a payment of commercetools, whose message does not name the order: send order.refunded for money that was paid back without a return"

// commercetoolsFact returns a fact of the message's order.
func (v value) commercetoolsFact(kind shop.OrderKind, ref string) shop.OrderFact {
	resource := v.must("resource")
	resource.object()
	return shop.OrderFact{Kind: kind, Order: shop.OrderID(resource.must("id").anID()), Ref: ref}
}

// step returns the event of an order that has no data except its time.
func (v value) commercetoolsStep(kind shop.OrderKind, at time.Time) []shop.Event {
	return orderEvents([]timedFact{{at, v.commercetoolsFact(kind, "")}})
}

func commercetoolsState(message value, at time.Time) ([]shop.Event, string) {
	if message.must("orderState").text() != "Cancelled" {
		return nil, "a state of a commercetools order other than Cancelled"
	}
	fact := message.commercetoolsFact(shop.OrderCancelled, "")
	fact.Cancel = &shop.Cancel{At: at, Cause: shop.CauseOther}
	return orderEvents([]timedFact{{at, fact}}), ""
}

func commercetoolsPayment(message value, at time.Time) ([]shop.Event, string) {
	if message.must("paymentState").text() != "Paid" {
		return nil, "a state of a commercetools payment other than Paid"
	}
	return message.commercetoolsStep(shop.OrderPaid, at), ""
}

// commercetoolsShipment returns the event of an order's shipment state:
//
//	Shipped      it has left
//	Delivered    it has arrived
//	Delayed      it comes later; no new day is known
//	Backorder    nothing: the customer may have known it when they ordered
//	Partial, Ready, Pending, Canceled   nothing
func commercetoolsShipment(message value, at time.Time) ([]shop.Event, string) {
	switch message.must("shipmentState").text() {
	case "Shipped":
		return message.commercetoolsStep(shop.OrderShipped, at), ""
	case "Delivered":
		return message.commercetoolsStep(shop.OrderDelivered, at), ""
	case "Delayed":
		fact := message.commercetoolsFact(shop.OrderDelayed, "")
		fact.Delay = &shop.Delay{At: at}
		return orderEvents([]timedFact{{at, fact}}), ""
	}
	return nil, "a state of a commercetools shipment that is neither Shipped, Delivered nor Delayed"
}

// commercetoolsDelivery returns the event of a delivery, which is one parcel of
// the order here, whether the message is about the delivery or about a parcel in
// it.
func commercetoolsDelivery(message value, at time.Time) ([]shop.Event, string) {
	delivery := message.must("delivery")
	delivery.object()
	units := map[shop.ProductID]int{}
	for _, item := range delivery.at("items").list(maxLines) {
		if item.object() {
			item.addItem(units, item.must("id"))
		}
	}
	fact := message.commercetoolsFact(shop.OrderShipped, delivery.must("id").anID())
	fact.Parcel = &shop.Parcel{Units: units}
	return orderEvents([]timedFact{{at, fact}}), ""
}

// addItem adds the quantity of v, which is an item of a delivery or of a return,
// to those of the line that it names.
func (v value) addItem(units map[shop.ProductID]int, line value) {
	item, n := shop.ItemID(line.anID()), v.must("quantity").whole(0, maxUnits)
	if n > 0 {
		v.addUnits(units, item, n)
	}
}

// commercetoolsReturns returns the events of the items that have come back. An
// item that is only announced (Advised) has not; one of a custom line is no
// product.
func commercetoolsReturns(message value, at time.Time) ([]shop.Event, string) {
	infos := []value{message.at("returnInfo")}
	if _, several := infos[0].json.([]any); several {
		infos = infos[0].list(maxLines)
	}
	var facts []timedFact
	for _, info := range infos {
		if info.absent() || !info.object() {
			continue
		}
		for _, item := range info.at("items").list(maxLines) {
			if !item.object() || item.at("shipmentState").text() == "Advised" || item.at("lineItemId").absent() {
				continue
			}
			fact := message.commercetoolsFact(shop.OrderReturned, item.must("id").anID())
			fact.Return = &shop.Return{At: at, Cause: shop.CauseOther, Units: map[shop.ProductID]int{}}
			item.addItem(fact.Return.Units, item.at("lineItemId"))
			if len(fact.Return.Units) > 0 {
				facts = append(facts, timedFact{at, fact})
			}
		}
	}
	if len(facts) == 0 {
		return nil, "a return of commercetools of which nothing has come back yet"
	}
	return orderEvents(facts), ""
}

// centAmount returns money of commercetools: centAmount in minor units, of which
// fractionDigits says how many decimals they are. Money of a higher precision has
// its rounded amount there, too.
func (v value) centAmount() shop.Money {
	if !v.object() {
		return shop.Money{}
	}
	currency := v.must("currencyCode").currency()
	minor := v.must("centAmount").whole(0, maxMinor)
	if digits := v.at("fractionDigits"); v.at("type").text() != "highPrecision" && !digits.absent() {
		return v.at("centAmount").scaled(int64(minor), digits.whole(0, 9), currency)
	}
	return shop.Money{Minor: int64(minor), Currency: currency}
}

// localized returns a text in the language, or else in its base language, in
// English, or in the first of its languages. Keys that are no language are left
// out.
func (v value) localized(locale string) string {
	if v.absent() || !v.object() {
		return ""
	}
	base, _, _ := strings.Cut(locale, "-")
	wanted := []string{locale, base, "en"}
	for _, key := range slices.Sorted(maps.Keys(v.json.(map[string]any))) {
		if languageTag(key) != "" {
			wanted = append(wanted, key)
		}
	}
	for _, key := range wanted {
		if key == "" {
			continue
		}
		if s := v.at(key).text(); s != "" {
			return s
		}
	}
	return ""
}
