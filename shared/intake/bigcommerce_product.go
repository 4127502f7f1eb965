package intake

import (
	"strings"
	"time"

	"regulars/shared/shop"
)

// bigcommerceProduct returns the event of a product: a listing, whose products
// are its variants.
//
//	product   a variant's sku, or else the product's ID, as in order lines
//	title     name, with the variant's option values
//	price     a variant's calculated_price, or else the product's; its price is
//	          the former one if it is higher
//	cost      a variant's cost_price, or else the product's, if it is not 0
//	stock     a variant's or the product's inventory_level, as inventory_tracking
//	          says; not counted if that is none; 0 if availability is disabled
//	hidden    not is_visible, or purchasing_disabled
//	link      custom_url.url below the shop's address
//	revision  created_at of the webhook: a level can change without date_modified
func bigcommerceProduct(product value, sent time.Time) ([]shop.Event, string) {
	if !product.object() {
		return nil, ""
	}
	if product.in.own == nil {
		return nil, "a BigCommerce product, which only the function record reads"
	}
	own, err := product.in.own()
	if err != nil {
		product.in.err = err
		return nil, ""
	}
	l := shop.Listing{ID: shop.ProductID(product.must("id").anID()), Revision: sent}
	like := shop.Product{Revision: sent, VariantOf: l.ID, Title: product.must("name").text(), Price: shop.Money{Currency: own.Currency}}
	if visible := product.at("is_visible").flag(); visible != nil && !*visible {
		like.Hidden = true
	}
	if path, _ := product.part("custom_url").at("url").json.(string); own.URL != "" && strings.HasPrefix(path, "/") {
		like.URL = value{in: product.in, path: product.path + "/custom_url/url", json: own.URL + path}.link()
	}
	like.Image = product.bigcommerceImage()
	variants := product.at("variants").list(maxLines)
	if len(variants) == 0 {
		variants = []value{product}
	}
	known := map[shop.ProductID]bool{}
	for _, variant := range variants {
		if !variant.object() {
			continue
		}
		p := product.bigcommerceVariant(like, variant)
		if p.ID != "" && !known[p.ID] {
			known[p.ID] = true
			l.Products = append(l.Products, p)
		}
	}
	return []shop.Event{{ID: "listing", At: sent, Fact: shop.ListingFact{Listing: l}}}, ""
}

func (v value) bigcommerceVariant(like shop.Product, variant value) shop.Product {
	p := like
	p.ID = first(variant.at("sku"), v.at("sku"), v.at("id")).aProductID()
	var options []string
	for _, option := range variant.at("option_values").list(maxLines) {
		if option.object() {
			if label := option.at("label").text(); label != "" {
				options = append(options, label)
			}
		}
	}
	if len(options) > 0 {
		p.Title += " – " + strings.Join(options, ", ")
	}
	if off := variant.at("purchasing_disabled").flag(); off != nil && *off {
		p.Hidden = true
	}
	if image := variant.at("image_url").link(); image != "" {
		p.Image = image
	}
	p.Stock = v.bigcommerceStock(variant)
	usual := first(variant.at("price"), v.at("price"))
	price := first(variant.at("calculated_price"), v.at("calculated_price"), usual)
	price.required = true
	p.Price = price.rounded(like.Price.Currency)
	if cost := first(variant.at("cost_price"), v.at("cost_price")); !cost.absent() {
		if c := cost.rounded(like.Price.Currency); !c.IsZero() {
			p.Cost = c
		}
	}
	if !usual.absent() && !p.Hidden {
		if was := usual.rounded(like.Price.Currency); was.Minor > p.Price.Minor {
			p.Was = was
		}
	}
	return p
}

// bigcommerceImage returns the picture that the shop chose for lists, or else the
// first.
func (v value) bigcommerceImage() string {
	var found value
	for _, image := range v.at("images").list(maxLines) {
		if image.object() && (found.absent() || image.at("is_thumbnail").json == true) {
			found = image
		}
	}
	if found.absent() {
		return ""
	}
	return found.at("url_standard").link()
}

// bigcommerceStock returns the units of a variant in stock, or nil if they are
// not counted.
func (v value) bigcommerceStock(variant value) *int {
	level := v.at("inventory_level")
	switch {
	case v.at("availability").json == "disabled":
		return new(int)
	case v.at("inventory_tracking").json == "variant":
		level = variant.at("inventory_level")
	case v.at("inventory_tracking").json != "product":
		return nil
	}
	if level.absent() {
		return nil
	}
	n := max(0, level.whole(-1_000_000_000, 1_000_000_000))
	return &n
}

// bigcommerceProductGone returns the event of a deleted product.
func bigcommerceProductGone(payload value, sent time.Time) []shop.Event {
	l := shop.Listing{ID: shop.ProductID(payload.bigcommerceID().anID()), Revision: sent}
	return []shop.Event{{ID: "listing", At: sent, Fact: shop.ListingFact{Listing: l}}}
}

// bigcommerceID returns the ID that the webhook itself names.
func (v value) bigcommerceID() value {
	data := v.must("data")
	data.object()
	return data.must("id")
}

// bigcommerceCustomer returns the event of a customer: who they are. BigCommerce
// has no language and no consent there.
func bigcommerceCustomer(customer value, sent time.Time) ([]shop.Event, string) {
	if !customer.object() {
		return nil, ""
	}
	c := shop.Customer{
		ID:    customer.must("id").ofCustomer(value.anID),
		Email: customer.at("email").address(),
		Name:  customer.at("first_name").text(),
	}
	if home := customer.at("addresses").list(maxLines); len(home) > 0 && home[0].object() {
		c.Country = home[0].at("country_code").country()
		c.Province = home[0].at("state_or_province").province(c.Country)
	}
	at := sent
	if modified := customer.at("date_modified").unlessEmpty(); !modified.absent() {
		at = modified.time()
	}
	if c.Email == "" {
		return nil, "a BigCommerce customer without an address"
	}
	return []shop.Event{{ID: "customer", At: at, Fact: shop.ContactFact{Customer: c}}}, ""
}

// bigcommerceCustomerGone returns the event of a customer whom the shop deleted:
// they get no promotions any more. It is no erasure: see
// docs/runbooks/erasure.md.
func bigcommerceCustomerGone(payload value, sent time.Time) []shop.Event {
	return []shop.Event{{ID: "consent", At: sent, Fact: shop.ConsentFact{
		Customer: payload.bigcommerceID().ofCustomer(value.anID), Topic: shop.TopicPromotions, Channel: shop.ChannelExplicit,
	}}}
}
