package decide

import (
	"cmp"
	"encoding/base64"
	"slices"
	"time"

	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// compose gathers the data that the message is rendered from, and the coupon
// that it carries, or nil.
//
// Without an opt-in, and while a service issue is open, a message that may still
// be sent sells nothing: it has no picks, no points and no coupon. There are two
// exceptions: an apology may carry a coupon that the shop owes, and during a
// service issue a message keeps the coupon that was issued for it before.
func (c *evaluation) compose() (content.Data, *issued, error) {
	zone := c.Shop.ZoneOf(c.Profile.Zones())
	c.language = c.Messages.Language(c.campaign.Message, Locale(c.Profile, c.Contact))
	data := content.Data{
		Language:     c.language,
		Zone:         zone,
		Now:          c.now,
		Shop:         c.sender(),
		Customer:     content.Greeting{Name: c.Profile.Name.Value},
		Order:        c.order(),
		Cart:         c.cart(),
		ServiceIssue: issueName(c.Profile.ServiceIssues[c.intent.Order]),
		Why:          c.why(),
	}
	var err error
	if data.Links, err = c.links(data.Language); err != nil {
		return content.Data{}, nil, err
	}
	soft, refused := c.optIn()
	if c.shown {
		refused = nil
	}
	why, instead := c.sellsNothing(refused)
	if c.silent = instead; c.silent != nil {
		c.explained.passed("marketing", why+": the message sells nothing")
		if c.kept == nil && !c.makesGood() {
			return data, nil, nil
		}
	}
	earned := c.earn(zone)
	if earned != nil && (refused == nil || c.makesGood()) {
		data.Coupon = c.print(*earned)
	}
	if data.Coupon != nil {
		data.Shop.CartURL = c.link(c.Shop.CartLink(data.Coupon.Code))
	}
	if data.Coupon == nil && c.kept == nil { // a coupon that the message does not print is not issued
		earned, c.explained.Offer = nil, nil
	}
	if c.silent == nil {
		data.Points = c.points(data.Language)
		data.Picks = c.picks()
		data.Former = c.former(data.Picks)
		c.explained.Items = abridged(data.Picks)
		if about, former := c.product(); about != nil {
			data.Product, data.Former[about.Product.ID] = about, former
		}
	}
	if soft && (data.Coupon != nil || data.Points != nil || len(data.Picks) > 0 || data.Product != nil) && c.Messages.Messages[c.campaign.Message].Sells() {
		data.SoftOptIn = true
		c.explained.passed("marketing", "it sells by the shop's soft opt-in, and shows how to opt out")
	}
	return data, earned, nil
}

// purposes are the purposes of the links of mails that are about their link.
var purposes = map[shop.OrderKind]linktoken.Purpose{
	shop.SignedUp: linktoken.Confirm, shop.AskedExport: linktoken.Export, shop.AskedErasure: linktoken.Erase,
}

// links returns the links of the message to the public pages, which are in the
// mail's language.
func (c *evaluation) links(language string) (all content.Links, err error) {
	seal := func(purpose linktoken.Purpose) string {
		token, failed := c.Links.Seal(linktoken.Link{Purpose: purpose, Customer: c.intent.Customer, Send: c.id, Mailbox: c.Profile.Mailbox, Issued: c.now})
		err = cmp.Or(err, failed)
		return c.BaseURL + string(purpose) + "/" + token
	}
	all.Unsubscribe = seal(linktoken.Unsubscribe)
	all.Preferences = seal(linktoken.Preferences) + "?lang=" + language
	if purpose, ok := purposes[c.campaign.LinksTo()]; ok {
		all.Confirm = seal(purpose) + "?lang=" + language
	}
	return all, err
}

// sender returns the shop as the message names it.
func (c *evaluation) sender() content.Shop {
	return content.Shop{
		Name: c.Shop.Name, URL: c.link(c.Shop.URL), Address: c.Shop.Address,
		Legal: c.Shop.Brand.LegalIn(c.Profile.Country.Value), Brand: c.Shop.Brand,
		ContactURL: c.Shop.ContactURL, Replies: c.Shop.ReplyTo != "",
	}
}

// link returns a link of the shop with the UTM parameters of the campaign, or
// without, if the person of the mailbox wants none.
func (c *evaluation) link(address string) string {
	if c.Contact.Wishes.Plain.Value == frequency.Yes {
		return address
	}
	return c.Shop.WithUTM(address, c.campaign)
}

// sellsNothing returns why a message that may be sent must not sell, and the
// rejection that applies if it has nothing else to say; nil if it may sell.
// refused is the answer of [evaluation.optIn].
func (c *evaluation) sellsNothing(refused *rejection) (why string, instead *rejection) {
	if c.shown {
		return "", nil
	}
	if refused != nil {
		why = refused.reason.Text
		return why, end(refused.state, refused.reason.Code, "%s, and there is nothing else to say", why)
	}
	if issue, until := ServiceIssue(c.now, Issues(c.Profile, c.Contact), c.PromotionPause); issue != "" {
		why = "the customer has a service issue (" + issue + ")"
		return why, c.later(until, claim.Suppressed, "service-issue:"+issue, why+" until "+until.Format(time.DateOnly)+", and there is nothing else to say")
	}
	if until := c.Frequency.PausedUntil(c.Profile.Zones(), c.Contact); until.After(c.now) {
		why = "the customer asked for a pause"
		return why, c.later(until, claim.Suppressed, frequency.CodePaused, why+" until "+c.Contact.Wishes.Pause.Value+", and there is nothing else to say")
	}
	return "", nil
}

// makesGood reports whether the message is the apology for a service issue that
// is open. It may carry an offer that the shop owes, also without an opt-in: a
// compensation is no advertising.
func (c *evaluation) makesGood() bool {
	issue, _ := ServiceIssue(c.now, Issues(c.Profile, c.Contact), c.PromotionPause)
	return issue != "" && c.campaign.Class == shop.ClassRecovery
}

func (c *evaluation) order() *content.Order {
	if c.intent.Order == "" {
		return nil
	}
	o := &content.Order{ID: c.intent.Order, Number: c.number(c.intent.Order), Products: Lines(c.Profile, c.intent.Order)}
	for _, visit := range c.Profile.Orders {
		if visit.Order == c.intent.Order {
			o.Total, o.URL = visit.Net, c.link(c.Shop.OrderLink(visit.Order, visit.Number))
		}
	}
	o.Until = c.Profile.ServiceIssues[c.intent.Order].Promised
	for _, also := range c.also() {
		if !c.cancelled(also) {
			o.Also = append(o.Also, c.number(also))
			o.Products = append(o.Products, Lines(c.Profile, also)...)
			c.explained.Also = append(c.explained.Also, also)
		}
	}
	return o
}

// number returns an order's number as the customer knows it, or else its ID.
func (c *evaluation) number(order shop.OrderID) string {
	for _, visit := range c.Profile.Orders {
		if visit.Order == order && visit.Number != "" {
			return visit.Number
		}
	}
	return string(order)
}

// issueName returns the latest service issue of an order by the name that
// messages use, or "" if there is none.
func issueName(s profile.ServiceIssue) string {
	switch issue := latest(s); issue {
	case nil:
		return ""
	case s.Cancelled:
		return "cancelled"
	case s.Returned:
		return "returned"
	default:
		return "delayed"
	}
}

// issued is a coupon, and what the message needs to print it.
type issued struct {
	coupon coupon.Coupon
	title  string // of the free product
	zone   *time.Location
}

// earn returns the coupon that this send carries: the one that an earlier attempt
// issued, or the best that the customer has earned, or nil.
func (c *evaluation) earn(zone *time.Location) *issued {
	if c.kept != nil {
		return &issued{*c.kept, c.Items[c.kept.Product].Title, zone}
	}
	allowed := c.campaign.Allowed(c.Offers)
	if c.silent != nil || c.unpaid() {
		allowed = slices.DeleteFunc(allowed, func(o offer.Offer) bool { return !o.Owed })
	}
	if len(allowed) == 0 {
		return nil // most campaigns: the facts about the customer are not needed
	}
	best, refusals := offer.Best(allowed, offer.Case{
		Now: c.now, Customer: c.intent.Customer, Zone: zone, Need: c.Need, Products: c.products(),
		Facts:   Facts(c.now, Earning(c.Profile, c.Policy), c.Contact, c.Items, c.Policy, Occasion{Order: c.intent.Order}),
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
		Issued: c.now, Until: best.Until, Product: best.Product, State: coupon.Issued, Earned: c.earnedBy(),
	}}
}

// earnedBy returns the order that earns what the message gives; "" if what
// happened to the order earns nothing, such as a delay for which the shop
// apologises, or if the message is about no order.
func (c *evaluation) earnedBy() shop.OrderID {
	if !c.intent.Event().Earns() {
		return ""
	}
	return c.intent.Order
}

// unpaid reports whether the message's order earns nothing yet, because it is not
// paid.
func (c *evaluation) unpaid() bool {
	visit, known := c.visit()
	return known && visit.Unpaid && !c.Shop.RewardsOnPlacing
}

// visit returns the message's order, if the profile keeps it.
func (c *evaluation) visit() (profile.Visit, bool) {
	at := slices.IndexFunc(c.Profile.Orders, func(v profile.Visit) bool { return v.Order == c.intent.Order })
	if at < 0 {
		return profile.Visit{}, false
	}
	return c.Profile.Orders[at], true
}

// print returns what the message prints of a coupon, or nil if its terms can no
// longer be printed: its offer is not published in that version, the key of its
// code or its free product is missing, it ended while the send waited, or what
// earned it was taken back.
func (c *evaluation) print(i issued) *content.Coupon {
	o, ok := c.Offer(i.coupon.Offer)
	if !ok || Fallen(c.now, i.coupon, c.Profile, c.Contact, c.Items, c.Policy) || o.Version != i.coupon.Version || !i.coupon.Until.After(c.now) || i.coupon.Product != "" && i.title == "" {
		return nil
	}
	code := c.code(i.coupon.Hash)
	if code == "" {
		return nil
	}
	return c.terms(o, i, code)
}

// Locale returns the language that the person of the mailbox chose, or else the
// one that the shop knows: a BCP 47 tag, or "".
func Locale(p profile.Profile, c frequency.Contact) string {
	return cmp.Or(c.Wishes.Language.Value, p.Locale.Value)
}

// terms returns what the checkout will do with a coupon, in the message's
// language; nil if the offer is limited to some products and has no name for
// them in that language, or if the product is sold out.
func (c *evaluation) terms(o offer.Offer, i issued, code string) *content.Coupon {
	language, e := c.language, o.Effect
	t := &content.Coupon{
		Code: code, Kind: string(e.Kind), Percent: e.Percent, Amount: e.Amount, On: o.Named[language],
		Product: cmp.Or(c.Items[i.coupon.Product].TitleIn(language), i.title),
		Minimum: o.Minimum, AtMost: o.AtMost, Floor: o.Margin != nil, Alone: o.Stacks == pricing.Alone,
		Earned: i.coupon.Earned != "",
		Until:  i.coupon.Until,
	}
	switch {
	case o.On.Text() != "" && t.On == "":
		return nil
	case c.kept == nil: // a kept coupon has the end that the customer's zone gave when it was issued
		t.Ends = o.Until.End(i.zone)
	}
	t.Stock, t.Needs = o.Supply(i.coupon.Product, c.products())
	if t.Stock != nil && *t.Stock < t.Needs {
		return nil // sold out while the send waited
	}
	for _, tier := range e.Tiers {
		t.Tiers = append(t.Tiers, content.Tier{From: tier.From, Percent: tier.Percent, Amount: tier.Amount})
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

// code returns the code with this hash, or "" if no current key derives it. A
// coupon that was issued under an older key keeps its code.
func (c *evaluation) code(hash string) string { return codeOf(c.Config, c.id, hash) }

// picks returns the recommended products, without those of which the customer is
// fatigued and those whose page is not on one of the shop's hosts. It removes
// pictures that are not.
func (c *evaluation) picks() []recommend.Pick {
	if c.campaign.Picks == 0 {
		return nil
	}
	q := question(c.Profile, c.intent, c.Config)
	q.Except, q.Language = fatigued(c.now, c.Contact), c.language
	if about := c.intent.Subject.Product; about != "" {
		q.Except = append(q.Except, about) // it has a card of its own
	}
	for id, item := range c.Items {
		if item.URL != "" && c.Shop.LinkFault(item.URL) != "" {
			q.Except = append(q.Except, id)
		}
	}
	picks := q.Picks(c.now, c.Items)
	for i, p := range picks {
		if p.Product.Image != "" && c.Shop.LinkFault(p.Product.Image) != "" {
			picks[i].Product.Image = ""
		}
		picks[i].Product.URL = c.link(p.Product.URL)
	}
	return picks
}

// Tag returns s encoded for an SES message tag: base64url, so that [FromTag] gives
// back every character.
func Tag(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }

// FromTag returns the text that [Tag] encoded, or "" if the tag is not base64url.
func FromTag(tag string) string {
	b, err := base64.RawURLEncoding.DecodeString(tag)
	if err != nil {
		return ""
	}
	return string(b)
}

// Lines returns the products of one of the customer's recent orders; none if the
// profile does not keep that order.
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
