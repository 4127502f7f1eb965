package decide

import (
	"slices"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// A product that was in mostShown messages to a customer within shownFor is not
// recommended to them: three times unheeded is an answer. The contact's ledger
// remembers longer than that (see package frequency).
const (
	mostShown = 3
	shownFor  = 28 * 24 * time.Hour
)

// weary returns the products that the customer was shown too often lately, sorted.
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

// shown returns what a message with these picks shows.
func impressions(picks []recommend.Pick) (products []shop.ProductID) {
	for _, p := range picks {
		products = append(products, p.Product.ID)
	}
	return products
}
