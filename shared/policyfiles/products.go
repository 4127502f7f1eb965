package policyfiles

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// What the terms of a campaign about products are if its file does not say.
const (
	soldOutFor = 24 * time.Hour
	onceIn     = 14 * 24 * time.Hour
)

// aboutProducts reads the keys of a campaign that something that happened to a
// product starts: if over the product, audience over its customers, and the terms.
func (s *sheet) aboutProducts(c *campaign.Campaign) {
	if slices.ContainsFunc(c.On, func(k shop.OrderKind) bool { return !k.OfProduct() }) {
		s.wrong("on", "an event of a product and one of an order or a person start campaigns of their own", "write two campaigns")
	}
	c.Product = &campaign.ProductTerms{
		Stock: s.whole("stock", 1, 1_000_000, 1), SoldOut: s.length("sold_out", time.Minute, 30*24*time.Hour),
		Cheaper: s.percent("cheaper", 100, 9_900), OnceIn: s.length("once_in", time.Hour, 365*24*time.Hour), PerUnit: s.whole("per_unit", 1, 10_000, 0),
	}
	switch back := slices.Contains(c.On, shop.BackInStock); {
	case back && !s.has("sold_out"):
		c.Product.SoldOut = soldOutFor
	case !back && s.has("sold_out"):
		s.wrong("sold_out", fmt.Sprintf("sold_out is for campaigns on %s", shop.BackInStock), "leave it out")
	}
	switch cheaper := slices.Contains(c.On, shop.Cheaper); {
	case cheaper && !s.has("cheaper"):
		s.missing("cheaper", "cheaper: 10, the smallest reduction in per cent")
	case !cheaper && s.has("cheaper"):
		s.wrong("cheaper", fmt.Sprintf("cheaper is for campaigns on %s", shop.Cheaper), "leave it out")
	}
	if !s.has("once_in") {
		c.Product.OnceIn = onceIn
	}
	s.refuseFamilies(c.If, "if", "if is about the product, and says if there is a run at all; write audience for its customers", "customer.", "order.")
	s.refuseFacts(c.If, "if", "campaign.day", "campaign.weekday")
	s.refuseFacts(c.Audience, "audience", "order.", "campaign.day", "campaign.weekday")
	s.refuseUnread(c.Audience, "audience", append(shoppolicy.ContactFacts, "customer.units")...)
	for _, key := range []string{"after", "unless", "group", "rank", "earns", "merge", "clock"} {
		if s.has(key) {
			s.wrong(key, fmt.Sprintf("%s is not for campaigns about products", key), "leave it out")
		}
	}
	if !s.has("audience") {
		s.missing("audience", "audience: customer.likes[product.id]")
	}
}

// refuseAboutProducts adds a fault for each key and fact that only a campaign about
// products has.
func (s *sheet) refuseAboutProducts(c campaign.Campaign) {
	for _, key := range []string{"stock", "sold_out", "cheaper", "once_in", "per_unit"} {
		if _, written := s.take(key); written {
			s.wrong(key, fmt.Sprintf("%s is for campaigns about products", key), "write on: [product.back_in_stock], [product.cheaper] or [product.new]")
		}
	}
	const hint = "only a campaign on product.back_in_stock, product.cheaper or product.new is about a product"
	s.refuseFamilies(c.If, "if", hint, "product.", "customer.likes")
	s.refuseFamilies(c.Unless, "unless", hint, "product.", "customer.likes")
	s.refuseFamilies(c.Audience, "audience", hint, "product.", "customer.likes")
}
