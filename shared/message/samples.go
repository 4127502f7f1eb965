package message

import (
	"fmt"
	"time"

	"regulars/shared/brand"
	"regulars/shared/content"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// fullSample returns data with every value.
func fullSample() Data {
	return Data{
		Language:     content.DefaultLanguage,
		Zone:         time.UTC,
		Now:          sampleDay,
		Shop:         Shop{Name: "Example & Daughters", URL: "https://shop.example.com/", Address: "1 Example Street, 00000 Example Town", Legal: "Registered in Example Town on 1 March 2020, capital 25,000 €", Brand: sampleBrand, CartURL: "https://shop.example.com/discount/SAMPLE-C0DE-1?redirect=/cart", ContactURL: "https://shop.example.com/contact", Replies: true},
		Customer:     Greeting{Name: "Sam"},
		Order:        &Order{ID: "5600000001001", URL: "https://shop.example.com/orders/5600000001001?a=1&b=2", Number: "1001", Total: shop.Money{Minor: 123456, Currency: "EUR"}, Until: sampleDay, Also: []string{"1002", "1003"}, Products: []shop.ProductID{sampleOrdered}},
		Cart:         sampleCart(),
		Picks:        samplePicks(3, 28, 5),
		Product:      &recommend.Pick{Product: shop.Product{ID: "about", Title: "Kettle & lid", URL: "https://shop.example.com/products/about?a=1&b=2", Image: "https://shop.example.com/pictures/about.jpg", Width: 600, Height: 400, Price: shop.Money{Minor: 3450, Currency: "EUR"}, Stock: new(4)}, Was: shop.Money{Minor: 4150, Currency: "EUR"}},
		Former:       map[shop.ProductID]shop.Money{"about": {Minor: 4150, Currency: "EUR"}, "p0": {Minor: 2499, Currency: "EUR"}, "p1": {Minor: 2499, Currency: "EUR"}},
		Coupon:       sampleCoupon("percent"),
		Points:       samplePoints(320),
		ServiceIssue: "delayed",
		Links:        Links{Unsubscribe: "https://shop.example.com/u/sample", Preferences: "https://shop.example.com/p/sample", Confirm: "https://shop.example.com/c/sample"},
		Why:          Why{Kind: content.WhyOrder, On: sampleDay.AddDate(0, 0, -60)},
	}
}

// sampleCart has a product with a picture, and one that is sold out and has none.
func sampleCart() *Cart {
	one := shop.Product{ID: "c0", Title: `Cup "<b>blue</b>" & more`, URL: "https://shop.example.com/c?a=1&b=2", Image: "https://shop.example.com/c.jpg?a=1&b=2", Price: shop.Money{Minor: 799, Currency: "EUR"}}
	other := one
	other.ID, other.Image, other.URL = "c1", "", ""
	return &Cart{URL: "https://shop.example.com/checkouts/c0?key=a&b=2", Lines: []CartLine{{Product: one, Units: 2}, {Product: other, Units: 1, SoldOut: true}}}
}

// sampleBrand is a brand with everything that can be missing.
var sampleBrand = brand.Brand{
	Logo:   brand.Logo{Light: "https://shop.example.com/logo.png?a=1&b=2", Dark: "https://shop.example.com/dark.png", Width: 160, Height: 40},
	Social: []brand.Account{{Network: "instagram", URL: "https://www.instagram.com/example"}, {Network: "youtube", URL: "https://www.youtube.com/@example"}},
}

// kinds are the kinds of package offer, which this package does not import; a
// test in infra/shop/messages checks that the two lists are equal.
var kinds = []string{"percent", "amount", "tiers", "buy_get", "nth_unit_free", "gift", "free_shipping", "points"}

// sampleCoupon returns a coupon with every value, even those its kind does not
// need.
func sampleCoupon(kind string) *Coupon {
	eur := func(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "EUR"} }
	return &Coupon{
		Code: "SAMPLE-C0DE-1", Kind: kind, Percent: 1250, Amount: eur(500), Product: "Green tea", Nth: 10, On: "Mugs & cups",
		Tiers: []Tier{{From: eur(5000), Percent: 500}, {From: eur(10000), Amount: eur(1500)}}, Buy: 2, Get: 1, Points: 200,
		Minimum: eur(4000), AtMost: eur(2000), Floor: true, Alone: true, Earned: true, Until: sampleDay.AddDate(0, 0, 1),
	}
}

func samplePoints(n int) *Points {
	return &Points{
		Active: n, Worth: shop.Money{Minor: int64(n), Currency: "EUR"}, Pending: 2 * n, Waiting: n, Expiring: n, Expires: sampleDay.AddDate(0, 0, 2),
		Earned: n, Tier: "Silver & more", Next: "Gold", Needs: n,
	}
}

// sampleDay is one of the samples' days. All days of a sample differ, so that
// [Lint] cannot mistake a day that is missing from the data for another one.
var sampleDay = time.Date(2026, 12, 5, 20, 30, 0, 0, time.UTC)

// sampleOrdered is the product of the sample order; it is the reason for some of
// the picks.
const sampleOrdered shop.ProductID = "ordered"

// sampleSpans are days that print as each unit of time, in each plural category
// of every language.
var sampleSpans = []int{1, 2, 5, 7, 14, 30, 61, 152, 365, 730, 1826}

// samplePicks returns one pick for each kind of reason, with these numbers.
func samplePicks(customers, days, times int) []recommend.Pick {
	picks := make([]recommend.Pick, len(recommend.ReasonKinds))
	on := sampleDay.AddDate(0, 0, -40)
	if times == 0 {
		on = time.Time{}
	}
	for i, kind := range recommend.ReasonKinds {
		picks[i] = recommend.Pick{
			Product: shop.Product{ID: shop.ProductID(fmt.Sprint("p", i)), Title: `Tea "<b>black</b>" & more`, URL: "https://shop.example.com/p?a=1&b=2", Price: shop.Money{Minor: 1999, Currency: "EUR"}},
			Reason:  recommend.Reason{Kind: kind, Title: "Tea pot {{ 1 }}", Customers: customers, Days: days, Times: times, On: on},
		}
		if i%2 == 1 {
			picks[i].Reason.Product = sampleOrdered
		}
		if i%3 < 2 { // the others have no picture
			picks[i].Product.Image = "https://shop.example.com/p.jpg?a=1&b=2"
		}
		if i%3 == 0 { // the other pictures are of a size that is not known
			picks[i].Product.Width, picks[i].Product.Height = 600, 450
		}
		if i < 2 { // these two are in Former
			picks[i].Was = shop.Money{Minor: 2499, Currency: "EUR"}
		}
	}
	return picks
}

// samples returns data of every kind that a send can have, in one language:
// with and without each optional part, with each kind of coupon, reason and
// service issue, and with a number of each plural category of the language. A
// message that renders with all samples renders with every send's data.
func samples(language string) []Data {
	var all []Data
	vary := func(change func(*Data)) {
		d := fullSample()
		d.Language = language
		change(&d)
		all = append(all, d)
	}
	vary(func(*Data) {})
	vary(func(d *Data) {
		d.Customer.Name, d.Picks, d.Product, d.Coupon, d.Shop.CartURL, d.ServiceIssue, d.Order = "", nil, nil, nil, "", "", nil
	})
	vary(func(d *Data) { d.Customer.Name = "O'Neil <script>alert(1)</script>" })
	vary(func(d *Data) { d.Shop.Brand, d.Shop.Legal = brand.Brand{}, "" })
	vary(func(d *Data) { d.Picks = nil })
	vary(func(d *Data) { d.Product = nil })
	vary(func(d *Data) { d.Product.Product.Image, d.Product.Was = "", shop.Money{} })
	vary(func(d *Data) {
		d.Product.Product.URL, d.Product.Product.Price, d.Product.Was = "", shop.Money{}, shop.Money{}
	})
	vary(func(d *Data) { d.Coupon, d.Shop.CartURL = nil, "" })
	vary(func(d *Data) { d.Order.URL, d.Shop.CartURL, d.Shop.ContactURL, d.Shop.Replies = "", "", "", false })
	for _, kind := range content.WhyKinds {
		vary(func(d *Data) { d.Why.Kind = kind })
		vary(func(d *Data) { d.Why = Why{Kind: kind} })
	}
	for _, source := range shop.ConsentSources {
		vary(func(d *Data) { d.Why.Kind, d.Why.Source = content.WhyConsent, source })
	}
	vary(func(d *Data) { d.Points = nil })
	vary(func(d *Data) { d.Points = &Points{} })
	vary(func(d *Data) { d.Points.Waiting = 0 })
	vary(func(d *Data) { d.SoftOptIn = true })
	vary(func(d *Data) { d.SoftOptIn, d.Picks, d.Product, d.Points = true, nil, nil, nil })
	vary(func(d *Data) { d.SoftOptIn, d.Picks, d.Product, d.Coupon, d.Shop.CartURL = true, nil, nil, nil, "" })
	vary(func(d *Data) { d.SoftOptIn, d.Coupon, d.Points, d.Shop.CartURL = true, nil, nil, "" })
	vary(func(d *Data) { d.Order.Total, d.Order.Until, d.Order.Also = shop.Money{}, time.Time{}, nil })
	vary(func(d *Data) {
		d.Picks = d.Picks[:1]
		d.Picks[0].Product.URL, d.Picks[0].Product.Price, d.Picks[0].Was = "", shop.Money{}, shop.Money{}
	})
	vary(func(d *Data) { // no pictures
		for i := range d.Picks {
			d.Picks[i].Product.Image, d.Picks[i].Product.Width, d.Picks[i].Product.Height = "", 0, 0
		}
	})
	vary(func(d *Data) { d.Picks[1].Reason = recommend.Reason{Kind: "an unknown kind"} })
	vary(func(d *Data) {
		d.Picks = d.Picks[:3]
		for i := range d.Picks {
			d.Picks[i].Reason.Kind, d.Picks[i].Reason.Product = recommend.ReasonTogether, sampleOrdered
		}
	})
	for _, kind := range kinds {
		vary(func(d *Data) { d.Coupon, d.ServiceIssue = sampleCoupon(kind), "" })
		vary(func(d *Data) {
			c := sampleCoupon(kind)
			d.Coupon = &Coupon{Code: c.Code, Kind: kind, Percent: 10_000, Amount: c.Amount, Tiers: c.Tiers[1:], Buy: 1, Get: 1, Product: c.Product, Nth: c.Nth, Times: 2, Until: c.Until}
			if kind == "free_shipping" {
				d.Coupon.AtMost = c.AtMost
			}
		})
	}
	for _, issue := range []string{"returned", "delayed", "cancelled"} {
		vary(func(d *Data) { d.ServiceIssue = issue })
		vary(func(d *Data) { d.ServiceIssue, d.Order.Until = issue, time.Time{} })
	}
	vary(func(d *Data) { d.Picks = samplePicks(0, 0, 0) })
	for _, n := range knownLanguages()[language].categories() {
		if n > 0 && n <= 5 {
			vary(func(d *Data) { d.Order.Also = make([]string, n) })
		}
		if n >= 0 {
			vary(func(d *Data) { d.Picks = samplePicks(n, n, n) })
			vary(func(d *Data) { d.Picks = samplePicks(n, 0, n); d.Coupon.Nth = max(n, 2) })
			vary(func(d *Data) { d.Picks = samplePicks(1234, n, 0) })
			vary(func(d *Data) {
				d.Points, d.Coupon = samplePoints(n), sampleCoupon("points")
				d.Coupon.Points = max(n, 1)
			})
			vary(func(d *Data) { d.Points = &Points{Pending: n, Earned: n} })
		}
	}
	return all
}
