//go:build !race

package recording

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/iso4217"
	"regulars/shared/message"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
	"regulars/shared/webhook"
	"regulars/shared/webhook/webhooktest"
)

const storyKey = "the-key-of-the-platform-in-the-stories"

// storyShop is a shop whose platform posts to hooks, or puts on the event bus.
type storyShop struct {
	*day
	of    platform
	hooks *webhook.Handler
	clock time.Time
	came  int // webhooks
}

func newStoryShop(t *testing.T, of platform) *storyShop {
	t.Helper()
	s := &storyShop{day: newDayOf(t, of.policy), of: of}
	s.Recorder.Now = func() time.Time { return s.clock }
	s.Now = s.Recorder.Now // the dispatcher's
	s.hooks = &webhook.Handler{Keys: map[string][][]byte{of.name: {[]byte(webhooktest.Key(of.name, storyKey))}}, Record: s.own, Fetch: s.own, Now: s.Recorder.Now}
	return s
}

// inForce returns the policy of infra/shop for a shop with the platform's currency
// and address.
func (of platform) inForce(t *testing.T) shoppolicy.Policy {
	t.Helper()
	packed, err := packedShop()
	must(t, err)
	delivered, err := shoppolicy.Decode(packed, message.Renderer{})
	must(t, err)
	text, err := json.Marshal(delivered)
	must(t, err)
	var again bytes.Buffer
	pack := gzip.NewWriter(&again)
	_, err = pack.Write(bytes.ReplaceAll(text, []byte(`"GBP"`), []byte(strconv.Quote(of.Currency))))
	must(t, err)
	must(t, pack.Close())
	p, err := shoppolicy.Decode(again.Bytes(), message.Renderer{}) // in one part, as earlier versions stored it
	must(t, err)
	p.Shop.URL, p.Shop.Hosts = of.URL, append(p.Shop.Hosts, of.Hosts...)
	return p
}

// play delivers the webhooks one after the other, each with all that follows from
// it.
func (s *storyShop) play(arrivals []arrival) {
	s.t.Helper()
	for _, a := range arrivals {
		s.came++
		s.clock = a.At
		webhooktest.At = a.At
		if sign := webhooktest.Signers[s.of.name]; sign != nil {
			s.post(a, sign(a.content, storyKey))
			continue
		}
		detail, kind := any(map[string]any{"metadata": a.Headers, "payload": json.RawMessage(a.content)}), s.of.DetailType
		if kind == "" { // the platform's own: the body is all of the detail
			detail, kind = json.RawMessage(a.content), "Message"
		}
		put, err := json.Marshal(map[string]any{ // as EventBridge has it
			"version": "0", "id": fmt.Sprint("story-", s.came), "detail-type": kind, "source": "aws.partner/" + s.of.name + ".com/1/regulars",
			"account": "123456789012", "time": a.At, "region": "eu-west-1", "resources": []string{},
			"detail": detail,
		})
		must(s.t, err)
		s.deliver(string(put))
	}
}

// post sends a signed webhook to hooks, and what hooks put on the queue to record.
func (s *storyShop) post(a arrival, headers map[string]string) {
	s.t.Helper()
	for name, value := range a.Headers {
		headers[strings.ToLower(name)] = value
	}
	r := events.LambdaFunctionURLRequest{RawPath: "/" + s.of.name, Body: a.content, Headers: headers}
	r.RequestContext.HTTP.Method, r.RequestContext.RequestID = http.MethodPost, fmt.Sprint("story-", s.came)
	answer, err := s.hooks.Handle(s.t.Context(), r)
	must(s.t, err)
	if answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: hooks answers %d %s", a.Body, answer.StatusCode, answer.Body)
	}
	messages, err := s.queues.Receive(s.t.Context(), "Record", 10, 0, nil)
	must(s.t, err)
	if len(messages) != 1 {
		s.t.Fatalf("%s: hooks put %d messages on the queue of record; want one", a.Body, len(messages))
	}
	must(s.t, s.queues.Delete("Record", messages[0].Handle))
	s.deliver(messages[0].Body)
}

// outcome returns what the shop knows and has sent.
func (s *storyShop) outcome() outcome {
	s.t.Helper()
	o := outcome{Orders: map[string]orderWant{}, Customers: map[string]customerWant{}, Products: map[string]productWant{}, Mails: []string{}}
	_, err := s.store.Orders(s.t.Context(), dynamo.Page{}, func(order shop.Order) error {
		o.Orders[string(order.ID)] = s.orderNow(order)
		return nil
	})
	must(s.t, err)
	_, err = s.store.Profiles(s.t.Context(), dynamo.Page{}, func(p profile.Profile) error {
		id := string(p.ID)
		if p.ID.IsGuest() && p.ID == intake.Guest(p.Email.Value) {
			id = "guest " + p.Email.Value
		}
		o.Customers[id] = s.customerNow(p)
		return nil
	})
	must(s.t, err)
	_, err = s.store.Products(s.t.Context(), dynamo.Page{}, func(item recommend.Item) error {
		if item.Title != "" { // else it was only bought
			o.Products[string(item.ID)] = productNow(item.Product)
		}
		return nil
	})
	must(s.t, err)
	for _, m := range s.mails {
		intent := s.intents[shop.SendID(m.Tags["send_id"])]
		o.Mails = append(o.Mails, fmt.Sprintf("%s for %s to %s", intent.Campaign, intent.Order, m.To))
	}
	return o
}

func (s *storyShop) orderNow(order shop.Order) (w orderWant) {
	var steps []string
	step := func(at time.Time, name string) {
		if !at.IsZero() {
			steps = append(steps, name)
		}
	}
	if p := order.Placed; p != nil {
		step(p.At, "placed")
		w.Number, w.Total, w.Lines = p.Number, amount(p.Total), map[string]any{}
		for _, line := range p.Lines {
			w.Lines[string(line.Product)] = fmt.Sprintf("%d × %s", line.Units, amount(line.Price))
		}
		if _, refunds := order.Account(); len(refunds) > 0 {
			var back int64
			for _, minor := range refunds {
				back += minor
			}
			w.Refunded = amount(shop.Money{Minor: back, Currency: p.Total.Currency})
		}
	}
	step(order.Paid, "paid")
	step(order.Shipped, "shipped")
	if order.Placed != nil {
		step(order.Arrived(), "delivered")
	}
	if order.Delay != nil {
		steps = append(steps, "delayed")
	}
	if order.Cancel != nil {
		steps = append(steps, fmt.Sprintf("cancelled (%s)", order.Cancel.Cause))
	}
	w.State = strings.Join(steps, ", ")
	for _, back := range order.Returns {
		for product, units := range back.Units {
			if w.Returned == nil {
				w.Returned = map[string]int{}
			}
			w.Returned[string(product)] += units
		}
	}
	return w
}

func (s *storyShop) customerNow(p profile.Profile) customerWant {
	w := customerWant{Email: p.Email.Value, Name: p.Name.Value, Country: p.Country.Value, Locale: p.Locale.Value}
	contact, _, err := s.store.Contact(s.t.Context(), p.ID)
	must(s.t, err)
	if said, ok := contact.Said(shop.TopicPromotions, p); ok {
		w.Consent = map[bool]string{true: "yes", false: "no"}[said.Given]
	}
	all, _ := p.All()
	w.Orders = all.Orders
	var spent []string
	for _, currency := range slices.Sorted(maps.Keys(all.Net)) {
		if minor := all.Net[currency]; minor != 0 {
			spent = append(spent, amount(shop.Money{Minor: minor, Currency: currency}))
		}
	}
	w.Spent = strings.Join(spent, ", ")
	return w
}

func productNow(p shop.Product) productWant {
	w := productWant{Title: p.Title, Category: p.Category, URL: p.URL, Image: p.Image, Price: amount(p.Price), Hidden: p.Hidden, Of: string(p.VariantOf)}
	if p.Was.Minor > 0 {
		w.Was = amount(p.Was)
	}
	if p.Stock != nil {
		w.Stock = fmt.Sprint(*p.Stock)
	}
	return w
}

// amount returns money as "29.35 USD".
func amount(m shop.Money) string {
	decimals, _ := iso4217.Decimals(m.Currency)
	digits := fmt.Sprintf("%0*d", decimals+1, m.Minor)
	if decimals > 0 {
		digits = digits[:len(digits)-decimals] + "." + digits[len(digits)-decimals:]
	}
	return digits + " " + string(m.Currency)
}
