//go:build !race

package recording

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	samples "regulars/events"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// shopify returns a sample of a Shopify webhook, with the second text of each
// pair in place of the first.
func shopify(t testing.TB, name string, pairs ...string) string {
	t.Helper()
	for _, s := range samples.Samples() {
		if s.DetailType != "shopifyWebhook" || s.Name != name {
			continue
		}
		for old := range slices.Chunk(pairs, 2) {
			if !strings.Contains(string(s.Envelope), old[0]) {
				t.Fatalf("the sample %s has no %s", name, old[0])
			}
		}
		return strings.NewReplacer(pairs...).Replace(string(s.Envelope))
	}
	t.Fatalf("there is no sample %s", name)
	return ""
}

// A shop that sends nothing but Shopify's webhooks: its catalogue, an order with
// its message and picks, its parcels, its refund, and an unsubscribe.
func TestAShopWithShopifyAlone(t *testing.T) {
	d := newDay(t, func(p *shoppolicy.Policy) { p.Shop.Hosts = append(p.Shop.Hosts, "cdn.shopify.com") })
	d.deliver(
		shopify(t, "products-create"), // the T-light holder
		shopify(t, "products-create", "8000000007001", "8000000007002", "85123A", "71053", "White Hanging Heart T-Light Holder", "White Metal Lantern", "t-light-holder", "lantern"),
		shopify(t, "products-update"), // mugs in three colours
		shopify(t, "products-create", "8000000007001", "8000000007003", "85123A", "JUG", "White Hanging Heart T-Light Holder", "Enamel Jug", "t-light-holder", "jug"),
	)
	for i := range 4 { // other customers bought the lantern, the red mug and the jug
		d.deliver(shopify(t, "orders-create",
			"5600000000001", fmt.Sprintf("560000000010%d", i), "7012345678901", fmt.Sprintf("701234567800%d", i), "anna.12779@", fmt.Sprintf("other.%d@", i),
			"85123A", "MUG-RED", `"id": 14000000013002`, `"id": 14000000013003`, `"product_id": 8000000007001`, `"product_id": 8000000007010`,
			`"line_items": [`, `"line_items": [{"id": 14000000013009, "sku": "JUG", "quantity": 1, "price": "9.00", "title": "Enamel Jug"},`))
	}
	d.learn()
	d.mails = nil

	d.deliver(shopify(t, "customers-consent-update"), shopify(t, "orders-create"), shopify(t, "orders-create"))
	if len(d.mails) != 1 || d.mails[0].To != "anna.12779@example.com" {
		t.Fatalf("%d mails, of which the first goes to another address or none exists: %v; want the thanks, once", len(d.mails), d.stopped)
	}
	thanks := d.mails[0]
	for _, want := range []string{"Dziękujemy", "#1042", "Enamel Mug – Red", "mug-red.jpg", `width="`, "https://shop.example.com/products/enamel-mug", "Enamel Jug"} {
		if !strings.Contains(thanks.HTML, want) {
			t.Errorf("the thanks have no %q", want)
		}
	}
	for _, other := range []string{"Enamel Mug – Blue", "Enamel Mug – Green"} {
		if strings.Contains(thanks.HTML, other) {
			t.Errorf("the thanks show %q beside the red mug", other)
		}
	}

	d.deliver(shopify(t, "orders-create", `"X-Shopify-Topic": "orders/create"`, `"X-Shopify-Topic": "orders/paid"`, `"financial_status": "pending"`, `"financial_status": "paid"`, `"updated_at": "2026-11-20T13:43:00`, `"updated_at": "2026-11-20T13:44:00`))
	d.deliver(shopify(t, "fulfillments-update"), shopify(t, "fulfillments-create"), shopify(t, "fulfillment-events-delivered"))
	order, _, err := d.store.Order(t.Context(), "5600000000001")
	must(t, err)
	if order.Shipped.IsZero() || order.Arrived().IsZero() || order.Delay != nil {
		t.Errorf("the order has the parcels %+v, was shipped %s and arrived %s; want both parcels there", order.Parcels, order.Shipped, order.Arrived())
	}
	d.deliver(shopify(t, "returns-request"), shopify(t, "returns-approve"), shopify(t, "refunds-create"), shopify(t, "refunds-create"), shopify(t, "returns-close"))
	p, _, err := d.store.Profile(t.Context(), "7012345678901")
	must(t, err)
	returned := map[shop.ProductID]int{}
	for _, line := range p.Orders[0].Lines {
		if line.Returned > 0 {
			returned[line.Product] = line.Returned
		}
	}
	if spent := p.Orders[0].Net.Minor; !maps.Equal(returned, map[shop.ProductID]int{"71053": 2}) || spent != 3564-678 {
		t.Errorf("%v came back and the order comes to %d pence, want two lanterns of 71053 and 2886", returned, spent)
	}

	d.deliver(shopify(t, "customers-consent-update", `"subscribed"`, `"unsubscribed"`, "16:02:10", "17:02:10", "15:02:11", "16:02:11"))
	d.mails = nil
	d.deliver(shopify(t, "orders-create", "5600000000001", "5600000000002", "#1042", "#1043"))
	if len(d.mails) != 1 || strings.Contains(d.mails[0].HTML, "Enamel Mug") || !strings.Contains(d.mails[0].HTML, "#1043") {
		t.Errorf("after the unsubscribe there are %d mails, or the thanks show picks; want the thanks alone", len(d.mails))
	}

	d.deliver(shopify(t, "products-update", `"status": "active"`, `"status": "draft"`, "14:05:10", "15:05:10"), shopify(t, "products-delete", "8000000007030", "8000000007003"))
	for _, hidden := range []shop.ProductID{"MUG-RED", "JUG"} {
		if rows, err := d.store.Items(t.Context(), d.model, []shop.ProductID{hidden}); err != nil || !rows[hidden].Hidden {
			t.Errorf("the product %s is shown, %v; want it hidden", hidden, err)
		}
	}
}
