package learning

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// MostFitted is the default number of products that are fitted. Their matrix
// takes 128 MB.
const MostFitted = 4000

// How neighbours are fitted. G counts, for each pair of products, the customers
// who bought both; A(k,i) those whose first order with i came after their first
// with k. With P = (G + λ·1)⁻¹,
//
//	B(j,i) = −P(j,i) / P(i,i)           j ≠ i: how much having j predicts having i (EASE: Steck, WWW 2019)
//	R(j,i) = Σ_k P(j,k) · A(k,i)        how much having j predicts buying i later
//	score  = (B + follow · R) · trend   each row cut to its largest
//
// EASE alone is symmetric in time: a customer who has the refill has the
// printer. R is the regression of later purchases on earlier ones, with the
// same inverse, and adds 3 to 6 % of NDCG to EASE. λ is penalty times the mean
// length of a history: a count that is noise among long histories is a signal
// among short ones. trend is the square root of the part of a product's
// customers who bought it recently, divided by the shop's mean. Decision 0024
// says what else was tried.
const (
	penalty      = 10
	follow       = 0.5
	fittedTrend  = 0.5
	followers    = 200 // entries kept of each row of A, the largest; keeping all improves nothing
	fewestBuyers = 3   // of a fitted product
)

// fit is the matrix of the products that are fitted.
type fit struct {
	n     int
	of    []int32   // product by place, most bought first
	place []int32   // by product; −1: not fitted
	p     []float64 // P, n × n by rows
	after [][]later // A, by rows
	trend []float64 // by place
}

// later is one entry of a row of A.
type later struct {
	place int32
	count float32
}

// Neighbours returns, for each product, the m other products that its customers
// are most likely to have or to buy, strongest first. The [Learner.Fits]
// products with the most customers get the fit above. Rows that are not fitted,
// or are shorter than m, are filled up from [Learner.Together], scaled to the
// fit. Scores are above 0 and finite.
func (l *Learner) Neighbours(m int) map[shop.ProductID][]recommend.Neighbour {
	out := make(map[shop.ProductID][]recommend.Neighbour, len(l.products))
	s := l.coPurchases()
	f, ok := l.fit(s)
	scale := recommend.UsualScale
	if ok {
		scale = l.fitted(f, s, m, out)
	}
	for j, product := range l.products {
		row := out[product.id]
		if len(row) >= m {
			continue
		}
		s.count(l, int32(j))
		best := strongest{m, row}
		for _, n := range l.together(int32(j), s, m) {
			if !slices.ContainsFunc(row, func(has recommend.Neighbour) bool { return has.Product == n.Product }) {
				n.Score *= scale
				best.add(n)
			}
		}
		if len(best.row) > 0 {
			out[product.id] = best.row
		}
	}
	return out
}

// fitted puts the fitted rows into out. It returns how much one point of
// co-purchase is worth in them, measured over the rows of the first products.
func (l *Learner) fitted(f *fit, s *coPurchases, m int, out map[shop.ProductID][]recommend.Neighbour) float64 {
	var fitted, together float64
	work := make([]float64, f.n)
	for at, j := range f.of {
		s.count(l, j)
		if row := f.row(l, j, s, work, m); len(row) > 0 {
			out[l.products[j].id] = row
			if at < scaled {
				fitted, together = fitted+sum(row), together+sum(l.together(j, s, m))
			}
		}
	}
	if fitted > 0 && together > 0 {
		return fitted / together
	}
	return recommend.UsualScale
}

// scaled is the number of products from which the scale is measured.
const scaled = 500

func sum(row []recommend.Neighbour) (total float64) {
	for _, n := range row {
		total += n.Score
	}
	return total
}

// fit inverts the matrix. It returns false if there are no products to fit or
// the matrix has no inverse; then all rows are those of co-purchase. A λ above
// zero guarantees an inverse unless numbers overflow.
func (l *Learner) fit(s *coPurchases) (*fit, bool) {
	f := l.chosen()
	if f.n == 0 {
		return f, false
	}
	f.p = make([]float64, f.n*f.n)
	total, places := 0, []int(nil)
	for _, basket := range l.baskets {
		total += len(basket)
		places = places[:0]
		for _, e := range basket {
			if at := f.place[e.of]; at >= 0 {
				places = append(places, int(at))
			}
		}
		slices.Sort(places)
		for a, i := range places {
			for _, j := range places[a:] {
				f.p[i*f.n+j]++
			}
		}
	}
	lambda := penalty * l.Share * float64(total) / float64(len(l.baskets))
	for i := range f.n {
		f.p[i*f.n+i] += lambda
	}
	if !f.invert() {
		return f, false
	}
	f.after = make([][]later, f.n)
	for at, j := range f.of {
		s.count(l, j)
		f.after[at] = f.followers(s)
	}
	f.trend = l.trends(f.of)
	return f, true
}

// chosen returns a fit with the products to fit, but not yet their matrix.
func (l *Learner) chosen() *fit {
	f := &fit{place: make([]int32, len(l.products))}
	for i, c := range l.products {
		f.place[i] = -1
		if len(c.buyers) >= fewestBuyers {
			f.of = append(f.of, int32(i))
		}
	}
	slices.SortFunc(f.of, func(a, b int32) int {
		x, y := &l.products[a], &l.products[b]
		return cmp.Or(cmp.Compare(len(y.buyers), len(x.buyers)), cmp.Compare(x.id, y.id))
	})
	f.of = f.of[:min(len(f.of), max(l.Fits, 0))]
	f.n = len(f.of)
	for at, i := range f.of {
		f.place[i] = int32(at)
	}
	return f
}

// invert replaces p, of which the upper half is filled, by its inverse, both
// halves. It returns false if there is none.
func (f *fit) invert() bool {
	t, ok := lapack64.Potrf(blas64.Symmetric{Uplo: blas.Upper, N: f.n, Stride: f.n, Data: f.p})
	if !ok {
		return false
	}
	if _, ok = lapack64.Potri(t); !ok {
		return false
	}
	for i := range f.n {
		for j := range i {
			f.p[i*f.n+j] = f.p[j*f.n+i]
		}
	}
	return true
}

// followers returns the row of A of the source that s has counted.
func (f *fit) followers(s *coPurchases) []later {
	var row []later
	for _, i := range s.touched {
		if at, after := f.place[i], s.after[i]; at >= 0 && after > 0 {
			row = append(row, later{at, float32(after)})
		}
	}
	slices.SortFunc(row, func(a, b later) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.place, b.place))
	})
	return slices.Clone(row[:min(len(row), followers)])
}

// row returns the fitted neighbours of source j, whose customers s has counted.
// A neighbour shares at least one customer with j. work has n places and is
// overwritten.
func (f *fit) row(l *Learner, j int32, s *coPurchases, work []float64, m int) []recommend.Neighbour {
	clear(work)
	inverse := f.p[int(f.place[j])*f.n:][:f.n]
	for k, p := range inverse {
		for _, a := range f.after[k] {
			work[a.place] += float64(p * float64(a.count))
		}
	}
	best := strongest{most: m}
	for _, i := range s.touched {
		at := f.place[i]
		if at < 0 {
			continue
		}
		score := (float64(follow*work[at]) - inverse[at]/f.p[int(at)*f.n+int(at)]) * f.trend[at]
		if score > 0 && !math.IsInf(score, 0) {
			best.add(recommend.Neighbour{Product: l.products[i].id, Score: score, Customers: int(s.both[i]), Alike: s.substitutes(i)})
		}
	}
	return best.row
}

// trends returns, by place, the trend factor of each product: its part of
// recent customers, divided by the shop's mean, to the power of fittedTrend.
func (l *Learner) trends(of []int32) []float64 {
	out := make([]float64, len(of))
	var weighed, buyers float64
	for at, i := range of {
		n := float64(l.products[i].customers)
		out[at] = float64(1+l.products[i].recent) / (1 + n)
		weighed, buyers = weighed+float64(out[at]*n), buyers+n
	}
	for at := range out {
		out[at] = math.Pow(out[at]*buyers/weighed, fittedTrend)
	}
	return out
}
