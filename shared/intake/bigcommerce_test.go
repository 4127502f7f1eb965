package intake

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"regulars/events"
	"regulars/shared/shop"
)

// bigcommerceOf returns the envelope of a sample, whose payload change changed.
func bigcommerceOf(t *testing.T, name string, change func(payload map[string]any)) []byte {
	t.Helper()
	for _, s := range events.Samples() {
		if s.DetailType != bigcommerceWebhook || s.Name != name {
			continue
		}
		envelope, err := decode(s.Envelope)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(envelope.(map[string]any)["detail"].(map[string]any)["payload"].(map[string]any))
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

// The webhooks of one order, in every order and twice, give one order.
func TestABigCommerceOrderIsTheSameInAnyOrderOfItsWebhooks(t *testing.T) {
	var all []shop.Event
	for _, name := range []string{
		"order-created-incomplete", "order-status-updated-awaiting-payment", "order-status-updated-awaiting-fulfillment",
		"shipment-created", "order-status-updated-shipped", "order-refund-created-returned",
	} {
		all = append(all, eventsOf(t, bigcommerceOf(t, name, nil))...)
	}
	want := mergedInAnyOrder(t, all)
	if len(want.Parcels) != 2 || want.Returns["3"].Units["SLCTBS-1"] != 1 || want.Refunds["3"].Amount.Minor != 795 || want.Paid.IsZero() || want.Cancel != nil {
		t.Errorf("the order is %+v; want two parcels, one jar returned for 7.95 USD, paid", want)
	}
}

func TestTheStatusesOfABigCommerceOrder(t *testing.T) {
	for _, c := range []struct {
		status  int
		payment string
		want    string
	}{
		{0, "", ""},
		{1, "pending", ""},
		{7, "pending", "placed"},
		{7, "authorized", "placed"},
		{7, "captured", "placed paid"},
		{7, "Paid", "placed paid"},
		{11, "", "placed paid"},
		{12, "held for review", "placed"},
		{13, "captured", "placed paid"},
		{5, "captured", "placed paid cancelled:other"},
		{5, "void", "placed cancelled:declined"},
		{6, "captured", "placed paid cancelled:declined"},
		{4, "refunded", "placed paid"},
		{99, "", "placed"},
	} {
		all := eventsOf(t, bigcommerceOf(t, "order-status-updated-awaiting-payment", func(p map[string]any) {
			order := p["order"].(map[string]any)
			order["status_id"], order["payment_status"] = c.status, c.payment
		}))
		var kinds []string
		for _, event := range all {
			fact := event.Fact.(shop.OrderFact)
			kind := strings.TrimPrefix(string(fact.Kind), "order.")
			if fact.Cancel != nil {
				kind += ":" + string(fact.Cancel.Cause)
			}
			kinds = append(kinds, kind)
		}
		if got := strings.Join(kinds, " "); got != c.want {
			t.Errorf("%d, %q: %q, want %q", c.status, c.payment, got, c.want)
		}
	}
}

// The customer pays in the transactional currency; the one on the page can be
// another.
func TestABigCommerceOrderIsInTheCurrencyOfItsPayment(t *testing.T) {
	for name, c := range map[string]struct{ paid, seen any }{"two": {"EUR", "USD"}, "one": {"EUR", "EUR"}, "seen alone": {nil, "EUR"}} {
		p := placedIn(t, eventsOf(t, bigcommerceOf(t, "order-status-updated-awaiting-payment", func(p map[string]any) {
			set(p["order"].(map[string]any), map[string]any{"default_currency_code": c.paid, "currency_code": c.seen})
		})))
		if p.Total != (shop.Money{Minor: 7189, Currency: "EUR"}) || p.Lines[0].Price.Currency != "EUR" {
			t.Errorf("%s: total %v, want 71.89 EUR", name, p.Total)
		}
	}
}

// The box on the checkout page.
func TestTheBoxOfABigCommerceOrder(t *testing.T) {
	yes, no := true, false
	for _, want := range []*bool{&yes, &no, nil} {
		p := placedIn(t, eventsOf(t, bigcommerceOf(t, "order-status-updated-awaiting-payment", func(p map[string]any) {
			if order := p["order"].(map[string]any); want == nil {
				delete(order, "is_email_opt_in")
			} else {
				order["is_email_opt_in"] = *want
			}
		})))
		if !reflect.DeepEqual(p.Consent, want) {
			t.Errorf("consent = %v, want %v", p.Consent, want)
		}
	}
}

// Units that had been sent are returned; others were taken out of the order.
func TestTheUnitsOfABigCommerceRefund(t *testing.T) {
	for name, c := range map[string]struct {
		created string
		want    shop.OrderKind
	}{
		"after the parcel": {"2026-11-21T12:00:00+00:00", shop.OrderReturned},
		"before it":        {"2026-11-20T12:00:00+00:00", shop.OrderEdited},
	} {
		var got []shop.OrderKind
		for _, event := range eventsOf(t, bigcommerceOf(t, "order-refund-created-returned", func(p map[string]any) {
			p["refunds"].([]any)[0].(map[string]any)["created"] = c.created
		})) {
			if fact := event.Fact.(shop.OrderFact); fact.Return != nil || fact.Edit != nil {
				got = append(got, fact.Kind)
			}
		}
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}

// A gift certificate is no product, and is not part of what was bought.
func TestAGiftCertificateOfBigCommerceIsLeftOut(t *testing.T) {
	p := placedIn(t, eventsOf(t, bigcommerceOf(t, "order-created-gift-certificate", nil)))
	if len(p.Lines) != 1 || p.Lines[0].Product != "S-ORAN" || p.Total.Minor != 5599 {
		t.Errorf("%d lines, total %v; want the towel, 55.99", len(p.Lines), p.Total)
	}
}

// A level without a count, of the product, or of each variant.
func TestTheStockOfABigCommerceProduct(t *testing.T) {
	for name, c := range map[string]struct {
		tracking, availability string
		want                   int // -1: not counted
	}{
		"none":     {"none", "available", -1},
		"product":  {"product", "available", 5},
		"variant":  {"variant", "preorder", 0},
		"disabled": {"none", "disabled", 0},
	} {
		l := eventsOf(t, bigcommerceOf(t, "sku-updated", func(p map[string]any) {
			product := p["product"].(map[string]any)
			product["inventory_tracking"], product["availability"] = c.tracking, c.availability
		}))[0].Fact.(shop.ListingFact).Listing
		got := -1
		if stock := l.Products[1].Stock; stock != nil {
			got = *stock
		}
		if got != c.want || !l.Products[1].Hidden || l.Products[0].Hidden {
			t.Errorf("%s: %d units, want %d; and the second variant hidden", name, got, c.want)
		}
	}
}

func TestABigCommerceOrderIsRefusedWithTheReason(t *testing.T) {
	order := func(fields map[string]any) func(map[string]any) {
		return func(p map[string]any) { set(p["order"].(map[string]any), fields) }
	}
	for name, c := range map[string]struct {
		change func(map[string]any)
		want   string
	}{
		"without a currency": {order(map[string]any{"default_currency_code": nil, "currency_code": nil}), "/detail/payload/order/currency_code is missing"},
		"without a total":    {order(map[string]any{"total_inc_tax": nil}), "/detail/payload/order/total_inc_tax is missing"},
		"a total below 0":    {order(map[string]any{"total_inc_tax": "-1.0000"}), "/detail/payload/order/total_inc_tax is not a decimal amount"},
		"another time":       {order(map[string]any{"date_created": "2026-11-20 09:26"}), "/detail/payload/order/date_created is not a time"},
		"without products":   {func(p map[string]any) { delete(p, "products") }, "/detail/payload/products is missing"},
	} {
		if got := faultOf(t, bigcommerceOf(t, "order-status-updated-awaiting-payment", c.change)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// The page's scopes are those that the function fetch reads; its own test has the
// others.
func TestThePageNamesTheScopesOfBigCommerce(t *testing.T) {
	page, err := os.ReadFile("../../docs/bigcommerce.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range events.Samples() {
		if s.DetailType != bigcommerceWebhook {
			continue
		}
		var e struct {
			Detail struct{ Payload struct{ Scope string } }
		}
		if err := json.Unmarshal(s.Envelope, &e); err != nil {
			t.Fatal(err)
		}
		scope := e.Detail.Payload.Scope
		for ; scope != "store" && !strings.Contains(string(page), scope+"/*") && !strings.Contains(string(page), "`"+scope+"`"); scope = scope[:strings.LastIndex(scope, "/")] {
			if !strings.Contains(scope, "/") {
				break
			}
		}
		if scope == "store" {
			t.Errorf("the page does not name %s", e.Detail.Payload.Scope)
		}
	}
}
