package messages

import (
	"net/url"
	"time"

	"regulars/shared/brand"
	"regulars/shared/content"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Scene is one message with the data that it is rendered from. Currency, zone
// and name depend on the language of the customer.
type Scene struct {
	Name    string
	Message shop.MessageID
	change  func(*content.Data)
}

// Scenes returns every message in each of its notable forms: the tests compare
// them with golden files, and make mail-pictures draws them. Names are unique.
func Scenes() []Scene { return scenes }

var scenes = []Scene{
	{"thanks-with-picks-and-coupon", "thanks", func(d *content.Data) {}},
	{"thanks-alone", "thanks", func(d *content.Data) { d.Customer.Name, d.Picks, d.Coupon = "", nil, nil }},
	{"thanks-for-two", "thanks", func(d *content.Data) { d.Picks, d.Coupon, d.Order.Also = nil, nil, []string{"10483"} }},
	{"thanks-for-three", "thanks", func(d *content.Data) { d.Picks, d.Coupon, d.Order.Also = nil, nil, []string{"10483", "10484"} }},
	{"reward-tenth-free", "reward", func(d *content.Data) {
		d.Coupon.Kind, d.Coupon.Product, d.Coupon.Nth, d.Coupon.Minimum = "nth_unit_free", "Jasmine tea, 100 g", 10, shop.Money{}
		d.Coupon.Earned = true
	}},
	{"reward-amount", "reward", func(d *content.Data) { d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500) }},
	{"sorry-returned", "sorry", func(d *content.Data) { d.ServiceIssue, d.Coupon = "returned", nil }},
	{"sorry-delayed-until", "sorry", func(d *content.Data) { d.ServiceIssue, d.Order.Until, d.Coupon = "delayed", until, nil }},
	{"sorry-delayed", "sorry", func(d *content.Data) { d.ServiceIssue, d.Coupon = "delayed", nil }},
	{"sorry-cancelled", "sorry", func(d *content.Data) { d.ServiceIssue, d.Coupon = "cancelled", nil }},
	{"picks", "picks", func(d *content.Data) { d.Order, d.Coupon = nil, nil }},
	{"picks-without-pictures", "picks", func(d *content.Data) { d.Order, d.Coupon = nil, nil; withoutPictures(d, 0) }},
	{"picks-partly-without-pictures", "picks", func(d *content.Data) { d.Order, d.Coupon = nil, nil; withoutPictures(d, 4) }},
	{"picks-with-long-titles", "picks", func(d *content.Data) {
		d.Order, d.Coupon = nil, nil
		for i, title := range longTitles {
			d.Picks[i].Product.Title = title
		}
	}},
	{"picks-reduced", "picks", func(d *content.Data) {
		d.Order, d.Coupon, d.Picks, d.Picks[0].Was = nil, nil, d.Picks[:2], money(d, 999)
		d.Picks[0].Product.ID, d.Former = "TEA-100", map[shop.ProductID]shop.Money{"TEA-100": money(d, 999)}
	}},
	{"how-to", "how-to", func(d *content.Data) { d.Picks, d.Coupon = nil, nil }},
	{"review", "review", func(d *content.Data) { d.Picks, d.Coupon = nil, nil }},
	{"add-on", "add-on", func(d *content.Data) { d.Coupon = nil }},
	{"win-back", "win-back", func(d *content.Data) { d.Order, d.Picks = nil, d.Picks[2:4] }},
	{"win-back-alone", "win-back", func(d *content.Data) { d.Order, d.Coupon, d.Picks = nil, nil, d.Picks[1:2] }},
	{"win-back-again", "win-back-again", func(d *content.Data) { d.Order, d.Coupon, d.Picks = nil, nil, d.Picks[2:4] }},
	{"back-in-stock", "back-in-stock", func(d *content.Data) { about(d, shop.Money{}) }},
	{"price-drop", "price-drop", func(d *content.Data) { about(d, money(d, 2450)) }},
	{"price-drop-without-a-picture", "price-drop", func(d *content.Data) {
		about(d, money(d, 2450))
		d.Product.Product.Image = ""
	}},
	{"sorry-with-goodwill", "sorry", func(d *content.Data) {
		d.ServiceIssue = "delayed"
		d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500)
	}},
	{"reward-on-some-with-limits", "reward", func(d *content.Data) {
		d.Coupon.On, d.Coupon.AtMost, d.Coupon.Floor, d.Coupon.Alone = mugs[d.Language], money(d, 1500), true, true
	}},
	{"reward-tiers", "reward", func(d *content.Data) {
		d.Coupon.Kind, d.Coupon.Minimum = "tiers", shop.Money{}
		d.Coupon.Tiers = []content.Tier{{From: money(d, 5000), Percent: 500}, {From: money(d, 10000), Amount: money(d, 1500)}}
	}},
	{"reward-buy-get-free", "reward", func(d *content.Data) {
		d.Coupon = &content.Coupon{Code: d.Coupon.Code, Kind: "buy_get", Buy: 2, Get: 1, Percent: 10_000, On: mugs[d.Language], Until: until}
	}},
	{"reward-buy-get-half", "reward", func(d *content.Data) {
		d.Coupon.Kind, d.Coupon.Buy, d.Coupon.Get, d.Coupon.Percent = "buy_get", 1, 1, 5000
	}},
	{"reward-gift", "reward", func(d *content.Data) {
		d.Coupon.Kind, d.Coupon.Product, d.Coupon.On = "gift", "Jasmine tea, 10 g", mugs[d.Language]
	}},
	{"birthday", "birthday", func(d *content.Data) {
		d.Order, d.Picks = nil, nil
		d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500)
	}},
	{"replenish", "replenish", func(d *content.Data) {
		d.Order, d.Coupon, d.Picks = nil, nil, d.Picks[:1]
		d.Picks[0].Reason.On = Now.AddDate(0, 0, -27)
	}},
	{"points-expiring", "points-expiring", func(d *content.Data) {
		d.Order, d.Coupon, d.Picks = nil, nil, nil
		d.Points = &content.Points{Active: 320, Worth: money(d, 300), Expiring: 120, Expires: until, Tier: tiers[d.Language][0], Next: tiers[d.Language][1], Needs: 235}
	}},
	{"early-access", "early-access", func(d *content.Data) {
		d.Order, d.Coupon, d.Picks = nil, nil, d.Picks[:2]
		d.Points = &content.Points{Active: 320, Worth: money(d, 300), Tier: tiers[d.Language][1]}
	}},
	{"reward-points", "reward", func(d *content.Data) {
		d.Coupon.Kind, d.Coupon.Points, d.Coupon.On = "points", 200, mugs[d.Language]
	}},
	{"reward-points-times", "reward", func(d *content.Data) { d.Coupon.Kind, d.Coupon.Times, d.Coupon.On = "points", 2, mugs[d.Language] }},
	{"thanks-with-points", "thanks", func(d *content.Data) {
		d.Picks, d.Coupon = nil, nil
		d.Points = &content.Points{
			Active: 320, Worth: money(d, 320), Pending: 45, Expiring: 20, Expires: until, Earned: 45, Waiting: 45,
			Tier: tiers[d.Language][0], Next: tiers[d.Language][1], Needs: 235,
		}
	}},
	{"thanks-with-one-reason", "thanks", func(d *content.Data) {
		d.Coupon, d.Picks = nil, d.Picks[2:4]
		d.Picks[1].Reason = d.Picks[0].Reason
		d.Picks[1].Reason.Customers = 9
	}},
	{"thanks-soft-opt-in", "thanks", func(d *content.Data) { d.SoftOptIn, d.Picks = true, d.Picks[:1] }},
	{"reward-soft-opt-in", "reward", func(d *content.Data) { d.SoftOptIn = true }},
	{"sorry-soft-opt-in", "sorry", func(d *content.Data) {
		d.SoftOptIn, d.ServiceIssue = true, "delayed"
		d.Coupon.Kind, d.Coupon.Amount = "amount", money(d, 500)
	}},
	{"thanks-with-brand", "thanks", func(d *content.Data) {
		d.Picks = d.Picks[:1]
		d.Shop.Legal = "Corner & Leaf GmbH, Amtsgericht Beispielstadt HRB 12345, Stammkapital 25.000 €"
		d.Shop.Brand = brand.Brand{
			Logo:   brand.Logo{Light: "https://shop.example.com/logo.png", Dark: "https://shop.example.com/logo-dark.png", Width: 160, Height: 40},
			Light:  brand.Colours{Accent: "#8a1c4a"},
			Button: "pill", Titles: "humanist",
			Social: []brand.Account{{Network: "instagram", URL: "https://www.instagram.com/corner"}, {Network: "youtube", URL: "https://www.youtube.com/@corner"}},
		}
	}},
	{"cart", "cart", func(d *content.Data) {
		d.Cart = &content.Cart{URL: "https://shop.example.com/checkouts/c1-b/recover?key=7f3a"}
		for i, p := range d.Picks[:3] {
			d.Cart.Lines = append(d.Cart.Lines, content.CartLine{Product: p.Product, Units: i + 1, SoldOut: i == 2})
		}
		d.Order, d.Picks, d.Coupon = nil, nil, nil
	}},
	{"confirm", "confirm", func(d *content.Data) {
		d.Order, d.Picks, d.Coupon, d.Links.Confirm = nil, nil, nil, "https://shop.example.com/c/sample"
	}},
	{"data-link", "data-link", func(d *content.Data) {
		d.Order, d.Picks, d.Coupon, d.Links.Confirm = nil, nil, nil, "https://shop.example.com/x/sample"
	}},
	{"erase-link", "erase-link", func(d *content.Data) {
		d.Order, d.Picks, d.Coupon, d.Links.Confirm = nil, nil, nil, "https://shop.example.com/e/sample"
	}},
	{"reward-free-shipping", "reward", func(d *content.Data) { d.Coupon.Kind, d.Coupon.AtMost = "free_shipping", money(d, 500) }},
}

// longTitles are titles that could break a layout: 120 characters, long German
// words, a word without a place to break, Persian with its joiners, a family.
var longTitles = []string{
	"Set of twelve hand-painted porcelain tea cups with saucers, gold rim and forget-me-nots, in a gift box lined with blue v",
	"Donaudampfschifffahrtsgesellschaftskapitänsmützenständer mit Rindfleischetikettierungsüberwachung",
	"XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
	"قوری چای دست\u200cساز با گل\u200cهای آبی",
	"Mug for the family 👨\u200d👩\u200d👧\u200d👦",
}

// mugs is the name of the products of an offer, by language.
var mugs = map[string]string{"en": "Mugs & cups", "ru": "Кружки и чашки", "pl": "Kubki i filiżanki", "el": "Κούπες και φλιτζάνια"}

// tiers are the names of two tiers of a loyalty scheme, by language.
var tiers = map[string][2]string{"en": {"Silver", "Gold"}, "ru": {"Серебро", "Золото"}, "pl": {"Srebro", "Złoto"}, "el": {"Ασημένιο", "Χρυσό"}}

// Now is the time of every scene.
var Now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

var until = time.Date(2026, 12, 5, 22, 30, 0, 0, time.UTC) // the 6th in Warsaw, Athens and Moscow

var homes = map[string]struct {
	name, zone string
	currency   shop.Currency
}{
	"en": {"Alex", "Europe/London", "GBP"},
	"ru": {"Алекс", "Europe/Moscow", "RUB"},
	"pl": {"Alex", "Europe/Warsaw", "PLN"},
	"el": {"Αλεξ", "Europe/Athens", "EUR"},
}

func money(d *content.Data, minor int64) shop.Money {
	return shop.Money{Minor: minor, Currency: homes[d.Language].currency}
}

// Data returns the data of the scene in one language of the shop.
func (s Scene) Data(language string) content.Data {
	home := homes[language]
	zone, ok := shop.Zone(home.zone)
	if !ok {
		panic("messages: the zone of " + language + " is not known") // a test calls Data for every language
	}
	d := content.Data{
		Language: language,
		Zone:     zone,
		Now:      Now,
		Shop:     content.Shop{Name: "Corner & Leaf", URL: "https://shop.example.com/", Address: "1 Example Street, 00000 Example Town"},
		Customer: content.Greeting{Name: home.name},
		Links:    content.Links{Unsubscribe: "https://links.example.com/u/aaaa", Preferences: "https://links.example.com/u/bbbb"},
	}
	d.Order = &content.Order{ID: "5600000010482", Number: "10482", Total: money(&d, 123456), Products: []shop.ProductID{"STAND", "JUG"}}
	d.Coupon = &content.Coupon{Code: "R7KQ-3M8V-XW2D-9HTF", Kind: "percent", Percent: 1250, Minimum: money(&d, 4000), Until: until}
	d.Picks = []recommend.Pick{
		Pick(&d, "Jasmine tea, 100 g", 799, recommend.Reason{Kind: recommend.ReasonAgain, Times: 3, Days: 28}),
		Pick(&d, "Bamboo whisk", 1450, recommend.Reason{Kind: recommend.ReasonGoesWith, Title: "Matcha bowl, celadon", On: Now.AddDate(0, 0, -45)}),
		Pick(&d, "Set of 3 cake tins, pantry design", 1695, recommend.Reason{Kind: recommend.ReasonTogether, Product: "STAND", Title: "Regency cake stand, 3 tiers", Customers: 21}),
		Pick(&d, "Party bunting", 495, recommend.Reason{Kind: recommend.ReasonPopular, Customers: 1204}),
		Pick(&d, "Water filters, pack of 4", 1999, recommend.Reason{Kind: recommend.ReasonConsumable, Product: "JUG", Title: "Glass filter jug", On: Now}),
	}
	d.Order.URL = "https://shop.example.com/orders/10482"
	d.Shop.ContactURL, d.Shop.Replies = "https://shop.example.com/contact", true
	s.change(&d)
	switch {
	case s.Message == "thanks" || s.Message == "sorry" || s.Message == "how-to" || s.Message == "review":
		d.Why = content.Why{Kind: content.WhyOrder, On: Now.AddDate(0, 0, -3)}
	case s.Message == "confirm":
		d.Why = content.Why{Kind: content.WhySignUp, On: Now}
	case s.Message == "data-link" || s.Message == "erase-link":
		d.Why = content.Why{Kind: content.WhyAsked, On: Now}
	case d.SoftOptIn:
		d.Why = content.Why{Kind: content.WhySoftOptIn, On: Now.AddDate(0, 0, -3)}
	default:
		d.Why = content.Why{Kind: content.WhyConsent, On: Now.AddDate(0, 0, -55), Source: shop.SourceCheckout}
	}
	if d.Coupon != nil {
		d.Shop.CartURL = "https://shop.example.com/discount/" + d.Coupon.Code + "?redirect=/cart"
	}
	return d
}

// Pick returns a recommendation of a product of the scene. Its picture is square.
func Pick(d *content.Data, title string, minor int64, why recommend.Reason) recommend.Pick {
	return recommend.Pick{Product: shop.Product{
		Title: title, URL: "https://shop.example.com/p?a=1&b=2", Price: money(d, minor),
		Image: "https://shop.example.com/pictures/" + url.PathEscape(title) + ".jpg", Width: 600, Height: 600,
	}, Reason: why}
}

// about makes the message one about a product, with this former price.
func about(d *content.Data, was shop.Money) {
	of := Pick(d, "Regency cake stand, 3 tiers", 1995, recommend.Reason{})
	of.Product.ID, of.Was = "STAND", was
	d.Order, d.Picks, d.Coupon, d.Product = nil, nil, nil, &of
	d.Former = map[shop.ProductID]shop.Money{"STAND": was}
}

// withoutPictures removes the pictures of the picks from this one on.
func withoutPictures(d *content.Data, from int) {
	for i := range d.Picks[from:] {
		d.Picks[from+i].Product.Image = ""
	}
}
