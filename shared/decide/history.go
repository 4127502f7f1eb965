package decide

import (
	"maps"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// How many rows of the catalogue one decision reads at most: one BatchGetItem
// takes 100.
const (
	mostSources    = 20
	mostCandidates = 40
	mostCounted    = 60 // products that an offer counts units of
)

// Sources returns the products whose rows are read first: those that tell most
// of the customer, those of the order at hand, and those of which an offer may
// count the units.
func Sources(p profile.Profile, intent campaign.Intent, r Rules) []shop.ProductID {
	c, _ := r.Campaign(intent.Campaign)
	wanted := set{}
	if c.Picks > 0 {
		wanted.add(recommend.Sources(History(p), mostSources, Lines(p, intent.Order)...))
	}
	if least := leastUnits(c, r); least > 0 {
		wanted.add(Counted(p, intent.Order, least))
	}
	wanted.add(Gifts(c.Allowed(r.Offers)))
	return wanted.list
}

// Gifts returns the products that offers give as gifts.
func Gifts(offers []offer.Offer) (products []shop.ProductID) {
	for _, o := range offers {
		if o.Effect.Gift != nil {
			products = append(products, o.Effect.Gift.Product)
		}
	}
	return products
}

// Counted returns the products of which the customer keeps at least so many
// units, those of the given order only where there is one; 60 at most.
func Counted(p profile.Profile, order shop.OrderID, least int) (counted []shop.ProductID) {
	_, bought := p.All()
	look := Lines(p, order)
	if order == "" {
		for _, b := range History(p).Items {
			look = append(look, b.Product)
		}
	}
	for _, id := range look {
		if units := bought[id]; units.Units-units.Returned >= least && len(counted) < mostCounted {
			counted = append(counted, id)
		}
	}
	return counted
}

// leastUnits returns the smallest N of the offers that the campaign may give, or
// 0 where none counts units.
func leastUnits(c campaign.Campaign, r Rules) (least int) {
	for _, o := range c.Allowed(r.Offers) {
		if o.Effect.Kind == offer.KindNth && (least == 0 || o.Effect.Nth.N < least) {
			least = o.Effect.Nth.N
		}
	}
	return least
}

// Candidates returns the products whose rows are read second: what the first
// ones lead to.
func Candidates(s Snapshot, intent campaign.Intent, r Rules) []shop.ProductID {
	if c, _ := r.Campaign(intent.Campaign); c.Picks == 0 {
		return nil
	}
	return recommend.Candidates(History(s.Profile), s.Items, r.Model.Popular, mostCandidates, Lines(s.Profile, intent.Order)...)
}

// History returns what the customer bought, as recommending sees it.
func History(p profile.Profile) recommend.History {
	found := map[shop.ProductID]*recommend.Bought{}
	var items []*recommend.Bought
	see := func(id shop.ProductID) *recommend.Bought {
		if found[id] == nil {
			found[id] = &recommend.Bought{Product: id}
			items = append(items, found[id])
		}
		return found[id]
	}
	since := 0
	for i := len(p.Orders) - 1; i >= 0; i-- { // newest first
		visit := p.Orders[i]
		if visit.Cancelled {
			continue
		}
		for _, line := range visit.Lines {
			b := see(line.Product)
			if b.Orders == 0 {
				b.Last, b.Since = visit.At, since
			}
			b.First = visit.At
			b.Orders++
			b.Units += line.Units - line.Returned
			b.Returned = b.Returned || line.Returned > 0
		}
		since++
	}
	var before time.Time // what is only summed was bought before the oldest order that is kept whole
	if len(p.Orders) > 0 {
		before = p.Orders[0].At
	}
	for _, id := range slices.Sorted(maps.Keys(p.Bought)) { // in one order, so that what is cut off is always the same
		units, b := p.Bought[id], see(id)
		if b.Orders == 0 {
			b.Last, b.Since = before, since
		}
		b.First = time.Time{} // not known any more: no rhythm is told of it
		b.Orders += units.Orders
		b.Units += units.Units - units.Returned
		b.Returned = b.Returned || units.Returned > 0
	}
	h := recommend.History{Items: make([]recommend.Bought, len(items))}
	for i, b := range items {
		h.Items[i] = *b
	}
	return h
}

// set is a list without repetitions.
type set struct {
	list []shop.ProductID
	seen map[shop.ProductID]bool
}

func (s *set) add(ids []shop.ProductID) {
	if s.seen == nil {
		s.seen = map[shop.ProductID]bool{}
	}
	for _, id := range ids {
		if !s.seen[id] {
			s.seen[id] = true
			s.list = append(s.list, id)
		}
	}
}
