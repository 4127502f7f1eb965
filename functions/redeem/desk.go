package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/condition"
	"regulars/shared/coupon"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/policy"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

type customers interface {
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
}

type coupons interface {
	Coupons(ctx context.Context, hashes []string) (map[string]coupon.Coupon, error)
	FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error)
}

// guesses counts the codes that were tried in vain.
type guesses interface {
	Guesses(ctx context.Context, now time.Time, who ...string) (int, error)
	AddGuesses(ctx context.Context, now time.Time, n int, who ...string) error
}

// rules is the policy in force.
type rules interface {
	Policy(context.Context) (policy.Policy, error)
}

// mostGuesses is how many codes a customer, or an address, may try in vain in
// one hour; then no code is looked at any more until the next.
const mostGuesses = 20

// desk prices carts.
type desk struct {
	customers customers
	coupons   coupons
	guesses   guesses
	rules     rules
	terms     *terms
}

// priced is a cart with its discounts, and what they use.
type priced struct {
	quote   pricing.Quote
	uses    map[shop.OfferID]checkout.Use // by deal
	offers  map[shop.OfferID]offer.Offer  // by deal
	codes   []code
	refused []refusal // of offers that need no code, and that the customer may know of

	contact    frequency.Contact
	contactRev dynamo.Rev
	profile    profile.Profile
	profileRev dynamo.Rev
	points     *tendered   // nil where the shop has none, and none were asked for
	rate       points.Rate // what they are worth
	language   string
}

// code is one code as it was typed, and what became of it.
type code struct {
	typed  string
	deal   shop.OfferID // where it is a coupon of this customer's that can be used
	reason string       // else why not
	until  time.Time
	own    bool // it is no guess: the fault is ours
}

// refusal is why an offer gives nothing.
type refusal struct {
	offer  shop.OfferID
	reason string
}

// price works out what the cart costs this customer now. spent are offers whose
// budget was found used up; order is the one that asks: what it holds itself is
// no obstacle.
func (d *desk) price(ctx context.Context, r request, cart pricing.Cart, order shop.OrderID, spent map[shop.OfferID]bool, now time.Time) (priced, error) {
	rules, err := d.rules.Policy(ctx)
	if err != nil {
		return priced{}, err
	}
	var known dynamo.Snapshot
	if r.Customer != "" {
		if known, err = d.customers.Snapshot(ctx, r.Customer); err != nil {
			return priced{}, err
		}
	}
	cart.TaxAdded = rules.Shop.TaxAdded
	items, err := d.items(ctx, cart, known, rules.Offers)
	if err != nil {
		return priced{}, err
	}
	for i := range cart.Lines {
		l := &cart.Lines[i]
		item := items[l.Product]
		l.Category = item.Category
		if item.Cost.Currency == cart.Currency {
			l.Cost = item.Cost.Minor
		}
	}
	p := priced{
		uses: map[shop.OfferID]checkout.Use{}, offers: map[shop.OfferID]offer.Offer{},
		contact: known.Contact, contactRev: known.ContactRev, profile: known.Profile, profileRev: known.ProfileRev, rate: rules.Points.Spend,
		language: spoken(r.Language, known.Profile.Locale.Value),
	}
	var deals []pricing.Deal
	add := func(o offer.Offer, use checkout.Use, product shop.ProductID) {
		id := use.Deal()
		p.uses[id], p.offers[id] = use, o
		deals = append(deals, o.Deal(id, product))
	}
	if err := d.findCodes(ctx, &p, r, rules, order, now, add); err != nil {
		return priced{}, err
	}
	facts := decide.Facts(now, known.Profile, known.Contact, items, rules, decide.Occasion{})
	c := offer.Case{Customer: r.Customer, Now: now, Zone: rules.Shop.ZoneOf(known.Profile.Zone.Value), Facts: facts, Granted: others(known.Contact.Granted, order), Spent: spent}
	for _, o := range rules.Offers {
		if !o.Automatic {
			continue
		}
		refused := o.Refused(c)
		if refused == nil && r.Customer == "" && counted(o) {
			refused = &offer.Refusal{Offer: o.ID, Code: offer.RefusedWhen} // who is not known cannot be counted
		}
		if refused != nil && refused.Code == offer.RefusedHeldOut {
			continue // nobody is told that they are a control group
		}
		if refused != nil {
			p.refused = append(p.refused, refusal{o.ID, refused.Code})
			continue
		}
		add(o, checkout.Use{Offer: o.ID, Version: o.Version, Shard: o.Budget.Shard(shop.SendID(order))}, "")
	}
	if paid := p.tender(r, order, rules, now); paid != nil {
		deals = append(deals, *paid)
	}
	p.quote = pricing.Price(cart, deals)
	hollow := map[shop.OfferID]bool{}
	for p.hollow(hollow, r.Customer, rules.Points, cart.Currency) {
		deals = slices.DeleteFunc(deals, func(d pricing.Deal) bool { return hollow[d.ID] })
		p.quote = pricing.Price(cart, deals)
	}
	for id := range hollow {
		p.quote.Refused[id] = pricing.Zero
	}
	p.settle(rules.Points, cart.Currency)
	for _, id := range slices.Sorted(maps.Keys(p.quote.Refused)) {
		if use := p.uses[id]; use.Coupon == "" && id != checkout.PointsDeal {
			p.refused = append(p.refused, refusal{use.Offer, string(p.quote.Refused[id])})
		}
	}
	return p, nil
}

// items reads the products of the cart and, where an offer's condition asks for
// categories, those that the customer has bought.
func (d *desk) items(ctx context.Context, cart pricing.Cart, known dynamo.Snapshot, offers []offer.Offer) (map[shop.ProductID]recommend.Item, error) {
	wanted := map[shop.ProductID]bool{}
	for _, l := range cart.Lines {
		wanted[l.Product] = true
	}
	asked := func(o offer.Offer) bool { return o.Automatic && slices.Contains(o.When.Names(), "customer.units") }
	if slices.ContainsFunc(offers, asked) {
		_, bought := known.Profile.All()
		for id := range bought {
			wanted[id] = true
		}
	}
	return d.customers.Items(ctx, recommend.Model{}, slices.Sorted(maps.Keys(wanted)))
}

// guessers are those whose guesses are counted together with this request's.
func guessers(r request) (who []string) {
	if r.Customer != "" {
		who = append(who, "customer:"+string(r.Customer))
	}
	if r.Client != "" {
		who = append(who, "client:"+r.Client)
	}
	return who
}

// lock reports whether too many codes were tried in vain to look at further
// ones.
func (d *desk) lock(ctx context.Context, r request, now time.Time) (bool, error) {
	who := guessers(r)
	if len(r.Codes) == 0 || len(who) == 0 {
		return false, nil
	}
	tried, err := d.guesses.Guesses(ctx, now, who...)
	return tried >= mostGuesses, err
}

// count adds the codes that were tried in vain, once for each call.
func (d *desk) count(ctx context.Context, r request, codes []code, now time.Time) error {
	vain := 0
	for _, c := range codes {
		if c.reason == "invalid" && !c.own {
			vain++
		}
	}
	who := guessers(r)
	if vain == 0 || len(who) == 0 {
		return nil
	}
	return d.guesses.AddGuesses(ctx, now, vain, who...)
}

// findCodes finds the coupon of each code. What is no code, what was never
// issued, what has ended and what is another's get the same answer: a stranger
// learns nothing from it. What the order holds already is found even where too
// many codes were tried.
func (d *desk) findCodes(ctx context.Context, p *priced, r request, rules policy.Policy, order shop.OrderID, now time.Time, add func(offer.Offer, checkout.Use, shop.ProductID)) error {
	reason := "invalid"
	if r.locked {
		reason = "too-many"
	}
	var hashes []string
	for _, typed := range r.Codes {
		p.codes = append(p.codes, code{typed: typed, reason: reason})
		if _, err := offer.Normalize(typed); err == nil {
			hashes = append(hashes, offer.Hash(typed))
		}
	}
	if len(hashes) == 0 || r.locked && order == "" {
		return nil
	}
	found, err := d.coupons.Coupons(ctx, hashes)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i := range p.codes {
		c := &p.codes[i]
		known, ok := found[offer.Hash(c.typed)]
		held := known.State == coupon.Held && known.Order == order
		over := r.locked || now.After(known.Until.Add(coupon.Grace))
		if !ok || known.Customer != r.Customer || r.Customer == "" || over && !held {
			continue
		}
		switch {
		case seen[known.Hash]:
			c.reason = "twice"
			continue
		case known.State == coupon.Redeemed && known.Order != order:
			c.reason = "used"
			continue
		case known.State == coupon.Held && !held && !now.After(known.HeldUntil):
			c.reason = "held"
			continue
		case known.State == coupon.Voided || known.State == coupon.Expired:
			continue
		}
		seen[known.Hash] = true
		o, err := d.promised(ctx, rules, known)
		if errors.Is(err, dynamo.ErrNotFound) {
			slog.ErrorContext(ctx, "nobody knows what a coupon promises; it is refused", "offer", known.Offer, "version", known.Version, "err", err)
			c.own = true
			continue
		}
		if err != nil {
			return err
		}
		use := checkout.Use{Offer: known.Offer, Version: known.Version, Coupon: known.Hash}
		c.deal, c.reason, c.until = use.Deal(), "", known.Until
		add(o, use, known.Product)
	}
	return nil
}

// promised returns the offer as it was when the coupon was issued, whatever the
// shop's files say today.
func (d *desk) promised(ctx context.Context, rules policy.Policy, c coupon.Coupon) (offer.Offer, error) {
	if o, ok := rules.Offer(c.Offer); ok && o.Version == c.Version {
		return o, nil
	}
	return d.terms.of(ctx, c.Offer, c.Version, func(o *offer.Offer) error {
		checker, err := condition.NewChecker(rules.Shop.Currency)
		if err != nil {
			return err
		}
		o.On, err = checker.Compile(o.On.Text())
		return err
	})
}

// others returns the grants that are not this order's own.
func others(granted map[shop.OfferID][]frequency.Grant, order shop.OrderID) map[shop.OfferID][]frequency.Grant {
	left := map[shop.OfferID][]frequency.Grant{}
	for id, grants := range granted {
		left[id] = slices.DeleteFunc(slices.Clone(grants), func(g frequency.Grant) bool { return g.Send == frequency.AtCheckout(order) })
	}
	return left
}

// counted reports whether the offer counts how often a customer has it.
func counted(o offer.Offer) bool { return o.PerCustomer > 0 || o.CoolDown > 0 }
