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
	s := scratches.Get().(*scratch)
	defer s.giveBack()
	f := &s.set
	f.bought = k.bought
	for read := range sources {
		f.at[read] = unwanted
	}
	k.weigh(sources, f)
	for i := range f.all {
		s.scores = append(s.scores, k.blend(&f.all[i], 0))
	}
	better := func(x, y int) int {
		a, b := &f.all[x], &f.all[y]
		if first := cmp.Or(cmp.Compare(b.related, a.related), cmp.Compare(s.scores[y], s.scores[x]), cmp.Compare(b.recent, a.recent)); first != 0 {
			return first
		}
		return cmp.Compare(a.product, b.product) // which takes longer than the others
	}
	for i := range f.all {
		switch e := &f.all[i]; {
		case e.related > 0:
			s.related = keepBest(s.related, i, n, better)
		case e.led > 0:
			s.led = keepBest(s.led, i, n, better)
		default:
			s.liked = keepBest(s.liked, i, n, better)
		}
	}
	places := n - min(len(s.liked), n/8)
	first := min(len(s.related), max(n/2, places-len(s.led)))
	out := make([]shop.ProductID, 0, n)
	for _, some := range [...][]int{s.related[:min(first, places)], s.led[:min(len(s.led), max(0, places-first))], s.liked} {
		for _, i := range some[:min(len(some), n-len(out))] {
			out = append(out, f.all[i].product)
		}
	}
	return out
}

// keepBest adds x to a list that is sorted by better, and keeps the n best: most of some
// hundred products are worse than the last of these, which one comparison shows.
func keepBest(list []int, x, n int, better func(a, b int) int) []int {
	if len(list) == n {
		if n == 0 || better(list[n-1], x) <= 0 {
			return list
		}
		list = list[:n-1]
	}
	at, _ := slices.BinarySearchFunc(list, x, better)
	return slices.Insert(list, at, x)
}

// scratch is the memory in which [Candidates] and [Recommend] compare some hundred products.
// It is used again, by one call at a time, because it is the largest part of what a decision
// takes.
type scratch struct {
	set                 evidenceSet
	scores              []float64
	related, led, liked []int // places in set.all
	candidates          []candidate
}

var scratches = sync.Pool{New: func() any { return &scratch{set: evidenceSet{at: map[shop.ProductID]int32{}}} }}

// giveBack forgets everything of the call.
func (s *scratch) giveBack() {
	clear(s.set.all)
	clear(s.set.at)
	s.set.all, s.set.bought, s.scores = s.set.all[:0], nil, s.scores[:0]
	s.related, s.led, s.liked = s.related[:0], s.led[:0], s.liked[:0]
	clear(s.candidates)
	s.candidates = s.candidates[:0]
	scratches.Put(s)
}
