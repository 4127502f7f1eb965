//go:build !race

package message

import (
	"cmp"
	"html"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/content"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Lint finds what plainLint finds, in the same words and order: in sound mails, and in
// mails with faults of every kind, one or several of them anywhere.
func TestLintFindsWhatPlainLintFinds(t *testing.T) {
	want := []string{
		"", "the subject is empty", "the subject is not one line", "the subject is longer than", "the HTML part is empty", "the text part is empty", "mail programs cut it off",
		`HTML part has an unresolved "{{"`, `text part has an unresolved "}}"`, `subject has an unresolved "{%"`, `text part has an unresolved "%}"`, `text part has an unresolved "<no value>"`, `HTML part has an unresolved "&lt;no value"`,
		"the HTML part states 1 prices", "the HTML part states 2 prices", "the text part states 1 prices", "the text part states 2 prices", "the subject states 1 prices",
		"the HTML part names 1 days", "the text part names 1 days", "the subject names 1 days",
		"does not contain its former price", "is higher than the lowest price", "is not lower than its former price", "valid longer than its offer", "the coupon needs 3 units",
		"the HTML part gives a code without the day", "the text part gives a code without the day",
		"to the cart with a coupon, and no coupon", "the link to the cart has another code", "the HTML part links to the cart with another code", "the text part links to the cart with another code",
		"the HTML part has an empty link", "the HTML part has a link that is not an absolute https address",
	}
	for _, kind := range []string{"a promotion", "a message under the soft opt-in"} {
		want = append(want, kind+" has no unsubscribe link in its data", "the HTML part of "+kind+" does not link", "the text part of "+kind+" does not give", kind+" must print")
	}
	times := make([]int, len(want))
	drawn := mails{rand.New(rand.NewPCG(11, 12))}
	for range 5_000 {
		r, d := drawn.mail()
		got, plain := Lint(r, d), plainLint(r, d)
		if !slices.Equal(got, plain) {
			t.Fatalf("Lint = %q\nwant   %q\nof %+v\nwith %+v", got, plain, r, d)
		}
		found := strings.Join(got, "\n")
		for i, fault := range want {
			if strings.Contains(found, fault) && (fault != "" || found == "") {
				times[i]++
			}
		}
	}
	for i, fault := range want {
		if times[i] < 5 {
			t.Errorf("%q was found in %d of the mails, which is too few to compare", fault, times[i])
		}
	}
}

// mails draws messages.
type mails struct{ *rand.Rand }

func (m mails) one(of ...string) string { return of[m.IntN(len(of))] }
func (m mails) in(n int) bool           { return m.IntN(n) == 0 }

// given are texts that a shop or a customer can give, and what could be taken for a price
// or a day.
var given = []string{
	"Tea", "Card worth £20, 50% cotton", "Calendar of 1 January 2027", "Чай 100 г, 5 руб", "Kubek 12,50 zł", "Κούπα 3", "ספל 24", "1", "x", "e", ".", "12", "5", "EUR", "kr", "a|b", "5 €", "€5", "10%", "A-100 EUR 5", "24.12.2026", "6 December 2026",
	"Fish & chips <b>", `"Mug"`, "M\u00a0N", "5\u00a0€", "1,234", "{{ x }}", "&amp;", "Tea  pot", " set ", "\u200bTea", "T\u00e9\u0301", "30 Kč",
}

// planted are what a template or an attack can add to a part.
var planted = []string{
	"£9.99", "€112.50", "€12.50", "9.99 CHF", "15%", "12,50\u00a0€", "5 €", "€5", "$ 7", "5 kr", "5 krona", "5 zł", "5 руб", "7 USD", "XYZ 5", "1", "0%", "00", ".", ",", " ", "\u00a0", "\u202f", "€", "%",
	"31 December 2026", "5 december", "31.12.2026", "2026-12-24", "5 декабря", "1η Δεκεμβρίου", "6 December", "12.12.2026.", "312.12.2026",
	"{{ x }}", "}}", "{%", "%}", "<no value>", "&lt;no value", "{", "}",
	`<a href="">x</a>`, `<a href="#">x</a>`, `<a class="x" href='http://example.com'>x</a>`, `<a href=javascript:x>x</a>`, `<A HREF="https://shop.example.com/?a=1&amp;b=2">x</A>`, `<a href="mailto:a@example.com">x</a>`, `<a href="ht&#116;ps://x.example/">x</a>`, `<a href=" https://shop.example.com:99999/">x</a>`,
	"<!--", "-->", "<style>", "</style>", "<title>", "</TITLE>", "<script", "<", ">", "&", ";", "&#", "&#3", "&amp", "&nbsp;", "&zwnj;", "&#32;", "&copy", "\x00", "\xff", "\xe2\x82", "\n", "A", "k", "e",
	"https://shop.example.com/discount/SUMMER?redirect=/cart", "https://shop.example.com/discount/SUMMER", "https://shop.example.com/cart?go=1&amp;discount=SUMMER", "https&colon;//shop.example.com/discount/SUMMER",
}

// text returns up to most words, some of them glued together.
func (m mails) text(most int) (text string) {
	for range m.IntN(most + 1) {
		text += m.one(given...) + m.one(" ", " ", "", ", ")
	}
	return text
}

// money returns an amount, of few different ones.
func (m mails) money() shop.Money {
	return shop.Money{Minor: []int64{500, 1250, 1999, 123456, 5, 0}[m.IntN(6)], Currency: shop.Currency(m.one("EUR", "EUR", "GBP", "PLN", "RUB", "CHF", "XXX"))}
}

// data returns what a message is rendered from.
func (m mails) data() Data {
	until := sampleDay.AddDate(0, 0, m.IntN(3)*20)
	d := Data{
		Language: m.one("en", "ru", "pl", "el", "he", "en", "tlh"), Zone: []*time.Location{nil, time.UTC, time.FixedZone("east", 4*3600)}[m.IntN(3)],
		Shop:     Shop{Name: m.text(2), Address: "1 Example Street, " + m.text(1), Legal: m.text(2), URL: "https://shop.example.com/", ContactURL: m.one("", "https://shop.example.com/contact")},
		Customer: Greeting{Name: m.text(1)}, SoftOptIn: m.in(2),
		Links: Links{Unsubscribe: "https://links.example.com/u/k1.jTA39USD-7kr-5EUR", Preferences: "https://links.example.com/p/k1.x?lang=en&b=2"},
		Why:   Why{On: sampleDay.AddDate(0, 0, -m.IntN(60))},
	}
	if m.in(2) {
		d.Order = &Order{ID: "1001", Number: m.text(1), Total: m.money(), Until: until, Also: []string{m.text(1)}}
	}
	if m.in(2) {
		d.Coupon = &Coupon{
			Code: m.one("AAAA-BBBB", "AAAA-BBBB", "A/B", "5EUR", ""), Percent: m.IntN(4) * 1250, Amount: m.money(), Minimum: m.money(), Until: until, On: m.text(1), Tiers: []Tier{{From: m.money(), Percent: 500}},
		}
		if !m.in(4) {
			d.Shop.CartURL = m.one("https://shop.example.com/discount/AAAA-BBBB?redirect=/cart", "https://shop.example.com/cart?go=1&discount=AAAA-BBBB", "https://shop.example.com/A%2FB", "https://shop.example.com/discount/"+d.Coupon.Code)
		}
	}
	if m.in(4) {
		d.Points = &Points{Worth: m.money(), Expires: until, Tier: m.text(1)}
	}
	if m.in(4) {
		d.Cart = &Cart{URL: "https://shop.example.com/checkouts/1", Lines: []CartLine{{Product: shop.Product{Title: m.text(2), URL: "https://shop.example.com/c/5EUR", Price: m.money()}}}}
	}
	for range m.IntN(4) {
		d.Picks = append(d.Picks, recommend.Pick{
			Product: shop.Product{ID: "p", Title: m.text(3), URL: "https://shop.example.com/p?a=1&b=" + m.one("2", "39USD"), Image: m.one("", "https://shop.example.com/5EUR.jpg"), Price: m.money()},
			Reason:  recommend.Reason{Title: m.text(1), On: until},
		})
	}
	return d
}

// mail returns a message that prints the data, with some faults in it, and the data with
// some others.
func (m mails) mail() (Rendered, Data) {
	d := m.data()
	r := m.sound(d)
	for range m.IntN(4) {
		m.spoilData(&d)
		part := []*string{&r.HTML, &r.HTML, &r.Text, &r.Text, &r.Subject}[m.IntN(5)]
		at := m.IntN(len(*part) + 1)
		switch m.IntN(8) {
		case 0:
			*part = (*part)[:at] + (*part)[min(len(*part), at+m.IntN(9)):]
		case 1:
			*part = m.one("", " \n", "<style>p{}</style><p>&#32;</p>", (*part)[:at])
		case 2:
			*part += m.one(strings.Repeat("я", 201), "a\r\nBcc: b", strings.Repeat("<p>", 100+m.IntN(2)*m.IntN(2)*40_000))
		default:
			*part = (*part)[:at] + m.one(planted...) + (*part)[at:]
		}
	}
	return r, d
}

// spoilData plants a fault of the data in one of some mails.
func (m mails) spoilData(d *Data) {
	switch m.IntN(30) {
	case 0:
		d.Links.Unsubscribe = m.one("", "http://example.com/u")
	case 1:
		d.Shop.Address = m.one("", "2 Example Street")
	case 2:
		d.Coupon = nil
	case 3, 4, 5:
		if len(d.Picks) > 0 {
			former := d.Picks[0].Product.Price
			former.Minor += int64(m.IntN(3)) * 10
			d.Picks[0].Was, d.Former = former, map[shop.ProductID]shop.Money{"p": former}
			if m.in(2) {
				d.Former["p"] = m.money()
			}
		}
	case 6, 7:
		if d.Coupon != nil {
			d.Coupon.Ends, d.Coupon.Stock, d.Coupon.Needs = d.Coupon.Until.Add(time.Duration(m.IntN(2)-1)), new(2), 3
		}
	}
}

// sound returns a message that prints the data, mostly without a fault.
func (m mails) sound(d Data) Rendered {
	r := Rendered{Class: shop.ClassService, Language: d.Language, Subject: "News"}
	if m.in(2) {
		r.Class = shop.ClassPromotion
	}
	var page, text strings.Builder
	say := func(words string) {
		if words = clean(words); words != "" {
			page.WriteString("<p>" + html.EscapeString(words) + "</p>\n")
			text.WriteString(words + m.one("\n", "\n", " ", ""))
		}
	}
	lead := func(address string) {
		if address != "" {
			page.WriteString(`<a class="b" href="` + html.EscapeString(address) + `">` + m.one("here", "", "<b>&nbsp;there</b>") + "</a>")
			text.WriteString(address + "\n")
		}
	}
	page.WriteString("<html><head><title>5 € &amp; more</title><style>@media p { width: 100% }</style></head><!-- 5 € > -->")
	l, err := newLocalizer(cmp.Or(map[string]string{"tlh": "en"}[d.Language], d.Language), nil)
	if err != nil {
		panic(err)
	}
	price := func(of shop.Money) {
		if a, err := l.amount(of); err == nil {
			say(a.String())
		}
	}
	zone := cmp.Or(d.Zone, time.UTC)
	say("Hello " + d.Customer.Name + " of " + d.Shop.Name + ", 3 times in October")
	if d.Order != nil {
		say("Order " + d.Order.Number + " comes on " + day{d.Order.Until.In(zone), l}.String())
		price(d.Order.Total)
	}
	if c := d.Coupon; c != nil {
		say(rate{c.Percent, l}.String() + " with " + c.Code + " until " + day{c.Until.In(zone), l}.String() + " on " + c.On)
		price(c.Minimum)
		lead(d.Shop.CartURL)
	}
	if d.Cart != nil {
		say(d.Cart.Lines[0].Product.Title)
		lead(d.Cart.URL)
	}
	for _, p := range d.Picks {
		say(cut(clean(p.Product.Title), longestTitle))
		price(p.Product.Price)
		lead(p.Product.URL)
		lead(p.Product.URL)
	}
	say(d.Shop.Address)
	say(d.Shop.Legal)
	lead(d.Shop.ContactURL)
	lead(d.Links.Unsubscribe)
	lead(d.Links.Preferences)
	r.HTML, r.Text = page.String()+"</html>", text.String()
	if len(d.Picks) > 0 && m.in(2) {
		r.Subject = clean(d.Picks[0].Product.Title) + " & more"
	}
	return r
}

// The texts of the data have no control character: what is removed is overwritten with
// one.
func TestTextsOfTheDataHaveNoControlCharacter(t *testing.T) {
	drawn := mails{rand.New(rand.NewPCG(13, 14))}
	for range 2_000 {
		d := drawn.data()
		d.Shop.URL, d.Shop.Name = content.Link("https://example.com/"+drawn.one("\x00", "\n", "%00", "?\x01", "#\x02")), drawn.one("a\x00b", "\x01")
		for _, own := range func() []dataText { all := newDataTexts("en", d); return all.all }() {
			if own.text == "" || strings.ContainsFunc(own.text, func(r rune) bool { return r < ' ' }) {
				t.Fatalf("%q is a text of the data", own.text)
			}
		}
	}
}
