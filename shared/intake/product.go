package intake

import (
	"net/url"
	"strings"
	"time"

	"regulars/shared/shop"
)

var relations = []shop.Relation{
	shop.RelationComplements, shop.RelationUpgrades, shop.RelationConsumableOf, shop.RelationServicePlan,
}

const maxRelated = 100 // most products that one product may name in one relation

// product reads a product's complete new state. Its revision is updated_at, or
// else the time of the event. A stock below zero (oversold) becomes 0.
func product(detail value, occurred time.Time) shop.Fact {
	v := detail.must("product")
	v.object()
	p := shop.Product{
		ID:       v.must("id").productID(),
		Revision: occurred,
		Title:    v.must("title").text(),
		Category: v.at("category").text(),
		URL:      v.at("url").link(),
		Image:    v.at("image").link(),
		Price:    v.must("price").amount(v.must("currency").currency()),
		Used:     v.at("used_up_days").whole(0, 3650),
	}
	if cost := v.at("cost"); !cost.absent() {
		p.Cost = cost.amount(p.Price.Currency)
	}
	if was := v.at("was"); !was.absent() {
		p.Was = was.amount(p.Price.Currency)
	}
	if own := v.at("updated_at"); !own.absent() {
		p.Revision = own.time()
	}
	if stock := v.at("stock"); !stock.absent() {
		n := max(0, stock.whole(-1_000_000_000, 1_000_000_000))
		p.Stock = &n
	}
	if hidden := v.at("hidden").flag(); hidden != nil {
		p.Hidden = *hidden
	}
	related := v.at("relations")
	if related.absent() || !related.object() {
		return shop.ProductFact{Product: p}
	}
	for _, relation := range relations {
		for _, other := range related.at(string(relation)).list(maxRelated) {
			id := other.productID()
			if id == "" || id == p.ID {
				continue
			}
			if p.Relations == nil {
				p.Relations = map[shop.Relation][]shop.ProductID{}
			}
			p.Relations[relation] = append(p.Relations[relation], id)
		}
	}
	return shop.ProductFact{Product: p}
}

// link returns an absolute web address. Messages contain it, so only http and
// https are accepted.
func (v value) link() string {
	const want = "an absolute web address that begins with https:// or http://"
	if v.missing(want) {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want %s", v.kind(), want)
		return ""
	}
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	web := strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
	if !web || err != nil || u.Host == "" || len(s) > maxURL || strings.ContainsAny(s, " \"<>") {
		v.fault("is not a link that a message can contain; want %s, of %d bytes at most", want, maxURL)
		return ""
	}
	return s
}
