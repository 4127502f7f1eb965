package intake

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"regulars/events"
	"regulars/shared/shop"
)

// segment returns the envelope of a sample with other fields in its properties,
// and the fields of message in place of its own.
func segment(t *testing.T, name string, properties, message map[string]any) []byte {
	t.Helper()
	for _, s := range events.Samples() {
		if s.DetailType != segmentWebhook || s.Name != name {
			continue
		}
		envelope, err := decode(s.Envelope)
		if err != nil {
			t.Fatal(err)
		}
		payload := envelope.(map[string]any)["detail"].(map[string]any)["payload"].(map[string]any)
		set(payload, message)
		if own, ok := payload["properties"].(map[string]any); ok {
			set(own, properties)
		}
		changed, err := json.Marshal(envelope)
		if err != nil {
			t.Fatal(err)
		}
		return changed
	}
	t.Fatalf("there is no sample %q", name)
	return nil
}

// set sets fields of an object, and deletes those that are nil.
func set(object, fields map[string]any) {
	for key, v := range fields {
		if object[key] = v; v == nil {
			delete(object, key)
		}
	}
}

// faultOf returns the only fault of an envelope: its place and its text.
func faultOf(t *testing.T, envelope []byte) string {
	t.Helper()
	_, err := ParseFor(envelope, now, own)
	var refusal *Refusal
	if !errors.As(err, &refusal) || len(refusal.Faults) != 1 {
		t.Fatalf("ParseFor fails with %v; want one fault", err)
	}
	return refusal.Faults[0].Path + " " + refusal.Faults[0].Fault
}

func placedIn(t *testing.T, all []shop.Event) shop.Placed {
	t.Helper()
	for _, event := range all {
		if fact, ok := event.Fact.(shop.OrderFact); ok && fact.Placed != nil {
			return *fact.Placed
		}
	}
	t.Fatalf("there is no order in %+v", all)
	return shop.Placed{}
}

// The messages of one order, in every order and twice, give one order.
func TestASegmentOrderIsTheSameInAnyOrderOfItsMessages(t *testing.T) {
	var all []shop.Event
	for _, name := range []string{"order-completed", "order-updated", "order-cancelled", "order-refunded"} {
		all = append(all, eventsOf(t, segment(t, name, nil, nil))...)
	}
	want := mergedInAnyOrder(t, all)
	if want.Placed.Total.Minor != 2450 || len(want.Refunds) != 1 || want.Cancel == nil || want.Paid.IsZero() {
		t.Errorf("the order is %+v; want the total of the update, one refund, cancelled and paid", want)
	}
}

// JavaScript prints sums of floats: each is read digit by digit.
func TestAmountsOfSegmentAreDecimals(t *testing.T) {
	number := func(s string) any { return json.Number(s) }
	for name, c := range map[string]struct {
		properties map[string]any
		want       int64
	}{
		"a whole number":                 {map[string]any{"total": number("27")}, 2700},
		"a float below":                  {map[string]any{"total": number("27.499999999999996")}, 2750},
		"a float above":                  {map[string]any{"total": number("27.500000000000004")}, 2750},
		"a float that no float can hold": {map[string]any{"total": number("27.005")}, 2701},
		"a text":                         {map[string]any{"total": "27.50"}, 2750},
		"without total":                  {map[string]any{"total": nil, "revenue": number("22.50")}, 2750},
		"without total and tax":          {map[string]any{"total": nil, "tax": nil, "revenue": number("22.50")}, 2550},
		"yen":                            {map[string]any{"total": number("27.5"), "currency": "JPY"}, 28},
		"a total without postage":        {map[string]any{"total": number("22.5")}, 2250},
	} {
		p := placedIn(t, eventsOf(t, segment(t, "order-completed", c.properties, nil)))
		if p.Total.Minor != c.want {
			t.Errorf("%s: %d, want %d", name, p.Total.Minor, c.want)
		}
	}
}

func TestASegmentOrderIsRefusedWithTheReason(t *testing.T) {
	for name, c := range map[string]struct {
		properties map[string]any
		want       string
	}{
		"in cents":            {map[string]any{"total": 2750}, "/detail/payload/properties/total is 50 times the lines or more"},
		"without an ID":       {map[string]any{"order_id": nil}, "/detail/payload/properties/order_id is missing"},
		"without a currency":  {map[string]any{"currency": nil}, "/detail/payload/properties/currency is missing"},
		"without an amount":   {map[string]any{"total": nil, "revenue": nil}, "/detail/payload/properties/total is missing"},
		"below 0":             {map[string]any{"total": -27.5}, "/detail/payload/properties/total is not a decimal amount"},
		"an exponent":         {map[string]any{"total": json.Number("1e3")}, "/detail/payload/properties/total is not a decimal amount"},
		"without products":    {map[string]any{"products": nil}, "/detail/payload/properties/products is missing"},
		"an empty list":       {map[string]any{"products": []any{}}, "/detail/payload/properties/products is empty"},
		"without a price":     {map[string]any{"products": []any{map[string]any{"sku": "a"}}}, "/detail/payload/properties/products/0/price is missing"},
		"a nameless product":  {map[string]any{"products": []any{map[string]any{"name": "a", "price": 27.5}}}, "/detail/payload/properties/products/0 has neither sku nor product_id"},
		"an update in cents":  {map[string]any{"placed_at": "2026-11-20T09:26:10Z", "total": 2750}, "/detail/payload/properties/total is 50 times the lines or more"},
		"an impossible order": {map[string]any{"placed_at": "2027-11-20T09:26:10Z"}, "/detail/payload/properties/placed_at is in the future"},
	} {
		if got := faultOf(t, segment(t, "order-completed", c.properties, nil)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := faultOf(t, segment(t, "order-refunded", map[string]any{"total": nil}, nil)); !strings.HasPrefix(got, "/detail/payload/properties/total is missing") {
		t.Errorf("a refund without an amount: %q", got)
	}
	if got := faultOf(t, segment(t, "order-refunded", map[string]any{"total": 0}, nil)); !strings.HasPrefix(got, "/detail/payload/properties/total is 0") {
		t.Errorf("a refund of nothing: %q", got)
	}
}

// An order in cents whose parts are in cents as well is refused; dear postage is
// not.
func TestDearPostageExplainsASegmentTotal(t *testing.T) {
	cheap := []any{map[string]any{"sku": "a", "price": 0.5, "quantity": 1}}
	properties := map[string]any{"products": cheap, "total": 60.5, "shipping": 60, "tax": 0, "discount": 0}
	if p := placedIn(t, eventsOf(t, segment(t, "order-completed", properties, nil))); p.Total.Minor != 6050 {
		t.Errorf("total = %d, want 6050", p.Total.Minor)
	}
	properties["shipping"] = 0
	if got := faultOf(t, segment(t, "order-completed", properties, nil)); !strings.Contains(got, "not in cents") {
		t.Errorf("without the postage: %q", got)
	}
}

func TestTheCustomerOfASegmentMessage(t *testing.T) {
	traits := func(email string) map[string]any {
		return map[string]any{"traits": map[string]any{"email": email}}
	}
	anna := Guest("anna@example.com")
	for name, c := range map[string]struct {
		message, properties map[string]any
		id                  shop.CustomerID
		email               string
	}{
		"an ID and an address":        {map[string]any{"userId": "7", "context": traits("anna@example.com")}, nil, "7", "anna@example.com"},
		"an ID alone":                 {map[string]any{"userId": "7", "context": nil}, nil, "7", ""},
		"an ID as a number":           {map[string]any{"userId": 7, "context": nil}, nil, "7", ""},
		"an address in the traits":    {map[string]any{"userId": nil, "anonymousId": "b", "context": traits("anna@example.com")}, nil, anna, "anna@example.com"},
		"an address in the order":     {map[string]any{"userId": nil, "anonymousId": "b", "context": nil}, map[string]any{"email": "anna@example.com"}, anna, "anna@example.com"},
		"an address in place of a ID": {map[string]any{"userId": "anna@example.com", "context": nil}, nil, anna, "anna@example.com"},
		"an empty ID":                 {map[string]any{"userId": "", "context": traits("anna@example.com")}, nil, anna, "anna@example.com"},
		"a browser alone":             {map[string]any{"userId": nil, "anonymousId": "b", "context": nil}, nil, "", ""},
	} {
		p := placedIn(t, eventsOf(t, segment(t, "order-completed", c.properties, c.message)))
		if p.Customer.ID != c.id || p.Customer.Email != c.email {
			t.Errorf("%s: %q, %q; want %q, %q", name, p.Customer.ID, p.Customer.Email, c.id, c.email)
		}
	}
}

// A browser's clock can be fast; Segment's cannot.
func TestASegmentMessageHappensBeforeItIsReceived(t *testing.T) {
	for name, c := range map[string]struct{ timestamp, received, want any }{
		"before":           {"2026-11-20T09:00:00Z", "2026-11-20T09:00:05Z", "2026-11-20T09:00:00Z"},
		"a fast clock":     {"2026-11-23T09:00:00Z", "2026-11-20T09:00:05Z", "2026-11-20T09:00:05Z"},
		"without received": {"2026-11-20T09:00:00Z", nil, "2026-11-20T09:00:00Z"},
	} {
		all := eventsOf(t, segment(t, "identify", nil, map[string]any{"timestamp": c.timestamp, "receivedAt": c.received}))
		if got := all[0].At.Format("2006-01-02T15:04:05Z"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Segment sends what an opt-out names by ID, by address, or by a browser only.
func TestAnUnsubscribeOfSegmentIsAnOptOut(t *testing.T) {
	for _, name := range []string{"unsubscribed", "email-marked-as-spam", "delete"} {
		all := eventsOf(t, segment(t, name, nil, nil))
		fact := all[0].Fact.(shop.ConsentFact)
		if len(all) != 1 || fact.Given || fact.Topic != shop.TopicPromotions || fact.Customer != "019mr8mf4r" {
			t.Errorf("%s: %+v; want an opt-out of promotions", name, fact)
		}
	}
	parsed, err := ParseFor(segment(t, "unsubscribed", nil, map[string]any{"userId": nil, "context": nil}), now, own)
	if err != nil || len(parsed.Events) != 0 || !strings.Contains(parsed.Ignored, "anonymousId") {
		t.Errorf("a browser alone: %+v, %v; want it ignored, with the reason", parsed, err)
	}
}

// A refund that is sent twice under one refund_id counts once.
func TestARefundOfSegmentHasItsOwnID(t *testing.T) {
	refs := map[string]bool{}
	for _, message := range []string{"m-1", "m-2"} {
		fact := eventsOf(t, segment(t, "order-refunded-part", nil, map[string]any{"messageId": message}))[0].Fact.(shop.OrderFact)
		refs[fact.Ref] = true
	}
	if !refs["r-1"] || len(refs) != 1 {
		t.Errorf("the refunds are %v; want r-1", refs)
	}
	if fact := eventsOf(t, segment(t, "order-refunded", nil, map[string]any{"messageId": "m-1"}))[0].Fact.(shop.OrderFact); fact.Ref != "m-1" {
		t.Errorf("without refund_id it is %q, want the message's ID", fact.Ref)
	}
}

// The same message by EventBridge and by a webhook is the same events.
func TestSegmentSaysTheSameInBothWays(t *testing.T) {
	for _, s := range events.Samples() {
		if s.DetailType != "segment" {
			continue
		}
		content, err := decode(s.Envelope)
		if err != nil {
			t.Fatal(err)
		}
		e := content.(map[string]any)
		e["source"], e["detail-type"] = "hooks", segmentWebhook
		e["detail"] = map[string]any{"metadata": map[string]any{}, "payload": e["detail"]}
		posted, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := eventsOf(t, posted), eventsOf(t, s.Envelope); !reflect.DeepEqual(got, want) || len(want) == 0 {
			t.Errorf("%s: %+v, want %+v", s.Name, got, want)
		}
	}
}

// The rule lets in the events that are read, and the page names them.
func TestTheRuleAndThePageHaveEachSegmentEventThatIsRead(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/segment.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rule, _ := strings.Cut(string(template), "  SegmentEvents:")
	_, rule, _ = strings.Cut(rule, "event: [")
	rule, _, _ = strings.Cut(rule, "]")
	read := slices.Sorted(maps.Keys(segmentEvents))
	if got := slices.Sorted(slices.Values(strings.Split(rule, ", "))); !slices.Equal(got, read) {
		t.Errorf("the rule lets in %q, and %q are read", got, read)
	}
	for _, event := range read {
		if !strings.Contains(string(page), "`"+event+"`") {
			t.Errorf("docs/segment.md does not name %s", event)
		}
	}
}

// A message about a cart is an event only if it says whose it is, which, what is in it
// and the address at which the customer goes on.
func TestASegmentCartNeedsACustomerAnIDALinkAndAList(t *testing.T) {
	anyone := map[string]any{"userId": nil, "context": nil}
	page := map[string]any{"context": map[string]any{"page": map[string]any{}}}
	for what, test := range map[string]struct {
		properties, message map[string]any
		want                string // the cart's link, or part of why it is ignored
	}{
		"all of it":                     {nil, nil, "https://shop.example.com/cart"},
		"a link of its own":             {map[string]any{"cart_url": "https://shop.example.com/c/1"}, nil, "https://shop.example.com/c/1"},
		"a link of its own and no page": {map[string]any{"cart_url": "https://shop.example.com/c/1"}, page, "https://shop.example.com/c/1"},
		"no link":                       {nil, page, "without cart_id, cart_url or products"},
		"no ID":                         {map[string]any{"cart_id": nil}, nil, "without cart_id, cart_url or products"},
		"an empty ID":                   {map[string]any{"cart_id": " "}, nil, "without cart_id, cart_url or products"},
		"the order's ID":                {map[string]any{"cart_id": "", "order_id": "o-1"}, nil, "https://shop.example.com/cart"},
		"no list":                       {map[string]any{"products": nil}, nil, "without cart_id, cart_url or products"},
		"a browser":                     {map[string]any{"cart_url": "https://shop.example.com/c/1"}, anyone, "an anonymousId names no customer"},
	} {
		parsed, err := ParseFor(segment(t, "cart-viewed", test.properties, test.message), now, own)
		got := parsed.Ignored
		if err == nil && len(parsed.Events) == 1 {
			got = parsed.Events[0].Fact.(shop.CartFact).Cart.URL
		}
		if err != nil || !strings.Contains(got, test.want) {
			t.Errorf("%s: ParseFor = %q, %v, want %q", what, got, err, test.want)
		}
	}
	if fault, want := faultOf(t, segment(t, "cart-viewed", map[string]any{"products": []any{map[string]any{"quantity": 1}}}, nil)), "/detail/payload/properties/products/0 has neither sku nor product_id; want one of them"; fault != want {
		t.Errorf("the fault is %q, want %q", fault, want)
	}
}
