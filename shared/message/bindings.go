package message

import (
	"maps"
	"strings"
	"time"

	"regulars/shared/brand"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// longestTitle is the most characters of a title that a message prints. A longer
// one is cut with an ellipsis, so that one row of the catalogue cannot break the
// layout.
const longestTitle = 90

// bindings returns the variables of templates for d, by the names of
// docs/messages.md. A missing value is nil, so that a template can check it
// with {% if coupon %}. brand is what [look] returns for the shop's brand.
func bindings(d Data, w *localizer, brand fields) (fields, error) {
	b := &binder{localizer: w, zone: d.Zone, now: d.Now}
	if d.Order != nil {
		b.ordered = d.Order.Products
	}
	if b.zone == nil {
		b.zone = time.UTC
	}
	picks, with, besides := make([]any, len(d.Picks)), []any{}, []any{}
	for i, p := range d.Picks {
		picks[i] = b.pick(p)
		if b.withOrder(p.Reason) {
			with = append(with, picks[i])
		} else {
			besides = append(besides, picks[i])
		}
	}
	common := b.common(d.Picks)
	if common != nil { // one sentence says why for all of them
		for i, p := range with {
			p, reason := maps.Clone(p.(fields)), maps.Clone(p.(fields)["reason"].(fields))
			reason["kind"] = ""
			p["reason"] = reason
			with[i] = p
		}
	}
	all := fields{
		"language":       w.language,
		"direction":      w.rules.direction(),
		"shop":           sender(d.Shop),
		"brand":          brand,
		"customer":       fields{"name": greetable(d.Customer.Name)},
		"order":          b.order(d.Order),
		"cart":           b.cart(d.Cart),
		"picks":          picks,
		"product":        b.product(d.Product),
		"picks_with":     with,
		"picks_besides":  besides,
		"picks_with_all": common,
		"coupon":         b.coupon(d.Coupon),
		"points":         b.points(d.Points),
		"service_issue":  d.ServiceIssue,
		"soft_opt_in":    d.SoftOptIn,
		"why":            fields{"kind": d.Why.Kind, "on": b.day(d.Why.On), "source": string(d.Why.Source)},
		"sells":          sells(d),
		"links":          fields{"unsubscribe": link(d.Links.Unsubscribe), "preferences": link(d.Links.Preferences), "confirm": link(d.Links.Confirm)},
	}
	return all, b.err
}

// sender returns the variables of the shop.
func sender(s Shop) fields {
	return fields{
		"name":        clean(s.Name),
		"url":         link(s.URL),
		"address":     clean(s.Address),
		"legal":       clean(s.Legal),
		"cart_url":    link(s.CartURL),
		"contact_url": link(s.ContactURL),
		"replies":     s.Replies,
	}
}

// look returns the variables of the shop's brand, complete with defaults.
func look(b brand.Brand) fields {
	b = b.Complete()
	var logo any
	if address := link(b.Logo.Light); address != "" {
		logo = fields{"light": address, "dark": link(b.Logo.Dark), "width": b.Logo.Width, "height": b.Logo.Height}
	}
	social := make([]any, len(b.Social))
	for i, account := range b.Social {
		social[i] = fields{"name": brand.Networks[account.Network].Name, "url": link(account.URL)}
	}
	design := func(c brand.Colours) fields {
		named := fields{}
		for name, colour := range c.Named() {
			named[name] = colour
		}
		return named
	}
	return fields{
		"logo":       logo,
		"light":      design(b.Light),
		"dark":       design(b.Dark),
		"radius":     brand.Buttons[b.Button],
		"arc":        brand.Arcs[b.Button],
		"text_font":  brand.Fonts[b.Text],
		"title_font": brand.Fonts[b.Titles],
		"width":      b.Width,
		"social":     social,
	}
}

// binder makes the variables and keeps the first error.
type binder struct {
	localizer *localizer
	zone      *time.Location
	now       time.Time
	ordered   []shop.ProductID // the products of the order that the message is about
	err       error
}

func (b *binder) order(o *Order) any {
	if o == nil {
		return nil
	}
	return fields{"id": clean(string(o.ID)), "number": clean(o.Number), "url": link(o.URL), "total": b.money(o.Total), "until": b.day(o.Until), "also": also(o.Also)}
}

// also returns nil if the message is about one order only.
func also(orders []string) any {
	if len(orders) == 0 {
		return nil
	}
	var numbers []string
	for _, number := range orders {
		numbers = append(numbers, clean(number))
	}
	all := strings.Join(numbers, ", ")
	return fields{"numbers": all, "ids": all, "count": len(numbers)} // templates published before have ids
}

// cart returns nil if the message is about none.
func (b *binder) cart(c *Cart) any {
	if c == nil {
		return nil
	}
	lines := make([]any, len(c.Lines))
	for i, line := range c.Lines {
		p := b.pick(recommend.Pick{Product: line.Product}).(fields)
		for _, other := range []string{"was", "left", "reason"} {
			delete(p, other)
		}
		p["units"], p["sold_out"] = line.Units, line.SoldOut
		lines[i] = p
	}
	return fields{"url": link(c.URL), "lines": lines}
}

func (b *binder) coupon(c *Coupon) any {
	if c == nil {
		return nil
	}
	tiers := make([]any, len(c.Tiers))
	for i, t := range c.Tiers {
		tiers[i] = fields{"from": b.money(t.From), "percent": b.share(t.Percent), "amount": b.above(t.Amount)}
	}
	return fields{
		"code":    clean(c.Code),
		"kind":    c.Kind,
		"percent": rate{c.Percent, b.localizer},
		"amount":  b.money(c.Amount),
		"tiers":   tiers,
		"buy":     c.Buy,
		"get":     c.Get,
		"whole":   c.Percent == 10_000,
		"product": cut(clean(c.Product), longestTitle),
		"nth":     c.Nth,
		"points":  c.Points,
		"times":   c.Times,
		"on":      cut(clean(c.On), longestTitle),
		"minimum": b.above(c.Minimum),
		"at_most": b.above(c.AtMost),
		"floor":   c.Floor,
		"alone":   c.Alone,
		"earned":  c.Earned,
		"until":   b.day(c.Until),
	}
}

func (b *binder) points(p *Points) any {
	if p.Nothing() {
		return nil
	}
	return fields{
		"active":    p.Active,
		"worth":     b.above(p.Worth),
		"pending":   p.Pending,
		"expiring":  p.Expiring,
		"expires":   b.day(p.Expires),
		"earned":    p.Earned,
		"waiting":   p.Waiting,
		"others":    max(0, p.Pending-p.Waiting),
		"tier":      cut(clean(p.Tier), longestTitle),
		"next_tier": cut(clean(p.Next), longestTitle),
		"needs":     p.Needs,
	}
}

// fewUnits is the largest stock that a message prints as "left".
const fewUnits = 10

// left returns nil if the stock is not known, 0, or above fewUnits.
func left(stock *int) any {
	if stock == nil || *stock < 1 || *stock > fewUnits {
		return nil
	}
	return *stock
}

// share returns nil for 0.
func (b *binder) share(points int) any {
	if points == 0 {
		return nil
	}
	return rate{points, b.localizer}
}

// money returns nil if there is no currency: the amount is not known.
func (b *binder) money(m shop.Money) any {
	if m.Currency == "" {
		return nil
	}
	a, err := b.localizer.amount(m)
	if err != nil && b.err == nil {
		b.err = err
	}
	return a
}

// above returns nil for 0 and less.
func (b *binder) above(m shop.Money) any {
	if m.Minor <= 0 {
		return nil
	}
	return b.money(m)
}

// day returns nil for the zero time.
func (b *binder) day(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return day{t.In(b.zone), b.localizer}
}
