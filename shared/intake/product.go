package intake

import (
	"maps"
	"net/url"
	"slices"
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
		Titles:   v.at("titles").titles(),
		Category: v.at("category").text(),
		URL:      v.at("url").link(),
		Image:    v.at("image").link(),
		Price:    v.must("price").amount(v.must("currency").currency()),
		Used:     v.at("used_up_days").whole(0, 3650),
	}
	p.VariantOf = v.at("variant_of").productID()
	p.Width, p.Height = size(v)
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

// Limits of titles in other languages: with all of them a row of the catalogue
// stays small, since a message reads fifty.
const (
	maxTitles = 20
	maxTitle  = 200 // characters
)

// titles returns titles by language, in the canonical spelling of its tag. It
// leaves out empty ones.
func (v value) titles() (titles map[string]string) {
	if v.absent() || !v.object() {
		return nil
	}
	members := v.json.(map[string]any)
	if len(members) > maxTitles {
		v.fault("has %d languages; want %d at most", len(members), maxTitles)
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		tag := languageTag(key)
		if tag == "" { // the key may be anything, so it is not repeated
			v.fault("has a key that is not a language; want tags such as pl or pt-BR")
			continue
		}
		title := cutTo(v.at(key).text(), maxTitle)
		switch {
		case title == "":
		case titles[tag] != "":
			v.fault("has two titles in one language; want one")
		case titles == nil:
			titles = map[string]string{tag: title}
		default:
			titles[tag] = title
		}
	}
	return titles
}

const maxPixels = 20_000 // of a picture's width and height

// size returns the width and height of the product's picture in pixels; both are
// 0 if they are not stated. One without the other is a fault.
func size(product value) (width, height int) {
	w, h := product.at("image_width"), product.at("image_height")
	before := len(product.in.faults)
	width, height = w.whole(0, maxPixels), h.whole(0, maxPixels)
	switch {
	case len(product.in.faults) > before:
	case width > 0 && height == 0:
		h.fault("is missing or 0, and image_width is not; want both, or neither")
	case height > 0 && width == 0:
		w.fault("is missing or 0, and image_height is not; want both, or neither")
	}
	return width, height
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
