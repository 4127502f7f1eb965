package demo

import (
	"net/url"
	"strings"
	"time"

	"regulars/shared/shop"
)

// cartsOfLanguage is how many customers of each language have left a cart.
const cartsOfLanguage = 3

// carts returns carts that customers of each language left four hours ago: each has
// two products that they bought before, one of them twice. They are customers who have
// not ordered in the last week.
func carts(products []shop.Product, sales []*sale, now time.Time) (events []shop.Event, err error) {
	catalogue := map[shop.ProductID]shop.Product{}
	for _, p := range products {
		catalogue[p.ID] = p
	}
	ordered := map[string]bool{} // in the last week
	for _, s := range sales {
		ordered[s.buyer] = ordered[s.buyer] || s.at.After(now.AddDate(0, 0, -7))
	}
	left, at := map[string]int{}, now.Add(-4*time.Hour)
	for _, s := range sales {
		who, ticked, err := person(s.buyer, s.country)
		if err != nil {
			return nil, err
		}
		language, _, _ := strings.Cut(who.Locale, "-")
		if ordered[s.buyer] || !ticked || left[language] == cartsOfLanguage {
			continue
		}
		cart := shop.Cart{ID: "demo-cart-" + s.buyer, At: at}
		for _, line := range s.lines {
			p, known := catalogue[line.Product]
			if known && p.InStock() && (language == "en" || p.Titles[language] != "") {
				cart.Lines = append(cart.Lines, shop.CartLine{Product: line.Product, Units: 1 + len(cart.Lines)})
			}
			if len(cart.Lines) == 2 {
				break
			}
		}
		if len(cart.Lines) < 2 {
			continue
		}
		cart.URL = Address + "/cart?product=" + url.QueryEscape(string(cart.Lines[0].Product))
		ordered[s.buyer] = true // one cart each
		left[language]++
		events = append(events, shop.Event{ID: shop.EventID(cart.ID), At: cart.At, Fact: shop.CartFact{Customer: shop.Customer{ID: who.ID}, Cart: cart}})
	}
	return events, nil
}
