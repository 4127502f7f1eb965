package lift

import "math"

const (
	// tightest is the number of orders at which the sequence is closest to a
	// fixed-sample interval. It is fixed, because a value that looks at the data
	// would cost the guarantee. At a tenth and at a hundred times of it the
	// sequence is wider by a quarter and by a sixth.
	tightest = 1000

	// Least is the number of customers with an order that each arm needs before an
	// interval is given.
	Least = 50
)

// width returns by how many standard errors a confidence sequence extends to each
// side after this many orders in both arms, for an error rate alpha at all times
// together.
func width(orders, alpha float64) float64 {
	start := tightest / (math.Log(1-2*math.Log(alpha)) - 2*math.Log(alpha))
	return math.Sqrt((1 + start/orders) * math.Log((1+orders/start)/(alpha*alpha)))
}
