package customervalue

import "time"

// ReportName is the name under which a [Report] is stored.
const ReportName = "prospects"

// Report is a shop's overview: how many customers are still active, and how
// accurate the predictions were.
type Report struct {
	At          time.Time    `json:"at"`
	Customers   int          `json:"customers"`          // with an order
	Alive       [10]int      `json:"alive"`              // customers by the probability that they are still active: up to .1, .2, … 1
	StillActive float64      `json:"still"`              // expected number of active customers
	Expected    float64      `json:"expected"`           // orders in the next 90 days
	Trial       *TrialResult `json:"trial,omitempty"`    // nil if a trial was not possible
	WhyNot      string       `json:"why_not,omitempty"`  // why a trial was not possible
	Quarters    []HeldOut    `json:"quarters,omitempty"` // by which the model was chosen and calibrated, the newest first
	Sampled     int          `json:"sampled,omitempty"`  // customers in the sample of the trial and the quarters, if not all
	Fitted      int          `json:"fitted,omitempty"`   // customers to whom the model was fitted, if not all; then Alive, StillActive and Expected are projected from them
	Spread      int          `json:"spread,omitempty"`   // of these, customers whose oldest orders have no known days: assumed to be evenly spread
}

// TrialResult compares what a sample of the customers did in the last 90 days
// with what the night 90 days ago would have predicted: fitted, calibrated, and
// with the season that was known then.
type TrialResult struct {
	Cut       time.Time `json:"cut"`
	Customers int       `json:"customers"` // with an order before the cut
	Expected  float64   `json:"expected"`  // orders after it
	Actual    int       `json:"happened"`
	Within    float64   `json:"within"` // share of customers whose number of orders is in their interval; .9 or more is right

	// Plain is the forecast of the same model without a season and a calibration.
	Plain float64 `json:"plain,omitempty"`

	// Naive is the expected number of orders if each customer continues at their
	// own rate so far: what a shop would compute without a model.
	Naive float64 `json:"naive"`

	// Mean absolute errors, in orders for each customer.
	Error      float64 `json:"error"`
	PlainError float64 `json:"plain_error,omitempty"`
	NaiveError float64 `json:"naive_error"`

	// Spending in the model's currency, in minor units; 0 if it was not predicted.
	ExpectedSpending float64 `json:"expected_spending,omitempty"`
	PlainSpending    float64 `json:"plain_spending,omitempty"`
	ActualSpending   float64 `json:"spent,omitempty"`

	// What the night would have known.
	Calibration Calibration `json:"calibration,omitzero"`
	Quarters    int         `json:"quarters,omitempty"` // compared, for the calibration
	Seasons     bool        `json:"seasons,omitempty"`

	Groups []Group `json:"groups"` // by repeat orders before the cut
}

// Group is the customers with the same number of repeat orders before the cut.
type Group struct {
	Repeats   int     `json:"repeats"` // the last group has this many or more
	Customers int     `json:"customers"`
	Expected  float64 `json:"expected"` // orders for each customer
	Actual    float64 `json:"happened"`
}

// MostRepeats is the number of repeat orders from which on customers are in one
// group of a trial.
const MostRepeats = 7

// HeldOut compares what a sample of the customers did in one quarter of the
// past with the forecast of a model that was fitted without that quarter.
type HeldOut struct {
	Cut       time.Time `json:"cut"`       // when the quarter began
	Customers int       `json:"customers"` // with an order before the cut
	Expected  float64   `json:"expected"`  // orders
	Actual    float64   `json:"happened"`

	// Spending in the model's currency, in minor units; ExpectedSpending is 0 if
	// spending could not be learned then.
	ExpectedSpending float64 `json:"expected_spending,omitempty"`
	ActualSpending   float64 `json:"spent,omitempty"`
}
