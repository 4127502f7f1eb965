package recommend

import (
	"cmp"
	"slices"
	"sync"

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
	return ReadingOf(h, popular, anchor...).Candidates(sources, n)
}

// Candidates returns what [Candidates] does.
func (r Reading) Candidates(sources map[shop.ProductID]Item, n int) []shop.ProductID {
	k := r.known
	n = max(n, 0)
	unread := func(p shop.ProductID) bool { _, read := sources[p]; return !read }
	s := scratches.Get().(*scratch)
	defer s.giveBack()
	f := &s.set
	f.new = func(p shop.ProductID) bool { return !k.had(p) && unread(p) }
	k.weigh(sources, f)
	for i := range f.all {
		s.scores, s.best = append(s.scores, k.blend(&f.all[i], 0)), append(s.best, i)
	}
	scores, best := s.scores, s.best
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

// scratch is the memory in which [Candidates] compares some hundred products. It is used
// again, by one call at a time, because it is the largest part of what a decision takes.
type scratch struct {
	set    evidenceSet
	scores []float64
	best   []int
}

var scratches = sync.Pool{New: func() any { return &scratch{set: evidenceSet{at: map[shop.ProductID]int32{}}} }}

// giveBack forgets everything of the call.
func (s *scratch) giveBack() {
	clear(s.set.all)
	clear(s.set.at)
	s.set.all, s.set.new, s.scores, s.best = s.set.all[:0], nil, s.scores[:0], s.best[:0]
	scratches.Put(s)
}
