package message

import (
	"fmt"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// fullSample has everything that a message can say.
func fullSample() Data {
	return Data{
		Language: DefaultLanguage,
		Zone:     time.UTC,
		Shop:     Shop{Name: "Example & Daughters", URL: "https://shop.example.com/", Address: "1 Example Street, 00000 Example Town"},
		Customer: Greeting{Name: "Sam"},
		Order:    &Order{ID: "1001", Total: shop.Money{Minor: 123456, Currency: "EUR"}, Until: sampleDay},
		Picks:    samplePicks(3, 28, 5),
		Coupon:   &Coupon{Code: "SAMPLE-C0DE-1", Kind: "percent", Percent: 1250, Amount: shop.Money{Minor: 500, Currency: "EUR"}, Product: "Green tea", Nth: 10, Minimum: shop.Money{Minor: 4000, Currency: "EUR"}, Until: sampleDay},
		Trouble:  "delayed",
		Links:    Links{Unsubscribe: "https://shop.example.com/u/sample", Preferences: "https://shop.example.com/u/sample-preferences"},
	}
}

var sampleDay = time.Date(2026, 12, 5, 20, 30, 0, 0, time.UTC)

// samplePicks has one pick for each kind of reason, with those numbers.
func samplePicks(customers, days, times int) []recommend.Pick {
	kinds := []recommend.ReasonKind{recommend.ReasonAgain, recommend.ReasonGoesWith, recommend.ReasonTogether, recommend.ReasonPopular, recommend.ReasonConsumable}
	picks := make([]recommend.Pick, len(kinds))
	for i, kind := range kinds {
		picks[i] = recommend.Pick{
			Product: shop.Product{ID: shop.ProductID(fmt.Sprint("p", i)), Title: `Tea "<b>black</b>" & more`, URL: "https://shop.example.com/p?a=1&b=2", Price: shop.Money{Minor: 1999, Currency: "EUR"}},
			Reason:  recommend.Reason{Kind: kind, Title: "Tea pot {{ 1 }}", Customers: customers, Days: days, Times: times},
		}
	}
	return picks
}

// samples returns data of every kind that a send can bring, in one language:
// with and without each optional part, each kind of coupon, reason and trouble,
// and a number for each plural category of the language. Whatever renders with
// all of them, renders.
func samples(language string) []Data {
	var all []Data
	vary := func(change func(*Data)) {
		d := fullSample()
		d.Language = language
		change(&d)
		all = append(all, d)
	}
	vary(func(*Data) {})
	vary(func(d *Data) { d.Customer.Name, d.Picks, d.Coupon, d.Trouble, d.Order = "", nil, nil, "", nil })
	vary(func(d *Data) { d.Customer.Name = "O'Neil <script>alert(1)</script>" })
	vary(func(d *Data) { d.Picks = nil })
	vary(func(d *Data) { d.Coupon = nil })
	vary(func(d *Data) { d.Order.Total, d.Order.Until = shop.Money{}, time.Time{} })
	vary(func(d *Data) {
		d.Picks = d.Picks[:1]
		d.Picks[0].Product.URL, d.Picks[0].Product.Price = "", shop.Money{}
	})
	vary(func(d *Data) { d.Picks[1].Reason = recommend.Reason{Kind: "a kind of tomorrow"} })
	for _, kind := range []string{"percent", "amount", "nth_unit_free"} {
		vary(func(d *Data) { d.Coupon.Kind, d.Trouble = kind, "" })
		vary(func(d *Data) { d.Coupon.Kind, d.Coupon.Minimum = kind, shop.Money{} })
	}
	for _, trouble := range []string{"returned", "delayed", "cancelled"} {
		vary(func(d *Data) { d.Trouble = trouble })
		vary(func(d *Data) { d.Trouble, d.Order.Until = trouble, time.Time{} })
	}
	vary(func(d *Data) { d.Picks = samplePicks(0, 0, 0) })
	for _, n := range tongues[language].categories() {
		if n >= 0 {
			vary(func(d *Data) { d.Picks = samplePicks(n, n, n) })
			vary(func(d *Data) { d.Picks = samplePicks(n, 0, n); d.Coupon.Nth = max(n, 2) })
			vary(func(d *Data) { d.Picks = samplePicks(1234, n, 0) })
		}
	}
	return all
}
