package offer

import "regulars/shared/shop"

// MostBound is the largest number of products that an offer may name if their
// stock is to be checked: each is read from the catalogue for every message.
const MostBound = 20

// Bound returns the only products on which the offer's coupons can be used, if
// its file names [MostBound] of them at most one by one: the gift, or those of
// its condition on lines. It is nil if other products can meet the condition as
// well. The free product of nth_unit_free depends on the coupon and is not in
// it.
func (o Offer) Bound() []shop.ProductID {
	if o.Effect.Gift != nil {
		return []shop.ProductID{o.Effect.Gift.Product}
	}
	if only := o.On.Products(); len(only) <= MostBound {
		return only
	}
	return nil
}

// Supply returns the stock of all products on which a coupon of the offer can
// be used, and the units that its use needs. product is the free product of the
// coupon, for nth_unit_free and gift.
//
// stock is nil if it is not known: the offer is on products that it does not
// name, or one of them has no stock count or is not in products. Supply does
// not check that the stock is enough for all coupons together: the budget
// limits these.
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

// short refuses an offer if too few units are in stock to use its coupon.
func (o Offer) short(product shop.ProductID, c Case) *Refusal {
	if stock, needs := o.Supply(product, c.Products); stock != nil && *stock < needs {
		return o.refuse(RefusedStock, "%d units are left of the products that it is on, and it needs %d", *stock, needs)
	}
	return nil
}
