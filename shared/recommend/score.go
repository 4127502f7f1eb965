package recommend

import (
	"math"

	"regulars/shared/shop"
)

// The blend of a product i for a customer u is
//
//	score(u,i) = (o + prior · r) / (O + prior)    where they bought it: the chance that their next order has it
//	           + leads · Σ_j w_j · S(j,i)         what the items j lead to whose rows were read
//	           + popular · p                      customers of late, as a part of the most popular product's
//
// o of the customer's O orders had it, r is the chance of a repeat that learning
// counted ([Learned].Again), w_j is 1, and more for the order at hand. S are the
// rows of [Learner.Neighbours], and what was counted live since then.
const (
	leads = 0.3
	liked = 0.01
)

// evidence is all that speaks for one product.
type evidence struct {
	product   shop.ProductID
	own       *weighted  // nil: the customer never bought it
	led       float64    // Σ w·S
	related   int        // by the catalogue: rank, 0 for none
	kind      ReasonKind // of the relation that can be printed, else of the strongest neighbour that can be named; empty: none
	source    *weighted  // that the reason names
	customers int        // who bought both, where the reason counts them
	proof     float64    // what the neighbour contributed
	lately    int        // customers of late
}

// Ranks of catalogue relations. An upgrade of what was just bought is the
// weakest, but the catalogue's word all the same.
const (
	relatedUpgrade = 1 + iota
	relatedGoesWith
)

// found is the evidence for a number of products, each once.
type found struct {
	all []evidence
	at  map[shop.ProductID]int32
	new func(shop.ProductID) bool // whether a product that was not met yet is wanted; nil: none is
}

// meet returns the place for a product, good until the next call; nil where it
// is not wanted.
func (f *found) meet(p shop.ProductID) *evidence {
	if i, ok := f.at[p]; ok {
		return &f.all[i]
	}
	if f.new == nil || p == "" || !f.new(p) {
		return nil
	}
	return f.add(p)
}

func (f *found) add(p shop.ProductID) *evidence {
	f.at[p] = int32(len(f.all))
	f.all = append(f.all, evidence{product: p})
	return &f.all[len(f.all)-1]
}

// weigh gathers the evidence for the products that the history leads to by way
// of the rows at hand, for what is popular and for the history itself.
func (k known) weigh(rows map[shop.ProductID]Item, f *found) {
	for _, b := range k.items {
		if e := f.meet(b.Product); e != nil {
			e.own = b
		}
	}
	scale := liveScale(k, rows)
	for _, b := range k.items {
		row, ok := rows[b.Product]
		if !ok || b.power == 0 {
			continue
		}
		named := row.Title != ""
		for _, n := range row.Neighbours {
			if e := f.meet(n.Product); e != nil {
				e.neighbour(b, n, named)
			}
		}
		for _, n := range row.Lately {
			if near(row.Neighbours, n.Product) == nil { // else the night knows it better
				n.Score *= scale
				if e := f.meet(n.Product); e != nil {
					e.neighbour(b, n, named)
				}
			}
		}
		if named {
			f.relations(b, row)
		}
	}
	for _, p := range k.shelf.first {
		f.meet(p.Product)
	}
	for i := range f.all {
		f.all[i].lately = k.shelf.customers(f.all[i].product)
	}
}

// relations adds what the catalogue says in the row of b. Sources come strongest
// first, so that of equal relations the first one stays.
func (f *found) relations(b *weighted, row Item) {
	if len(row.Relations) > 0 {
		for _, kind := range [...]shop.Relation{shop.RelationComplements, shop.RelationServicePlan, shop.RelationUpgrades} {
			for _, other := range row.Relations[kind] {
				if e := f.meet(other); e != nil {
					e.relate(b, kind)
				}
			}
		}
	}
	for _, other := range row.Consumables {
		if e := f.meet(other); e != nil {
			e.consumed(b)
		}
	}
}

// had reports whether the customer ever bought the product.
func (k known) had(p shop.ProductID) bool { _, ok := k.bought[p]; return ok }

// near returns the neighbour of a row, or nil.
func near(row []Neighbour, p shop.ProductID) *Neighbour {
	for i := range row {
		if row[i].Product == p {
			return &row[i]
		}
	}
	return nil
}

// liveScale returns how much one point of [Item].Lately is worth in the scale of
// the night's neighbours: what both scales say of the pairs that both know, over
// the rows at hand; [usualScale] where there are none.
func liveScale(k known, rows map[shop.ProductID]Item) float64 {
	var night, live float64
	for _, b := range k.items {
		row := rows[b.Product]
		for _, l := range row.Lately {
			if n := near(row.Neighbours, l.Product); n != nil && l.sound() && n.sound() {
				night, live = night+min(n.Score, 1), live+min(l.Score, 1)
			}
		}
	}
	if night > 0 && live > 0 {
		return night / live
	}
	return usualScale
}

// sound reports whether the score is a number above 0.
func (n Neighbour) sound() bool { return n.Score > 0 && !math.IsInf(n.Score, 0) }

// neighbour adds that the customers of b bought e's product as well. A source
// without a name is no reason.
func (e *evidence) neighbour(b *weighted, n Neighbour, named bool) {
	if !n.sound() || n.Product == b.Product {
		return
	}
	contribution := float64(b.power * min(n.Score, 1)) // rounded here, on every processor alike
	e.led += contribution
	if e.related < relatedGoesWith && contribution > e.proof && n.Customers >= FewestCustomers && named {
		e.kind, e.source, e.customers, e.proof = ReasonTogether, b, n.Customers, contribution
	}
}

// relate adds that the catalogue names e's product in the row of b, or b in e's. An
// upgrade goes in the place of b, not with it: that is no reason to print.
func (e *evidence) relate(b *weighted, kind shop.Relation) {
	switch {
	case kind == shop.RelationUpgrades:
		e.related = max(e.related, relatedUpgrade)
	case e.related < relatedGoesWith:
		e.related, e.kind, e.source = relatedGoesWith, ReasonGoesWith, b
	}
}

// consumed adds that b's product uses e's up.
func (e *evidence) consumed(b *weighted) {
	if e.related < relatedGoesWith || e.kind == ReasonGoesWith && e.source.Product == b.Product {
		e.related, e.kind, e.source = relatedGoesWith, ReasonConsumable, b
	}
}

// repeat returns the chance that the customer's next order has an item again
// which they bought before; usual is that of all customers.
func (k known) repeat(own *weighted, usual float64) float64 {
	orders := float64(min(own.Orders, mostCounted))
	of := max(float64(min(k.orders, mostCounted)), orders)
	return (orders + float64(repeatPrior*usual)) / (of + repeatPrior)
}

// again returns [Learned].Again, or what is usual where that is not known.
func (i *Item) again() float64 {
	if i.Again > 0 && i.Again <= 1 {
		return i.Again
	}
	return usualAgain
}

// mostCounted keeps what a broken history says within bounds.
const mostCounted = 1_000_000

// blend returns the score of a product, of which usual is the chance of a repeat.
func (k known) blend(e *evidence, usual float64) float64 {
	score := float64(leads*e.led) + float64(liked*k.shelf.share(e.lately))
	if e.own != nil {
		score += k.repeat(e.own, usual)
	}
	return score
}
