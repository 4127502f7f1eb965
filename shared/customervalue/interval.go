package customervalue

import "math"

// Interval is a 90 % interval. The function that returns it says of what.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

func (i Interval) times(factor float64) Interval { return Interval{i.Low * factor, i.High * factor} }

// z90 is the normal quantile of a central 90 % interval.
const z90 = 1.6448536269514722

// AliveInterval returns the interval of [Orders.Alive] that results from the
// uncertainty of the shop's numbers: by the delta method, on the log odds.
func (f Ordering) AliveInterval(h History) Interval {
	h = h.Clamped()
	if f.chances(h.Repeats) == 0 {
		return Interval{1, 1}
	}
	odds, err := f.error(func(o Orders) float64 { return -o.left(h) })
	return Interval{Logistic(odds - z90*err), Logistic(odds + z90*err)}
}

// ExpectedInterval returns the interval of [Orders.Expected] that results from
// the uncertainty of the shop's numbers: by the delta method, on logarithms. It
// is an interval of the mean; [Forecast.Interval] is that of one customer's
// orders.
func (f Ordering) ExpectedInterval(h History, weeks float64) Interval {
	if !(f.Expected(h, weeks) > 0) {
		return Interval{}
	}
	mean, err := f.error(func(o Orders) float64 { return math.Log(max(o.Expected(h, weeks), 1e-300)) })
	return Interval{math.Exp(mean - z90*err), math.Exp(mean + z90*err)}
}

// Bounds returns the intervals of R, Alpha, A and B themselves; nil if their
// errors are not known.
func (f Ordering) Bounds() []Interval {
	if !f.sure() {
		return nil
	}
	var bounds []Interval
	for i, v := range []float64{f.R, f.Alpha, f.A, f.B} {
		factor := math.Exp(z90 * math.Sqrt(max(f.Covariance[i][i], 0)))
		bounds = append(bounds, Interval{v / factor, v * factor})
	}
	return bounds
}

// sure reports whether the covariance of the four numbers is known. A stored
// model may hold anything.
func (f Ordering) sure() bool {
	for _, row := range f.Covariance {
		if len(row) != 4 {
			return false
		}
	}
	return len(f.Covariance) == 4
}

// error returns the value of a function of the shop's numbers and its standard
// error.
func (f Ordering) error(of func(Orders) float64) (value, err float64) {
	value = of(f.Orders)
	if !f.sure() {
		return value, 0
	}
	const h = 1e-4
	var slope [4]float64
	for i := range slope {
		up, down := f.Orders, f.Orders
		for _, side := range []struct {
			o    *Orders
			step float64
		}{{&up, h}, {&down, -h}} {
			v := []*float64{&side.o.R, &side.o.Alpha, &side.o.A, &side.o.B}[i]
			*v *= math.Exp(side.step)
		}
		slope[i] = (of(up) - of(down)) / (2 * h)
	}
	variance := 0.0
	for i := range slope {
		for j := range slope {
			variance += slope[i] * slope[j] * f.Covariance[i][j]
		}
	}
	return value, min(math.Sqrt(max(variance, 0)), 100)
}
