package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
)

// MaxBytes is the size of the largest envelope that is read: what EventBridge and
// SQS carry. An order of a thousand lines has a sixteenth of it; a Shopify product
// with a long description and a hundred variants can have half of it.
const MaxBytes = 1 << 20

// Parsed is the content of one envelope.
type Parsed struct {
	// Events are the facts with their IDs and times, in the order in which they
	// follow from each other. A native envelope gives one. A Shopify webhook
	// gives one for each fact of its order; their IDs are the webhook's ID with
	// the kind of the fact added, so that the same webhook gives the same IDs.
	Events []shop.Event

	// Ignored says in plain English why an envelope without faults has no
	// events: "a Shopify test order". It is empty if there are events.
	Ignored string
}

// Parse returns the events of an EventBridge envelope. It uses now only to
// refuse times more than five minutes ahead; an accepted envelope gives the
// same result at any time. Times are in UTC and in whole milliseconds.
//
// An error is always a *[Refusal], with all faults of the event. Shopify's
// products are ignored: see [ParseFor].
func Parse(envelope []byte, now time.Time) (Parsed, error) {
	return ParseFor(envelope, now, nil)
}

// Shop is what Shopify's products do not say, and the shop's policy does.
type Shop struct {
	Currency shop.Currency // of the prices
	URL      string        // of the home page, without a slash at its end
}

// ParseFor is [Parse] for a function that takes Shopify's products too. It calls
// own only for them; if own fails, ParseFor returns that error.
func ParseFor(envelope []byte, now time.Time, own func() (Shop, error)) (Parsed, error) {
	in := &reading{now: now, own: own}
	root := value{in: in, required: true}
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
	if in.err != nil {
		return Parsed{}, in.err
	}
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
			return nil, fmt.Errorf("it is malformed at byte %d", syntax.Offset)
		}
		return nil, errors.New("a value of it has the wrong form")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows its end, at byte %d", decoder.InputOffset())
	}
	return content, nil
}

// natives has the reader of the detail of each native detail-type. occurred is
// when the event happened: see [value.occurred].
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
	"contact.changed":   contactChanged,
	"cart.changed":      cartChanged,
	"product.changed":   product,
	"consent.given":     consent(true),
	"consent.withdrawn": consent(false),
	"campaign.run":      campaignRun,
	"customer.erase":    erase,
	"customer.export":   export,
}

const shopifyWebhook = "shopifyWebhook"

// platforms has the reader of the envelope of each shop platform's webhooks.
// Shopify's comes over EventBridge, all others from the function hooks.
var platforms = map[string]func(envelope value) Parsed{
	shopifyWebhook:     value.shopify,
	woocommerceWebhook: value.woocommerce,
	medusaWebhook:      value.medusa,
	saleorWebhook:      value.saleor,
	segmentWebhook:     value.segmentHook,
	bigcommerceWebhook: value.bigcommerce,
}

// partners has the reader of the envelopes of each EventBridge partner whose
// detail-types are the partner's own. The name is that in the source,
// "aws.partner/segment.com/…".
var partners = map[string]func(envelope value) Parsed{
	"segment":       value.segmentBus,
	"commercetools": value.commercetools,
}

// partner returns the reader of the envelope's source, or nil.
func (v value) partner() func(value) Parsed {
	source, _ := v.at("source").json.(string)
	rest, ok := strings.CutPrefix(source, "aws.partner/")
	name, _, below := strings.Cut(rest, ".com/")
	if !ok || !below {
		return nil
	}
	return partners[name]
}

func detailTypes() string {
	names := slices.Concat(slices.Collect(maps.Keys(natives)), slices.Collect(maps.Keys(platforms)))
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// envelope reads the fields around the detail, and the detail with the reader
// of its detail-type.
func (v value) envelope() Parsed {
	if !v.object() {
		return Parsed{}
	}
	if read := v.partner(); read != nil {
		return read(v)
	}
	kind := v.must("detail-type")
	name := kind.id()
	if name == "" {
		return Parsed{}
	}
	if read := platforms[name]; read != nil {
		return read(v)
	}
	read, ok := natives[name]
	if !ok {
		kind.fault("is unknown; want one of %s", detailTypes())
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

// occurred returns when a native event happened: detail.occurred_at, or else
// the envelope's time, at which it was emitted. campaign.run needs neither,
// because it has the time of its run.
func (v value) occurred(detail value) time.Time {
	emitted := v.at("time")
	own := detail.at("occurred_at")
	emitted.required = own.absent() && v.at("detail-type").json != "campaign.run"
	at := emitted.time()
	if !own.absent() {
		return own.time()
	}
	return at
}
