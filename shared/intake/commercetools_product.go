package intake

import (
	"time"

	"regulars/shared/shop"
)

// commercetoolsProduct returns the event of a published product: a listing, whose
// products are its variants.
//
//	product   a variant's sku, or else the product's ID
//	title     name in its languages
//	price     of the variant's prices the one in the shop's currency that is for
//	          everybody: without a customer group, a channel and dates, best
//	          without a country; its discounted value, if it has one
//	stock     availability.availableQuantity; 0 if isOnStock is false
//	link      the variant's attribute url, if it is a web address
//	image     the variant's first image, or else the master variant's
//
// A variant without such a price is hidden.
func commercetoolsProduct(message value, at time.Time) ([]shop.Event, string) {
	listing := message.must("productProjection")
	if !listing.object() {
		return nil, ""
	}
	if listing.in.own == nil {
		return nil, "a commercetools product, which only the function record reads"
	}
	own, err := listing.in.own()
	if err != nil {
		listing.in.err = err
		return nil, ""
	}
	l := shop.Listing{ID: shop.ProductID(listing.must("id").anID()), Revision: at}
	master := listing.must("masterVariant")
	variants := append([]value{master}, listing.at("variants").list(maxLines)...)
	known := map[shop.ProductID]bool{}
	for _, variant := range variants {
		if !variant.object() {
			continue
		}
		p := listing.commercetoolsVariant(variant, own.Currency)
		p.Revision, p.VariantOf = at, l.ID
		if p.Image == "" {
			p.Image = master.commercetoolsImage()
		}
		if p.ID != "" && !known[p.ID] {
			known[p.ID] = true
			l.Products = append(l.Products, p)
		}
	}
	return []shop.Event{{ID: "listing", At: at, Fact: shop.ListingFact{Listing: l}}}, ""
}

func (v value) commercetoolsVariant(variant value, currency shop.Currency) shop.Product {
	name := v.must("name")
	p := shop.Product{
		ID:     first(variant.at("sku"), v.at("id")).aProductID(),
		Title:  name.localized(""),
		Titles: name.titles(),
		Image:  variant.commercetoolsImage(),
		URL:    variant.commercetoolsLink(),
		Price:  shop.Money{Currency: currency},
		Stock:  variant.part("availability").commercetoolsStock(),
	}
	price := variant.commercetoolsPrice(currency)
	if price.absent() {
		p.Hidden = true
		return p
	}
	p.Price = price.must("value").centAmount()
	if cheaper := price.at("discounted"); !cheaper.absent() && cheaper.object() {
		if now := cheaper.must("value").sameMoney(currency); now.Minor < p.Price.Minor {
			p.Was, p.Price = p.Price, now
		}
	}
	return p
}

// commercetoolsPrice returns the price for everybody in the currency, or an
// absent value.
func (v value) commercetoolsPrice(currency shop.Currency) value {
	var found value
	for _, price := range v.at("prices").list(maxLines) {
		if !price.object() || price.at("value").at("currencyCode").json != string(currency) {
			continue
		}
		special := false
		for _, limit := range []string{"customerGroup", "channel", "validFrom", "validUntil", "recurrencePolicy"} {
			special = special || !price.at(limit).absent()
		}
		if special {
			continue
		}
		if price.at("country").absent() {
			return price
		}
		if found.absent() {
			found = price
		}
	}
	return found
}

func (v value) commercetoolsImage() string {
	images := v.at("images").list(maxLines)
	if len(images) == 0 || !images[0].object() {
		return ""
	}
	return images[0].at("url").link()
}

func (v value) commercetoolsLink() string {
	for _, attribute := range v.at("attributes").list(maxLines) {
		if attribute.object() && attribute.at("name").json == "url" {
			return attribute.at("value").link()
		}
	}
	return ""
}

// commercetoolsStock returns the units in stock, or nil if they are not counted.
func (v value) commercetoolsStock() *int {
	quantity := v.at("availableQuantity")
	n := max(0, quantity.whole(-1_000_000_000, 1_000_000_000))
	if has := v.at("isOnStock").flag(); has != nil && !*has {
		n = 0
	} else if quantity.absent() {
		return nil
	}
	return &n
}

// commercetoolsHidden returns the event of a product that was unpublished or
// deleted: all of its variants are hidden.
func commercetoolsHidden(message value, at time.Time) ([]shop.Event, string) {
	resource := message.must("resource")
	resource.object()
	l := shop.Listing{ID: shop.ProductID(resource.must("id").anID()), Revision: at}
	return []shop.Event{{ID: "listing", At: at, Fact: shop.ListingFact{Listing: l}}}, ""
}
