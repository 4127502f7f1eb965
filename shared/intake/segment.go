package intake

import (
	"cmp"
	"strings"
	"time"

	"regulars/shared/shop"
)

const segmentWebhook = "segmentWebhook"

// segmentEvents has the reader of each event of a track call that is read, by its
// name in Segment's specification (ecommerce v2 and email). The sources of the
// values:
//
//	ID, time     messageId; timestamp, or receivedAt if that is earlier: nothing
//	             is received before it happens, and a browser's clock can be fast
//	customer     userId. Without one, a guest by traits.email, context.traits.email
//	             or properties.email. anonymousId names a browser, and no customer
//	order        properties: see [value.segmentPlaced]
//	cart         Cart Viewed and Checkout Started, which list all that is in it:
//	             see [segmentCart]
//	opt-out      Unsubscribed, of any list, and Email Marked as Spam. There is no
//	             event for a consent to promotions
var segmentEvents = map[string]segmentReader{
	"Order Completed":      segmentCompleted,
	"Order Updated":        segmentUpdated,
	"Order Cancelled":      segmentCancelled,
	"Order Refunded":       segmentRefunded,
	"Cart Viewed":          segmentCart,
	"Checkout Started":     segmentCart,
	"Unsubscribed":         segmentOptOut,
	"Email Marked as Spam": segmentOptOut,
}

// segmentReader returns the events of a message that happened at at, and why
// there are none.
type segmentReader func(message value, at time.Time) (events []shop.Event, ignored string)

// segmentHook reads a message that Segment posted to the function hooks.
func (v value) segmentHook() Parsed {
	_, payload := v.platform()
	if payload.absent() {
		return Parsed{}
	}
	return payload.segment()
}

// segmentBus reads a message that Segment's EventBridge destination delivered: the
// detail is the message itself, and the detail-type the kind of call.
func (v value) segmentBus() Parsed {
	v.at("source").id()
	message := v.must("detail")
	if !message.object() {
		return Parsed{}
	}
	return message.segment()
}

// segment reads a message of Segment.
func (v value) segment() Parsed {
	kind := v.must("type").text()
	var read segmentReader
	switch kind {
	case "":
		return Parsed{}
	case "identify":
		read = segmentPerson
	case "delete":
		read = segmentGone
	case "track":
		event := v.must("event").text()
		if read = segmentEvents[event]; read == nil {
			return Parsed{Ignored: cmp.Or(segmentUnread[event], "a Segment event that is not read: see docs/segment.md")}
		}
	default:
		return Parsed{Ignored: "a Segment call that is neither track nor identify"}
	}
	id, at := v.must("messageId").id(), v.segmentTime()
	events, ignored := read(v, at)
	return Parsed{Events: under(id, events), Ignored: ignored}
}

// segmentUnread says of events of the specification why they are not read.
var segmentUnread = map[string]string{
	"Checkout Step Viewed":    segmentStepOnly,
	"Checkout Step Completed": segmentStepOnly,
	"Payment Info Entered":    segmentStepOnly,
	"Product Added":           segmentOneProduct,
	"Product Removed":         segmentOneProduct,
	"Product Viewed":          "a Segment view of a product: product.changed describes products",
	"Completed Order":         "a Segment event of the specification of before 2016: send Order Completed",
}

const (
	segmentStepOnly   = "a step of a Segment checkout, which does not say what is in the cart: Checkout Started does"
	segmentOneProduct = "a Segment change of a cart, which names one product and not what is in the cart: send Cart Viewed after it"
)

// segmentTime returns when the message happened.
func (v value) segmentTime() time.Time {
	if received := v.at("receivedAt").time(); !received.IsZero() {
		if at := v.must("timestamp").anyTime(); !at.IsZero() && at.Before(received) {
			return at
		}
		return received
	}
	return v.must("timestamp").time()
}

// segmentWho returns the customer of a message: all that traits says, which are
// those of an identify call or of the context. A userId that is an address names
// a guest, so that no address becomes an ID.
func (v value) segmentWho(traits value) shop.Customer {
	context := v.part("context")
	own, address := v.at("userId"), value{in: v.in}
	if s, ok := own.json.(string); ok && strings.Contains(s, "@") {
		own, address = address, own
	}
	home := traits.part("address")
	c := shop.Customer{
		ID:      own.unlessEmpty().ofCustomer(value.anID),
		Email:   first(traits.at("email"), v.at("properties").at("email"), address).address(),
		Name:    first(traits.at("firstName"), traits.at("first_name"), traits.at("name")).text(),
		Locale:  context.at("locale").locale(),
		Zone:    context.at("timezone").zone(),
		Country: home.at("country").country(),
	}
	c.Province = home.at("state").province(c.Country)
	if c.ID == "" {
		c.ID = Guest(c.Email)
	}
	return c
}

// segmentTraits returns the traits that a track call repeats.
func (v value) segmentTraits() value { return v.part("context").part("traits") }

// segmentPerson returns the event of an identify call.
func segmentPerson(message value, at time.Time) ([]shop.Event, string) {
	c := message.segmentWho(first(message.part("traits"), message.segmentTraits()))
	switch {
	case c.ID == "":
		return nil, "a Segment identify with neither a userId nor an address: an anonymousId names no customer"
	case c.Email == "" && c.Name == "" && c.Locale == "" && c.Zone == "" && c.Country == "":
		return nil, "a Segment identify without a trait that is read"
	}
	return []shop.Event{{ID: "customer", At: at, Fact: shop.ContactFact{Customer: c}}}, ""
}

// segmentOptOut returns the event of a customer who unsubscribed from a mailing,
// or marked it as spam: they get no promotions any more.
func segmentOptOut(message value, at time.Time) ([]shop.Event, string) {
	c := message.segmentWho(message.segmentTraits())
	if c.ID == "" {
		return nil, "a Segment opt-out with neither a userId nor an address: an anonymousId names no customer"
	}
	return []shop.Event{{ID: "consent", At: at, Fact: shop.ConsentFact{
		Customer: c.ID, Email: c.Email, Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit,
	}}}, ""
}

// segmentGone returns the event of a user whom the shop asked Segment to delete:
// they get no promotions any more. It is no erasure: see
// docs/runbooks/erasure.md.
func segmentGone(message value, at time.Time) ([]shop.Event, string) {
	return segmentOptOut(message, at)
}
