package cartquote

import (
	"maps"
	"slices"
	"time"

	"regulars/shared/coupon"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Request is what a price is asked for.
type Request struct {
	Customer shop.CustomerID // empty if the customer is not known; coupons and points need one
	Order    shop.OrderID    // the order that holds the discounts; empty for a quote alone
	Cart     pricing.Cart    // tax mode, categories and costs are added by [Price]
	Codes    []string        // as they were typed
	Points   int             // that the customer wants to pay with

	// OnlyHeld accepts no code but those whose coupon the order holds already,
	// because too many wrong codes were tried.
	OnlyHeld bool
}

// Hashes returns the hashes of the codes whose coupons have to be read, in the
// order of the codes. It leaves out what has not the form of a code.
func (r Request) Hashes() (hashes []string) {
	if r.OnlyHeld && r.Order == "" {
		return nil
	}
	for _, typed := range r.Codes {
		if _, err := offer.Normalize(typed); err == nil {
			hashes = append(hashes, offer.Hash(typed))
		}
	}
	return hashes
}

// Case is a request with everything that its price depends on.
type Case struct {
	Request
	Now      time.Time
	Policy   shoppolicy.Policy
	Profile  profile.Profile
	Contact  frequency.Contact
	Items    map[shop.ProductID]recommend.Item // at least [Case.Products], as far as the catalogue has them
	Coupons  map[string]coupon.Coupon          // by hash: [Request.Hashes], as far as they were issued
	Terms    map[Terms]offer.Offer             // [Case.OldTerms], as far as they are stored
	Occasion decide.Occasion                   // what conditions about an order refer to; the checkout has none

	// Spent are the offers without a code whose budget is known to be used up.
	Spent map[shop.OfferID]bool
}

// Terms names one version of an offer. What it promised is what a coupon of
// that version gives, even if the shop's files say something else by now.
type Terms struct {
	Offer   shop.OfferID
	Version int
}

// Products returns the products that have to be read: those of the cart and, if
// the condition of an automatic offer asks for categories, all that the
// customer has bought.
func (c Case) Products() []shop.ProductID {
	wanted := map[shop.ProductID]bool{}
	for _, l := range c.Cart.Lines {
		wanted[l.Product] = true
	}
	asksForCategories := func(o offer.Offer) bool {
		return o.Automatic && slices.Contains(o.When.Names(), "customer.units")
	}
	if slices.ContainsFunc(c.Policy.Offers, asksForCategories) {
		_, bought := c.Profile.All()
		for id := range bought {
			wanted[id] = true
		}
	}
	return slices.Sorted(maps.Keys(wanted))
}

// OldTerms returns the versions of offers whose terms have to be read: those of
// coupons that can be used and whose version is not the policy's.
func (c Case) OldTerms() (old []Terms) {
	for _, typed := range c.Codes {
		k, reason := c.couponOf(typed)
		if reason != "" {
			continue
		}
		of := Terms{k.Offer, k.Version}
		if o, ok := c.Policy.Offer(k.Offer); (!ok || o.Version != k.Version) && !slices.Contains(old, of) {
			old = append(old, of)
		}
	}
	return old
}

// PricedCart returns the cart as it is priced: with the shop's tax mode, and
// with the catalogue's category and cost of each line that has none of its own.
func (c Case) PricedCart() pricing.Cart {
	cart := c.Cart
	cart.TaxAdded = c.Policy.Shop.TaxAdded
	cart.Lines = slices.Clone(cart.Lines)
	for i := range cart.Lines {
		l := &cart.Lines[i]
		item := c.Items[l.Product]
		if l.Category == "" {
			l.Category = item.Category
		}
		if l.Cost == 0 && item.Cost.Currency == cart.Currency {
			l.Cost = item.Cost.Minor
		}
	}
	return cart
}

// OfferCase returns the case as package offer checks the conditions and limits
// of offers on it. Only orders that earn count (see [decide.Earning]). What the
// order itself holds does not count against its limits.
func (c Case) OfferCase() offer.Case {
	return offer.Case{
		Customer: c.Customer, Now: c.Now, Zone: c.Policy.Shop.ZoneOf(c.Profile.Zones()),
		Facts:   decide.Facts(c.Now, decide.Earning(c.Profile, c.Policy), c.Contact, c.Items, c.Policy, c.Occasion),
		Granted: grantsOfOthers(c.Contact.Granted, c.Order), Spent: c.Spent,
	}
}

// grantsOfOthers returns the grants without those of this order.
func grantsOfOthers(granted map[shop.OfferID][]frequency.Grant, order shop.OrderID) map[shop.OfferID][]frequency.Grant {
	left := map[shop.OfferID][]frequency.Grant{}
	for id, grants := range granted {
		left[id] = slices.DeleteFunc(slices.Clone(grants), func(g frequency.Grant) bool { return g.Send == frequency.AtCheckout(order) })
	}
	return left
}
