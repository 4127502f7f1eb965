package decide

import (
	"slices"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// A product that a customer saw in mostShown messages within shownFor is not
// recommended to them again for now. The contact's ledger reaches back further
// than shownFor (see package frequency).
const (
	mostShown = 3
	shownFor  = 28 * 24 * time.Hour
)

// fatigued returns the products that the customer saw too often recently, sorted.
func fatigued(now time.Time, c frequency.Contact) (products []shop.ProductID) {
	times := map[shop.ProductID]int{}
	for _, e := range c.Ledger {
		if e.At.Before(now.Add(-shownFor)) {
			continue
		}
		for _, id := range e.Impressions {
			if times[id]++; times[id] == mostShown {
				products = append(products, id)
			}
		}
	}
	slices.Sort(products)
	return products
}

// impressions returns the products that a message with these picks shows.
func impressions(picks []recommend.Pick) (products []shop.ProductID) {
	for _, p := range picks {
		products = append(products, p.Product.ID)
	}
	return products
}
