package offer

import "regulars/shared/shop"

// MostBound is how many products an offer may name for its stock to be looked at:
// each is a row of the catalogue that is read for every message.
const MostBound = 20

// Bound returns the only products that the offer's coupons can be used on, where
// its file names them one by one, [MostBound] at most: the gift, or those of its
// condition on lines. It is nil for an offer that others can meet as well. The
// free product of nth_unit_free is the coupon's and not in it.
func (o Offer) Bound() []shop.ProductID {
	if o.Effect.Gift != nil {
		return []shop.ProductID{o.Effect.Gift.Product}
	}
	if only := o.On.Products(); len(only) <= MostBound {
		return only
	}
	return nil
}

// Supply returns how many units there are of everything that a coupon of the
// offer can be used on, and how many it takes to use it. product is what the
// coupon gives free, for nth_unit_free and gift.
//
// stock is nil where nobody counts: the offer is on more than products that are
// named, or one of them has no count or was not read. That a shop has enough for
// all coupons at once, it does not say: that is the budget's to bound.
func (o Offer) Supply(product shop.ProductID, products map[shop.ProductID]shop.Product) (stock *int, needs int) {
	needs = 1
	if o.Effect.BuyGet != nil {
		needs = o.Effect.BuyGet.Buy + o.Effect.BuyGet.Get
	}
	bound := o.Bound()
	if product != "" {
		bound = []shop.ProductID{product}
	}
	if len(bound) == 0 {
		return nil, needs
	}
	all := 0
	for _, id := range bound {
		p, read := products[id]
		if !read || p.Stock == nil {
			return nil, needs
		}
		all += *p.Stock
	}
	return &all, needs
}

// short refuses an offer whose coupon would outlive its stock.
func (o Offer) short(product shop.ProductID, c Case) *Refusal {
	if stock, needs := o.Supply(product, c.Products); stock != nil && *stock < needs {
		return o.refuse(RefusedStock, "of what it is on there are %d left, and it needs %d", *stock, needs)
	}
	return nil
}
