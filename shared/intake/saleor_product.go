package intake

import (
	"time"

	"regulars/shared/shop"
)

// saleorVariant reads the whole product of a variant that was added, changed,
// removed, or whose stock changed.
func saleorVariant(payload value, issued time.Time) ([]shop.Event, string) {
	return saleorProduct(payload.must("productVariant"), issued)
}

// saleorProduct returns the event of a product with all of its variants:
//
//	product    a variant's sku, or else its id, as in order lines
//	title      the product's name, and the variant's if there are several
//	price      in the first channel that has the shop's currency: the variant's
//	           price, and its priorPrice as the former one if it is higher
//	URL        /products/ and the slug, under the shop's address
//	stock      the units of all warehouses that no order holds; not counted
//	           without trackInventory
//	hidden     not published, not visible in listings, not available for purchase
//	           in that channel, or without a price there
//	revision   issuedAt, because a variant's change does not change updatedAt
func saleorProduct(payload value, issued time.Time) ([]shop.Event, string) {
	product := payload.must("product")
	if !product.object() {
		return nil, ""
	}
	if product.in.own == nil {
		return nil, "a Saleor product, which only the function record reads"
	}
	own, err := product.in.own()
	if err != nil {
		product.in.err = err
		return nil, ""
	}
	l := shop.Listing{ID: shop.ProductID(product.must("id").anID()), Revision: issued}
	sold := shop.Product{
		Revision: issued, VariantOf: l.ID,
		Category: product.part("category").at("name").text(),
		Image:    first(product.part("thumbnail").at("url"), product.saleorPicture()).link(),
	}
	if slug := product.at("slug").id(); slug != "" {
		sold.URL = own.URL + "/products/" + slug
	}
	shown := product.saleorShown()
	variants := product.must("variants").list(maxLines)
	for _, variant := range variants {
		if !variant.object() {
			continue
		}
		p := sold
		p.ID = first(variant.at("sku"), variant.at("id")).aProductID()
		p.Title = product.must("name").text()
		if name := variant.at("name").text(); name != "" && name != variant.at("id").json && len(variants) > 1 {
			p.Title = cutTo(p.Title+" – "+name, maxText)
		}
		channel := ""
		p.Price, p.Was, channel = variant.saleorPrice(own.Currency)
		p.Hidden = !shown[channel] || p.Price.Minor == 0
		p.Stock = variant.saleorStock()
		l.Products = append(l.Products, p)
	}
	return []shop.Event{{ID: "listing", At: issued, Fact: shop.ListingFact{Listing: l}}}, ""
}

// saleorProductGone returns the event of a deleted product.
func saleorProductGone(payload value, issued time.Time) ([]shop.Event, string) {
	l := shop.Listing{ID: shop.ProductID(payload.must("product").must("id").anID()), Revision: issued}
	return []shop.Event{{ID: "listing", At: issued, Fact: shop.ListingFact{Listing: l}}}, ""
}

// saleorPicture returns the address of the product's first picture.
func (v value) saleorPicture() value {
	for _, media := range v.at("media").list(maxLines) {
		if media.at("type").json == "IMAGE" {
			return media.at("url")
		}
	}
	return value{in: v.in}
}

// saleorShown reports by its slug in which channels the product can be bought and
// found.
func (v value) saleorShown() map[string]bool {
	shown := map[string]bool{}
	for _, listing := range v.at("channelListings").list(maxLines) {
		is := true
		for _, name := range []string{"isPublished", "visibleInListings", "isAvailableForPurchase"} {
			if yes := listing.at(name).flag(); yes != nil && !*yes {
				is = false
			}
		}
		shown[listing.at("channel").at("slug").id()] = is
	}
	return shown
}

// saleorPrice returns the variant's price in the first channel that has the
// currency, its former price, and that channel's slug. Without one the price is 0
// of the currency.
func (v value) saleorPrice(of shop.Currency) (price, was shop.Money, channel string) {
	price = shop.Money{Currency: of}
	for _, listing := range v.at("channelListings").list(maxLines) {
		now := listing.at("price")
		if now.at("currency").json != string(of) || now.at("amount").absent() {
			continue
		}
		price = now.at("amount").rounded(of)
		if before := listing.at("priorPrice").at("amount"); !before.absent() {
			if was = before.rounded(of); was.Minor <= price.Minor {
				was = shop.Money{}
			}
		}
		return price, was, listing.at("channel").at("slug").id()
	}
	return price, was, ""
}

// saleorStock returns the units that can be sold, or nil if they are not counted
// or not known.
func (v value) saleorStock() *int {
	if counted := v.at("trackInventory").flag(); counted != nil && !*counted || v.at("stocks").absent() {
		return nil
	}
	left := 0
	for _, stock := range v.at("stocks").list(maxLines) {
		left += stock.at("quantity").whole(-1_000_000_000, 1_000_000_000) - stock.at("quantityAllocated").whole(0, 1_000_000_000)
	}
	left = max(left, 0)
	return &left
}
