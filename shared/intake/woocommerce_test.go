package intake

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"regulars/events"
	"regulars/shared/shop"
)

// woocommerce returns the envelope of a WooCommerce webhook: a sample with other
// fields in its payload.
func woocommerce(t *testing.T, name string, fields map[string]any) []byte {
	t.Helper()
	for _, s := range events.Samples() {
		if s.DetailType != woocommerceWebhook || s.Name != name {
			continue
		}
		var envelope map[string]any
		if err := json.Unmarshal(s.Envelope, &envelope); err != nil {
			t.Fatal(err)
		}
		payload := envelope["detail"].(map[string]any)["payload"].(map[string]any)
		for field, v := range fields {
			payload[field] = v
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

func eventsOf(t *testing.T, envelope []byte) []shop.Event {
	t.Helper()
	parsed, err := ParseFor(envelope, now, own)
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Events
}

// Four webhooks of one order, in every order and twice, give one order.
func TestAWooCommerceOrderIsTheSameInAnyOrderOfItsWebhooks(t *testing.T) {
	var all []shop.Event
	for _, name := range []string{"order-created-on-hold", "order-updated-completed", "order-updated-part-refunded", "order-restored"} {
		all = append(all, eventsOf(t, woocommerce(t, name, nil))...)
	}
	want := mergedInAnyOrder(t, all)
	day := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	if !want.Paid.Equal(day.Add(15*time.Hour+2*time.Minute+11*time.Second)) || !want.Shipped.Equal(day.Add(33*time.Hour+12*time.Minute+39*time.Second)) || want.Cancel != nil {
		t.Errorf("paid %v, shipped %v, cancelled %v", want.Paid, want.Shipped, want.Cancel)
	}
	if refund := want.Refunds["740"]; refund.Amount != (shop.Money{Minor: 295, Currency: "GBP"}) {
		t.Errorf("refund = %+v, want 2.95 GBP", refund)
	}
}

func TestWooCommerceStatuses(t *testing.T) {
	paid := map[string]any{"date_paid_gmt": "2026-11-20T15:02:11"}
	for _, c := range []struct {
		status string
		fields map[string]any
		want   string // kinds of the facts
	}{
		{"pending", nil, ""},
		{"failed", nil, ""},
		{"checkout-draft", nil, ""},
		{"trash", paid, ""},
		{"on-hold", nil, "placed"},
		{"processing", paid, "placed paid"},
		{"processing", nil, "placed"}, // cash on delivery
		{"shipped-by-a-plugin", paid, "placed paid"},
		{"completed", map[string]any{"date_paid_gmt": "2026-11-20T15:02:11", "date_completed_gmt": "2026-11-21T09:00:00"}, "placed paid shipped"},
		{"cancelled", nil, "placed cancelled:declined"},
		{"cancelled", paid, "placed paid cancelled:other"},
	} {
		fields := map[string]any{"status": c.status}
		for k, v := range c.fields {
			fields[k] = v
		}
		var kinds []string
		for _, event := range eventsOf(t, woocommerce(t, "order-created-on-hold", fields)) {
			fact := event.Fact.(shop.OrderFact)
			kind := strings.TrimPrefix(string(fact.Kind), "order.")
			if fact.Cancel != nil {
				kind += ":" + string(fact.Cancel.Cause)
			}
			kinds = append(kinds, kind)
		}
		if got := strings.Join(kinds, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.status, got, c.want)
		}
	}
}

func TestWooCommerceAmountsAreRounded(t *testing.T) {
	for amount, want := range map[string]int64{"7.377049": 738, "0.005": 1, "0.0049": 0, "12": 1200, "12.5": 1250, "1.999": 200} {
		in := &reading{now: now}
		got := value{in: in, json: amount, required: true}.rounded("GBP")
		if got.Minor != want || len(in.faults) > 0 {
			t.Errorf("rounded(%q) = %d, %v; want %d", amount, got.Minor, in.faults, want)
		}
	}
	for _, amount := range []any{"1.2.3", "1.x99", "-1.999", "", ".999", "1e3", true} {
		in := &reading{now: now}
		if got := (value{in: in, json: amount, required: true}).rounded("GBP"); len(in.faults) != 1 || got.Minor != 0 {
			t.Errorf("rounded(%v) = %d, %d faults; want one fault", amount, got.Minor, len(in.faults))
		}
	}
}

// The ID of a variation in an order's line is that of the variation's webhook.
func TestAWooCommerceLineNamesTheProductOfItsWebhook(t *testing.T) {
	line := func(sku string, product, variation int) map[string]any {
		return map[string]any{"line_items": []any{map[string]any{"sku": sku, "product_id": product, "variation_id": variation, "quantity": 1, "subtotal": "1.65"}}}
	}
	for name, c := range map[string]struct {
		line, product map[string]any
		sample        string
	}{
		"a SKU":                   {line("20725-R", 22, 23), nil, "product-updated-variation"},
		"a variation without SKU": {line("", 22, 23), map[string]any{"sku": ""}, "product-updated-variation"},
		"a product without SKU":   {line("", 93, 0), map[string]any{"sku": ""}, "product-created"},
	} {
		order := eventsOf(t, woocommerce(t, "order-created-on-hold", c.line))[0].Fact.(shop.OrderFact)
		listing := eventsOf(t, woocommerce(t, c.sample, c.product))[0].Fact.(shop.ListingFact).Listing
		if got, want := order.Placed.Lines[0].Product, listing.Products[0].ID; got != want {
			t.Errorf("%s: the line has %q, the product %q", name, got, want)
		}
	}
}

func TestWooCommerceStock(t *testing.T) {
	for name, c := range map[string]struct {
		fields map[string]any
		want   int // -1: not counted
	}{
		"counted":            {map[string]any{}, 41},
		"oversold":           {map[string]any{"stock_quantity": -3}, 0},
		"not managed":        {map[string]any{"stock_quantity": nil}, -1},
		"backorders":         {map[string]any{"backorders_allowed": true}, -1},
		"sold out":           {map[string]any{"stock_quantity": nil, "stock_status": "outofstock"}, 0},
		"sold out, with any": {map[string]any{"stock_status": "outofstock"}, 0},
	} {
		got := -1
		if stock := eventsOf(t, woocommerce(t, "product-created", c.fields))[0].Fact.(shop.ListingFact).Listing.Products[0].Stock; stock != nil {
			got = *stock
		}
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// A product that is sold by weight has parts of units.
func TestWooCommerceUnitsAreWhole(t *testing.T) {
	for quantity, want := range map[any]int{json.Number("2"): 2, json.Number("1.5"): 2, "0.25": 1, "3.000": 3, json.Number("0"): 0} {
		in := &reading{now: now}
		if got := (value{in: in, json: quantity, required: true}).wholeUnits(1).quantity(); got != want || len(in.faults) > 0 {
			t.Errorf("%v: %d units, %v; want %d", quantity, got, in.faults, want)
		}
	}
	for _, quantity := range []any{json.Number("-1.5"), "1.x", "1.5e1", true} {
		in := &reading{now: now}
		if got := (value{in: in, json: quantity, required: true}).wholeUnits(1).quantity(); len(in.faults) != 1 || got != 0 {
			t.Errorf("%v: %d units, %d faults; want one fault", quantity, got, len(in.faults))
		}
	}
}
