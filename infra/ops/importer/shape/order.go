package shape

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"regulars/shared/inputfault"
	"regulars/shared/iso4217"
	"regulars/shared/mailbox"
	"regulars/shared/shop"
)

// states are what the words of Shopify's and WooCommerce's columns say of an
// order. A word that is missing here says nothing.
var states = map[string]state{
	"paid": paid, "partiallypaid": open, "partiallyrefunded": paid, "refunded": refunded,
	"completed": paid, "processing": paid, "shipped": paid, "delivered": paid,
	"cancelled": cancelled, "canceled": cancelled, "failed": cancelled, "voided": cancelled,
	"checkoutdraft": draftOrder, "autodraft": draftOrder, "draft": draftOrder, "trash": draftOrder,
}

type state int

const (
	open state = iota
	paid
	refunded // and paid before
	cancelled
	draftOrder
)

// order reads an order from its rows. Money that was paid back lowers its total:
// if the shop sends the order again, with its refunds, that takes the place of
// what was imported.
func (r *Reader) order(all []row) ([]Item, inputfault.InFiles) {
	w, d := all[0], r.draft()
	is := states[strings.TrimPrefix(plain(w.text("status")), "wc")]
	if is == draftOrder {
		return nil, nil
	}
	currency := shop.Currency(strings.ToUpper(w.text("currency")))
	if currency == "" {
		currency = r.settings.Currency
	}
	d.person(w, "customer_id", "customer_name")
	d.set("/customer/accepts_marketing", w, "consent", func(text string) (any, string) { return yesNo(text) })
	d.set("/order/id", w, "id", func(text string) (any, string) { return strings.TrimPrefix(text, "'"), "" })
	d.set("/order/number", w, "number", nil)
	d.set("/order/placed_at", w, "placed_at", d.when)
	d.set("/order/updated_at", w, "updated_at", d.when)
	d.places["/order/currency"] = place{w, "currency"}
	d.put("/order/currency", string(currency))
	d.total(w, currency, is == refunded)
	var lines []any
	for _, line := range all {
		if packed := line.packed(currency); len(packed) > 0 {
			lines = append(lines, packed...)
			continue
		}
		if read := d.line(line, currency, len(lines)); read != nil {
			lines = append(lines, read)
		}
	}
	d.put("/order/lines", lines)
	events := d.read("order.placed", w)
	if len(d.faults) > 0 {
		return nil, d.faults
	}
	placed := events[0].Fact.(shop.OrderFact)
	item := Item{Customer: placed.Customer, Facts: []Fact{{events[0].At, placed}}}
	item.Address, _ = mailbox.Normalize(placed.Placed.Customer.Email)
	add := func(kind shop.OrderKind, field string, known bool) {
		at := events[0].At
		if text := w.text(field); text != "" {
			var fault string
			if at, fault = r.settings.when(text); fault != "" {
				d.fault(w, field, fault)
			} else if at.After(r.settings.Now) {
				d.fault(w, field, "is in the future")
			}
			known = true
		}
		if !known {
			return
		}
		fact := shop.OrderFact{Kind: kind, Order: placed.Order, Customer: placed.Customer}
		if kind == shop.OrderCancelled {
			fact.Cancel = &shop.Cancel{At: shop.Millis(at), Cause: shop.CauseOther}
		}
		item.Facts = append(item.Facts, Fact{shop.Millis(at), fact})
	}
	add(shop.OrderPaid, "paid_at", is == paid || is == refunded)
	add(shop.OrderShipped, "shipped_at", false)
	add(shop.OrderDelivered, "delivered_at", false)
	add(shop.OrderCancelled, "cancelled_at", is == cancelled)
	return []Item{item}, d.faults
}

// total sets the order's total, without what was paid back: all of it, if only
// the order's status says so.
func (d *draft) total(w row, currency shop.Currency, all bool) {
	back := new(big.Rat)
	if all && w.text("refunded") == "" {
		d.put("/order/total", "0")
		return
	}
	if text := w.text("refunded"); text != "" {
		decimal, fault := d.in.settings.amount(strings.TrimPrefix(text, "-"), currency)
		if fault != "" {
			d.fault(w, "refunded", fault)
			return
		}
		back.SetString(decimal)
	}
	d.set("/order/total", w, "total", func(text string) (any, string) {
		decimal, fault := d.in.settings.amount(text, currency)
		if fault != "" || back.Sign() == 0 {
			return decimal, fault
		}
		total, _ := new(big.Rat).SetString(decimal)
		if total.Sub(total, back); total.Sign() < 0 {
			total.SetInt64(0)
		}
		decimals, _ := iso4217.Decimals(currency)
		return total.FloatString(decimals), ""
	})
}

// noSKU is the fault of a line or a product that has no SKU, though the file has
// a column for it. Shopify and WooCommerce know such a product by a number, which
// their exports do not have; so an import would know it by another name than the
// events after it do.
const noSKU = "is missing: webhooks know a product without a SKU by its number, which the file does not have; add a column with the number, named %s, or say NO_SKU=title to know the product by its title"

// line returns one line of an order, or nil if the row has none. In a file that
// has no column for products, a line is known by its title.
func (d *draft) line(w row, currency shop.Currency, i int) any {
	product := w.text("product")
	if product == "" {
		if product = w.text("title"); product != "" && len(d.in.columns["product"]) > 0 && !d.in.settings.ByTitle {
			d.fault(w, "product", fmt.Sprintf(noSKU, "product"))
		}
	}
	if product == "" {
		return nil
	}
	at := func(name string) string { return fmt.Sprintf("/order/lines/%d/%s", i, name) }
	line := map[string]any{"product": product, "title": w.text("title")}
	for name, field := range map[string]string{"product": "product", "title": "title", "units": "units", "price": "price"} {
		d.places[at(name)] = place{w, field}
	}
	units := 0
	if text := w.text("units"); text != "" {
		n, err := strconv.ParseFloat(text, 64)
		if units = int(n); err != nil || float64(units) != n {
			d.fault(w, "units", "is not a whole number")
		} else {
			line["units"] = units
		}
	}
	field := "price"
	if w.text("price") == "" && w.text("line_total") != "" {
		field = "line_total"
		d.places[at("price")] = place{w, field}
	}
	if text := w.text(field); text != "" {
		decimal, fault := d.in.settings.amount(text, currency)
		switch {
		case fault != "":
			d.fault(w, field, fault)
		case field == "line_total" && units > 0:
			line["price"] = share(decimal, units, currency)
		default:
			line["price"] = decimal
		}
	}
	return line
}

// share returns the price of one unit of a line of that total, rounded to the
// currency's smallest amount.
func share(total string, units int, currency shop.Currency) string {
	of, ok := new(big.Rat).SetString(total)
	if !ok {
		return total
	}
	decimals, _ := iso4217.Decimals(currency)
	return of.Quo(of, new(big.Rat).SetInt64(int64(units))).FloatString(decimals)
}

// inOneColumn returns the columns line_item_1 and so on.
func inOneColumn(header []string) (at []int) {
	for i, name := range header {
		if number, ok := strings.CutPrefix(plain(name), "lineitem"); ok && strings.Trim(number, "0123456789") == "" {
			at = append(at, i)
		}
	}
	return at
}

// packed returns the lines of a row that has each of them in a column of its own,
// line_item_1 and so on, as "name:A mug|product_id:7|sku:MUG|quantity:2|total:9.00"
// (the export of the plugin of WebToffee for WooCommerce). A product without a SKU
// has the number that the webhooks of WooCommerce give it.
func (w row) packed(of shop.Currency) (lines []any) {
	for _, i := range w.in.inOne {
		if i >= len(w.Fields) || w.Fields[i] == "" {
			continue
		}
		has := map[string]string{}
		for _, part := range strings.Split(w.Fields[i], "|") {
			key, value, _ := strings.Cut(part, ":")
			has[key] = value
		}
		product := has["sku"]
		if product == "" && has["_variation_id"] != "0" {
			product = has["_variation_id"]
		}
		if product == "" {
			product = has["product_id"]
		}
		units, err := strconv.Atoi(has["quantity"])
		if err != nil || product == "" || units < 1 {
			continue
		}
		lines = append(lines, map[string]any{"product": product, "title": has["name"], "units": units, "price": share(has["total"], units, of)})
	}
	return lines
}

// ofProduct reads one product, or one variant of a product of Shopify, whose
// later rows have neither title nor page. A row without a price is no product: an
// image, or the parent of variations.
func (r *Reader) ofProduct(w row) ([]Item, inputfault.InFiles) {
	d := r.draft()
	if w.text("title") != "" {
		w.Fields = append([]string{}, w.Fields...)
		r.product = w
	}
	about := w
	if w.text("handle") != "" && r.product.in != nil && w.text("handle") == r.product.text("handle") {
		about = r.product
	}
	if w.text("price") == "" && w.text("sale_price") == "" || w.text("id") == "" && about.text("title") != w.text("title") {
		return nil, nil
	}
	currency := shop.Currency(strings.ToUpper(w.text("currency")))
	if currency == "" {
		currency = r.settings.Currency
	}
	d.set("/product/id", w, "id", nil)
	if w.text("id") == "" {
		d.set("/product/id", about, "title", nil)
		if !r.settings.ByTitle {
			d.fault(w, "id", fmt.Sprintf(noSKU, "id"))
		}
	}
	d.set("/product/title", about, "title", nil)
	if about.text("category") != "" {
		d.set("/product/category", about, "category", func(text string) (any, string) { first, _, _ := strings.Cut(text, ","); return first, "" })
	} else if about.text("handle") != "" {
		d.set("/product/category", about, "type", nil)
	}
	d.set("/product/url", w, "url", nil)
	if w.text("url") == "" && r.settings.ShopURL != "" {
		d.set("/product/url", about, "handle", func(text string) (any, string) {
			return strings.TrimSuffix(r.settings.ShopURL, "/") + "/products/" + text, ""
		})
	}
	d.set("/product/image", about, "image", func(text string) (any, string) {
		first, _, _ := strings.Cut(text, ", ")
		return first, ""
	})
	d.places["/product/currency"] = place{w, "currency"}
	d.put("/product/currency", string(currency))
	price, was := "price", "was"
	if w.text("sale_price") != "" {
		price, was = "sale_price", "price"
	}
	d.set("/product/price", w, price, d.amount(currency))
	d.set("/product/was", w, was, d.amount(currency))
	d.set("/product/cost", w, "cost", d.amount(currency))
	d.set("/product/stock", w, "stock", func(text string) (any, string) {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, "is not a whole number"
		}
		return int(n), ""
	})
	if text := w.text("in_stock"); text != "" && w.text("stock") == "" {
		if has, fault := yesNo(text); fault == "" && !has {
			d.put("/product/stock", 0)
		}
	}
	hidden := map[string]bool{"draft": true, "archived": true}[plain(about.text("status"))]
	if text := about.text("published"); text != "" {
		shown, fault := yesNo(text)
		if fault != "" {
			d.fault(about, "published", fault)
		}
		hidden = hidden || !shown
	}
	d.put("/product/hidden", hidden)
	d.set("/product/updated_at", w, "updated_at", d.when)
	d.put("/occurred_at", r.settings.AsOf.Format(time.RFC3339Nano))
	events := d.read("product.changed", w)
	if len(d.faults) > 0 {
		return nil, d.faults
	}
	item, _ := r.item(events[0])
	return []Item{item}, nil
}
