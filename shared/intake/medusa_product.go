package intake

import (
	"math"
	"strings"
	"time"

	"regulars/shared/shop"
)

// medusaProduct returns the event of a product of Medusa 2 with all of its
// variants:
//
//	product    a variant's sku, or else its id, as in order items
//	title      the product's title, and the variant's if there are several
//	price      the first of the variant's prices in the shop's currency that is for
//	           any quantity and of no price list
//	URL        /products/ and the handle, under the shop's address
//	stock      the units of all locations that no order holds; not counted without
//	           manage_inventory, or with allow_backorder
//	hidden     a status other than published, or without a price
//	revision   when it was sent, because a variant's change does not change the
//	           product's updated_at
func (v value) medusaProduct(sent time.Time) ([]shop.Event, string) {
	if v.absent() {
		return nil, ""
	}
	if v.in.own == nil {
		return nil, "a Medusa product, which only the function record reads"
	}
	own, err := v.in.own()
	if err != nil {
		v.in.err = err
		return nil, ""
	}
	l := shop.Listing{ID: shop.ProductID(v.must("id").anID()), Revision: sent}
	sold := shop.Product{Revision: sent, VariantOf: l.ID, Image: v.at("thumbnail").link(), Hidden: v.must("status").text() != "published"}
	if handle := v.at("handle").id(); handle != "" {
		sold.URL = own.URL + "/products/" + handle
	}
	if categories := v.at("categories").list(maxLines); len(categories) > 0 {
		sold.Category = categories[0].at("name").text()
	}
	title := v.must("title").text()
	variants := v.must("variants").list(maxLines)
	for _, variant := range variants {
		if !variant.object() {
			continue
		}
		p := sold
		p.ID = first(variant.at("sku"), variant.at("id")).aProductID()
		p.Title = title
		if name := variant.at("title").text(); name != "" && len(variants) > 1 {
			p.Title = cutTo(title+" – "+name, maxText)
		}
		p.Price = variant.medusaPrice(own.Currency)
		p.Hidden = p.Hidden || p.Price.Minor == 0
		p.Stock = variant.medusaStock()
		l.Products = append(l.Products, p)
	}
	return []shop.Event{{ID: "listing", At: sent, Fact: shop.ListingFact{Listing: l}}}, ""
}

func (v value) medusaPrice(of shop.Currency) shop.Money {
	for _, price := range v.at("prices").list(maxLines) {
		code, _ := price.at("currency_code").json.(string)
		conditional := false
		for _, only := range []string{"min_quantity", "max_quantity", "price_list_id"} {
			conditional = conditional || !price.at(only).absent()
		}
		if !conditional && strings.EqualFold(code, string(of)) {
			return price.must("amount").rounded(of)
		}
	}
	return shop.Money{Currency: of}
}

// medusaStock returns how many of the variant the shop has: of a variant that is
// put together from several items, as many as the scarcest one allows.
func (v value) medusaStock() *int {
	managed, later := v.at("manage_inventory").flag(), v.at("allow_backorder").flag()
	parts := v.at("inventory_items").list(maxLines)
	if managed != nil && !*managed || later != nil && *later || len(parts) == 0 {
		return nil
	}
	most := math.MaxInt
	for _, part := range parts {
		left, each := 0, max(part.at("required_quantity").wholeUnits(1).whole(0, maxUnits), 1)
		for _, level := range part.at("inventory").at("location_levels").list(maxLines) {
			left += level.at("stocked_quantity").wholeUnits(0).whole(-1_000_000_000, 1_000_000_000) - level.at("reserved_quantity").wholeUnits(0).whole(0, 1_000_000_000)
		}
		most = min(most, max(left, 0)/each)
	}
	return &most
}
