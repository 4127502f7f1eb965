package breaker

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestVerdictTripsOnlyAboveTheAllowedRate(t *testing.T) {
	for phrase, c := range map[string]struct {
		counts Counts
		trips  bool
	}{
		"no message was sent":                  {Counts{}, false},
		"rates are below the limits":           {Counts{Resolved: 20_000, Bounced: 100, Complained: 4}, false},
		"two bounces out of two":               {Counts{Resolved: 2, Bounced: 2}, false},
		"three out of three":                   {Counts{Resolved: 3, Bounced: 3}, true},
		"three among ten":                      {Counts{Resolved: 10, Bounced: 3}, true},
		"three among eleven":                   {Counts{Resolved: 11, Bounced: 3}, false},
		"exactly the allowed rate":             {Counts{Resolved: 1_000, Bounced: 20}, false},
		"SES's own limit among 1,000":          {Counts{Resolved: 1_000, Bounced: 50}, true},
		"SES's own limit among 100":            {Counts{Resolved: 100, Bounced: 5}, false},
		"two complaints among a hundred":       {Counts{Resolved: 100, Complained: 2}, false},
		"three complaints among 300":           {Counts{Resolved: 300, Complained: 3}, true},
		"three complaints among a thousand":    {Counts{Resolved: 1_000, Complained: 3}, false},
		"complaints at SES's limit, 20,000":    {Counts{Resolved: 20_000, Complained: 20}, false},
		"complaints at SES's limit, 40,000":    {Counts{Resolved: 40_000, Complained: 40}, true},
		"complaints before any delivery":       {Counts{Complained: 3}, true},
		"SES rejects the first three":          {Counts{Rejected: 3}, true},
		"SES rejects three of a hundred":       {Counts{Resolved: 97, Rejected: 3}, false},
		"only the rejections pass their limit": {Counts{Resolved: 100_000, Complained: 1, Rejected: 10_000}, true},
	} {
		if why := c.counts.Verdict(); (why != "") != c.trips {
			t.Errorf("%s: %+v.Verdict() = %q, want it to trip: %t", phrase, c.counts, why, c.trips)
		}
	}
}

func TestTailEqualsExactFractions(t *testing.T) {
	for _, c := range []struct {
		k, n int
		p    int64 // in ten thousandths
	}{{3, 9, 200}, {3, 10, 200}, {40, 1_000, 200}, {3, 400, 5}, {25, 200, 500}, {5, 5, 500}} {
		sum := new(big.Int) // of 10,000 to the nth
		for i := c.k; i <= c.n; i++ {
			term := new(big.Int).Binomial(int64(c.n), int64(i))
			sum.Add(sum, term.Mul(term, new(big.Int).Mul(power(c.p, i), power(10_000-c.p, c.n-i))))
		}
		want, _ := new(big.Rat).SetFrac(sum, power(10_000, c.n)).Float64()
		got := tail(c.k, c.n, float64(c.p)/10_000)
		if math.Abs(got-want) > 1e-9*want {
			t.Errorf("tail(%d, %d, %g) = %g, want %g", c.k, c.n, float64(c.p)/10_000, got, want)
		}
	}
}

func power(base int64, n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(n)), nil)
}

// tripPoints returns, for each number of bad messages up to most, the largest
// number of messages at which a check after every single message trips.
func tripPoints(allowed float64, most int) []int {
	among := make([]int, most+1)
	for bad := fewest; bad <= most; bad++ {
		low, high := bad-1, 10_000_000 // it trips at low, not at high
		for high-low > 1 {
			if mid := (low + high) / 2; tooMany(bad, mid, allowed) {
				low = mid
			} else {
				high = mid
			}
		}
		among[bad] = low
	}
	return among
}

// tripsAt simulates a campaign whose messages are bad at the rate, with a check
// after each. It returns the message at which the breaker trips, or 0 if it
// does not trip.
func tripsAt(r *rand.Rand, rate float64, messages int, among []int) int {
	for at, bad := 0, 1; bad < len(among); bad++ {
		at += 1 + int(math.Log(1-r.Float64())/math.Log1p(-rate)) // until the next bad message
		switch {
		case at > messages:
			return 0
		case at <= among[bad]:
			return at
		}
	}
	return 0
}

// A breaker is checked after every message here, which is the worst case. The
// test measures how often it trips for a campaign at half the allowed rate, and
// after how many messages for one at SES's own limit. The figures are in
// docs/decisions/0017.
func TestFalseAlarmsAndDelay(t *testing.T) {
	const campaigns, messages = 10_000, 20_000
	for row, c := range []struct {
		name         string
		allowed, ses float64
		alarms       int // at most, of campaigns
		median       int // messages until the breaker trips, at most
	}{
		{"hard bounces", 0.02, 0.05, 20, 300},
		{"complaints", 0.0005, 0.001, 30, 30_000},
		{"complaints, at five times SES's limit", 0.0005, 0.005, 30, 2_000},
		{"rejected", 0.05, 0.2, 20, 60},
	} {
		among := tripPoints(c.allowed, 2_000)
		alarms, edge := 0, 0
		for seed := range uint64(campaigns) {
			if tripsAt(rand.New(rand.NewPCG(seed, uint64(row))), c.allowed/2, messages, among) > 0 {
				alarms++
			}
			if tripsAt(rand.New(rand.NewPCG(seed, 10+uint64(row))), c.allowed, messages, among) > 0 {
				edge++
			}
		}
		var delays []int
		for seed := range uint64(2_000) {
			delays = append(delays, tripsAt(rand.New(rand.NewPCG(seed, 20+uint64(row))), c.ses, 1_000_000, among))
		}
		slices.Sort(delays)
		t.Logf("%-38s tripped for %d campaigns: %d at half the allowed rate, %d at exactly that rate; at %g %% after %d messages (median), %d (nine of ten)",
			c.name, campaigns, alarms, edge, 100*c.ses, delays[len(delays)/2], delays[len(delays)*9/10])
		if alarms > c.alarms {
			t.Errorf("%s: the breaker tripped for %d healthy campaigns of %d, want at most %d", c.name, alarms, campaigns, c.alarms)
		}
		if median := delays[len(delays)/2]; median == 0 || median > c.median {
			t.Errorf("%s: at %g %% it trips after %d messages, want at most %d", c.name, 100*c.ses, median, c.median)
		}
	}
}
