package customervalue

import "math"

// Leaving says after which orders a customer may leave.
type Leaving string

// The two ways of leaving.
const (
	AfterRepeats Leaving = "after-repeats" // BG/NBD: not before the second order
	AfterAny     Leaving = "after-any"     // MBG/NBD: after the first one too
)

// Orders is how the customers of a shop order. All four numbers are above 0.
type Orders struct {
	R       float64 `json:"r"`     // shape of the rates; R/Alpha is the mean, in orders a week
	Alpha   float64 `json:"alpha"` // weeks
	A       float64 `json:"a"`     // A/(A+B) is the mean chance to leave after an order
	B       float64 `json:"b"`
	Leaving Leaving `json:"leaving"`
}

// Valid reports whether o is possible: all numbers finite and above 0.
func (o Orders) Valid() bool {
	for _, v := range []float64{o.R, o.Alpha, o.A, o.B} {
		if !(v > 0) || math.IsInf(v, 0) {
			return false
		}
	}
	return o.Leaving == AfterRepeats || o.Leaving == AfterAny
}

// chances returns after how many of a customer's orders they could have left.
func (o Orders) chances(repeats int) int {
	if o.Leaving == AfterAny {
		return repeats + 1
	}
	return repeats
}

// left returns the log odds that the customer has left by now; -Inf if they
// cannot have. The likelihood and P(alive) depend on this number only.
func (o Orders) left(h History) float64 {
	n := o.chances(h.Repeats)
	if n == 0 {
		return math.Inf(-1)
	}
	x := float64(h.Repeats)
	return math.Log(o.A/(o.B+float64(n-1))) + (o.R+x)*math.Log1p((h.Age-h.Last)/(o.Alpha+h.Last))
}

// Alive returns the probability, 0 to 1, that the customer has not left for
// good. With [AfterRepeats] it is 1 for a customer with one order.
func (o Orders) Alive(h History) float64 { return Logistic(-o.left(h.Clamped())) }

// Logistic returns 1/(1+exp(-u)) without overflow.
func Logistic(u float64) float64 {
	if u >= 0 {
		return 1 / (1 + math.Exp(-u))
	}
	e := math.Exp(u)
	return e / (1 + e)
}

// Softplus returns log(1+exp(u)) without overflow.
func Softplus(u float64) float64 { return max(u, 0) + math.Log1p(math.Exp(-math.Abs(u))) }

// latest is the largest ratio that [Orders.Late] returns.
const latest = 1e6

// Late returns the time since the last order, as a multiple of the customer's
// own usual gap: 1 is as usual, 2 twice as long. The usual gap is the median of
// the time to the next order of an active customer, as predicted after their
// last order: with one order it is the shop's, with ten nearly their own. The
// second result is the probability, 0 to 1, that an active customer takes at
// least this long; it is .5 at a ratio of 1.
func (o Orders) Late(h History) (ratio, chance float64) {
	h = h.Clamped()
	shape, scale := o.R+float64(h.Repeats), o.Alpha+h.Last
	since := math.Log1p((h.Age - h.Last) / scale) // of a Lomax distribution, on its own scale
	usual := math.Expm1(min(math.Ln2/shape, 700)) // times scale, the median
	return min((h.Age-h.Last)/scale/usual, latest), math.Exp(-shape * since)
}
