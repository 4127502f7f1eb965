package intake

import (
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
)

const bigcommerceWebhook = "bigcommerceWebhook"

// bigcommerce reads a webhook of BigCommerce, to which the function fetch has
// added what it names: an order (API version 2) with its products, shipments and
// refunds, a product or a customer (version 3). A deleted one is named by its ID
// alone. A product and a customer are as they were at created_at or later: if they
// change again, another webhook says so.
func (v value) bigcommerce() Parsed {
	_, payload := v.platform()
	webhook, sent := v.at("id").id(), v.must("time").time()
	if payload.absent() {
		return Parsed{}
	}
	if created := payload.at("created_at"); !created.absent() {
		sent = created.unix()
	}
	scope := payload.must("scope").text()
	var events []shop.Event
	var ignored string
	switch {
	case scope == "":
		return Parsed{}
	case scope == "store/product/deleted":
		events = bigcommerceProductGone(payload, sent)
	case scope == "store/customer/deleted":
		events = bigcommerceCustomerGone(payload, sent)
	case !payload.at("order").absent():
		events, ignored = bigcommerceOrder(payload)
	case !payload.at("product").absent():
		events, ignored = bigcommerceProduct(payload.at("product"), sent)
	case !payload.at("customer").absent():
		events, ignored = bigcommerceCustomer(payload.at("customer"), sent)
	default:
		return Parsed{Ignored: "a BigCommerce webhook without what it names: the function fetch adds it"}
	}
	return Parsed{Events: under(webhook, events), Ignored: ignored}
}

// Statuses of BigCommerce's orders, by their status_id.
const (
	bigcommerceIncomplete = 0
	bigcommercePending    = 1 // "started the checkout process, but did not complete it"
	bigcommerceShipped    = 2
	bigcommerceRefunded   = 4
	bigcommerceCancelled  = 5
	bigcommerceDeclined   = 6
)

// bigcommercePaid are the statuses that say that the payment is confirmed:
// partially shipped, shipped, refunded, awaiting pickup, awaiting shipment,
// completed, awaiting fulfillment, partially refunded.
var bigcommercePaid = []int{3, bigcommerceShipped, bigcommerceRefunded, 8, 9, 10, 11, 14}

// bigcommercePaidWords are the payment_status values that say the same.
var bigcommercePaidWords = []string{"captured", "paid", "partially refunded", "refunded"}

// bigcommerceOrder returns the events of an order as it is now:
//
//	order        id; it has no other number
//	placed       at date_created, unless the status is Incomplete or Pending; the
//	             revision is date_modified
//	total        total_inc_tax in default_currency_code, the currency in which the
//	             customer pays, without gift certificates that are bought
//	customer     customer_id; 0 is a guest by billing_address.email
//	box          is_email_opt_in
//	locale       customer_locale; country and province: the billing address's
//	paid         payment_status or the status says so, at date_modified
//	parcel       a shipment, by its ID
//	cancelled    the status is Cancelled; or Declined, with the cause declined, as
//	             is a cancelled order that was never paid
//	refunded     refunds, by their ID, at created
//	returned     units of a refund that were sent before it; edited: the others
func bigcommerceOrder(payload value) ([]shop.Event, string) {
	order := payload.must("order")
	if !order.object() {
		return nil, ""
	}
	status := order.must("status_id").whole(0, 1000)
	if status == bigcommerceIncomplete || status == bigcommercePending {
		return nil, "a BigCommerce order that is not placed yet: the customer is still paying"
	}
	id := shop.OrderID(order.must("id").anID())
	p, items := payload.bigcommercePlaced()
	modified := p.Revision
	all := []timedFact{{p.At, shop.OrderFact{Kind: shop.OrderPlaced, Placed: &p}}}
	paid := slices.Contains(bigcommercePaid, status) || slices.Contains(bigcommercePaidWords, strings.ToLower(order.at("payment_status").text()))
	if paid {
		all = append(all, timedFact{modified, shop.OrderFact{Kind: shop.OrderPaid}})
	}
	parcels := payload.bigcommerceParcels(items)
	if at := order.at("date_shipped").unlessEmpty().rfc2822(); !at.IsZero() && len(parcels) == 0 {
		parcels = []timedFact{{at, shop.OrderFact{Kind: shop.OrderShipped}}}
	}
	all = append(all, parcels...)
	if status == bigcommerceCancelled || status == bigcommerceDeclined {
		cancel := shop.Cancel{At: modified, Cause: shop.CauseOther}
		if status == bigcommerceDeclined || !paid {
			cancel.Cause = shop.CauseDeclined
		}
		all = append(all, timedFact{modified, shop.OrderFact{Kind: shop.OrderCancelled, Cancel: &cancel}})
	}
	all = append(all, payload.bigcommerceRefunds(items, parcels, p.Total.Currency)...)
	for i := range all {
		all[i].fact.Order, all[i].fact.Customer = id, p.Customer.ID
	}
	return orderEvents(all), ""
}

// bigcommercePlaced returns the order, and its products by the IDs of its lines.
func (v value) bigcommercePlaced() (p shop.Placed, items map[string]shop.ProductID) {
	order := v.at("order")
	p = shop.Placed{At: order.must("date_created").rfc2822(), TaxIncluded: true, Consent: order.at("is_email_opt_in").flag()}
	p.Revision = p.At
	if modified := order.at("date_modified").unlessEmpty().rfc2822(); !modified.IsZero() {
		p.Revision = modified
	}
	p.Customer = order.bigcommerceBuyer()
	code := first(order.at("default_currency_code"), order.at("currency_code"))
	code.required = true
	currency := code.currency()
	p.Total = order.must("total_inc_tax").rounded(currency)
	var lines basket
	items = map[string]shop.ProductID{}
	for _, line := range v.must("products").list(maxLines) {
		if !line.object() {
			continue
		}
		l := shop.Line{
			Product: first(line.at("sku"), line.at("product_id").unlessZero()).aProductID(),
			Title:   line.at("name").text(),
			Units:   line.must("quantity").quantity(),
			Price:   line.must("price_inc_tax").rounded(currency),
		}
		if line.at("type").text() == "giftcertificate" {
			p.Total.Minor = max(p.Total.Minor-int64(l.Units)*l.Price.Minor, 0)
			continue
		}
		if item := line.must("id").anID(); l.Product != "" && l.Units > 0 {
			items[item] = l.Product
			lines.add(line, l)
		}
	}
	p.Lines = lines.lines
	return p, items
}

func (v value) bigcommerceBuyer() shop.Customer {
	billing := v.part("billing_address")
	c := shop.Customer{
		ID:      v.at("customer_id").unlessZero().ofCustomer(value.anID),
		Email:   billing.at("email").address(),
		Name:    billing.at("first_name").text(),
		Locale:  v.at("customer_locale").locale(),
		Country: billing.at("country_iso2").country(),
	}
	c.Province = billing.at("state").province(c.Country)
	if c.ID == "" {
		c.ID = Guest(c.Email)
	}
	if c.ID == "" {
		return shop.Customer{}
	}
	return c
}

// bigcommerceParcels returns the events of the order's shipments.
func (v value) bigcommerceParcels(items map[string]shop.ProductID) (all []timedFact) {
	for _, shipment := range v.at("shipments").list(maxLines) {
		if !shipment.object() {
			continue
		}
		units := map[shop.ProductID]int{}
		for _, item := range shipment.at("items").list(maxLines) {
			if !item.object() {
				continue
			}
			n := item.must("quantity").quantity()
			if product := items[item.at("order_product_id").anID()]; product != "" && n > 0 {
				item.addUnits(units, product, n)
			}
		}
		all = append(all, timedFact{shipment.must("date_created").rfc2822(), shop.OrderFact{
			Kind: shop.OrderShipped, Ref: shipment.must("id").anID(), Parcel: &shop.Parcel{Units: units},
		}})
	}
	return all
}

// bigcommerceRefunds returns the events of the order's refunds: the money, and
// the units, which were returned if a parcel had left before, and were taken out
// of the order otherwise.
func (v value) bigcommerceRefunds(items map[string]shop.ProductID, parcels []timedFact, currency shop.Currency) (all []timedFact) {
	for _, refund := range v.at("refunds").list(maxLines) {
		if !refund.object() {
			continue
		}
		at, ref := refund.must("created").time(), refund.must("id").anID()
		units := map[shop.ProductID]int{}
		for _, item := range refund.at("items").list(maxLines) {
			if !item.object() || item.at("item_type").text() != "PRODUCT" || item.at("quantity").absent() {
				continue
			}
			n := item.at("quantity").quantity()
			if product := items[item.must("item_id").anID()]; product != "" && n > 0 {
				item.addUnits(units, product, n)
			}
		}
		sent := slices.ContainsFunc(parcels, func(p timedFact) bool { return p.at.Before(at) })
		switch {
		case len(units) > 0 && sent:
			all = append(all, timedFact{at, shop.OrderFact{Kind: shop.OrderReturned, Ref: ref, Return: &shop.Return{At: at, Units: units, Cause: shop.CauseOther}}})
		case len(units) > 0:
			all = append(all, timedFact{at, shop.OrderFact{Kind: shop.OrderEdited, Ref: ref, Edit: &shop.Edit{At: at, Units: units}}})
		}
		if amount := refund.must("total_amount").rounded(currency); !amount.IsZero() {
			all = append(all, timedFact{at, shop.OrderFact{Kind: shop.OrderRefunded, Ref: ref, Refund: &shop.Refund{At: at, Amount: amount}}})
		}
	}
	return all
}

// unix is time for a number of seconds since 1970.
func (v value) unix() time.Time {
	n := v.whole(0, 1<<40)
	if n == 0 {
		return time.Time{}
	}
	v.json = time.Unix(int64(n), 0).UTC().Format(time.RFC3339)
	return v.time()
}

// rfc2822 is time for API version 2, which writes "Fri, 20 Nov 2026 09:26:00
// +0000".
func (v value) rfc2822() time.Time {
	if s, ok := v.json.(string); ok {
		if t, err := time.Parse(time.RFC1123Z, s); err == nil {
			v.json = t.UTC().Format(time.RFC3339)
		}
	}
	return v.time()
}
