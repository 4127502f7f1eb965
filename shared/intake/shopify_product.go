package intake

import (
	"fmt"
	"net/url"
	"time"

	"regulars/shared/shop"
)

// shopifyProduct returns the event of a Product resource. A Product is a listing;
// its variants are the products, and they have the IDs that order lines have:
//
//	product    a variant's sku, or else the Product's id: variants without a SKU,
//	           or with the same, are one product
//	title      the Product's title and the variant's: "Mug – Red"; of several
//	           variants with one ID, and without options, the Product's alone
//	category   product_type, or else the name of the taxonomy's category
//	url        the shop's own address and the Product's handle
//	picture    the variant's own, or else the Product's main one
//	price, was price, and compare_at_price if it is higher: in the shop's currency
//	stock      inventory_quantity of all locations; not counted if the variant is
//	           not tracked, or can be sold when it is out of stock
//	hidden     a status other than active, or not published in the online shop, or
//	           not yet, or a price of 0
//	revision   updated_at; Shopify changes it with the stock as well
//
// Of several variants with one ID, the first that can be bought has the price,
// the picture and the link, as on the listing's page.
func shopifyProduct(listing value, _ string, sent time.Time) []shop.Event {
	if listing.in.own == nil {
		return nil
	}
	own, err := listing.in.own()
	if err != nil {
		listing.in.err = err
		return nil
	}
	revision := sent
	if at := listing.at("updated_at"); !at.absent() {
		revision = at.time()
	} else if sent.IsZero() {
		listing.must("updated_at").time()
	}
	l := shop.Listing{ID: shop.ProductID(listing.must("id").anID()), Revision: revision}
	published := listing.at("published_at").anyTime()
	like := shop.Product{
		Revision:  revision,
		Title:     listing.must("title").text(),
		Category:  first(listing.at("product_type"), listing.part("category").at("name")).text(),
		Hidden:    listing.at("status").text() != "active" || published.IsZero() || published.After(revision),
		VariantOf: l.ID,
	}
	variants, groups := listing.shopifyVariants()
	if gids := listing.at("variant_gids").list(maxGIDs); len(gids) > len(variants) {
		l.Partial = true
	}
	handle := listing.at("handle").id()
	for _, id := range groups {
		p := like
		p.ID = id
		v := variants.of(id).shown()
		p.Title = variants.of(id).title(like.Title)
		p.Stock = variants.of(id).stock()
		p.Price = v.must("price").amount(own.Currency)
		p.Hidden = p.Hidden || p.Price.Minor == 0
		if was := v.at("compare_at_price"); !was.absent() {
			if former := was.amount(own.Currency); former.Minor > p.Price.Minor {
				p.Was = former
			}
		}
		if own.URL != "" && handle != "" {
			p.URL = own.URL + "/products/" + url.PathEscape(handle)
			if len(groups) > 1 {
				p.URL += "?variant=" + url.QueryEscape(v.at("id").anID())
			}
		}
		p.Image, p.Width, p.Height = listing.shopifyPicture(v)
		l.Products = append(l.Products, p)
	}
	return []shop.Event{{ID: "listing", At: revision, Fact: shop.ListingFact{Listing: l}}}
}

const maxGIDs = 10_000 // variants of one Product; Shopify allows 2,048

// shopifyProductGone returns the event of a deleted Product, of which the payload
// has only the ID.
func shopifyProductGone(listing value, _ string, sent time.Time) []shop.Event {
	l := shop.Listing{ID: shop.ProductID(listing.must("id").anID()), Revision: sent}
	if sent.IsZero() {
		(value{in: listing.in, path: "/time", required: true}).time()
	}
	return []shop.Event{{ID: "listing", At: sent, Fact: shop.ListingFact{Listing: l}}}
}

// shopifyVariant is a variant of a Product, with the ID of its product.
type shopifyVariant struct {
	value
	id shop.ProductID
}

type shopifyVariants []shopifyVariant

// shopifyVariants returns the variants of a Product, and the IDs of its products
// in the order in which the variants stand there.
func (v value) shopifyVariants() (variants shopifyVariants, ids []shop.ProductID) {
	for _, variant := range v.must("variants").list(maxLines) {
		if !variant.object() {
			continue
		}
		id := first(variant.at("sku"), v.at("id")).aProductID()
		if id != "" && variants.of(id) == nil {
			ids = append(ids, id)
		}
		variants = append(variants, shopifyVariant{variant, id})
	}
	return variants, ids
}

// of returns the variants of one product.
func (all shopifyVariants) of(id shop.ProductID) (some shopifyVariants) {
	for _, v := range all {
		if v.id == id {
			some = append(some, v)
		}
	}
	return some
}

// shown returns the first variant that can be bought, or else the first.
func (all shopifyVariants) shown() value {
	for _, v := range all {
		if n, counted := v.units(); !counted || n > 0 {
			return v.value
		}
	}
	return all[0].value
}

// title returns the title of the product whose variants these are.
func (all shopifyVariants) title(listing string) string {
	own := all[0].at("title").text()
	if len(all) > 1 || own == "" || own == "Default Title" {
		return listing
	}
	return fmt.Sprintf("%s – %s", listing, own)
}

// stock returns the units of all variants, or nil if one of them is not counted.
func (all shopifyVariants) stock() *int {
	sum := 0
	for _, v := range all {
		n, counted := v.units()
		if !counted {
			return nil
		}
		sum += max(0, n)
	}
	return &sum
}

// units returns a variant's units in stock; counted is false if it can be bought
// in any number. Today's webhooks leave inventory_management out; if it is there
// and null, the variant's stock is not tracked.
func (v shopifyVariant) units() (n int, counted bool) {
	quantity := v.at("inventory_quantity")
	n = quantity.whole(-1_000_000_000, 1_000_000_000)
	tracked, stated := v.json.(map[string]any)["inventory_management"]
	if stated && (tracked == nil || tracked == "") || v.at("inventory_policy").text() == "continue" {
		return 0, false
	}
	return n, !quantity.absent()
}

// shopifyPicture returns the address and the size of the picture that shows the
// variant.
func (v value) shopifyPicture(variant value) (src string, width, height int) {
	picture := v.part("image")
	images := v.at("images").list(maxLines)
	if picture.absent() && len(images) > 0 && images[0].object() {
		picture = images[0]
	}
	if own := variant.at("image_id"); !own.absent() {
		for _, image := range images {
			if image.object() && image.at("id").anID() == own.anID() {
				picture = image
			}
		}
	}
	src = picture.at("src").link()
	width, height = picture.at("width").whole(0, maxPixels), picture.at("height").whole(0, maxPixels)
	if src == "" || width == 0 || height == 0 {
		return src, 0, 0
	}
	return src, width, height
}
