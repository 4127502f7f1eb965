package rivals

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"regulars/infra/lab/eval/trial"
)

// EASE is the linear autoencoder of Steck (Embarrassingly Shallow Autoencoders
// for Sparse Data, WWW 2019). With X, one row for each customer, 1 for products
// that they bought,
//
//	P = (XᵀX + λI)⁻¹,  B_ji = −P_ji / P_ii,  B_ii = 0,  score = x·B
//
// by Cholesky. Memory: two matrices of products² × 8 bytes. If there are more
// than Most products, only the most ordered ones are in the matrix, and others
// can only be listed as popular; then the name says so after Fit.
type EASE struct {
	Lambda float64
	Most   int // products; 0: 4,000, for 256 MB

	ranking
	row   []int        // by product: its row, -1 if it has none
	item  []trial.Item // by row
	b     []float64    // by row j and then column i
	total int
}

const mostEASE = 4000

// Name implements [trial.Method].
func (e *EASE) Name() string { return "EASE, whole matrix" + e.partly() }

// partly returns a suffix for the name if only a part of the products is in the
// matrix.
func (e *EASE) partly() string {
	if len(e.item) < e.total {
		return fmt.Sprintf(" of the %d most ordered", len(e.item))
	}
	return ""
}

// Fit implements [trial.Method].
func (e *EASE) Fit(past *trial.Past) error {
	e.learn(past)
	most := e.Most
	if most <= 0 {
		most = mostEASE
	}
	e.total = len(e.order)
	e.item = e.order[:min(most, len(e.order))]
	n := len(e.item)
	e.row = make([]int, len(past.Products))
	for i := range e.row {
		e.row[i] = -1
	}
	for row, item := range e.item {
		e.row[item] = row
	}
	gram := mat.NewSymDense(n, nil)
	raw := gram.RawSymmetric().Data // its upper half
	for at, c := range past.Customers {
		past.Step("counts which products customers bought together", at, len(past.Customers))
		var rows []int
		for item := range counts(c.Orders) {
			if row := e.row[item]; row >= 0 {
				rows = append(rows, row)
			}
		}
		for _, i := range rows {
			for _, j := range rows {
				if i <= j {
					raw[i*n+j]++
				}
			}
		}
	}
	for i := range n {
		raw[i*n+i] += e.Lambda
	}
	past.Step(fmt.Sprintf("step 1 of 3: factorises the matrix of %d × %d", n, n), 0, 0)
	var chol mat.Cholesky
	if !chol.Factorize(gram) {
		return errors.New("the matrix is not positive definite; lambda must be above 0")
	}
	past.Step(fmt.Sprintf("step 2 of 3: inverts the matrix of %d × %d", n, n), 0, 0)
	if err := chol.InverseTo(gram); err != nil {
		return fmt.Errorf("invert the matrix: %w", err)
	}
	past.Step("step 3 of 3: divides the matrix by its diagonal", 0, 0)
	diagonal := make([]float64, n)
	for i := range n {
		diagonal[i] = raw[i*n+i]
		if math.IsNaN(diagonal[i]) {
			return errors.New("the inverse is not a number")
		}
	}
	for j := range n {
		for i := j; i < n; i++ {
			p := raw[j*n+i]
			raw[j*n+i], raw[i*n+j] = -p/diagonal[i], -p/diagonal[j]
		}
		raw[j*n+j] = 0
	}
	e.b = raw
	return nil
}

// score adds weight · B_ji to the score of each product i.
func (e *EASE) score(into []float64, j trial.Item, weight float64) {
	row := e.row[j]
	if row < 0 {
		return
	}
	n := len(e.item)
	for i, b := range e.b[row*n : row*n+n] {
		into[i] += weight * b
	}
}

// Rank implements [trial.Method].
func (e *EASE) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	return e.top(e.scores(counts(history), func(float64) float64 { return 1 }), history, mode, k), nil
}

// scores returns the scores of all products for a customer. weight maps the
// number of orders with a product to its weight.
func (e *EASE) scores(own tally, weight func(times float64) float64) map[trial.Item]float64 {
	dense := make([]float64, len(e.item))
	for _, j := range own.sorted() {
		e.score(dense, j, weight(own[j]))
	}
	out := make(map[trial.Item]float64, len(dense))
	for i, s := range dense {
		out[e.item[i]] = s
	}
	return out
}

// PersonalEASE adds the customer's own frequency, the EASE score from it, and
// popularity:
//
//	score(i) = x(i) + Like · Σ_j x(j)·B_ji / Σ_j x(j) + Popular · orders(i) / orders of the most popular
type PersonalEASE struct {
	*EASE
	Like, Popular float64
}

// Name implements [trial.Method].
func (p *PersonalEASE) Name() string { return "personal + EASE + popularity" + p.partly() }

// Fit implements [trial.Method]; the EASE is already fitted as the base.
func (*PersonalEASE) Fit(*trial.Past) error { return nil }

// Rank implements [trial.Method].
func (p *PersonalEASE) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	own := counts(history)
	sum := max(own.sum(), 1)
	scores := p.scores(own, func(times float64) float64 { return p.Like * times / sum })
	for item, times := range own {
		scores[item] += times
	}
	for item := range scores {
		scores[item] += p.Popular * float64(p.orders[item]) / float64(p.orders[p.order[0]])
	}
	return p.top(scores, history, mode, k), nil
}

// CutEASE is EASE with only the largest weights of each row.
type CutEASE struct {
	*EASE
	Keep int

	near [][]near // by product
}

// Name implements [trial.Method].
func (c *CutEASE) Name() string { return fmt.Sprintf("EASE, each row cut to %d%s", c.Keep, c.partly()) }

// Fit implements [trial.Method]; the EASE is already fitted as the base.
func (c *CutEASE) Fit(past *trial.Past) error {
	c.near = make([][]near, len(past.Products))
	n := len(c.item)
	found := make([]near, 0, n)
	for row, item := range c.item {
		past.Step("cuts rows", row, n)
		found = found[:0]
		for i, b := range c.b[row*n : row*n+n] {
			if b > 0 {
				found = append(found, near{c.item[i], b})
			}
		}
		c.near[item] = strongest(found, c.Keep, c.orders)
	}
	return nil
}

// Rank implements [trial.Method].
func (c *CutEASE) Rank(history []trial.Order, mode trial.Mode, k int) ([]trial.Item, error) {
	scores := map[trial.Item]float64{}
	for _, j := range counts(history).sorted() {
		for _, n := range c.near[j] {
			scores[n.item] += n.score
		}
	}
	return c.top(scores, history, mode, k), nil
}
