package decide

import (
	"fmt"
	"strings"

	"regulars/shared/claim"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// former returns the highest former price that may be stated of each pick that
// states one, and says in the trail what of the catalogue's claims was not
// believed.
func (c *evaluation) former(picks []recommend.Pick) map[shop.ProductID]shop.Money {
	highest := map[shop.ProductID]shop.Money{}
	for _, p := range picks {
		row := c.Items[p.Product.ID]
		if _, rejection := row.Stated(); rejection != "" {
			c.explained.note("was price", fmt.Sprintf("the former price that the catalogue claims of product %s is not believed: %s", p.Product.ID, rejection))
		}
		if p.Was != (shop.Money{}) {
			highest[p.Product.ID] = row.Prices.Former(p.Product.Price).Lowest
		}
	}
	return highest
}

// untrue ends a send whose data would have it say what other data denies; nil
// where all of it is true. A coupon that waited with it is taken back.
func untrue(data message.Data) *rejection {
	if wrong := message.Untrue(data); len(wrong) > 0 {
		return end(claim.Suppressed, "untrue", "%s", strings.Join(wrong, "; "))
	}
	return nil
}

// products returns the rows of the catalogue that were read.
func (c *evaluation) products() map[shop.ProductID]shop.Product {
	products := make(map[shop.ProductID]shop.Product, len(c.Items))
	for id, item := range c.Items {
		products[id] = item.Product
	}
	return products
}
