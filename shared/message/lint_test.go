package message_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// soundPromotion returns a rendered promotion without faults, and its data.
func soundPromotion() (content.Rendered, content.Data) {
	d := content.Data{
		Language: "en",
		Shop:     content.Shop{Name: "Example", Address: "1 Example Street & Yard"},
		Links:    content.Links{Unsubscribe: "https://example.com/u?a=1&b=2"},
		Order:    &content.Order{ID: "1", Number: "A-100 EUR 5", Total: shop.Money{Minor: 1250, Currency: "EUR"}},
		Coupon:   &content.Coupon{Percent: 1250, Minimum: shop.Money{Minor: 4000, Currency: "EUR"}},
		Picks:    []recommend.Pick{{Product: shop.Product{Title: "Card worth £20, 50% cotton", Price: shop.Money{Minor: 1999, Currency: "GBP"}}}},
	}
	r := content.Rendered{
		Class: shop.ClassPromotion, Language: "en", Subject: "12.5% off",
		HTML: `<style>p { width: 100% }</style><p>€12.50, €40.00, £19.99</p><p>Card worth £20, 50% cotton; order A-100 EUR 5</p><p>1 Example Street &amp; Yard</p><a href="https://example.com/u?a=1&amp;b=2">out</a>`,
		Text: "€12.50 £19.99 1 Example Street & Yard https://example.com/u?a=1&b=2",
	}
	return r, d
}

func TestLintAcceptsASoundMessage(t *testing.T) {
	if got := message.Lint(soundPromotion()); len(got) > 0 {
		t.Errorf("Lint = %q, want nothing", got)
	}
}

var end = time.Date(2026, 12, 5, 23, 59, 59, 0, time.UTC)

// Links to the cart with the code of the mail's coupon are accepted, in the path
// and in the query, also if all links of the shop begin like them.
func TestLintAcceptsLinksToTheCart(t *testing.T) {
	for _, cart := range []string{"https://shop.example.com/discount/A%2FB?redirect=/cart", "https://shop.example.com/cart?code=A%2FB", "https://shop.example.com/A%2FB"} {
		r, d := soundPromotion()
		d.Coupon.Code, d.Shop.CartURL = "A/B", cart
		r.HTML += `<a href="` + cart + `">cart</a><a href="https://shop.example.com/contact">contact</a>`
		r.Text += " " + cart + " https://shop.example.com/contact"
		if got := message.Lint(r, d); len(got) > 0 {
			t.Errorf("Lint with %s = %q, want nothing", cart, got)
		}
	}
}

// A day of the data, in the customer's zone, is allowed in any sentence; a day
// in a title is allowed as well.
func TestLintAcceptsTheDaysOfTheData(t *testing.T) {
	r, d := soundPromotion()
	d.Zone = time.FixedZone("east", 3600)
	d.Coupon.Code, d.Coupon.Until, d.Coupon.Ends, d.Order.Until = "AAAA-BBBB", end, end, end.AddDate(0, 0, 10)
	d.Picks[0].Product.Title = "Calendar of 1 January 2027"
	r.HTML = strings.Replace(r.HTML, "Card worth £20, 50% cotton", "Calendar of 1 January 2027", 1) + "<p>AAAA-BBBB until 6 December 2026, your parcel comes on 16 December</p>"
	if got := message.Lint(r, d); len(got) > 0 {
		t.Errorf("Lint = %q, want nothing", got)
	}
}

func TestLintRefusesAMessage(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*content.Rendered, *content.Data)
		want   string
	}{
		"an empty subject":             {func(r *content.Rendered, _ *content.Data) { r.Subject = " " }, "the subject is empty"},
		"a second line in the subject": {func(r *content.Rendered, _ *content.Data) { r.Subject = "a\r\nBcc: b" }, "not one line"},
		"a NUL in the subject":         {func(r *content.Rendered, _ *content.Data) { r.Subject = "a\x00" }, "not one line"},
		"a long subject":               {func(r *content.Rendered, _ *content.Data) { r.Subject = strings.Repeat("я", 201) }, "longer than 200"},
		"an empty HTML part":           {func(r *content.Rendered, _ *content.Data) { r.HTML = "<style>a{}</style><p> </p>" }, "HTML part is empty"},
		"an empty text part":           {func(r *content.Rendered, _ *content.Data) { r.Text = "\n" }, "text part is empty"},
		"an unresolved mark":           {func(r *content.Rendered, _ *content.Data) { r.Text += "{{ x }}" }, `unresolved "{{"`},
		"an HTML part cut off":         {func(r *content.Rendered, _ *content.Data) { r.HTML += strings.Repeat("<p></p>", 15000) }, "cut it off"},
		"a price not in the data":      {func(r *content.Rendered, _ *content.Data) { r.HTML += "<p>now £9.99</p>" }, "HTML part states 1 prices"},
		"a price with an extra digit":  {func(r *content.Rendered, _ *content.Data) { r.Text += " €112.50" }, "text part states 1 prices"},
		"a price that ends like one of the data": {func(r *content.Rendered, d *content.Data) {
			r.Language, r.Text = "pl", strings.Replace(r.Text, "€12.50 £19.99", "112,50\u00a0€", 1)
		}, "text part states 1 prices"},
		"a price in another currency": {func(r *content.Rendered, _ *content.Data) { r.Text += " $12.50" }, "text part states 1 prices"},
		"a price with a code":         {func(r *content.Rendered, _ *content.Data) { r.Text += " 9.99 CHF" }, "text part states 1 prices"},
		"another percentage":          {func(r *content.Rendered, _ *content.Data) { r.Subject = "15% off" }, "subject states 1 prices"},
		"a link to the cart with another code": {func(_ *content.Rendered, d *content.Data) {
			d.Coupon.Code, d.Shop.CartURL = "AAAA-BBBB", "https://shop.example.com/discount/AAAA-CCCC?redirect=/cart"
		}, "the link to the cart has another code"},
		"a link to the cart with a longer code": {func(_ *content.Rendered, d *content.Data) {
			d.Coupon.Code, d.Shop.CartURL = "AAAA-BBBB", "https://shop.example.com/cart?discount=AAAA-BBBB-CCCC"
		}, "the link to the cart has another code"},
		"another code in a link of the HTML part": {func(r *content.Rendered, d *content.Data) {
			d.Coupon.Code, d.Shop.CartURL = "AAAA-BBBB", "https://shop.example.com/cart?go=1&discount=AAAA-BBBB"
			r.HTML += `<a href="https://shop.example.com/cart?go=1&amp;discount=AAAA-BBBB">ours</a><a href="https://shop.example.com/cart?go=1&amp;discount=SUMMER">another</a>`
		}, "the HTML part links to the cart with another code"},
		"another code in a link of the text part": {func(r *content.Rendered, d *content.Data) {
			d.Coupon.Code, d.Shop.CartURL = "AAAA-BBBB", "https://shop.example.com/discount/AAAA-BBBB?redirect=/cart"
			r.Text += " https://shop.example.com/discount/SUMMER?redirect=/cart"
		}, "the text part links to the cart with another code"},
		"a link to the cart without a coupon": {func(_ *content.Rendered, d *content.Data) {
			d.Coupon, d.Shop.CartURL = nil, "https://shop.example.com/discount/AAAA-BBBB"
		}, "a link to the cart with a coupon, and no coupon"},
		"an empty link":                        {func(r *content.Rendered, _ *content.Data) { r.HTML += `<a href="">x</a>` }, "an empty link"},
		"an http link":                         {func(r *content.Rendered, _ *content.Data) { r.HTML += `<a class="x" href='http://example.com'>x</a>` }, "not an absolute https"},
		"a script as a link":                   {func(r *content.Rendered, _ *content.Data) { r.HTML += `<a href=javascript:x>x</a>` }, "not an absolute https"},
		"no unsubscribe link in the data":      {func(_ *content.Rendered, d *content.Data) { d.Links.Unsubscribe = "" }, "no unsubscribe link in its data"},
		"no unsubscribe link in the HTML part": {func(r *content.Rendered, _ *content.Data) { r.HTML = strings.Replace(r.HTML, "/u?", "/v?", 1) }, "HTML part of a promotion does not link"},
		"no unsubscribe link in the text part": {func(r *content.Rendered, _ *content.Data) { r.Text = strings.Replace(r.Text, "/u?", "/v?", 1) }, "text part of a promotion does not give"},
		"no postal address":                    {func(r *content.Rendered, _ *content.Data) { r.Text = strings.Replace(r.Text, "Street", "Str.", 1) }, "postal address"},
		"the soft opt-in without a link in the HTML part": {func(r *content.Rendered, d *content.Data) {
			r.Class, d.SoftOptIn, r.HTML = shop.ClassService, true, strings.Replace(r.HTML, "/u?", "/v?", 1)
		}, "HTML part of a message under the soft opt-in does not link"},
		"the soft opt-in without a link in the text part": {func(r *content.Rendered, d *content.Data) {
			r.Class, d.SoftOptIn, r.Text = shop.ClassPromise, true, strings.Replace(r.Text, "/u?", "/v?", 1)
		}, "text part of a message under the soft opt-in does not give"},
		"another end in the HTML part": {func(r *content.Rendered, _ *content.Data) { r.HTML += "<p>until 31 December 2026</p>" }, "HTML part names 1 days"},
		"another end in the text part": {func(r *content.Rendered, _ *content.Data) { r.Text += " only on 5 december" }, "text part names 1 days"},
		"another end in digits":        {func(r *content.Rendered, _ *content.Data) { r.Text += " bis 31.12.2026" }, "text part names 1 days"},
		"another end in Greek": {func(r *content.Rendered, _ *content.Data) {
			r.Language, r.Subject = "el", "έως 6 Δεκεμβρίου"
		}, "subject names 1 days"},
		"a code without its end": {func(r *content.Rendered, d *content.Data) {
			d.Coupon.Code, d.Coupon.Until, r.Text = "AAAA-BBBB", end, r.Text+" AAAA-BBBB"
		}, "text part gives a code without the day"},
		"a code with another's end": {func(r *content.Rendered, d *content.Data) {
			d.Coupon.Code, d.Coupon.Until, r.Text = "AAAA-BBBB", end, r.Text+" AAAA-BBBB until 6 December 2026"
		}, "text part names 1 days"},
		"a coupon that is valid longer than its offer": {func(_ *content.Rendered, d *content.Data) {
			d.Coupon.Code, d.Coupon.Until, d.Coupon.Ends = "AAAA-BBBB", end, end.Add(-1)
		}, "valid longer than its offer"},
		"a former price without a history": {func(_ *content.Rendered, d *content.Data) {
			d.Picks[0].Was = gbp(2500)
		}, "does not contain its former price"},
		"a former price above the lowest of thirty days": {func(_ *content.Rendered, d *content.Data) {
			d.Picks[0].Product.ID, d.Picks[0].Was, d.Former = "CARD", gbp(2500), map[shop.ProductID]shop.Money{"CARD": gbp(2499)}
		}, "the former price of product CARD is higher than the lowest price of the thirty days before"},
		"a former price that is no higher": {func(_ *content.Rendered, d *content.Data) {
			d.Picks[0].Was, d.Former = gbp(1999), map[shop.ProductID]shop.Money{"": gbp(2499)}
		}, "is not lower than its former price"},
		"a former price in the text that is not in the data": {func(r *content.Rendered, d *content.Data) {
			d.Picks[0].Was, d.Former, r.Text = gbp(2499), map[shop.ProductID]shop.Money{"": gbp(2499)}, r.Text+" was £29.99"
		}, "text part states 1 prices"},
		"a coupon for products that are sold out": {func(_ *content.Rendered, d *content.Data) {
			d.Coupon.Stock = new(0)
		}, "the coupon needs 1 units of its products, and 0 are in stock"},
		"a coupon for three units with two in stock": {func(_ *content.Rendered, d *content.Data) {
			d.Coupon.Stock, d.Coupon.Needs = new(2), 3
		}, "needs 3 units of its products, and 2 are in stock"},
		"an unknown language": {func(r *content.Rendered, _ *content.Data) { r.Language = "tlh" }, "prices"},
	} {
		t.Run(name, func(t *testing.T) {
			r, d := soundPromotion()
			test.change(&r, &d)
			if got := strings.Join(message.Lint(r, d), "; "); !strings.Contains(got, test.want) {
				t.Errorf("Lint = %q, want %q in it", got, test.want)
			}
		})
	}
}

func TestLintAcceptsAFormerPriceFromThePriceHistory(t *testing.T) {
	r, d := soundPromotion()
	d.Picks[0].Product.ID, d.Picks[0].Was, d.Former = "CARD", gbp(2499), map[shop.ProductID]shop.Money{"CARD": gbp(2499)}
	d.Coupon.Stock, d.Coupon.Needs = new(3), 3
	r.HTML += "<p>before £24.99</p>"
	if got := message.Lint(r, d); len(got) > 0 {
		t.Errorf("Lint = %q, want nothing", got)
	}
}

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

// A service message needs no unsubscribe link: customers cannot opt out of a
// recall.
func TestLintRequiresUnsubscribeLinkAndAddressInPromotionsOnly(t *testing.T) {
	r, d := soundPromotion()
	r.Class, d.Links.Unsubscribe, d.Shop.Address = shop.ClassService, "", ""
	r.Text, r.HTML = "x", "<p>x</p>"
	if got := message.Lint(r, d); len(got) > 0 {
		t.Errorf("Lint = %q, want nothing", got)
	}
}

// A link's token is random, so sometimes it looks like a price.
func TestLintIgnoresPricesInLinks(t *testing.T) {
	unsubscribe := "https://preferences.example.com/u/k1.jTA39USD-7kr-5EUR"
	r := content.Rendered{
		Subject: "x", Class: shop.ClassPromotion, Language: "en",
		HTML: `<p>1 High Street <a href="` + unsubscribe + `">out</a> ` + unsubscribe + `</p>`, Text: "1 High Street " + unsubscribe,
	}
	d := content.Data{Language: "en", Shop: content.Shop{Address: "1 High Street"}, Links: content.Links{Unsubscribe: unsubscribe}}
	if wrong := message.Lint(r, d); len(wrong) > 0 {
		t.Errorf("Lint = %q, want nothing", wrong)
	}
	r.Text += " for 39 USD"
	if wrong := message.Lint(r, d); len(wrong) != 1 {
		t.Errorf("Lint = %q, want a fault for the price next to the link", wrong)
	}
}

// The same holds for every link that a message can have, also for one that is added
// to the data later.
func TestLintIgnoresPricesInEveryLink(t *testing.T) {
	const address = "https://shop.example.com/k1.jTA39USD-7kr-5EUR"
	d := content.Data{Language: "en", Order: &content.Order{}, Cart: &content.Cart{}}
	n := 0
	for name, of := range map[string]any{"links": &d.Links, "shop": &d.Shop, "order": d.Order, "cart": d.Cart} {
		fields := reflect.ValueOf(of).Elem()
		for i := range fields.NumField() {
			field := fields.Type().Field(i)
			if field.Type.Kind() != reflect.String || name != "links" && !strings.HasSuffix(field.Name, "URL") {
				continue
			}
			n++
			fields.Field(i).SetString(address)
			for _, fault := range message.Lint(content.Rendered{Subject: "x", HTML: "<p>x</p>", Text: "x " + address, Class: shop.ClassService, Language: "en"}, d) {
				if strings.Contains(fault, "prices") {
					t.Errorf("with the link %s of %s: %s", field.Name, name, fault)
				}
			}
			fields.Field(i).SetString("")
		}
	}
	if n < 8 {
		t.Errorf("%d links were tried; want the three of Links, and those of the shop, the order and the cart", n)
	}
}
