package decide_test

import (
	"testing"

	"regulars/shared/condition"
	"regulars/shared/customervalue"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shoppolicy"
)

// The customer value comes from the policy's model, or from a model of a
// typical shop if there is none.
func TestOutlook(t *testing.T) {
	often := profile.Profile{Orders: []profile.Visit{
		{Order: "o-1", At: ago(200), Net: gbp(2000)}, {Order: "o-2", At: ago(190), Net: gbp(2000)}, {Order: "o-3", At: ago(180), Net: gbp(2000)},
	}}
	learned := pounds
	learned.CustomerValue = customervalue.Model{Ordering: customervalue.Ordering{Orders: customervalue.Orders{R: 2, Alpha: 4, A: 5, B: 5, Leaving: customervalue.AfterAny}}}
	facts := func(p profile.Profile, inForce shoppolicy.Policy) condition.Customer {
		return decide.Facts(noon, p, frequency.Contact{}, nil, inForce, decide.Occasion{}).Customer
	}
	typical, own := facts(often, pounds), facts(often, learned)
	if !(typical.Alive > 0.3 && typical.Alive < 1 && typical.Expected > 0 && typical.Worth.Minor > 0 && typical.Worth.Currency == "GBP") {
		t.Errorf("the customer value without a model = %+v, want it positive", typical)
	}
	if !(own.Alive < typical.Alive/2 && own.Expected < typical.Expected && own.Worth.Minor < typical.Worth.Minor) {
		t.Errorf("with a model of customers who leave sooner = %+v, want less than without a model: %+v", own, typical)
	}
	if none := facts(profile.Profile{}, learned); none.Alive != 0 || none.Expected != 0 || none.Late != 0 || none.Worth.Minor != 0 {
		t.Errorf("the customer value without an order = %+v, want 0", none)
	}

	lost, err := condition.Parse(`customer.alive < 0.2 && customer.late >= 3.0 && customer.expected_orders_90d < 1.0 && customer.value_year < money("100.00")`, "GBP")
	if err != nil {
		t.Fatal(err)
	}
	customer := decide.Facts(noon, often, frequency.Contact{}, nil, learned, decide.Occasion{})
	if !lost.Holds(customer) {
		t.Errorf("%s does not hold of %+v", lost.Text(), own)
	}
}
