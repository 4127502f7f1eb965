package recommend

import (
	"cmp"
	"slices"

	"regulars/shared/shop"
)

// Popular is a product that many bought of late.
type Popular struct {
	Product   shop.ProductID `json:"product"`
	Customers int            `json:"customers"` // how many bought it in the time that was looked at
}

// MostPopular is how many popular products the engine looks at, the first.
const MostPopular = 100

// shelf is what is popular, by product.
type shelf struct {
	first []Popular // most first, each product once
	place map[shop.ProductID]int
	most  int // customers of the first
}

// shelfOf puts popular products in order, ties by ID.
func shelfOf(popular []Popular) shelf {
	less := func(a, b Popular) int {
		return cmp.Or(cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Product, b.Product))
	}
	if !slices.IsSortedFunc(popular, less) {
		popular = slices.Clone(popular)
		slices.SortFunc(popular, less)
	}
	s := shelf{place: make(map[shop.ProductID]int, min(len(popular), MostPopular))}
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
func (s shelf) rank(p shop.ProductID) int {
	if at, ok := s.place[p]; ok {
		return at
	}
	return MostPopular
}

// customers returns how many bought it of late, 0 where nobody says.
func (s shelf) customers(p shop.ProductID) int {
	if at, ok := s.place[p]; ok {
		return s.first[at].Customers
	}
	return 0
}

// share returns how popular a product is that so many bought of late, 0 to 1.
func (s shelf) share(customers int) float64 {
	if s.most <= 0 || customers <= 0 {
		return 0
	}
	return min(1, float64(customers)/float64(s.most))
}
