package learning

import (
	"cmp"
	"math"
	"slices"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// The similarity by co-purchase of a source j and a candidate i is
//
//	S(j,i) = c_ij / (√(n_i · n_j) + shrink) · ((1+r_i) / (1+n_i))^trend
//
// c_ij customers bought both, n_i bought i, and r_i of these did so recently.
// The first factor is the cosine; shrink keeps pairs that a few customers
// bought by chance from looking certain. The second factor, between 0 and 1,
// lowers products that are no longer bought, such as last season's. On the
// tuning cut of a public data set with seasonal products a trend of 0 loses 12
// % of recall.
const (
	similarityShrink = 5
	similarityTrend  = 0.25
)

// Similarity returns S(j,i), the scale of [recommend.Item].Live, between 0 and 1. both
// customers bought the pair, source and candidate those of each product; recent
// of the candidate's bought it recently.
func Similarity(both, source, candidate, recent int) float64 {
	if both <= 0 || source <= 0 || candidate <= 0 {
		return 0
	}
	return similarity(both, scaleOf(source, 0), scaleOf(candidate, recent), similarityShrink)
}

// coPurchases counts, for one source at a time, what its customers bought as
// well.
type coPurchases struct {
	both    []int32       // customers of the source who bought i
	after   []int32       // of them, those whose first order with i came after their first with the source
	alike   []int32       // of them, those who buy ranges of the kind of both
	touched []int32       // the products for which both is not zero
	kind    []kind        // by product
	orders  map[int32]int // products of one kind that were new in an order, by its place
	scale   []scale       // by product, so that roots are computed once
}

// scale is what [Similarity] needs of a product.
type scale struct{ root, trend float64 }

func (l *Learner) coPurchases() *coPurchases {
	n := len(l.products)
	s := &coPurchases{both: make([]int32, n), after: make([]int32, n), alike: make([]int32, n), kind: make([]kind, n), orders: map[int32]int{}, scale: make([]scale, n)}
	for i, c := range l.products {
		s.scale[i] = scale{math.Sqrt(float64(len(c.buyers))), trendOf(c.customers, c.recent)} // both is of the customers whose histories are kept
	}
	categories := map[string]int32{}
	for _, p := range l.Catalogue {
		if i, bought := l.index[p.ID]; bought && p.Category != "" && p.Price.Minor > 0 {
			if categories[p.Category] == 0 {
				categories[p.Category] = int32(len(categories) + 1)
			}
			s.kind[i] = kind{categories[p.Category], p.Price}
		}
	}
	return s
}

// kind is what two substitutes have in common.
type kind struct {
	category int32 // 0: not known
	price    shop.Money
}

// like reports whether two products are of one category and the cheaper one
// costs at least four fifths of the other.
func (k kind) like(other kind) bool {
	return k.category != 0 && k.category == other.category && k.price.Currency == other.price.Currency &&
		5*min(k.price.Minor, other.price.Minor) >= 4*max(k.price.Minor, other.price.Minor)
}

// manyOfOneKind is how many products of a kind in one order are a range, as a
// reseller buys it, rather than things that go together.
const manyOfOneKind = 4

// ranges reports whether a customer ever bought a range of the kind, which were
// all new to them, in one order.
func (s *coPurchases) ranges(of kind, basket []entry) bool {
	if of.category == 0 {
		return false
	}
	clear(s.orders)
	for _, e := range basket {
		if of.like(s.kind[e.of]) {
			if s.orders[e.first]++; s.orders[e.first] >= manyOfOneKind {
				return true
			}
		}
	}
	return false
}

// substitutes reports whether product i is a substitute of the source that was
// counted: at least half of the customers who bought both buy ranges of the kind.
func (s *coPurchases) substitutes(i int32) bool { return 2*s.alike[i] >= s.both[i] }

func scaleOf(buyers, recent int) scale {
	return scale{math.Sqrt(float64(buyers)), trendOf(buyers, recent)}
}

func trendOf(customers, recent int) float64 {
	return math.Pow(float64(1+max(recent, 0))/float64(1+customers), similarityTrend)
}

func similarity(both int, source, candidate scale, shrink float64) float64 {
	return float64(both) / (float64(source.root*candidate.root) + shrink) * candidate.trend
}

// count counts for source j; the work grows with its customers' baskets.
func (s *coPurchases) count(l *Learner, j int32) {
	for _, i := range s.touched {
		s.both[i], s.after[i], s.alike[i] = 0, 0, 0
	}
	s.touched = s.touched[:0]
	of := s.kind[j]
	for _, buyer := range l.products[j].buyers {
		ranges := s.ranges(of, l.baskets[buyer.of])
		for _, e := range l.baskets[buyer.of] {
			if e.of == j {
				continue
			}
			if ranges && of.like(s.kind[e.of]) {
				s.alike[e.of]++
			}
			if s.both[e.of] == 0 {
				s.touched = append(s.touched, e.of)
			}
			s.both[e.of]++
			if e.first > buyer.first {
				s.after[e.of]++
			}
		}
	}
}

// Together returns, for each product, the m others that its customers bought
// most often compared with their popularity, strongest first; ties are decided
// by the number of customers who bought both, then by ID. A product that was
// never bought with another is left out. Work: the sum of the squares of all
// histories' lengths.
//
// The live counters approximate it, and [Learner.Neighbours] uses it for
// products that are not fitted.
func (l *Learner) Together(m int) map[shop.ProductID][]recommend.Neighbour {
	out := make(map[shop.ProductID][]recommend.Neighbour, len(l.products))
	s := l.coPurchases()
	for j, source := range l.products {
		s.count(l, int32(j))
		if row := l.together(int32(j), s, m); len(row) > 0 {
			out[source.id] = row
		}
	}
	return out
}

// together returns the row of source j, which s has counted.
func (l *Learner) together(j int32, s *coPurchases, m int) []recommend.Neighbour {
	best := strongest{most: m}
	for _, i := range s.touched {
		both := int(s.both[i])
		best.add(recommend.Neighbour{Product: l.products[i].id, Score: similarity(both, s.scale[j], s.scale[i], similarityShrink*l.Share), Customers: both, Alike: s.substitutes(i)})
	}
	return best.row
}

// strongest keeps the strongest neighbours of those that are added, sorted by
// [stronger].
type strongest struct {
	most int
	row  []recommend.Neighbour
}

func (s *strongest) add(n recommend.Neighbour) {
	if full := len(s.row) >= s.most; full && (s.most <= 0 || stronger(n, s.row[len(s.row)-1]) > 0) {
		return
	} else if full {
		s.row = s.row[:s.most-1]
	}
	at, _ := slices.BinarySearchFunc(s.row, n, func(a, n recommend.Neighbour) int { return stronger(a, n) })
	s.row = slices.Insert(s.row, at, n)
}

// stronger is the order of neighbours: strongest first, then by the number of
// customers who bought both, then by ID.
func stronger(a, b recommend.Neighbour) int {
	return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Product, b.Product))
}
