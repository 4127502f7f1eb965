package breaker

import (
	"time"

	"regulars/shared/shop"
)

// Scope is what is counted together: a campaign, by its name, or the [Account].
type Scope string

// Account is all campaigns together; "@" cannot begin a campaign's name.
const Account Scope = "@account"

// Of returns the campaign's scope.
func Of(c shop.CampaignID) Scope { return Scope(c) }

// Days is how many days count, today among them.
const Days = 7

// Tally is what became of a scope's messages, by the UTC day on which it was
// heard, as 2006-01-02.
type Tally map[string]Counts

// Day returns the day that a moment is on.
func Day(now time.Time) string { return now.UTC().Format(time.DateOnly) }

// Sum returns the counts of the last [Days] days. A day that is still to come,
// by a clock that is fast, counts as well.
func (t Tally) Sum(now time.Time) (sum Counts) {
	first := Day(now.AddDate(0, 0, 1-Days))
	for day, counts := range t {
		if day >= first {
			sum = sum.Plus(counts)
		}
	}
	return sum
}

// Old reports whether a day counts no more on that of today.
func Old(day, today string) bool {
	now, err := time.Parse(time.DateOnly, today)
	return err == nil && day < Day(now.AddDate(0, 0, 1-Days))
}
