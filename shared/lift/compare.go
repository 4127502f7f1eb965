package lift

import (
	"math"
	"slices"
)

// Verdict is what can be said of a difference.
type Verdict string

// The verdicts. The first two mean that it is too early to say.
const (
	TooFew Verdict = "too few orders" // an arm has fewer than Least customers with an order
	Open   Verdict = "open"           // the interval contains 0
	More   Verdict = "more"           // the mailed customers did more
	Less   Verdict = "less"           // the mailed customers did less
)

// Decided reports whether the interval excludes 0.
func (v Verdict) Decided() bool { return v == More || v == Less }

// Interval is a range of values, both ends included. Before anything can be said
// it is everything: from minus to plus infinity.
type Interval struct{ Low, High float64 }

var everything = Interval{math.Inf(-1), math.Inf(1)}

// Known reports whether the interval excludes any value.
func (i Interval) Known() bool { return !math.IsInf(i.Low, -1) && !math.IsInf(i.High, 1) }

// Effect is the difference between mailed and held-out customers in one measure.
type Effect struct {
	Measure      Measure
	Mailed, Held int64 // customers
	Orders       int64 // of both
	MailedMean   float64
	HeldMean     float64

	// Difference is mailed less held out, per customer, corrected for what the
	// customers had done before. Interval contains the true difference at all looks
	// together with probability 1 - alpha.
	Difference    float64
	StandardError float64
	Interval      Interval

	// Relative is Difference as a share of the mean of the held out: 0.1 is a lift of
	// 10 %. Its interval is unknown as long as this mean could be 0.
	Relative         float64
	RelativeInterval Interval

	Saved   float64 // share of the variance that the time before explains, 0 to 1
	Verdict Verdict
}

// Compare returns the effect of a campaign on a measure, by intention to treat.
// alpha is the error rate, such as 0.05: the probability that Interval ever misses
// the true difference, however often one looks.
func Compare(mailed, held Arm, m Measure, alpha float64) Effect {
	return CompareStrata([]Stratum{{mailed, held}}, m, alpha)
}

// CompareStrata compares within each stratum and then takes the mean, weighted by
// customers. It is needed if the shares of the arms were changed on the way; a
// stratum with fewer than two customers in an arm says nothing and is left out.
func CompareStrata(strata []Stratum, m Measure, alpha float64) Effect {
	strata = slices.DeleteFunc(slices.Clone(strata), func(s Stratum) bool { return s.Mailed.n < 2 || s.Held.n < 2 })
	var all Stratum
	for _, s := range strata {
		all.Mailed.Merge(s.Mailed)
		all.Held.Merge(s.Held)
	}
	e := Effect{
		Measure: m, Mailed: all.Mailed.n, Held: all.Held.n, Orders: all.Mailed.Total(Orders) + all.Held.Total(Orders),
		Interval: everything, RelativeInterval: everything, Verdict: TooFew,
	}
	if len(strata) == 0 {
		return e
	}
	pairs := newPairs(strata, m)
	p := pairs[0]
	e.MailedMean, e.HeldMean, e.Difference = p.mean.y1, p.mean.y0, p.value(p.adjusted())
	if e.HeldMean > 0 {
		e.Relative = e.Difference / e.HeldMean
	}
	var variance, raw float64
	for _, p := range pairs {
		variance = max(variance, p.covariance(p.adjusted(), p.adjusted()))
		raw = max(raw, p.covariance(p.raw(), p.raw()))
	}
	e.StandardError = math.Sqrt(variance)
	if raw > 0 {
		e.Saved = max(1-variance/raw, 0)
	}
	if min(all.Mailed.Total(Converted), all.Held.Total(Converted)) < Least {
		return e
	}
	z := width(float64(e.Orders), alpha)
	e.Interval = Interval{e.Difference - z*e.StandardError, e.Difference + z*e.StandardError}
	one, other := pairs[0].relative(z), pairs[1].relative(z)
	e.RelativeInterval = Interval{min(one.Low, other.Low), max(one.High, other.High)}
	switch {
	case e.Interval.Low > 0:
		e.Verdict = More
	case e.Interval.High < 0:
		e.Verdict = Less
	default:
		e.Verdict = Open
	}
	return e
}
