package offer

import (
	"regulars/shared/condition"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// Deal returns the offer as a deal of package pricing. The checkout prices
// carts with it, [Best] values offers with it, and so does the trial of offers.
//
// id names the deal in the quote; two coupons of one offer are two deals.
// product is the free product of a coupon for nth_unit_free, and else empty.
// Deal does not check whether the customer may have the offer: see
// [Offer.Refused]. The cart must be in the shop's currency.
func (o Offer) Deal(id shop.OfferID, product shop.ProductID) pricing.Deal {
	d := pricing.Deal{
		ID: id, Rank: o.Rank, Class: o.Stacks, On: o.on(),
		Minimum: o.Minimum.Minor, Most: o.AtMost.Minor, Margin: pricing.NoFloor,
	}
	if o.Margin != nil {
		d.Margin = *o.Margin
	}
	switch e := o.Effect; e.Kind {
	case KindPercent:
		d.Percent = e.Percent
	case KindAmount:
		d.Amount = e.Amount.Minor
	case KindTiers:
		for _, t := range e.Tiers {
			d.Tiers = append(d.Tiers, pricing.Tier{From: t.From.Minor, Percent: t.Percent, Amount: t.Amount.Minor})
		}
	case KindBuyGet:
		d.Bundle = &pricing.Bundle{Buy: e.BuyGet.Buy, Get: e.BuyGet.Get, Percent: e.BuyGet.Percent}
	case KindNth:
		d.Unit, d.Units = product, 1
	case KindGift:
		d.Gift = &pricing.Gift{Product: e.Gift.Product, Worth: e.Gift.Worth.Minor}
	case KindShipping:
		d.Shipping = true
	case KindPoints:
		d.Gift = &pricing.Gift{Worth: o.Brings.Minor}
	}
	return d
}

// on returns a function that reports whether the offer is on a line; nil if it
// is on all lines.
func (o Offer) on() func(pricing.Line) bool {
	if o.On.Text() == "" {
		return nil
	}
	holds, currency := o.On.OnLines(), o.On.Currency()
	return func(l pricing.Line) bool {
		return holds(condition.Line{Product: l.Product, Category: l.Category, Units: l.Units, Price: shop.Money{Minor: l.Price, Currency: currency}})
	}
}
