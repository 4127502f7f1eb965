package customervalue

import "math"

// Interval is a range that holds nine times in ten. What it is a range of, its
// maker says.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// wide is how many standard errors a normal interval of nine tenths reaches.
const wide = 1.6448536269514722

// AliveInterval returns how far [Orders.Alive] could be out because the shop's
// numbers are estimates: by the delta method, on the scale of log odds.
func (f Ordering) AliveInterval(h History) Interval {
	h = h.sane()
	if f.chances(h.Repeats) == 0 {
		return Interval{1, 1}
	}
	odds, err := f.error(func(o Orders) float64 { return -o.left(h) })
	return Interval{logistic(odds - wide*err), logistic(odds + wide*err)}
}

// ExpectedInterval returns how far [Orders.Expected] could be out because the
// shop's numbers are estimates: by the delta method, on the scale of logarithms.
// It is an interval of the mean; what one customer may do is [Forecast.Interval].
func (f Ordering) ExpectedInterval(h History, weeks float64) Interval {
	if !(f.Expected(h, weeks) > 0) {
		return Interval{}
	}
	mean, err := f.error(func(o Orders) float64 { return math.Log(max(o.Expected(h, weeks), 1e-300)) })
	return Interval{math.Exp(mean - wide*err), math.Exp(mean + wide*err)}
}

// Bounds returns the intervals of R, Alpha, A and B themselves; nil where their
// errors are not known.
func (f Ordering) Bounds() []Interval {
	if !f.sure() {
		return nil
	}
	var bounds []Interval
	for i, v := range []float64{f.R, f.Alpha, f.A, f.B} {
		factor := math.Exp(wide * math.Sqrt(max(f.Covariance[i][i], 0)))
		bounds = append(bounds, Interval{v / factor, v * factor})
	}
	return bounds
}

// sure reports whether the errors of the four numbers are known: a model that was
// read may hold anything.
func (f Ordering) sure() bool {
	for _, row := range f.Covariance {
		if len(row) != 4 {
			return false
		}
	}
	return len(f.Covariance) == 4
}

// error returns what of says of the shop's numbers, and its standard error.
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
