package customervalue

// Ordering is a shop's fitted [Orders] with their uncertainty.
type Ordering struct {
	Orders
	LogLikelihood float64     `json:"log_likelihood"`
	Customers     int         `json:"customers"`
	Repeaters     int         `json:"repeaters"`  // of these
	Covariance    [][]float64 `json:"covariance"` // of the logarithms of R, Alpha, A and B

	// Limits names the numbers that reached the bounds of the search because the
	// data do not determine them, such as "a" and "b" if customers do not differ in
	// how they leave. Predictions are valid all the same.
	Limits []string `json:"limits,omitempty"`
}
