package decide

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"regulars/shared/advice"
	"regulars/shared/campaign"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// mostCounted limits the products that are read because an offer counts their
// units, in addition to those that package advice reads.
const mostCounted = 60

// question returns what the message asks of the engine: after an order, products
// that go with it; otherwise also products that the customer buys again.
func question(p profile.Profile, intent campaign.Intent, r Config) advice.Question {
	c, _ := r.campaignFor(intent, p)
	q := advice.Question{History: History(p), Model: r.Model, Want: c.Picks, Mode: recommend.ModeBoth}
	q.Remind = reminded(p, intent)
	if intent.Order != "" {
		q.Mode, q.Anchor = recommend.ModeGoesWith, Lines(p, intent.Order)
	}
	return q
}

// reminded returns the product that the intent reminds of, or "".
func reminded(p profile.Profile, intent campaign.Intent) shop.ProductID {
	if intent.OwnDay() != shop.ReplenishmentDue {
		return ""
	}
	for _, b := range History(p).Items {
		if strings.HasPrefix(intent.Occasion, replenishment(b.Product)+"/") {
			return b.Product
		}
	}
	return ""
}

// replenishment returns how the occasions begin on which a product is due.
func replenishment(product shop.ProductID) string {
	return string(shop.ReplenishmentDue) + "/" + url.PathEscape(string(product))
}

// Sources returns the products whose catalogue rows are read first: those that
// say most about the customer's taste, those of the intent's order, those whose
// units an offer may count, and the one that the message is about. It also returns what
// returns the products whose rows are read second, given the first: the neighbours of the
// sources.
func Sources(p profile.Profile, intent campaign.Intent, r Config) (first []shop.ProductID, second func(map[shop.ProductID]recommend.Item) []shop.ProductID) {
	c, _ := r.campaignFor(intent, p)
	wanted := set{}
	second = func(map[shop.ProductID]recommend.Item) []shop.ProductID { return nil }
	if product := reminded(p, intent); product != "" {
		wanted.add([]shop.ProductID{product})
	}
	if c.Picks > 0 {
		asked := question(p, intent, r).Reading()
		second = asked.Candidates
		wanted.add(asked.Sources())
	}
	least := leastUnits(c, r)
	if c.AsksAgain() || asksAffinity(c) { // its conditions may count units by category, or what was bought leads to the product
		least = 1
	}
	if least > 0 {
		wanted.add(Counted(p, intent.Order, least))
	}
	wanted.add(inCart(p, intent))
	wanted.add(Bound(c.Allowed(r.Offers)))
	if about := intent.Subject.Product; about != "" {
		wanted.add([]shop.ProductID{about})
	}
	return wanted.list, second
}

// MostCounted returns of how many of that many [Sources] the live counters are read: of
// all, if whether there is a message depends on what leads to its product.
func MostCounted(p profile.Profile, intent campaign.Intent, r Config, sources int) int {
	if c, _ := r.campaignFor(intent, p); asksAffinity(c) {
		return sources
	}
	return advice.MostCounted
}

// About returns the products that the intent is about: of a run about a product, of a
// cart, or that is to be bought again. Whether there is a message depends on their stock
// and price.
func About(p profile.Profile, intent campaign.Intent) []shop.ProductID {
	about := set{}
	if product := intent.Subject.Product; product != "" {
		about.add([]shop.ProductID{product})
	}
	if product := reminded(p, intent); product != "" {
		about.add([]shop.ProductID{product})
	}
	about.add(inCart(p, intent))
	return about.list
}

// Bound returns the products that the offers cannot do without: their gifts, and
// the products that their conditions name.
func Bound(offers []offer.Offer) (products []shop.ProductID) {
	for _, o := range offers {
		products = append(products, o.Bound()...)
	}
	return products
}

// Counted returns the products of which the customer has kept at least least
// units, 60 products at most. With an order it returns only products of that
// order.
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

// leastUnits returns the smallest N of the "every Nth unit free" offers that the
// campaign may grant, or 0 if it has no such offer.
func leastUnits(c campaign.Campaign, r Config) (least int) {
	for _, o := range c.Allowed(r.Offers) {
		if o.Effect.Kind == offer.KindNth && (least == 0 || o.Effect.Nth.N < least) {
			least = o.Effect.Nth.N
		}
	}
	return least
}

// History returns the customer's purchases in the form that package recommend
// takes.
func History(p profile.Profile) recommend.History {
	orders, earlier := Orders(p)
	h := recommend.HistoryOf(orders, earlier...)
	h.Orders += p.Earlier.Orders
	return h
}

// Orders returns the orders that a profile has one by one, oldest first and
// without cancelled ones, and the sums of older ones.
func Orders(p profile.Profile) (orders []recommend.Order, earlier []recommend.Sum) {
	orders = make([]recommend.Order, 0, len(p.Orders))
	for _, visit := range p.Orders {
		if visit.Cancelled {
			continue
		}
		o := recommend.Order{At: visit.At, Lines: make([]recommend.Line, len(visit.Lines))}
		for i, line := range visit.Lines {
			o.Lines[i] = recommend.Line(line)
		}
		orders = append(orders, o)
	}
	older := p.Older()
	earlier = make([]recommend.Sum, 0, len(older))
	for _, id := range slices.Sorted(maps.Keys(older)) { // sorted, so that the same products are cut off each time
		units := older[id]
		earlier = append(earlier, recommend.Sum{Product: id, Orders: units.Orders, Units: units.Units, Returned: units.Returned})
	}
	return orders, earlier
}

// set is a list of products without repetitions.
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
