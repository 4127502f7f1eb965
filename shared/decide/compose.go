package decide

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// compose gathers what the message can say. While something is wrong, and after
// the customer's no, a message that may go all the same sells nothing: no picks,
// and no coupon but one that was issued for it before, or, in an apology, one
// that the shop owes.
func (c *evaluation) compose() (message.Data, *issued, error) {
	zone := c.Shop.ZoneOf(c.Profile.Zone.Value)
	data := message.Data{
		Language:     c.Messages.Language(c.campaign.Message, c.Profile.Locale.Value),
		Zone:         zone,
		Shop:         message.Shop{Name: c.Shop.Name, URL: c.Shop.URL, Address: c.Shop.Address},
		Customer:     message.Greeting{Name: c.Profile.Name.Value},
		Order:        c.order(),
		ServiceIssue: issueName(c.Profile.ServiceIssues[c.intent.Order]),
	}
	for _, l := range []struct {
		purpose linktoken.Purpose
		path    string
		to      *string
	}{
		{linktoken.Unsubscribe, "u/", &data.Links.Unsubscribe},
		{linktoken.Preferences, "p/", &data.Links.Preferences},
	} {
		token, err := c.Links.Seal(linktoken.Link{Purpose: l.purpose, Customer: c.intent.Customer, Send: c.id, Issued: c.now})
		if err != nil {
			return message.Data{}, nil, err
		}
		*l.to = c.BaseURL + l.path + token
	}
	why, instead := c.sellsNothing()
	if c.silent = instead; c.silent != nil {
		c.explained.note("cheer", why+": no picks and no coupon")
		if c.kept == nil && !c.makesGood() {
			return data, nil, nil
		}
	}
	earned := c.earn(zone)
	if earned != nil {
		data.Coupon = c.print(*earned)
	}
	if data.Coupon == nil && c.kept == nil { // what nobody is told of is not issued
		earned, c.explained.Offer = nil, nil
	}
	if c.silent == nil {
		data.Points = c.points(data.Language)
		data.Picks = c.picks()
		data.Former = c.former(data.Picks)
		c.explained.Items = told(data.Picks)
	}
	return data, earned, nil
}

// sellsNothing returns why a message that may go must not sell anything, and the
// answer where it has nothing else to say; nil where it may sell.
func (c *evaluation) sellsNothing() (why string, instead *rejection) {
	if hurt, until := ServiceIssue(c.now, c.Profile, c.PromotionPause); hurt != "" {
		why = "something is wrong (" + hurt + ")"
		return why, c.later(until, claim.Suppressed, "service-issue:"+hurt, why+" until "+until.Format(time.DateOnly)+", and there is nothing else to say")
	}
	if word, said := c.Contact.Consents[shop.TopicPromotions]; said && !word.Given {
		why = "the customer said no to promotions"
		return why, end(claim.Suppressed, "unsubscribed", "%s, and there is nothing else to say", why)
	}
	return "", nil
}

// makesGood reports whether the message may carry an offer that the shop owes,
// although something is wrong: it is the apology for it.
func (c *evaluation) makesGood() bool {
	return c.campaign.Class == shop.ClassRecovery && strings.HasPrefix(c.silent.reason.Code, "service-issue:")
}

func (c *evaluation) order() *message.Order {
	if c.intent.Order == "" {
		return nil
	}
	o := &message.Order{ID: c.intent.Order}
	for _, visit := range c.Profile.Orders {
		if visit.Order == c.intent.Order {
			o.Total = visit.Net
		}
	}
	o.Until = c.Profile.ServiceIssues[c.intent.Order].Promised
	for _, also := range c.also() {
		if !c.cancelled(also) {
			o.Also = append(o.Also, also)
		}
	}
	c.explained.Also = o.Also
	return o
}

// trouble names what is wrong with an order, as messages know it.
func issueName(t profile.ServiceIssue) string {
	switch wrong := latest(t); wrong {
	case nil:
		return ""
	case t.Cancelled:
		return "cancelled"
	case t.Returned:
		return "returned"
	default:
		return "delayed"
	}
}

// issued is a coupon with what the message prints of it.
type issued struct {
	coupon coupon.Coupon
	title  string // of the free product
	zone   *time.Location
}

// earn returns the coupon that this send carries: the one that it carried
// before, or the best that the customer has earned.
func (c *evaluation) earn(zone *time.Location) *issued {
	if c.kept != nil {
		return &issued{*c.kept, c.Items[c.kept.Product].Title, zone}
	}
	allowed := c.campaign.Allowed(c.Offers)
	if c.silent != nil {
		allowed = slices.DeleteFunc(allowed, func(o offer.Offer) bool { return !o.Owed })
	}
	best, refusals := offer.Best(allowed, offer.Case{
		Now: c.now, Customer: c.intent.Customer, Zone: zone, Need: c.Need, Products: c.products(),
		Facts:   Facts(c.now, c.Profile, c.Contact, c.Items, c.Policy, Occasion{Order: c.intent.Order}),
		Granted: c.Contact.Granted, Spent: c.Spent,
	})
	c.explained.Refusals = refusals
	if best == nil {
		return nil
	}
	c.explained.Offer = &Granted{best.Offer.ID, best.Offer.Version, best.Key, best.Until, best.Value}
	return &issued{title: best.Title, zone: zone, coupon: coupon.Coupon{
		Hash: offer.Hash(offer.Code(c.CodeKeys[0], c.id)), Offer: best.Offer.ID, Version: best.Offer.Version, Key: best.Key,
		Customer: c.intent.Customer, Send: c.id, Shard: best.Offer.Budget.Shard(c.id),
		Issued: c.now, Until: best.Until, Product: best.Product, State: coupon.Issued,
	}}
}

// print returns what the message says of a coupon, or nil where its terms cannot
// be told any more: its offer is not published in that version, its key or its
// free product is gone, or it ended while it waited.
func (c *evaluation) print(i issued) *message.Coupon {
	o, ok := c.Offer(i.coupon.Offer)
	if !ok || o.Version != i.coupon.Version || !i.coupon.Until.After(c.now) || i.coupon.Product != "" && i.title == "" {
		return nil
	}
	code := c.code(i.coupon.Hash)
	if code == "" {
		return nil
	}
	return c.terms(o, i, code)
}

// terms says what the checkout will do with a coupon, in the message's language.
// An offer on some products only must be able to name them.
func (c *evaluation) terms(o offer.Offer, i issued, code string) *message.Coupon {
	language := c.Messages.Language(c.campaign.Message, c.Profile.Locale.Value)
	e := o.Effect
	t := &message.Coupon{
		Code: code, Kind: string(e.Kind), Percent: e.Percent, Amount: e.Amount, Product: i.title, On: o.Named[language],
		Minimum: o.Minimum, AtMost: o.AtMost, Floor: o.Margin != nil, Alone: o.Stacks == pricing.Alone,
		Until: i.coupon.Until,
	}
	switch {
	case o.On.Text() != "" && t.On == "":
		return nil
	case c.kept == nil: // a kept one has its end from the zone that the customer was in then
		t.Ends = o.Until.End(i.zone)
	}
	t.Stock, t.Needs = o.Supply(i.coupon.Product, c.products())
	if t.Stock != nil && *t.Stock < t.Needs {
		return nil // sold out while it waited
	}
	for _, tier := range e.Tiers {
		t.Tiers = append(t.Tiers, message.Tier{From: tier.From, Percent: tier.Percent, Amount: tier.Amount})
	}
	if e.Nth != nil {
		t.Nth = e.Nth.N
	}
	if e.Points != nil {
		t.Points, t.Times = e.Points.Grant, e.Points.Times
	}
	if e.BuyGet != nil {
		t.Buy, t.Get, t.Percent = e.BuyGet.Buy, e.BuyGet.Get, e.BuyGet.Percent
	}
	return t
}

// code returns the code that was stored under hash, or "" where the key that
// made it is gone. A coupon that was issued under an older key keeps its code.
func (c *evaluation) code(hash string) string {
	for _, key := range c.CodeKeys {
		if code := offer.Code(key, c.id); offer.Hash(code) == hash {
			return code
		}
	}
	return ""
}

// picks returns what the customer would like.
func (c *evaluation) picks() []recommend.Pick {
	if c.campaign.Picks == 0 {
		return nil
	}
	q := question(c.Profile, c.intent, c.Config)
	q.Except = fatigued(c.now, c.Contact)
	return q.Picks(c.now, c.Items)
}

// Tag returns s as SES allows it in a message tag: base64url, so that nothing
// of it is lost.
func Tag(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// FromTag returns what Tag was given, or "" where it was not made by Tag.
func FromTag(tag string) string {
	b, err := base64.RawURLEncoding.DecodeString(tag)
	if err != nil {
		return ""
	}
	return string(b)
}

// Lines returns the products of one of the customer's recent orders.
func Lines(p profile.Profile, order shop.OrderID) (products []shop.ProductID) {
	for _, visit := range p.Orders {
		if visit.Order == order {
			for _, line := range visit.Lines {
				products = append(products, line.Product)
			}
		}
	}
	return products
}
