package intake

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/events"
	"regulars/shared/shop"
)

// commercetools returns the envelope of a sample, whose message change changed.
func commercetools(t *testing.T, name string, change func(message map[string]any)) []byte {
	t.Helper()
	for _, s := range events.Samples() {
		if s.DetailType != "commercetools" || s.Name != name {
			continue
		}
		envelope, err := decode(s.Envelope)
		if err != nil {
			t.Fatal(err)
		}
		if change != nil {
			change(envelope.(map[string]any)["detail"].(map[string]any))
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

// The messages of one order, in every order and twice, give one order, whose
// parcels and returns have products although the messages name lines.
func TestACommercetoolsOrderIsTheSameInAnyOrderOfItsMessages(t *testing.T) {
	var all []shop.Event
	for _, name := range []string{
		"order-created", "order-payment-state-changed-paid", "delivery-added", "parcel-added-to-delivery",
		"order-shipment-state-changed-delivered", "return-info-added", "return-info-set",
	} {
		all = append(all, eventsOf(t, commercetools(t, name, nil))...)
	}
	want := mergedInAnyOrder(t, all)
	back := map[shop.ProductID]int{}
	for _, r := range want.Returns {
		for product, units := range r.Units {
			back[product] += units
		}
	}
	if !maps.Equal(back, map[shop.ProductID]int{"some-sku-123": 1, "20725-R": 2}) {
		t.Errorf("returned: %v; want 1 some-sku-123 and 2 20725-R", back)
	}
	if parcels := slices.Collect(maps.Values(want.Parcels)); len(parcels) != 1 || !maps.Equal(parcels[0].Units, map[shop.ProductID]int{"some-sku-123": 1, "20725-R": 3}) {
		t.Errorf("parcels: %v; want one of 1 some-sku-123 and 3 20725-R", parcels)
	}
	if want.Paid.IsZero() || want.Shipped.IsZero() || want.Arrived().IsZero() {
		t.Errorf("paid %v, shipped %v, arrived %v", want.Paid, want.Shipped, want.Arrived())
	}
}

func TestMoneyOfCommercetoolsHasItsOwnDecimals(t *testing.T) {
	amount := func(s string) value {
		var json any
		if err := decodeInto(s, &json); err != nil {
			t.Fatal(err)
		}
		return value{in: &reading{now: now}, json: json, required: true}
	}
	for text, want := range map[string]int64{
		`{"type":"centPrecision","currencyCode":"EUR","centAmount":1000,"fractionDigits":2}`:                             1000,
		`{"type":"centPrecision","currencyCode":"JPY","centAmount":3300,"fractionDigits":0}`:                             3300,
		`{"type":"centPrecision","currencyCode":"KWD","centAmount":1250,"fractionDigits":3}`:                             1250,
		`{"type":"centPrecision","currencyCode":"JPY","centAmount":330000,"fractionDigits":2}`:                           3300,
		`{"type":"centPrecision","currencyCode":"KWD","centAmount":125,"fractionDigits":2}`:                              1250,
		`{"type":"centPrecision","currencyCode":"KWD","centAmount":5,"fractionDigits":2}`:                                50,
		`{"type":"highPrecision","currencyCode":"EUR","centAmount":3,"preciseAmount":3456,"fractionDigits":5}`:           3,
		`{"currencyCode":"EUR","centAmount":1000}`:                                                                       1000,
		`{"type":"centPrecision","currencyCode":"EUR","centAmount":10000000000000,"fractionDigits":2}`:                   10000000000000,
		`{"type":"centPrecision","currencyCode":"EUR","centAmount":0,"fractionDigits":2,"unknown":{"centAmount":"one"}}`: 0,
	} {
		v := amount(text)
		if got := v.centAmount(); got.Minor != want || len(v.in.faults) > 0 {
			t.Errorf("%s: %d, %v; want %d", text, got.Minor, v.in.faults, want)
		}
	}
	for _, text := range []string{
		`{"type":"centPrecision","currencyCode":"EUR","centAmount":10.5,"fractionDigits":2}`,
		`{"type":"centPrecision","currencyCode":"EUR","centAmount":-1000,"fractionDigits":2}`,
		`{"type":"centPrecision","currencyCode":"EUR","centAmount":"1000","fractionDigits":2}`,
		`{"type":"centPrecision","currencyCode":"JPY","centAmount":330050,"fractionDigits":2}`,
		`{"type":"centPrecision","currencyCode":"EURO","centAmount":1000,"fractionDigits":2}`,
		`{"type":"centPrecision","currencyCode":"EUR","fractionDigits":2}`,
		`12.50`,
	} {
		v := amount(text)
		if v.centAmount(); len(v.in.faults) != 1 {
			t.Errorf("%s: %d faults; want one", text, len(v.in.faults))
		}
	}
}

func decodeInto(text string, to *any) (err error) {
	*to, err = decode([]byte(text))
	return err
}

// The content of a message that was too large is not guessed.
func TestACommercetoolsMessageWithoutItsContentIsRefusedWithWhatToDo(t *testing.T) {
	left := func(kind string) func(map[string]any) {
		return func(message map[string]any) {
			delete(message, "type")
			delete(message, "order")
			message["payloadNotIncluded"] = map[string]any{"reason": "Payload too large.", "payloadType": kind}
		}
	}
	got := faultOf(t, commercetools(t, "order-created", left("OrderCreated")))
	for _, want := range []string{"/detail/payloadNotIncluded", "too large", "/detail/id", "docs/commercetools.md"} {
		if !strings.Contains(got, want) {
			t.Errorf("the fault is %q; want %q in it", got, want)
		}
	}
	parsed, err := ParseFor(commercetools(t, "order-created", left("OrderCustomFieldAdded")), now, own)
	if err != nil || parsed.Ignored == "" {
		t.Errorf("a message that is not read: %+v, %v; want it ignored", parsed, err)
	}
}

func TestTheStatesOfACommercetoolsOrder(t *testing.T) {
	for name, c := range map[string]struct{ sample, field, state, want string }{
		"cancelled": {"order-state-changed-cancelled", "orderState", "Cancelled", "order.cancelled"},
		"complete":  {"order-state-changed-cancelled", "orderState", "Complete", ""},
		"paid":      {"order-payment-state-changed-paid", "paymentState", "Paid", "order.paid"},
		"failed":    {"order-payment-state-changed-paid", "paymentState", "Failed", ""},
		"credit":    {"order-payment-state-changed-paid", "paymentState", "CreditOwed", ""},
		"shipped":   {"order-shipment-state-changed-shipped", "shipmentState", "Shipped", "order.shipped"},
		"delivered": {"order-shipment-state-changed-shipped", "shipmentState", "Delivered", "order.delivered"},
		"delayed":   {"order-shipment-state-changed-shipped", "shipmentState", "Delayed", "order.delayed"},
		"backorder": {"order-shipment-state-changed-shipped", "shipmentState", "Backorder", ""},
		"partial":   {"order-shipment-state-changed-shipped", "shipmentState", "Partial", ""},
	} {
		got := ""
		for _, event := range eventsOf(t, commercetools(t, c.sample, func(m map[string]any) { m[c.field] = c.state })) {
			got += string(event.Fact.(shop.OrderFact).Kind)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// What is announced has not come back.
func TestOnlyItemsOfACommercetoolsReturnThatCameBackCount(t *testing.T) {
	for state, want := range map[string]int{"Advised": 0, "Returned": 1, "BackInStock": 1, "Unusable": 1} {
		all := eventsOf(t, commercetools(t, "return-info-added", func(m map[string]any) {
			m["returnInfo"].(map[string]any)["items"].([]any)[0].(map[string]any)["shipmentState"] = state
		}))
		if len(all) != want {
			t.Errorf("%s: %d returns, want %d", state, len(all), want)
		}
	}
}

func TestTheTotalOfACommercetoolsOrderHasItsTaxes(t *testing.T) {
	p := placedIn(t, eventsOf(t, commercetools(t, "order-created-guest-paid", nil)))
	if p.Total != (shop.Money{Minor: 1190, Currency: "EUR"}) || p.TaxIncluded {
		t.Errorf("total %v, tax included %v; want 11.90 EUR, not included", p.Total, p.TaxIncluded)
	}
	other := commercetools(t, "order-created-guest-paid", func(m map[string]any) {
		m["order"].(map[string]any)["taxedPrice"].(map[string]any)["totalGross"].(map[string]any)["currencyCode"] = "USD"
	})
	if got := faultOf(t, other); !strings.Contains(got, "another currency") {
		t.Errorf("two currencies: %q", got)
	}
}

// The price that is for everybody, in the shop's currency.
func TestThePriceOfACommercetoolsProduct(t *testing.T) {
	price := func(cents int, more map[string]any) any {
		p := map[string]any{"value": map[string]any{"type": "centPrecision", "currencyCode": "GBP", "centAmount": cents, "fractionDigits": 2}}
		maps.Copy(p, more)
		return p
	}
	ref := map[string]any{"typeId": "channel", "id": "c"}
	for name, c := range map[string]struct {
		prices []any
		want   int64 // -1: hidden
	}{
		"one":                        {[]any{price(1000, nil)}, 1000},
		"of a country, then for all": {[]any{price(900, map[string]any{"country": "US"}), price(1000, nil)}, 1000},
		"of countries alone":         {[]any{price(900, map[string]any{"country": "US"}), price(1000, map[string]any{"country": "GB"})}, 900},
		"of a channel":               {[]any{price(900, map[string]any{"channel": ref})}, -1},
		"of a group":                 {[]any{price(900, map[string]any{"customerGroup": ref}), price(1000, nil)}, 1000},
		"of a season":                {[]any{price(900, map[string]any{"validFrom": "2026-12-01T00:00:00.000Z"}), price(1000, nil)}, 1000},
		"none":                       {[]any{}, -1},
	} {
		all := eventsOf(t, commercetools(t, "product-published", func(m map[string]any) {
			m["productProjection"].(map[string]any)["masterVariant"].(map[string]any)["prices"] = c.prices
		}))
		p := all[0].Fact.(shop.ListingFact).Listing.Products[0]
		got := p.Price.Minor
		if p.Hidden {
			got = -1
		}
		if got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// A commercetools product is hidden whichever of its messages comes first.
func TestACommercetoolsProductThatIsUnpublishedIsHidden(t *testing.T) {
	shown := eventsOf(t, commercetools(t, "product-published", nil))[0].Fact.(shop.ListingFact).Listing
	gone := eventsOf(t, commercetools(t, "product-unpublished", nil))[0].Fact.(shop.ListingFact).Listing
	if shown.ID != gone.ID || len(gone.Products) != 0 || !gone.Revision.After(shown.Revision) || len(shown.Products) != 3 {
		t.Errorf("shown %+v, gone %+v; want one listing, the second later and empty", shown, gone)
	}
	stock := func(i int) int { return *shown.Products[i].Stock }
	if stock(0) != 42 || stock(1) != 0 || shown.Products[2].Stock != nil || !shown.Products[2].Hidden {
		t.Errorf("the variants are %+v; want 42 and 0 units, and the one without a price in GBP hidden", shown.Products)
	}
}

// No other source may use the partner's detail-types.
func TestOnlyThePartnersSourceIsReadAsThePartner(t *testing.T) {
	for _, source := range []string{"shop", "hooks", "aws.partner/commercetools.community/1", "x.aws.partner/commercetools.com/1", ""} {
		envelope := strings.Replace(string(commercetools(t, "order-created", nil)), "aws.partner/commercetools.com/my-shop/regulars", source, 1)
		if got := faultOf(t, []byte(envelope)); !strings.HasPrefix(got, "/detail-type is unknown") {
			t.Errorf("source %q: %q", source, got)
		}
	}
}

// The page names each message that is read, and each that has a reason not to be.
func TestThePageNamesEachMessageOfCommercetools(t *testing.T) {
	page, err := os.ReadFile("../../docs/commercetools.md")
	if err != nil {
		t.Fatal(err)
	}
	_, subscription, _ := strings.Cut(string(page), `"messages": [`)
	subscription, _, _ = strings.Cut(subscription, "```")
	for message := range commercetoolsMessages {
		if !strings.Contains(subscription, `"`+message+`"`) {
			t.Errorf("the subscription on the page has no %s", message)
		}
		if !strings.Contains(string(page), "`"+message+"`") {
			t.Errorf("the page does not say what %s brings", message)
		}
	}
	for message := range commercetoolsUnread {
		if !strings.Contains(string(page), "`"+message+"`") {
			t.Errorf("the page does not say why %s is not read", message)
		}
	}
}

func TestACommercetoolsMessageHappensWhenItWasCreated(t *testing.T) {
	all := eventsOf(t, commercetools(t, "order-state-changed-cancelled", nil))
	if want := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC); !all[0].At.Equal(want) || !strings.HasSuffix(string(all[0].ID), "/order.cancelled") {
		t.Errorf("%s at %v, want it at %v", all[0].ID, all[0].At, want)
	}
}
