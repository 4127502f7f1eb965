package intake

import (
	"strconv"
	"strings"
	"time"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// commercetoolsOrder returns the events of a new order.
func commercetoolsOrder(message value, at time.Time) ([]shop.Event, string) {
	order := message.must("order")
	if !order.object() {
		return nil, ""
	}
	p := order.commercetoolsPlaced(at)
	placed := message.commercetoolsFact(shop.OrderPlaced, "")
	placed.Customer, placed.Placed = p.Customer.ID, &p
	facts := []timedFact{{p.At, placed}}
	if order.at("paymentState").text() == "Paid" {
		paid := message.commercetoolsFact(shop.OrderPaid, "")
		paid.Customer = p.Customer.ID
		facts = append(facts, timedFact{p.At, paid})
	}
	return orderEvents(facts), ""
}

// commercetoolsPlaced returns what an Order describes:
//
//	placed    createdAt; the revision is the message's time
//	total     taxedPrice.totalGross, or else totalPrice
//	product   a line's variant.sku, or else its productId
//	units     quantity
//	price     price.discounted.value, or else price.value: what the page showed,
//	          before discounts of the cart
//	customer  customerId; without one, a guest by customerEmail
//	locale    locale; country and province of the shipping address, or else of
//	          the billing address, or else country
func (v value) commercetoolsPlaced(at time.Time) shop.Placed {
	p := shop.Placed{
		Number:   v.at("orderNumber").number(),
		At:       v.must("createdAt").time(),
		Revision: at,
		Items:    map[shop.ProductID]shop.ProductID{},
	}
	p.Customer = v.commercetoolsBuyer()
	p.Total = v.must("totalPrice").centAmount()
	currency := p.Total.Currency
	if taxed := v.at("taxedPrice"); !taxed.absent() && taxed.object() {
		p.Total = taxed.must("totalGross").sameMoney(currency)
	}
	var lines basket
	for _, line := range v.must("lineItems").list(maxLines) {
		if !line.object() {
			continue
		}
		product := first(line.part("variant").at("sku"), line.must("productId")).aProductID()
		price := line.must("price")
		price.object()
		if cheaper := price.at("discounted"); !cheaper.absent() && cheaper.object() {
			price = cheaper
		}
		l := shop.Line{
			Product: product,
			Title:   line.at("name").localized(p.Customer.Locale),
			Units:   line.must("quantity").whole(0, maxUnits),
			Price:   price.must("value").sameMoney(currency),
		}
		if included := line.part("taxRate").at("includedInPrice").flag(); included != nil && *included {
			p.TaxIncluded = true
		}
		id := shop.ItemID(line.must("id").anID())
		if product == "" || l.Units == 0 {
			continue
		}
		p.Items[id] = product
		lines.add(line, l)
	}
	p.Lines = lines.lines
	return p
}

func (v value) commercetoolsBuyer() shop.Customer {
	shipping, billing := v.part("shippingAddress"), v.part("billingAddress")
	c := shop.Customer{
		ID:     v.at("customerId").ofCustomer(value.anID),
		Email:  first(v.at("customerEmail"), shipping.at("email"), billing.at("email")).address(),
		Name:   first(shipping.at("firstName"), billing.at("firstName")).text(),
		Locale: v.at("locale").locale(),
	}
	for _, address := range []value{shipping, billing, v} {
		if c.Country == "" {
			c.Country = address.at("country").country()
			c.Province = address.at("state").province(c.Country)
		}
	}
	if c.ID == "" {
		c.ID = Guest(c.Email)
	}
	if c.ID == "" {
		return shop.Customer{}
	}
	return c
}

// sameMoney is centAmount for an amount of an order, which has one currency.
func (v value) sameMoney(of shop.Currency) shop.Money {
	m := v.centAmount()
	if m.Currency != "" && of != "" && m.Currency != of {
		v.at("currencyCode").fault("is another currency than the order's; want one currency in an order")
	}
	return m
}

// scaled returns an amount in units of ten to the power of -digits as money.
// Digits beyond the currency's decimals have to be 0.
func (v value) scaled(units int64, digits int, of shop.Currency) shop.Money {
	decimals, known := iso4217.Decimals(of)
	if !known || decimals == digits {
		return shop.Money{Minor: units, Currency: of}
	}
	text := strconv.FormatInt(units, 10)
	if short := digits + 1 - len(text); short > 0 {
		text = strings.Repeat("0", short) + text
	}
	cut := len(text) - digits
	v.json = strings.TrimSuffix(text[:cut]+"."+text[cut:], ".")
	return v.amount(of)
}
