package recommend

import (
	"cmp"
	"math"
	"slices"

	"regulars/shared/shop"
)

// Popular is a product that many bought of late.
type Popular struct {
	Product   shop.ProductID `json:"product"`
	Customers int            `json:"customers"` // how many bought it in the time that was looked at
}

// evidence is all that speaks for one product the customer has not bought.
type evidence struct {
	product shop.ProductID
	score   float64 // of co-purchase, 0 to 1
	related int     // by the catalogue: rank, 0 for none
	reason  Reason  // of the relation, else of the strongest neighbour that can be named
	proof   float64 // what that neighbour contributed
	popular int     // customers, of late
}

// Ranks of catalogue relations. An upgrade of what was just bought is the
// weakest, but the catalogue's word all the same.
const (
	relatedUpgrade = 1 + iota
	relatedGoesWith
)

// weigh returns the evidence for the products that the history leads to by way
// of the rows at hand, and for what is popular, each once; of all of them those
// that wanted says yes to, and none that was bought.
func weigh(k known, rows map[shop.ProductID]Item, popular []Popular, wanted func(shop.ProductID) bool) []*evidence {
	var all []*evidence
	found := make(map[shop.ProductID]*evidence, len(rows)+len(popular))
	lead := func(p shop.ProductID) *evidence {
		e, ok := found[p]
		if !ok {
			if p != "" && !k.bought[p] && wanted(p) {
				e = &evidence{product: p}
				all = append(all, e)
			}
			found[p] = e // nil where it is not wanted
		}
		return e
	}
	var total float64
	for _, b := range k.items {
		if _, ok := rows[b.Product]; ok {
			total += b.power
		}
	}
	for _, b := range k.items {
		row, ok := rows[b.Product]
		if !ok || b.power == 0 {
			continue
		}
		share := b.power / total
		for _, n := range row.Neighbours {
			if !(n.Score > 0) || math.IsInf(n.Score, 0) {
				continue
			}
			if e := lead(n.Product); e != nil {
				e.neighbour(row.Product, n, float64(share*min(n.Score, 1))) // rounded here, on every processor alike
			}
		}
		for kind, others := range row.Relations {
			for _, other := range others {
				if e := lead(other); e != nil {
					e.relate(row.Product, kind)
				}
			}
		}
		for _, other := range row.Consumables {
			if e := lead(other); e != nil {
				e.consumed(row.Product)
			}
		}
	}
	for _, p := range popular {
		if e := lead(p.Product); e != nil {
			e.popular = max(e.popular, p.Customers)
		}
	}
	return all
}

// neighbour adds that source's customers bought e's product as well.
func (e *evidence) neighbour(source shop.Product, n Neighbour, contribution float64) {
	e.score += contribution
	if e.related == 0 && contribution > e.proof && n.Customers >= FewestCustomers && source.Title != "" {
		e.proof = contribution
		e.reason = Reason{Kind: ReasonTogether, Product: source.ID, Title: source.Title, Customers: n.Customers}
	}
}

// relate adds that the catalogue, in source's row, names e's product. Sources
// come strongest first, so that of equal relations the first one stays.
func (e *evidence) relate(source shop.Product, kind shop.Relation) {
	rank := 0
	switch kind {
	case shop.RelationComplements, shop.RelationServicePlan:
		rank = relatedGoesWith
	case shop.RelationUpgrades:
		rank = relatedUpgrade
	case shop.RelationConsumableOf: // source is what the other uses up; they have the other, surely
	}
	if rank > e.related && source.Title != "" {
		e.related, e.reason = rank, Reason{Kind: ReasonGoesWith, Product: source.ID, Title: source.Title}
	}
}

// consumed adds that source uses e's product up.
func (e *evidence) consumed(source shop.Product) {
	if source.Title != "" && (e.related < relatedGoesWith || e.reason.Kind == ReasonGoesWith && e.reason.Product == source.ID) {
		e.related, e.reason = relatedGoesWith, Reason{Kind: ReasonConsumable, Product: source.ID, Title: source.Title}
	}
}

// total returns one number by which all evidence can be ranked: relations, then
// what is bought together, then what is popular.
func (e *evidence) total() float64 {
	return float64(e.related) + e.score + float64(popularity*float64(e.popular)/(1+float64(e.popular)))
}

// popularity is the weight of what is popular: enough to break ties and to rank
// what nothing else speaks for.
const popularity = 1e-6

// Candidates returns the n products whose rows are still to be read before
// [Recommend]: what the rows of the sources lead to, the items which the
// customer repeats, and what is popular; best first, none of them in sources.
// At least a quarter is kept for popular ones, in case that the others turn out
// to be sold out, and up to a quarter for repeated ones. About 40 are enough.
func Candidates(h History, sources map[shop.ProductID]Item, popular []Popular, n int, anchor ...shop.ProductID) []shop.ProductID {
	k := know(h, anchor)
	var led, liked []shop.ProductID
	unread := func(p shop.ProductID) bool { _, read := sources[p]; return !read }
	found := weigh(k, sources, popular, unread)
	slices.SortFunc(found, func(a, b *evidence) int {
		return cmp.Or(cmp.Compare(b.total(), a.total()), cmp.Compare(b.popular, a.popular), cmp.Compare(a.product, b.product))
	})
	for _, e := range found {
		if e.related > 0 || e.score > 0 {
			led = append(led, e.product)
		} else {
			liked = append(liked, e.product)
		}
	}
	var again []weighted
	for _, b := range k.items {
		if unread(b.Product) && !b.unwelcome() && !slices.Contains(anchor, b.Product) {
			again = append(again, b)
		}
	}
	slices.SortStableFunc(again, func(a, b weighted) int { return cmp.Compare(b.Orders, a.Orders) })
	n = max(n, 0)
	again = again[:min(len(again), n/4)]
	out := slices.Clone(led[:min(len(led), n-len(again)-min(len(liked), n/4))])
	for _, b := range again {
		out = append(out, b.Product)
	}
	out = append(out, liked...)
	return out[:min(len(out), n)]
}
