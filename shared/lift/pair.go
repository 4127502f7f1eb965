package lift

import "math"

// Stratum is the mailed and the held-out customers who were assigned with the same
// probabilities, such as those of one day.
type Stratum struct{ Mailed, Held Arm }

// pair has the four means of a comparison and their covariances: of the measure
// (y) and of the same before (x), of the mailed (1) and of the held out (0).
type pair struct {
	mean  weights
	of1   spread // of the means of the mailed
	of0   spread
	slope float64 // of y over x
}

// weights are the factors of a linear combination of the four means.
type weights struct{ y1, x1, y0, x0 float64 }

// newPairs returns the pair of all strata with two estimates of the covariances:
// from each arm alone, and from both together. Each stratum weighs as many
// customers as it has, because a sum over all would mix up what the assignment
// does with what the days do (Simpson's paradox).
func newPairs(strata []Stratum, m Measure) (pairs [2]pair) {
	n, inside := 0.0, spread{}
	for _, s := range strata {
		n += float64(s.Mailed.n + s.Held.n)
	}
	for _, s := range strata {
		weight, n1, n0 := float64(s.Mailed.n+s.Held.n)/n, float64(s.Mailed.n), float64(s.Held.n)
		own1, own0 := s.Mailed.spread(m), s.Held.spread(m)
		squares := spread{}
		squares.add(n1-1, own1)
		squares.add(n0-1, own0)
		inside.add(1, squares)
		for i, of := range [2][2]spread{{own1, own0}, {squares, squares}} {
			p := &pairs[i]
			p.mean.y1 += weight * s.Mailed.mean(s.Mailed.of[m].y)
			p.mean.x1 += weight * s.Mailed.mean(s.Mailed.of[m].x)
			p.mean.y0 += weight * s.Held.mean(s.Held.of[m].y)
			p.mean.x0 += weight * s.Held.mean(s.Held.of[m].x)
			divide := [2]float64{1, n1 + n0 - 2}[i]
			p.of1.add(weight*weight/n1/divide, of[0])
			p.of0.add(weight*weight/n0/divide, of[1])
		}
	}
	if inside.xx > 0 {
		pairs[0].slope = inside.xy / inside.xx
		pairs[1].slope = pairs[0].slope
	}
	return pairs
}

// add adds another spread, times a factor.
func (s *spread) add(factor float64, t spread) {
	s.yy += factor * t.yy
	s.xy += factor * t.xy
	s.xx += factor * t.xx
}

// raw is the difference of the means, and adjusted takes out what the arms already
// differed by before.
func (p pair) raw() weights      { return weights{y1: 1, y0: -1} }
func (p pair) adjusted() weights { return weights{y1: 1, x1: -p.slope, y0: -1, x0: p.slope} }

func (p pair) value(w weights) float64 {
	return w.y1*p.mean.y1 + w.x1*p.mean.x1 + w.y0*p.mean.y0 + w.x0*p.mean.x0
}

// covariance returns that of two linear combinations.
func (p pair) covariance(a, b weights) float64 {
	return a.y1*b.y1*p.of1.yy + (a.y1*b.x1+a.x1*b.y1)*p.of1.xy + a.x1*b.x1*p.of1.xx +
		a.y0*b.y0*p.of0.yy + (a.y0*b.x0+a.x0*b.y0)*p.of0.xy + a.x0*b.x0*p.of0.xx
}

// relative returns all shares r for which difference - r·(mean of the held out) is
// at most z standard errors from 0 (Fieller, Journal of the Royal Statistical
// Society B 16, 1954). For the true r its mean is 0 at every look, so the interval
// is as valid as that of the difference.
func (p pair) relative(z float64) Interval {
	d, w := p.adjusted(), weights{y0: 1}
	up, down := p.value(d), p.value(w)
	a := down*down - z*z*p.covariance(w, w)
	if a <= 0 || down <= 0 {
		return everything
	}
	b := up*down - z*z*p.covariance(d, w)
	c := up*up - z*z*p.covariance(d, d)
	root := math.Sqrt(max(b*b-a*c, 0))
	return Interval{(b - root) / a, (b + root) / a}
}
