package decide

import (
	"fmt"
	"strings"

	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// former returns the highest former price that the message may state for each
// pick that has one. It notes in the explanation each former price of the
// catalogue that the price history does not support.
func (c *evaluation) former(picks []recommend.Pick) map[shop.ProductID]shop.Money {
	highest := map[shop.ProductID]shop.Money{}
	for _, p := range picks {
		row := c.Items[p.Product.ID]
		if _, rejection := row.Stated(); rejection != "" {
			c.explained.note("was price", fmt.Sprintf("the former price of product %s in the catalogue is not stated: %s", p.Product.ID, rejection))
		}
		if p.Was != (shop.Money{}) {
			highest[p.Product.ID] = row.Prices.Former(p.Product.Price).Lowest
		}
	}
	return highest
}

// untrue rejects a message whose data contradict each other; nil if they do not. A
// coupon that waited with the send is voided.
func untrue(data content.Data) *rejection {
	if wrong := content.Untrue(data); len(wrong) > 0 {
		return end(claim.Suppressed, "untrue", "%s", strings.Join(wrong, "; "))
	}
	return nil
}

// products returns the catalogue rows that were read.
func (c *evaluation) products() map[shop.ProductID]shop.Product {
	if c.catalogue == nil {
		c.catalogue = make(map[shop.ProductID]shop.Product, len(c.Items))
		for id, item := range c.Items {
			c.catalogue[id] = item.Product
		}
	}
	return c.catalogue
}
