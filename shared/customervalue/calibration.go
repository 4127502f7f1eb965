package customervalue

// Calibration corrects a forecast by how earlier forecasts of the same shop
// did. The zero Calibration changes nothing.
type Calibration struct {
	// Orders is a factor for the time ahead: at 1.05, what is expected of the next
	// 90 days is what the model expects of 94.5. So expected orders, spending and
	// their intervals agree with each other. What has happened, and so the
	// probability of being active and lateness, is not changed.
	Orders float64 `json:"orders,omitempty"`

	// Basket is a factor for the amount of a customer's next orders.
	Basket float64 `json:"basket,omitempty"`
}

// WidestFactor is the largest factor, and its inverse the smallest one.
const WidestFactor = 2.0

// Factors returns both factors; 1 for one that is missing or not possible: a
// stored model may hold anything.
func (c Calibration) Factors() (orders, basket float64) {
	factor := func(v float64) float64 {
		if !(v >= 1/WidestFactor && v <= WidestFactor) {
			return 1
		}
		return v
	}
	return factor(c.Orders), factor(c.Basket)
}
