package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"regulars/shared/shop"
)

// MaxBytes is the largest envelope that is read. EventBridge and SQS carry four
// times as much; an order of a thousand lines has a quarter of it.
const MaxBytes = 256 << 10

// Parsed is what one envelope tells.
type Parsed struct {
	// Events are the facts, in the order in which they follow from each other.
	// A native envelope gives one. A Shopify webhook gives as many as its order
	// tells; their IDs are the webhook's with the fact's name added, so that
	// the same webhook gives the same IDs.
	Events []shop.Event

	// Ignored says, in plain English, why there are no events although nothing
	// is wrong: "a Shopify test order". It is empty where there are events.
	Ignored string
}

// Parse returns what an EventBridge envelope tells, read at the time now, which
// only serves to refuse the future: more than five minutes ahead. The result is
// the same for the same envelope whenever it is read. Times are UTC and whole
// milliseconds.
//
// The error is a *[Refusal] with every fault of the event, and nothing else.
func Parse(envelope []byte, now time.Time) (Parsed, error) {
	in := &reading{now: now}
	root := value{in: in, needed: true}
	if len(envelope) > MaxBytes {
		root.fault("is %d bytes long; want %d at most", len(envelope), MaxBytes)
		return Parsed{}, &Refusal{in.faults}
	}
	content, err := decode(envelope)
	if err != nil {
		root.fault("is not JSON: %v", err)
		return Parsed{}, &Refusal{in.faults}
	}
	root.json = content
	parsed := root.envelope()
	if len(in.faults) > 0 {
		return Parsed{}, &Refusal{in.faults}
	}
	return parsed, nil
}

func decode(envelope []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(envelope))
	decoder.UseNumber()
	var content any
	if err := decoder.Decode(&content); err != nil {
		var syntax *json.SyntaxError
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil, errors.New("it ends too early")
		case errors.As(err, &syntax):
			return nil, fmt.Errorf("%w, at byte %d", err, syntax.Offset)
		}
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows its end, at byte %d", decoder.InputOffset())
	}
	return content, nil
}

// natives reads the detail of each native detail-type. occurred is when it
// happened, by the event's own word or the envelope's.
var natives = map[string]func(detail value, occurred time.Time) shop.Fact{
	"order.placed":      placed,
	"order.paid":        orderStep(shop.OrderPaid),
	"order.shipped":     orderStep(shop.OrderShipped),
	"order.delivered":   orderStep(shop.OrderDelivered),
	"order.delayed":     delayed,
	"order.cancelled":   cancelled,
	"order.returned":    returned,
	"order.refunded":    refunded,
	"customer.changed":  customerChanged,
	"product.changed":   product,
	"consent.given":     consent(true),
	"consent.withdrawn": consent(false),
	"campaign.run":      campaignRun,
}

const shopifyWebhook = "shopifyWebhook"

func detailTypes() string {
	names := []string{shopifyWebhook}
	for name := range natives {
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

// envelope reads the outside of an event and hands the detail on.
func (v value) envelope() Parsed {
	if !v.object() {
		return Parsed{}
	}
	kind := v.must("detail-type")
	name := kind.id()
	if name == "" {
		return Parsed{}
	}
	if name == shopifyWebhook {
		return v.shopify()
	}
	read, ok := natives[name]
	if !ok {
		kind.fault("is %s, which is unknown; want one of %s", quote(name), detailTypes())
		return Parsed{}
	}
	v.at("source").id()
	id := shop.EventID(v.at("id").id())
	detail := v.must("detail")
	if !detail.object() {
		return Parsed{}
	}
	detail.must("version").choice("1")
	at := v.occurred(detail)
	fact := read(detail, at)
	if f, ok := fact.(shop.OrderFact); ok && f.Placed != nil {
		at = f.Placed.At
	}
	if f, ok := fact.(shop.RunFact); ok {
		at = f.Run
	}
	return Parsed{Events: []shop.Event{{ID: id, At: at, Fact: fact}}}
}

// occurred returns when a native event happened: detail.occurred_at, or the
// envelope's time, which is when it was emitted. A slot tells its time itself.
func (v value) occurred(detail value) time.Time {
	emitted := v.at("time")
	own := detail.at("occurred_at")
	emitted.needed = own.absent() && v.at("detail-type").json != "campaign.run"
	at := emitted.moment()
	if !own.absent() {
		return own.moment()
	}
	return at
}
