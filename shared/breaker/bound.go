package breaker

import (
	"fmt"
	"math"
)

// Counts is what became of some messages.
type Counts struct {
	Resolved   int // of which SES has told whether they arrived, one way or the other
	Bounced    int // for good: the address does not exist
	Complained int
	Rejected   int // refused by SES for what they are, which are not among Settled
}

// Plus returns the sum of both.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Resolved + d.Resolved, c.Bounced + d.Bounced, c.Complained + d.Complained, c.Rejected + d.Rejected}
}

const (
	chance = 0.001 // of stopping at a look where the rate is just the allowed one
	fewest = 3     // bad ones: with two a rate means nothing yet
)

// bounds says what share of messages may turn out badly. SES's own bounds are
// 5 % for hard bounces and 0.1 % for complaints.
var bounds = []struct {
	name    string
	allowed float64
	of      func(Counts) (bad, among int)
}{
	{"hard bounces", 0.02, func(c Counts) (int, int) { return c.Bounced, c.Resolved }},
	{"complaints", 0.0005, func(c Counts) (int, int) { return c.Complained, c.Resolved }},
	{"messages rejected by SES", 0.05, func(c Counts) (int, int) { return c.Rejected, c.Resolved + c.Rejected }},
}

// Verdict returns why messages like these must stop, or "".
//
// They must where, at the allowed rate, so many bad ones among so many would
// come by chance less than once in 1,000 (an exact binomial test), and there are
// three of them at least. So 3 bounces among the first 10 stop a campaign, and 3
// among 11 do not yet; nor do 20 among 1,000, which is just what is allowed.
//
// It is asked after each batch, so its false alarms add up:
// TestFalseAlarmsAndDelay measures how much.
func (c Counts) Verdict() string {
	for _, b := range bounds {
		if bad, among := b.of(c); tooMany(bad, among, b.allowed) {
			return fmt.Sprintf("%d %s among %d messages: %.2f %%, where %g %% is allowed", bad, b.name, among, 100*float64(bad)/float64(among), 100*b.allowed)
		}
	}
	return ""
}

func tooMany(bad, among int, allowed float64) bool {
	return bad >= fewest && tail(bad, among, allowed) < chance
}

// tail returns the probability of k or more successes in n trials of probability
// p each: 1 where k is not above zero, 0 where it is above n. Above the mean,
// where it matters, its terms fall at least geometrically; below, it is taken as
// 1, which no bound minds.
func tail(k, n int, p float64) float64 {
	switch {
	case float64(k) <= float64(n)*p || k <= 0:
		return 1
	case k > n:
		return 0
	}
	lgamma := func(x int) float64 { v, _ := math.Lgamma(float64(x) + 1); return v }
	term := math.Exp(lgamma(n) - lgamma(k) - lgamma(n-k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	sum := 0.0
	for i := k; i <= n && term > sum*1e-12; i++ {
		sum += term
		term *= float64(n-i) / float64(i+1) * p / (1 - p)
	}
	return sum
}
