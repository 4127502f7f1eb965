package lift

import (
	"math"
	"testing"
)

// The half-width of Waudby-Smith et al. (2024), theorem 2.2 with their rho of
// equation 24, in standard errors of a mean of t values.
func TestWidthIsThatOfThePaper(t *testing.T) {
	for _, alpha := range []float64{0.05, 0.01, 0.05 / 6} {
		rho2 := (-2*math.Log(alpha) + math.Log(-2*math.Log(alpha)+1)) / tightest
		for _, n := range []float64{100, 1000, 1e6} {
			want := math.Sqrt(n) * math.Sqrt(2*(n*rho2+1)/(n*n*rho2)*math.Log(math.Sqrt(n*rho2+1)/alpha))
			if got := width(n, alpha); math.Abs(got-want) > 1e-9 {
				t.Errorf("width(%v, %v) = %v, want %v", n, alpha, got, want)
			}
		}
	}
}

func TestWidthIsTightestWhereItShouldBe(t *testing.T) {
	at := func(orders float64) float64 { return width(orders, 0.05) / width(tightest, 0.05) }
	for _, c := range []struct{ orders, low, high float64 }{
		{100, 1.2, 1.35}, {300, 1, 1.1}, {3000, 1, 1.1}, {100_000, 1.1, 1.25},
	} {
		if got := at(c.orders); got < c.low || got > c.high {
			t.Errorf("at %v orders the width is %.3f of the least, want %v to %v", c.orders, got, c.low, c.high)
		}
	}
}
