package fitting

import (
	"cmp"
	"math"
	"slices"

	"regulars/shared/customervalue"
)

// likelihood is a sample of histories, prepared so that one evaluation takes
// two logarithms for each distinct history and no gamma functions: the
// arguments of those in the formula differ by whole numbers, so they are sums
// over the repeats.
type likelihood struct {
	leaving customervalue.Leaving
	rows    []row // by repeats
	total   float64
}

type row struct {
	repeats           int
	last, age, weight float64
}

func newLikelihood(rows []Row, leaving customervalue.Leaving, unit float64) *likelihood {
	l := &likelihood{leaving: leaving}
	for _, r := range rows {
		l.rows = append(l.rows, row{r.Repeats, r.Last / unit, r.Age / unit, float64(r.Customers)})
		l.total += float64(r.Customers)
	}
	slices.SortFunc(l.rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.repeats, b.repeats), cmp.Compare(a.age, b.age), cmp.Compare(a.last, b.last))
	})
	same := func(a, b row) bool { return a.repeats == b.repeats && a.age == b.age && a.last == b.last }
	merged := l.rows[:0]
	for _, r := range l.rows {
		if n := len(merged); n > 0 && same(merged[n-1], r) {
			merged[n-1].weight += r.weight
		} else {
			merged = append(merged, r)
		}
	}
	l.rows = merged
	return l
}

// every returns the likelihood of every step-th row.
func (l *likelihood) every(step int) *likelihood {
	if step <= 1 {
		return l
	}
	part := &likelihood{leaving: l.leaving}
	for i := 0; i < len(l.rows); i += step {
		part.rows = append(part.rows, l.rows[i])
		part.total += l.rows[i].weight
	}
	return part
}

// orders returns the numbers that have these logarithms.
func (l *likelihood) orders(logs []float64) customervalue.Orders {
	return customervalue.Orders{R: math.Exp(logs[0]), Alpha: math.Exp(logs[1]), A: math.Exp(logs[2]), B: math.Exp(logs[3]), Leaving: l.leaving}
}

// objective returns the function to minimise. If near is not nil, it is the
// centre of the prior (see [FitOrdersNear]).
func (l *likelihood) objective(near *customervalue.Orders, unit float64) objective {
	return func(gradient, logs []float64) float64 {
		sum, by := l.at(l.orders(logs))
		if near != nil {
			for i, at := range []float64{near.R, near.Alpha / unit, near.A, near.B} {
				off := logs[i] - math.Log(at)
				sum -= off * off / 2
				by[i] -= off
			}
		}
		for i := range by {
			gradient[i] = -by[i] / l.total
		}
		return -sum / l.total
	}
}

// at returns the log-likelihood of the sample under o and its gradient by the
// logarithms of R, Alpha, A and B: equations 6 of the papers, with the ratio of
// their two terms as log odds, which cannot overflow.
func (l *likelihood) at(o customervalue.Orders) (sum float64, gradient [4]float64) {
	logAlpha := math.Log(o.Alpha)
	chances := l.leaving == customervalue.AfterAny
	var (
		steps                  int     // the number of terms in the sums below
		rates, dR              float64 // Σ log(R+i), Σ 1/(R+i)
		stays, dA, dB          float64 // Σ log((B+i)/(A+B+i)), and by A and B
		staysNext, dAn, dBn, n float64
	)
	step := func(i float64) {
		staysNext, dAn, dBn = stays+math.Log((o.B+i)/(o.A+o.B+i)), dA-1/(o.A+o.B+i), dB+1/(o.B+i)-1/(o.A+o.B+i)
	}
	step(0)
	for _, r := range l.rows {
		for ; steps < r.repeats; steps++ {
			i := float64(steps)
			rates, dR = rates+math.Log(o.R+i), dR+1/(o.R+i)
			stays, dA, dB = staysNext, dAn, dBn
			step(i + 1)
		}
		x := float64(r.repeats)
		s, a, b := stays, dA, dB
		n = x
		if chances {
			s, a, b, n = staysNext, dAn, dBn, x+1
		}
		logAge := math.Log(o.Alpha + r.age)
		value := rates + s + o.R*logAlpha - (o.R+x)*logAge
		g := [4]float64{dR + logAlpha - logAge, o.R/o.Alpha - (o.R+x)/(o.Alpha+r.age), a, b}
		if n > 0 {
			since := logAge - math.Log(o.Alpha+r.last)
			u := math.Log(o.A/(o.B+n-1)) + (o.R+x)*since
			left := customervalue.Logistic(u)
			value += customervalue.Softplus(u)
			g[0] += left * since
			g[1] += left * (o.R + x) * (1/(o.Alpha+r.age) - 1/(o.Alpha+r.last))
			g[2] += left / o.A
			g[3] -= left / (o.B + n - 1)
		}
		sum += r.weight * value
		for i := range g {
			gradient[i] += r.weight * g[i]
		}
	}
	for i, v := range []float64{o.R, o.Alpha, o.A, o.B} {
		gradient[i] *= v
	}
	return sum, gradient
}
