package cartquote

import (
	"regulars/shared/checkout"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// Reasons why the customer cannot pay with points, besides those of package
// pricing.
const (
	NoPoints  = "no-points"  // the shop has none, they cannot be spent, or the customer is not known
	FewPoints = "few-points" // fewer are free than were asked for; none are spent then
)

// Points is what the cart has to do with the customer's points.
type Points struct {
	Free   int    // what the customer could spend on this order
	Worth  int64  // what these would take off at most
	Earns  int    // what the order will earn, points of offers included
	Spends int    // what it is paid with, at most what was asked for
	Off    int64  // what that takes off
	Reason string // why none are spent although they were asked for

	// GrantedFor names, by deal, the lines whose money the points of an offer are
	// for; an offer that grants a fixed number has none.
	GrantedFor map[shop.OfferID][]string
}

// tenderPoints adds the deal by which the customer pays with points, if they
// want to and can. They pay with as many as they ask for or with none: if fewer
// are free, the quote says how many.
func (p *pricer) tenderPoints() {
	scheme := p.Policy.Points
	if !scheme.On() || p.Customer == "" {
		if p.Points > 0 {
			p.quote.Points = &Points{Reason: NoPoints}
		}
		return
	}
	free := p.Profile.Points.Free(p.Order, p.Now)
	p.quote.Points = &Points{Free: free, Worth: scheme.Spend.WorthOf(free)}
	switch asked := p.Points; {
	case asked == 0:
	case scheme.Spend.Points == 0:
		p.quote.Points.Reason = NoPoints
	case asked > free:
		p.quote.Points.Reason = FewPoints
	default:
		d := pricing.Deal{ID: checkout.PointsDeal, Tender: true, Amount: scheme.Spend.WorthOf(asked), Margin: pricing.NoFloor}
		if scheme.Margin != nil {
			d.Margin = *scheme.Margin
		}
		p.deals = append(p.deals, d)
	}
}

// countPoints adds to the quote the points that the cart is paid with, those
// that it earns, and those that its offers grant.
func (p *pricer) countPoints() {
	q := &p.quote
	if q.Points == nil {
		return
	}
	scheme := p.Policy.Points
	q.Points.GrantedFor = map[shop.OfferID][]string{}
	for _, taken := range q.Priced.Taken {
		if taken.Deal == checkout.PointsDeal {
			q.Points.Off, q.Points.Spends = taken.Off, scheme.Spend.Cost(taken.Off)
			continue
		}
		use := q.Uses[taken.Deal]
		var lines []string
		use.Points, lines = grantedPoints(q.Offers[taken.Deal], q.Priced, scheme, p.cart.Currency)
		q.Uses[taken.Deal] = use
		if len(lines) > 0 {
			q.Points.GrantedFor[taken.Deal] = lines
		}
		q.Points.Earns += use.Points
	}
	if why := q.Priced.Refused[checkout.PointsDeal]; why != "" {
		q.Points.Reason = string(why)
	}
	q.Points.Earns += scheme.For(shop.Money{Minor: q.Priced.Total, Currency: p.cart.Currency})
}

// findEmpty adds to empty the taken deals that would grant points and grant
// none, and reports whether it added any. A customer who is not known has no
// account to grant points to.
func (p *pricer) findEmpty(empty map[shop.OfferID]bool) (more bool) {
	scheme := p.Policy.Points
	for _, taken := range p.quote.Priced.Taken {
		o := p.quote.Offers[taken.Deal]
		if o.Effect.Points == nil {
			continue
		}
		if n, _ := grantedPoints(o, p.quote.Priced, scheme, p.cart.Currency); n == 0 || p.Customer == "" || !scheme.On() {
			empty[taken.Deal], more = true, true
		}
	}
	return more
}

// grantedPoints returns the points that an offer grants with this cart, and the
// lines whose money they are for; no lines if they are a fixed number.
func grantedPoints(o offer.Offer, q pricing.Quote, s points.Scheme, currency shop.Currency) (n int, lines []string) {
	e := o.Effect.Points
	switch {
	case e == nil:
		return 0, nil
	case e.Grant > 0:
		return e.Grant, nil
	}
	on, sum := o.Deal(o.ID, "").On, int64(0)
	for _, l := range q.Lines {
		if on == nil || on(l.Line) {
			sum += l.Net
			lines = append(lines, l.ID)
		}
	}
	return (e.Times - 1) * s.For(shop.Money{Minor: sum, Currency: currency}), lines
}
