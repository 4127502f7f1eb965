package cartquote

import (
	"maps"
	"slices"

	"regulars/shared/checkout"
	"regulars/shared/decide"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// Quote is a priced cart. A deal is named as [checkout.Use.Deal] names it, and
// what the customer pays with points [checkout.PointsDeal].
type Quote struct {
	Priced    pricing.Quote
	Codes     []Code      // one for each code of the request, in its order
	Automatic []Automatic // those that are taken, then those that are refused
	Points    *Points     // nil if the shop has none or the customer is not known, and none were asked for

	Deals  []checkout.Deal               // those that are taken, and the points
	Uses   map[shop.OfferID]checkout.Use // by deal; which of them are taken, Priced says
	Offers map[shop.OfferID]offer.Offer  // by deal
}

// Automatic is an offer that needs no code, and what it gives.
type Automatic struct {
	Offer  shop.OfferID
	Taken  bool
	Off    int64
	Reason string // why it is not taken
}

// Price returns what the cart costs the customer now. A customer who is kept
// from an offer as control group does not find it in the quote.
func Price(c Case) Quote {
	p := pricer{Case: c, cart: c.PricedCart(), quote: Quote{
		Uses: map[shop.OfferID]checkout.Use{}, Offers: map[shop.OfferID]offer.Offer{},
	}}
	p.findCoupons()
	p.findAutomatic()
	p.tenderPoints()
	p.takeOff()
	p.countPoints()
	p.report()
	return p.quote
}

// pricer prices one case: its deals, and the quote that it returns.
type pricer struct {
	Case
	cart  pricing.Cart
	deals []pricing.Deal
	quote Quote
}

// add adds the deal of one use of an offer. product is the free one, if the
// coupon gives one.
func (p *pricer) add(o offer.Offer, use checkout.Use, product shop.ProductID) {
	id := use.Deal()
	p.quote.Uses[id], p.quote.Offers[id] = use, o
	p.deals = append(p.deals, o.Deal(id, product))
}

// findAutomatic adds the deals of the offers that need no code and that the
// customer may have, and the reasons of the others. A customer who is not known
// gets no offer that limits how often one customer has it. The condition must hold
// with all orders as well as with those that earn: an order that is not paid earns
// nothing, and does not make its customer a new one either.
func (p *pricer) findAutomatic() {
	oc := p.OfferCase()
	all := decide.Facts(p.Now, p.Profile, p.Contact, p.Items, p.Policy, p.Occasion)
	for _, o := range p.Policy.Offers {
		if !o.Automatic {
			continue
		}
		reason := ""
		if refused := o.Refused(oc); refused != nil {
			reason = refused.Code
		} else if !o.When.Holds(all) || p.Customer == "" && o.LimitsCustomers() {
			reason = offer.RefusedWhen
		}
		switch reason {
		case "":
			p.add(o, checkout.Use{Offer: o.ID, Version: o.Version, Shard: o.Budget.Shard(shop.SendID(p.Order))}, "")
		case offer.RefusedHeldOut: // customers do not learn that they are in a control group
		default:
			p.quote.Automatic = append(p.quote.Automatic, Automatic{Offer: o.ID, Reason: reason})
		}
	}
}

// takeOff prices the cart with the deals, again and again without those that
// would grant no points, until all that are taken give something: an offer that
// gives nothing must not be used up.
func (p *pricer) takeOff() {
	p.quote.Priced = pricing.Price(p.cart, p.deals)
	empty := map[shop.OfferID]bool{}
	for p.findEmpty(empty) {
		p.deals = slices.DeleteFunc(p.deals, func(d pricing.Deal) bool { return empty[d.ID] })
		p.quote.Priced = pricing.Price(p.cart, p.deals)
	}
	for id := range empty {
		p.quote.Priced.Refused[id] = pricing.Zero
	}
}

// report fills in what pricing made of each code and each automatic offer.
func (p *pricer) report() {
	q := &p.quote
	taken := map[shop.OfferID]pricing.Taken{}
	var automatic []Automatic
	for _, t := range q.Priced.Taken {
		taken[t.Deal] = t
		for _, d := range p.deals {
			if d.ID == t.Deal {
				q.Deals = append(q.Deals, checkout.DealOf(d, q.Priced.Lines))
			}
		}
		if use := q.Uses[t.Deal]; use.Coupon == "" && t.Deal != checkout.PointsDeal {
			automatic = append(automatic, Automatic{Offer: use.Offer, Taken: true, Off: t.Off})
		}
	}
	q.Automatic = append(automatic, q.Automatic...)
	for _, id := range slices.Sorted(maps.Keys(q.Priced.Refused)) {
		if use := q.Uses[id]; use.Coupon == "" && id != checkout.PointsDeal {
			q.Automatic = append(q.Automatic, Automatic{Offer: use.Offer, Reason: string(q.Priced.Refused[id])})
		}
	}
	for i := range q.Codes {
		code := &q.Codes[i]
		if code.Deal == "" {
			continue
		}
		if t, ok := taken[code.Deal]; ok {
			code.Taken, code.Off = true, t.Off
		} else {
			code.Reason = string(q.Priced.Refused[code.Deal])
		}
	}
}

// OfferOf returns the offer of a deal, and for [checkout.PointsDeal] that name.
func (q Quote) OfferOf(deal shop.OfferID) shop.OfferID {
	if deal == checkout.PointsDeal {
		return deal
	}
	return q.Uses[deal].Offer
}

// Redemption returns the redemption that a hold of these discounts asks for.
// shards says from which shard of their budget offers without a code are
// debited, if not from the one that the order's ID chooses.
func (q Quote) Redemption(order shop.OrderID, customer shop.CustomerID, shards map[shop.OfferID]int) checkout.Redemption {
	r := checkout.Redemption{Order: order, Customer: customer, Quote: q.Priced, Deals: q.Deals}
	for _, taken := range q.Priced.Taken {
		if taken.Deal == checkout.PointsDeal {
			r.Points = q.Points.Spends
			continue
		}
		use := q.Uses[taken.Deal]
		if shard, ok := shards[use.Offer]; ok && use.Coupon == "" {
			use.Shard = shard
		}
		r.Uses = append(r.Uses, use)
	}
	if q.Points != nil && len(q.Points.GrantedFor) > 0 {
		r.For = q.Points.GrantedFor
	}
	return r
}
