package breaker

import (
	"time"

	"regulars/shared/shop"
)

// Scope is a set of messages that are counted together: a campaign, by its ID,
// or the [Account].
type Scope string

// Account is all campaigns together. No campaign's ID begins with "@".
const Account Scope = "@account"

// Of returns the scope of the campaign.
func Of(c shop.CampaignID) Scope { return Scope(c) }

// Days is how many days are counted, including today.
const Days = 7

// Tally holds a scope's counts by the UTC day, as 2006-01-02, on which the
// outcome became known.
type Tally map[string]Counts

// Day returns the UTC day of now, as a key of a [Tally].
func Day(now time.Time) string { return now.UTC().Format(time.DateOnly) }

// Sum returns the counts of the last [Days] days. A day in the future, which a
// fast clock may write, is included.
func (t Tally) Sum(now time.Time) (sum Counts) {
	first := Day(now.AddDate(0, 0, 1-Days))
	for day, counts := range t {
		if day >= first {
			sum = sum.Plus(counts)
		}
	}
	return sum
}

// Old reports whether the day is too old to be counted today.
func Old(day, today string) bool {
	now, err := time.Parse(time.DateOnly, today)
	return err == nil && day < Day(now.AddDate(0, 0, 1-Days))
}
