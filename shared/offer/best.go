package offer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// Case is one customer at one time, with everything that offers depend on.
type Case struct {
	Now      time.Time
	Customer shop.CustomerID // for holdouts
	Zone     *time.Location  // the customer's; nil is UTC
	Facts    condition.Facts
	Granted  map[shop.OfferID][]frequency.Grant // from their contact
	Spent    map[shop.OfferID]bool              // offers whose budget is known to be used up
	Products map[shop.ProductID]shop.Product    // products of the catalogue: the gifts, and those of [Offer.Supply]
	Need     Need

	basket pricing.Cart // the likely one: see [Offer.Worth]
}

// Grant is a coupon that may be issued.
type Grant struct {
	Offer   Offer
	Until   time.Time      // the last millisecond at which it is valid, UTC
	Key     string         // what earned it, for nth_unit_free; else empty
	Product shop.ProductID // the free one, for nth_unit_free and gift
	Title   string         // of Product
	Value   shop.Money     // an estimate of what it is worth to this customer
}

// Best returns the coupon that is worth most to the customer, or nil, and a
// refusal for each other offer, in the order of their IDs.
//
// Its worth is what the checkout would take off the customer's likely basket
// (see [Offer.Worth]); for nth_unit_free it is the price of the unit. Of two
// that are worth the same, the one with the lower Rank is best, then the one
// whose ID sorts first. If the facts have an order, nth_unit_free checks only
// that order's products.
//
// An automatic offer is never issued as a coupon: every customer who meets its
// condition gets it at the checkout.
func Best(offers []Offer, c Case) (*Grant, []Refusal) {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	c.basket = likely(c.Facts)
	var grants []*Grant
	var refusals []Refusal
	for _, o := range offers {
		grant, refusal := o.grant(c)
		if refusal != nil {
			refusals = append(refusals, *refusal)
		} else {
			grants = append(grants, grant)
		}
	}
	slices.SortFunc(grants, func(a, b *Grant) int {
		return cmp.Or(cmp.Compare(b.Value.Minor, a.Value.Minor), cmp.Compare(a.Offer.Rank, b.Offer.Rank), cmp.Compare(a.Offer.ID, b.Offer.ID))
	})
	var best *Grant
	if len(grants) > 0 {
		best = grants[0]
		for _, g := range grants[1:] {
			refusals = append(refusals, *g.Offer.refuse(RefusedOutbid, "%s is worth more to this customer", best.Offer.ID))
		}
	}
	slices.SortFunc(refusals, func(a, b Refusal) int { return cmp.Compare(a.Offer, b.Offer) })
	return best, refusals
}

// grant returns the coupon of one offer, or why the customer gets none.
func (o Offer) grant(c Case) (*Grant, *Refusal) {
	if o.Automatic {
		return nil, o.refuse(RefusedAutomatic, "it needs no coupon: it is taken off at the checkout")
	}
	if refused := o.Refused(c); refused != nil {
		return nil, refused
	}
	if refused := c.Need.refused(o, c); refused != nil {
		return nil, refused
	}
	grant := &Grant{Offer: o, Until: o.until(c.Now, c.Zone)}
	switch o.Effect.Kind {
	case KindNth:
		unit, code, text := o.Effect.Nth.newest(c.Granted[o.ID], c.Facts, func(id shop.ProductID) bool { return o.short(id, c) == nil })
		if code != "" {
			return nil, o.refuse(code, "%s", text)
		}
		grant.Key, grant.Product, grant.Title, grant.Value = unit.key, unit.product, unit.Title, unit.Price
		if refused := o.short(grant.Product, c); refused != nil {
			return nil, refused
		}
		return grant, nil
	case KindGift:
		gift := c.Products[o.Effect.Gift.Product]
		if gift.Title == "" || !gift.InStock() {
			return nil, o.refuse(RefusedGift, "the gift %s is not in the catalogue, or not in stock", o.Effect.Gift.Product)
		}
		grant.Product, grant.Title = gift.ID, gift.Title
	}
	if refused := o.short(grant.Product, c); refused != nil {
		return nil, refused
	}
	worth, refused := o.worth(c.basket)
	if refused != nil {
		return nil, refused
	}
	grant.Value = worth
	return grant, nil
}

// unit is a free unit that the customer has earned.
type unit struct {
	condition.Bought
	product shop.ProductID
	key     string
}

// newest returns the most expensive unit that is earned and was not granted
// before, one in stock before those that are not, or the code and text of the
// reason why there is none.
func (n *Nth) newest(had []frequency.Grant, f condition.Facts, inStock func(shop.ProductID) bool) (best unit, code, text string) {
	code, text = RefusedUnearned, fmt.Sprintf("no product of this offer has %d units that the customer keeps", n.N)
	if len(f.Order.Lines) > 0 {
		text = fmt.Sprintf("no product of this order has %d units that the customer keeps", n.N)
	}
	for _, id := range slices.Sorted(maps.Keys(f.Customer.Bought)) {
		b := f.Customer.Bought[id]
		if _, ordered := f.Order.Lines[id]; len(f.Order.Lines) > 0 && !ordered || !n.counts(id, b) {
			continue
		}
		reached := b.Units / n.N * n.N
		switch {
		case reached <= 0:
			continue
		case reached <= highest(had, id):
			if best.key == "" && code == RefusedUnearned {
				code, text = RefusedGranted, fmt.Sprintf("the unit for %d of this product was granted before", reached)
			}
			continue
		case b.Price.Minor <= 0:
			if best.key == "" {
				code, text = RefusedZero, "the free unit has no price"
			}
			continue
		}
		better := b.Price.Minor > best.Price.Minor
		if has := inStock(id); best.key != "" && has != inStock(best.product) {
			better = has
		}
		if best.key == "" || better {
			best = unit{b, id, string(id) + "/" + strconv.Itoa(reached)}
			code, text = "", ""
		}
	}
	return best, code, text
}

// highest returns the largest count of this product for which a unit was
// granted.
func highest(had []frequency.Grant, id shop.ProductID) (most int) {
	for _, g := range had {
		if product, units, ok := CountOf(g.Key); ok && product == id {
			most = max(most, units)
		}
	}
	return most
}

// CountOf returns the product and the units of it that earned a free unit, from
// the key of its grant, such as "MUG-1/10"; ok is false if the key is not of this
// form.
func CountOf(key string) (product shop.ProductID, units int, ok bool) {
	at := strings.LastIndexByte(key, '/') // a product's ID may have slashes too
	if at < 0 {
		return "", 0, false
	}
	units, err := strconv.Atoi(key[at+1:])
	return shop.ProductID(key[:at]), units, err == nil
}
