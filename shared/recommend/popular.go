package recommend

import (
	"cmp"
	"slices"
	"sync/atomic"

	"regulars/shared/shop"
)

// Popular is a product that many customers bought recently.
type Popular struct {
	Product   shop.ProductID `json:"product"`
	Customers int            `json:"customers"` // who bought it within the recent past
}

// MostPopular is how many popular products the engine uses, the first.
const MostPopular = 100

// popularity is the list of popular products, indexed by product.
type popularity struct {
	first []Popular // most first, each product once
	place map[shop.ProductID]int
	most  int // customers of the first
}

// lastPopular is the list for which popularityOf was called last, with its index: most
// calls of a process are for the one list of its model.
var lastPopular atomic.Pointer[indexed]

type indexed struct {
	list  []Popular
	index popularity
}

// popularityOf sorts popular products; ties are decided by ID. Callers share what it
// returns, and must not change it.
func popularityOf(popular []Popular) popularity {
	if last := lastPopular.Load(); last != nil && slices.Equal(last.list, popular) {
		return last.index
	}
	made := &indexed{slices.Clone(popular), indexPopular(popular)}
	lastPopular.Store(made)
	return made.index
}

func indexPopular(popular []Popular) popularity {
	less := func(a, b Popular) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Product, b.Product))
	}
	if !slices.IsSortedFunc(popular, less) {
		popular = slices.Clone(popular)
		slices.SortFunc(popular, less)
	}
	most := min(len(popular), MostPopular)
	s := popularity{place: make(map[shop.ProductID]int, most), first: make([]Popular, 0, most)}
	for _, p := range popular {
		if _, twice := s.place[p.Product]; len(s.first) < MostPopular && !twice && p.Product != "" && p.Customers > 0 {
			s.place[p.Product] = len(s.first)
			s.first = append(s.first, p)
			s.most = max(s.most, p.Customers)
		}
	}
	return s
}

// rank returns the product's place among the popular ones, or [MostPopular].
func (s popularity) rank(p shop.ProductID) int {
	if at, ok := s.place[p]; ok {
		return at
	}
	return MostPopular
}

// share returns a number of recent customers as a part of the most popular
// product's, 0 to 1.
func (s popularity) share(customers int) float64 {
	if s.most <= 0 || customers <= 0 {
		return 0
	}
	return min(1, float64(customers)/float64(s.most))
}
