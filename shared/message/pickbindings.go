package message

import (
	"slices"

	"regulars/shared/recommend"
)

// product returns nil if the message is about no product.
func (b *binder) product(p *recommend.Pick) any {
	if p == nil {
		return nil
	}
	return b.pick(*p)
}

func (b *binder) pick(p recommend.Pick) any {
	title := cut(clean(p.Product.Title), longestTitle)
	image, width, height := link(p.Product.Image), p.Product.Width, p.Product.Height
	if image == "" || width <= 0 || height <= 0 {
		width, height = 0, 0
	}
	return fields{
		"title":        title,
		"initial":      initial(title),
		"url":          link(p.Product.URL),
		"image":        image,
		"image_width":  width,
		"image_height": height,
		"price":        b.money(p.Product.Price),
		"was":          b.above(p.Was),
		"left":         left(p.Product.Stock),
		"reason": fields{
			"kind":      string(b.kind(p.Reason)),
			"title":     cut(clean(p.Reason.Title), longestTitle),
			"customers": p.Reason.Customers,
			"days":      p.Reason.Days,
			"every":     b.localizer.span(p.Reason.Days),
			"times":     p.Reason.Times,
			"on":        b.day(p.Reason.On),
			"when":      b.localizer.when(p.Reason.On, b.now, b.zone),
		},
	}
}

// withOrder reports whether the reason is a product of the order that the
// message is about.
func (b *binder) withOrder(r recommend.Reason) bool {
	return r.Product != "" && slices.Contains(b.ordered, r.Product)
}

// common returns the title of the product that others bought with each of the
// picks for this order; nil if their reasons differ, or if there is one pick.
func (b *binder) common(picks []recommend.Pick) any {
	var with []recommend.Reason
	for _, p := range picks {
		if b.withOrder(p.Reason) {
			with = append(with, p.Reason)
		}
	}
	differs := func(r recommend.Reason) bool {
		return r.Kind != recommend.ReasonTogether || r.Product != with[0].Product
	}
	if len(with) < 2 || slices.ContainsFunc(with, differs) {
		return nil
	}
	return cut(clean(with[0].Title), longestTitle)
}

// kind returns the reason's kind. If a product of this order is the reason, it is
// the kind that does not say when it was bought: the customer has just ordered
// it.
func (b *binder) kind(r recommend.Reason) recommend.ReasonKind {
	if !b.withOrder(r) {
		return r.Kind
	}
	switch r.Kind {
	case recommend.ReasonGoesWith:
		return recommend.ReasonGoesWithThis
	case recommend.ReasonConsumable:
		return recommend.ReasonConsumableThis
	}
	return r.Kind
}
