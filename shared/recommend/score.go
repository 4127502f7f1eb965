package recommend

import (
	"math"

	"regulars/shared/shop"
)

// The blend of a product i for a customer u is
//
//	score(u,i) = (o + prior · r) / (O + prior)    if they bought it: the chance that their next order has it
//	           + leads · Σ_j w_j · S(j,i)         over the items j whose rows were read
//	           + liked · p                        recent customers, divided by those of the most popular product
//
// o of the customer's O orders had it, r is the learned chance of a repeat
// ([Learned].Again), w_j is 1, and more for the anchor. S are the rows of
// learning.Learner.Neighbours, and the live counters for pairs that these do not have.
const (
	leads = 0.3
	liked = 0.01
)

// evidence is all that supports one product.
type evidence struct {
	product   shop.ProductID
	own       *weighted  // nil: the customer never bought it
	led       float64    // Σ w·S
	ledMost   float64    // the largest w·S
	ledLast   float64    // Σ w·S over the items of the last order
	ledFaded  float64    // Σ w·S, in which an item weighs .75 for each order after it
	ledBy     int        // the number of items with a w·S
	related   int        // rank of the catalogue relation, 0 for none
	kind      ReasonKind // of the catalogue relation if it can be printed, else ReasonTogether if a neighbour can be named; empty: none
	source    *weighted  // the item that the reason names
	customers int        // who bought both, if the reason counts them
	proof     float64    // what the named neighbour contributed
	recent    int        // recent customers
}

// Ranks of catalogue relations. An upgrade of a product just bought is the
// weakest, but it still ranks above products without a relation.
const (
	relatedUpgrade = 1 + iota
	relatedGoesWith
)

// evidenceSet is the evidence for a number of products, each once.
type evidenceSet struct {
	all    []evidence
	at     map[shop.ProductID]int32 // places in all, or unwanted
	bought map[shop.ProductID]int   // all others are added when they are asked for; nil: none is
}

const unwanted = -1

// get returns the evidence of a product, and adds it if it is new and wanted;
// nil if it is not wanted. The pointer is valid until the next call.
func (f *evidenceSet) get(p shop.ProductID) *evidence {
	if i, ok := f.at[p]; ok {
		if i == unwanted {
			return nil
		}
		return &f.all[i]
	}
	if f.bought == nil || p == "" {
		return nil
	}
	if _, had := f.bought[p]; had {
		return nil
	}
	return f.add(p)
}

func (f *evidenceSet) add(p shop.ProductID) *evidence {
	f.at[p] = int32(len(f.all))
	f.all = append(f.all, evidence{product: p})
	return &f.all[len(f.all)-1]
}

// weigh gathers the evidence for the products of the history, for those that
// the given rows lead to, and for popular products.
func (k known) weigh(rows map[shop.ProductID]Item, f *evidenceSet) {
	for _, b := range k.items {
		if e := f.get(b.Product); e != nil {
			e.own = b
		}
	}
	scale := liveScale(k, rows)
	for _, b := range k.items {
		if b.power == 0 {
			continue
		}
		row, ok := rows[b.Product]
		if !ok {
			continue
		}
		named := row.Title != ""
		for _, n := range row.Neighbours {
			if e := f.get(n.Product); e != nil {
				e.neighbour(b, n, named)
			}
		}
		for _, n := range row.Live {
			if near(row.Neighbours, n.Product) == nil { // else the night's score is better
				n.Score *= scale
				if e := f.get(n.Product); e != nil {
					e.neighbour(b, n, named)
				}
			}
		}
		if named {
			f.relations(b, row)
		}
	}
	for _, p := range k.popular.first {
		if e := f.get(p.Product); e != nil {
			e.recent = p.Customers
		}
	}
}

// relations adds the catalogue relations in the row of b. Items are sorted with
// the strongest first, and of equal relations the first one stays.
func (f *evidenceSet) relations(b *weighted, row Item) {
	if len(row.Relations) > 0 {
		for _, kind := range [...]shop.Relation{shop.RelationComplements, shop.RelationServicePlan, shop.RelationUpgrades} {
			for _, other := range row.Relations[kind] {
				if e := f.get(other); e != nil {
					e.relate(b, kind)
				}
			}
		}
	}
	for _, other := range row.Consumables {
		if e := f.get(other); e != nil {
			e.consumed(b)
		}
	}
}

// had reports whether the customer ever bought the product.
func (k known) had(p shop.ProductID) bool { _, ok := k.bought[p]; return ok }

// near returns the neighbour p of a row, or nil.
func near(row []Neighbour, p shop.ProductID) *Neighbour {
	for i := range row {
		if row[i].Product == p {
			return &row[i]
		}
	}
	return nil
}

// liveScale returns how much one point of [Item].Live is worth on the scale of
// the night's neighbours: the ratio of both scales over the pairs that have
// both scores in the given rows; [UsualScale] if there are none.
func liveScale(k known, rows map[shop.ProductID]Item) float64 {
	var night, live float64
	for _, b := range k.items {
		row := rows[b.Product]
		for _, l := range row.Live {
			if n := near(row.Neighbours, l.Product); n != nil && l.sound() && n.sound() {
				night, live = night+min(n.Score, 1), live+min(l.Score, 1)
			}
		}
	}
	if night > 0 && live > 0 {
		return night / live
	}
	return UsualScale
}

// sound reports whether the score is a number above 0.
func (n Neighbour) sound() bool { return n.Score > 0 && !math.IsInf(n.Score, 0) }

// neighbour adds that the customers of b bought e's product as well. An item
// without a title cannot be named as the reason, and a substitute is none: it
// counts for the score alone.
func (e *evidence) neighbour(b *weighted, n Neighbour, named bool) {
	if !n.sound() || n.Product == b.Product {
		return
	}
	contribution := float64(b.power * min(n.Score, 1)) // the conversion rounds here, with the same result on every processor
	e.led += contribution
	e.ledMost = max(e.ledMost, contribution)
	e.ledBy++
	if b.Since == 0 {
		e.ledLast += contribution
	}
	e.ledFaded += float64(contribution * b.faded75)
	if e.related < relatedGoesWith && contribution > e.proof && n.Customers >= FewestCustomers && named && !n.Alike {
		e.kind, e.source, e.customers, e.proof = ReasonTogether, b, n.Customers, contribution
	}
}

// relate adds that the catalogue names e's product in the row of b, or b in
// e's. An upgrade replaces b and does not go with it, so it is no reason to
// print.
func (e *evidence) relate(b *weighted, kind shop.Relation) {
	switch {
	case kind == shop.RelationUpgrades:
		e.related = max(e.related, relatedUpgrade)
	case e.related < relatedGoesWith:
		e.related, e.kind, e.source = relatedGoesWith, ReasonGoesWith, b
	}
}

// consumed adds that b's product uses up e's.
func (e *evidence) consumed(b *weighted) {
	if e.related < relatedGoesWith || e.kind == ReasonGoesWith && e.source.Product == b.Product {
		e.related, e.kind, e.source = relatedGoesWith, ReasonConsumable, b
	}
}

// RepeatPrior is how many orders the prior chance of a repeat weighs: for a
// product, the shop's chance; for a customer, the product's.
const RepeatPrior = 5

// UsualAgain is the chance of a repeat before anything was counted.
const UsualAgain = 0.1

// UsualScale is what a score of co-purchase is worth in one of the fit, in a shop
// that shows no other scale.
const UsualScale = 0.2

// repeat returns the chance that the customer's next order has an item which
// they bought before; usual is that chance over all customers.
func (k known) repeat(own *weighted, usual float64) float64 {
	orders := float64(min(own.Orders, mostCounted))
	of := max(float64(min(k.orders, mostCounted)), orders)
	return (orders + float64(RepeatPrior*usual)) / (of + RepeatPrior)
}

// again returns [Learned].Again, or UsualAgain if it is not known.
func (i *Item) again() float64 {
	if i.Again > 0 && i.Again <= 1 {
		return i.Again
	}
	return UsualAgain
}

// mostCounted bounds the counts of a broken history.
const mostCounted = 1_000_000

// blend returns the score of a product; usual is its chance of a repeat over
// all customers.
func (k known) blend(e *evidence, usual float64) float64 {
	score := float64(leads*e.led) + float64(liked*k.popular.share(e.recent))
	if e.own != nil {
		score += k.repeat(e.own, usual)
	}
	return score
}
