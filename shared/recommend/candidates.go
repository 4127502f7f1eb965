package recommend

import (
	"cmp"
	"slices"

	"regulars/shared/shop"
)

// Candidates returns the n products whose rows are still to be read before
// [Recommend]: what the rows of the sources lead to, best first, and nothing that
// the customer bought. At least an eighth is kept for popular ones, in case that
// the others turn out to be sold out. None is in sources. 40 are enough, and 20
// where there are 40 sources.
func Candidates(h History, sources map[shop.ProductID]Item, popular []Popular, n int, anchor ...shop.ProductID) []shop.ProductID {
	k := know(h, popular, anchor)
	n = max(n, 0)
	unread := func(p shop.ProductID) bool { _, read := sources[p]; return !read }
	f := &found{at: make(map[shop.ProductID]int32, 256), all: make([]evidence, 0, 256), new: func(p shop.ProductID) bool { return !k.had(p) && unread(p) }}
	k.weigh(sources, f)
	scores := make([]float64, len(f.all))
	best := make([]int, len(f.all))
	for i := range f.all {
		scores[i], best[i] = k.blend(&f.all[i], 0), i
	}
	slices.SortFunc(best, func(x, y int) int {
		a, b := &f.all[x], &f.all[y]
		return cmp.Or(cmp.Compare(b.related, a.related), cmp.Compare(scores[y], scores[x]),
			cmp.Compare(b.lately, a.lately), cmp.Compare(a.product, b.product))
	})
	var led, liked []shop.ProductID
	for _, i := range best {
		e := &f.all[i]
		if e.related > 0 || e.led > 0 {
			led = append(led, e.product)
		} else {
			liked = append(liked, e.product)
		}
	}
	out := slices.Clone(led[:min(len(led), n-min(len(liked), n/8))])
	return append(out, liked[:min(len(liked), n-len(out))]...)
}
