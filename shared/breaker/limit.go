package breaker

import (
	"fmt"
	"math"
)

// Counts is how many messages had which outcome.
type Counts struct {
	Resolved   int // delivered or bounced, according to SES
	Bounced    int // of these, hard bounces: the address does not exist
	Complained int
	Rejected   int // SES rejected the message because of its content; not in Resolved
}

// Plus returns the sum of both.
func (c Counts) Plus(d Counts) Counts {
	return Counts{c.Resolved + d.Resolved, c.Bounced + d.Bounced, c.Complained + d.Complained, c.Rejected + d.Rejected}
}

const (
	chance = 0.001 // of tripping at one check, at exactly the allowed rate
	fewest = 3     // bad messages: with two, the rate says nothing yet
)

// limits are the allowed shares of bad messages. SES's own limits are 5 % for
// hard bounces and 0.1 % for complaints.
var limits = []struct {
	name    string
	allowed float64
	of      func(Counts) (bad, among int)
}{
	{"hard bounces", 0.02, func(c Counts) (int, int) { return c.Bounced, c.Resolved }},
	{"complaints", 0.0005, func(c Counts) (int, int) { return c.Complained, c.Resolved }},
	{"messages rejected by SES", 0.05, func(c Counts) (int, int) { return c.Rejected, c.Resolved + c.Rejected }},
}

// Verdict returns why the breaker must trip at these counts, or "" if it must
// not.
//
// It must trip if there are at least three bad messages and, at the allowed
// rate, chance would produce that many bad messages among that many in less
// than 1 of 1,000 cases (an exact binomial test). So 3 bounces among the first
// 10 messages trip a breaker, and 3 among 11 do not; nor do 20 among 1,000,
// which is exactly the allowed rate.
//
// It is called after each batch, so its false alarms add up:
// TestFalseAlarmsAndDelay measures how many there are.
func (c Counts) Verdict() string {
	for _, b := range limits {
		if bad, among := b.of(c); tooMany(bad, among, b.allowed) {
			return fmt.Sprintf("%d %s among %d messages: %.2f %%; at most %g %% is allowed", bad, b.name, among, 100*float64(bad)/float64(among), 100*b.allowed)
		}
	}
	return ""
}

func tooMany(bad, among int, allowed float64) bool {
	return bad >= fewest && tail(bad, among, allowed) < chance
}

// tail returns the probability of k or more successes in n trials of
// probability p each. It is 1 if k is zero or negative, and 0 if k is above n.
// Above the mean the terms of the sum decrease at least geometrically. Below
// the mean tail returns 1, which trips no breaker.
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
