package recommend

import (
	"cmp"
	"slices"

	"regulars/shared/shop"
)

// Candidates returns up to n products whose rows the caller still has to read
// before [Recommend]: products that the rows of the sources lead to, best
// first. It returns no product that the customer bought or that is in sources.
// At least an eighth of the places is for popular products, in case the others
// are sold out. At most half is for products that the catalogue relates to an
// item, if there are others; Recommend compares them with the rest. 40 are
// enough, or 20 if there are 40 sources.
func Candidates(h History, sources map[shop.ProductID]Item, popular []Popular, n int, anchor ...shop.ProductID) []shop.ProductID {
	k := know(h, popular, anchor)
	n = max(n, 0)
	unread := func(p shop.ProductID) bool { _, read := sources[p]; return !read }
	room := min(len(k.popular.first)+MostNeighbours*len(sources), 640) // of more, several rows lead to one product
	f := &evidenceSet{at: make(map[shop.ProductID]int32, room), all: make([]evidence, 0, room), new: func(p shop.ProductID) bool { return !k.had(p) && unread(p) }}
	k.weigh(sources, f)
	scores := make([]float64, len(f.all))
	best := make([]int, len(f.all))
	for i := range f.all {
		scores[i], best[i] = k.blend(&f.all[i], 0), i
	}
	slices.SortFunc(best, func(x, y int) int {
		a, b := &f.all[x], &f.all[y]
		return cmp.Or(cmp.Compare(b.related, a.related), cmp.Compare(scores[y], scores[x]),
			cmp.Compare(b.recent, a.recent), cmp.Compare(a.product, b.product))
	})
	var related, led, liked []shop.ProductID
	for _, i := range best {
		switch e := &f.all[i]; {
		case e.related > 0:
			related = append(related, e.product)
		case e.led > 0:
			led = append(led, e.product)
		default:
			liked = append(liked, e.product)
		}
	}
	places := n - min(len(liked), n/8)
	first := min(len(related), max(n/2, places-len(led)))
	out := slices.Concat(related[:min(first, places)], led[:min(len(led), max(0, places-first))])
	return append(out, liked[:min(len(liked), n-len(out))]...)
}
