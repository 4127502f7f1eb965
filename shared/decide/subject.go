package decide

import (
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Outdated returns why what the campaign says of its product is not true any more,
// as a reason's code and sentence; "" if it is true. found is false if the catalogue
// does not have the product.
func Outdated(s campaign.Subject, terms campaign.ProductTerms, item recommend.Item, found bool) (code, text string) {
	switch {
	case !found || item.Hidden || item.Price.Minor <= 0:
		return "product-gone", "the shop does not sell the product any more"
	case !item.InStock():
		return "sold-out", "the product is sold out again"
	case s.Event != shop.Cheaper:
	case item.Price.Currency != s.Price.Currency || item.Price.Minor > s.Price.Minor:
		return "price-back-up", "the product costs more again than the campaign was started for"
	case !campaign.Reduced(item.Prices.Former(item.Price), item.Price, terms):
		return "not-cheaper", "by the price history, the product is not cheaper any more by as much as the campaign asks for"
	}
	return "", ""
}

// Reached returns the intent that a run about a product raises for a customer, how
// much they would like the product ([recommend.Affinity]), and whether the audience
// includes them at now. rows are those that lead to the product. The caller fills in
// Planned.
func Reached(now time.Time, p shoppolicy.Policy, c campaign.Campaign, run campaign.Run, customer profile.Profile, rows map[shop.ProductID]recommend.Item, popular []recommend.Popular) (i campaign.Intent, affinity float64, ok bool) {
	affinity, likes := recommend.Affinity(now, History(customer), run.Subject.Product, rows, popular)
	if !c.Audience.Holds(subjectFacts(now, p, c, customer, frequency.Contact{}, nil, rows[run.Subject.Product], likes)) || bought(customer, run.Subject.Product, run.At) {
		return i, 0, false
	}
	return c.At(run, customer.ID), affinity, true
}

// subjectFacts returns what the audience of a campaign about a product sees.
func subjectFacts(now time.Time, p shoppolicy.Policy, c campaign.Campaign, customer profile.Profile, contact frequency.Contact, items map[shop.ProductID]recommend.Item, about recommend.Item, likes bool) condition.Facts {
	facts := Facts(now, customer, contact, items, p, Occasion{})
	facts.Campaign.ID = c.ID
	facts.Product = campaign.ProductFacts(about.Product, about.Prices)
	facts.Customer.Likes = map[shop.ProductID]bool{about.ID: likes}
	return facts
}

// bought reports whether the customer ordered the product from that time on.
func bought(p profile.Profile, product shop.ProductID, from time.Time) bool {
	return slices.ContainsFunc(p.Orders, func(v profile.Visit) bool {
		return !v.Cancelled && !v.At.Before(from) && slices.ContainsFunc(v.Lines, func(l profile.VisitProduct) bool { return l.Product == product })
	})
}

// asksAffinity reports whether the audience of a campaign asks whether the customer
// would like the product that it is about.
func asksAffinity(c campaign.Campaign) bool {
	return c.Product != nil && slices.Contains(c.Audience.Names(), "customer.likes")
}

// likes reports whether the customer would like the product, by the rows of what they
// bought. Of a customer who bought more products than a decision reads, it is what the
// planning of the run found: yes.
func (c *evaluation) likes(product shop.ProductID) bool {
	if !asksAffinity(c.campaign) || len(Counted(c.Profile, "", 1)) == mostCounted {
		return true
	}
	_, likes := recommend.Affinity(c.now, History(c.Profile), product, c.Items, c.Model.Popular)
	return likes
}

// current checks that what the message says of its product is still true, that the
// customer has not bought it since, and that they are still in the audience.
func (c *evaluation) current() *rejection {
	about := c.intent.Subject
	if about.Product == "" || c.campaign.Product == nil {
		return nil
	}
	item, found := c.Items[about.Product]
	if code, text := Outdated(about, *c.campaign.Product, item, found); code != "" {
		return end(claim.Expired, code, "%s", text)
	}
	if since := c.intent.NotAfter.Add(-c.campaign.NotAfter); bought(c.Profile, about.Product, since) {
		return end(claim.Suppressed, "bought-since", "the customer has ordered the product since %s", since.UTC().Format(time.RFC3339))
	}
	if !c.campaign.Audience.Holds(subjectFacts(c.now, c.Policy, c.campaign, c.Profile, c.Contact, c.Items, item, c.likes(about.Product))) {
		return end(claim.Suppressed, "left-audience", "the customer is not in the campaign's audience any more")
	}
	return nil
}

// product returns the product that the message is about, with the former price that
// it may state, and the highest of these; nil if it is about none, or if its page is
// not on one of the shop's hosts.
func (c *evaluation) product() (about *recommend.Pick, highest shop.Money) {
	item, found := c.Items[c.intent.Subject.Product]
	if !found || item.URL != "" && c.Shop.LinkFault(item.URL) != "" {
		return nil, highest
	}
	about = &recommend.Pick{Product: item.Product}
	about.Product.Title, about.Product.Titles = item.TitleIn(c.language), nil
	about.Product.URL = c.link(item.URL)
	if about.Product.Image != "" && c.Shop.LinkFault(about.Product.Image) != "" {
		about.Product.Image = ""
	}
	former := item.Prices.Former(item.Price)
	if c.intent.Subject.Event == shop.Cheaper {
		about.Was = former.Lowest
	} else {
		about.Was, _ = item.Stated()
	}
	return about, former.Lowest
}
