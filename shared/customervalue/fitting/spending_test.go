package fitting_test

import (
	"math"
	"testing"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
)

func TestFitSpendingFindsTheTrueNumbers(t *testing.T) {
	_, _, spent := sample(1, 5000, asCDNOW)
	fit, err := fitting.FitSpending(spent)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "p", fit.P, asBasket.P, 0.15)
	near(t, "q", fit.Q, asBasket.Q, 0.10)
	near(t, "v", fit.V, asBasket.V, 0.25)
	near(t, "the mean", fit.Mean(customervalue.Baskets{}), asBasket.Mean(customervalue.Baskets{}), 0.05)
}

// Customers spend the predicted mean on average, and are in the interval as
// often as it claims.
func TestWorthMatchesSimulatedSpending(t *testing.T) {
	people, _, _ := sample(8, 3000, asCDNOW)
	var mean, spent, within, above float64
	for _, p := range people {
		w := asBasket.Worth(asCDNOW.Forecast(p.History, 26), p.spent)
		mean += w.Mean
		spent += p.later
		if w.Range.Low <= p.later && p.later <= w.Range.High {
			within++
		}
		if p.later > w.Range.High {
			above++
		}
		if !(0 <= w.Range.Low && w.Range.Low <= w.Range.High) {
			t.Fatalf("Worth = %+v", w)
		}
	}
	n := float64(len(people))
	near(t, "spending", spent, mean, 0.1)
	if share := within / n; share < 0.9 {
		t.Errorf("%.3f of the customers are in their interval, want .9 at least", share)
	}
	if share := above / n; share < 0.02 || share > 0.07 {
		t.Errorf("%.3f of the customers are above their interval, want about .05", share)
	}
}

// The log-likelihood is that of the note's formula, summed customer by
// customer.
func TestSpendingLikelihood(t *testing.T) {
	_, _, spent := sample(2, 300, asCDNOW)
	fit, err := fitting.FitSpending(spent)
	if err != nil {
		t.Fatal(err)
	}
	lgamma := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
	want := 0.0
	for _, b := range spent {
		x, z := float64(b.Orders), b.Sum/float64(b.Orders)
		want += lgamma(fit.P*x+fit.Q) - lgamma(fit.P*x) - lgamma(fit.Q) + fit.Q*math.Log(fit.V) +
			(fit.P*x-1)*math.Log(z) + fit.P*x*math.Log(x) - (fit.P*x+fit.Q)*math.Log(fit.V+x*z)
	}
	near(t, "log-likelihood", fit.LogLikelihood, want, 1e-9)
}
