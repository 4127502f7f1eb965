package intake

import (
	"time"

	"regulars/shared/shop"
)

// woocommerceProduct returns the event of a Product resource: a simple product,
// or one variation of a variable product, whose listing is its parent_id:
//
//	product    sku, or else id, as in order lines
//	price      price, and regular_price as the former one if it is higher, in the
//	           shop's currency
//	stock      stock_quantity; not counted if stock is not managed or backorders
//	           are allowed, and 0 if stock_status is outofstock
//	hidden     a status other than publish, catalog_visibility hidden, not
//	           purchasable, or without a price of its own, such as a booking
//	revision   date_modified_gmt
//
// A variable or grouped product is not bought itself, so it gives no event.
func woocommerceProduct(product value, sent time.Time) ([]shop.Event, string) {
	kind := product.at("type").text()
	if kind == "variable" || kind == "grouped" {
		return nil, "a WooCommerce product that consists of others: each of them has a webhook of its own"
	}
	if product.in.own == nil {
		return nil, "a WooCommerce product, which only the function record reads"
	}
	own, err := product.in.own()
	if err != nil {
		product.in.err = err
		return nil, ""
	}
	l := shop.Listing{ID: shop.ProductID(product.must("id").anID()), Revision: product.changed(sent)}
	p := shop.Product{
		ID:       first(product.at("sku"), product.at("id")).aProductID(),
		Revision: l.Revision,
		Title:    product.must("name").text(),
		URL:      product.at("permalink").link(),
		Price:    shop.Money{Currency: own.Currency},
		Stock:    product.woocommerceStock(),
	}
	if parent := product.at("parent_id").unlessZero(); kind == "variation" && !parent.absent() {
		l.ID, l.Partial = shop.ProductID(parent.anID()), true
	}
	p.VariantOf = l.ID
	if categories := product.at("categories").list(maxLines); len(categories) > 0 && categories[0].object() {
		p.Category = categories[0].at("name").text()
	}
	if images := product.at("images").list(maxLines); len(images) > 0 && images[0].object() {
		p.Image = images[0].at("src").link()
	}
	status, visible := product.at("status").text(), product.at("catalog_visibility").text()
	buyable := product.at("purchasable").flag()
	p.Hidden = status != "publish" || visible == "hidden" || buyable != nil && !*buyable
	if price := product.at("price").unlessEmpty(); !price.absent() {
		p.Price = price.rounded(own.Currency)
	}
	p.Hidden = p.Hidden || p.Price.Minor == 0
	if regular := product.at("regular_price").unlessEmpty(); !regular.absent() {
		if former := regular.rounded(own.Currency); former.Minor > p.Price.Minor && !p.Hidden {
			p.Was = former
		}
	}
	l.Products = []shop.Product{p}
	return []shop.Event{{ID: "listing", At: l.Revision, Fact: shop.ListingFact{Listing: l}}}, ""
}

// woocommerceProductGone returns the event of a deleted product, of which the
// payload has only the ID: of a simple product, or of a variable one with all of
// its variations.
func woocommerceProductGone(product value, sent time.Time) ([]shop.Event, string) {
	l := shop.Listing{ID: shop.ProductID(product.must("id").anID()), Revision: sent}
	return []shop.Event{{ID: "listing", At: sent, Fact: shop.ListingFact{Listing: l}}}, ""
}

// woocommerceStock returns a product's units in stock, or nil if they are not
// counted.
func (v value) woocommerceStock() *int {
	status := v.at("stock_status").text()
	quantity := max(0, v.at("stock_quantity").wholeUnits(0).whole(-1_000_000_000, 1_000_000_000))
	if status == "outofstock" {
		quantity = 0
	} else if later := v.at("backorders_allowed").flag(); v.at("stock_quantity").absent() || later != nil && *later {
		return nil
	}
	return &quantity
}
