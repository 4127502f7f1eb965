package main

import (
	"context"
	"errors"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/policy"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// errShort means that a hold had lapsed and its points are gone.
var errShort = errors.New("the hold had lapsed, and its points are not there any more; hold again")

// tendered is what the customer pays with points, or why they cannot.
type tendered struct {
	free, used int
	off        int64
	earns      int
	granted    map[shop.OfferID][]string // the lines whose money the points of an offer are for
	reason     string
}

// tender returns the deal by which the customer pays with points, and nil where
// they do not or cannot. Points are taken as they are asked for: where fewer are
// free, none are, and the answer says how many there would be.
func (p *priced) tender(r request, order shop.OrderID, rules policy.Policy, now time.Time) *pricing.Deal {
	if !rules.Points.On() || r.Customer == "" {
		if r.Points > 0 {
			p.points = &tendered{reason: "no-points"}
		}
		return nil
	}
	t := &tendered{free: p.profile.Points.Free(order, now)}
	p.points = t
	switch {
	case r.Points == 0:
		return nil
	case rules.Points.Spend.Points == 0:
		t.reason = "no-points"
		return nil
	case r.Points > t.free:
		t.reason = "few-points"
		return nil
	}
	d := &pricing.Deal{ID: checkout.PointsDeal, Tender: true, Amount: rules.Points.Spend.WorthOf(r.Points), Margin: pricing.NoFloor}
	if rules.Points.Margin != nil {
		d.Margin = *rules.Points.Margin
	}
	return d
}

// settle works out what the priced cart means in points: what is paid with them,
// what it earns, and what its offers grant.
func (p *priced) settle(s points.Scheme, currency shop.Currency) {
	if p.points == nil {
		return
	}
	granted := map[shop.OfferID][]string{}
	p.points.granted = granted
	for _, taken := range p.quote.Taken {
		if taken.Deal == checkout.PointsDeal {
			p.points.off, p.points.used = taken.Off, s.Spend.Cost(taken.Off)
			continue
		}
		use := p.uses[taken.Deal]
		var lines []string
		use.Points, lines = brought(p.offers[taken.Deal], p.quote, s, currency)
		p.uses[taken.Deal] = use
		if len(lines) > 0 {
			granted[taken.Deal] = lines
		}
		p.points.earns += use.Points
	}
	if why := p.quote.Refused[checkout.PointsDeal]; why != "" {
		p.points.reason = string(why)
	}
	p.points.earns += s.For(shop.Money{Minor: p.quote.Total, Currency: currency})
}

// hollow adds the deals of the quote that would grant no points to those that are
// known, and reports whether there were any: nothing is used up by them. A
// customer who is not known has no account to grant them to.
func (p *priced) hollow(known map[shop.OfferID]bool, customer shop.CustomerID, s points.Scheme, currency shop.Currency) (more bool) {
	for _, taken := range p.quote.Taken {
		o := p.offers[taken.Deal]
		if o.Effect.Points == nil {
			continue
		}
		if n, _ := brought(o, p.quote, s, currency); n == 0 || customer == "" || !s.On() {
			known[taken.Deal], more = true, true
		}
	}
	return more
}

// brought returns the points that an offer grants with this cart, and the lines
// whose money they are for; no lines where they are a fixed number.
func brought(o offer.Offer, q pricing.Quote, s points.Scheme, currency shop.Currency) (n int, lines []string) {
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

// spent returns the profile with the customer's points as a step of an order
// leaves them; nil where it leaves them as they are.
func (h *handler) spent(ctx context.Context, old, next checkout.Redemption, p profile.Profile, now time.Time) (*profile.Profile, error) {
	if next.Customer == "" {
		return nil, nil
	}
	rules, err := h.desk.rules.Policy(ctx)
	if err != nil {
		return nil, err
	}
	account, changed, err := next.Account(old, p.Points, rules.Points, now)
	if errors.Is(err, points.ErrShort) {
		return nil, errShort
	}
	if err != nil || !changed {
		return nil, err
	}
	p.ID, p.Points = next.Customer, account
	return &p, nil
}

// quotedPoints is what a cart has to do with the customer's points.
type quotedPoints struct {
	Free   int    `json:"free"`   // what the customer could spend on this order
	Worth  int64  `json:"worth"`  // what these would take off at most
	Earns  int    `json:"earns"`  // what the order will earn, offers included
	Spends int    `json:"spends"` // what it is paid with, at most what was asked for
	Off    int64  `json:"off"`    // what that takes off
	Reason string `json:"reason,omitempty"`
	Text   string `json:"text,omitempty"`
}

func (p priced) pointsAnswer() *quotedPoints {
	t := p.points
	if t == nil {
		return nil
	}
	a := &quotedPoints{Free: t.free, Worth: p.rate.WorthOf(t.free), Earns: t.earns, Spends: t.used, Off: t.off, Reason: t.reason}
	if t.reason != "" {
		a.Text = why(p.language, t.reason, offer.Offer{})
	}
	return a
}
