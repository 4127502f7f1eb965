package outcome

import (
	"time"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Question is what a [Report] is about. Use [Question.WithDefaults].
type Question struct {
	Now      time.Time
	Currency shop.Currency // the shop's; orders in another one are counted, and their money is not

	Campaign shop.CampaignID // a campaign, or a journey with its steps; empty: all
	From, To time.Time       // messages that were planned, and units that entered, from From until before To; zero: without a limit

	Horizon time.Duration // after the entry, in which orders count; default 28 days
	Before  time.Duration // before the entry, for the correction; default 365 days
	After   time.Duration // after a message, in which an order is attributed to it; default 5 days

	// Segments returns the names of the segments of a customer, whose profile is as it
	// was at the entry; nil: there are none.
	Segments func(at time.Time, p profile.Profile) []string
}

// The defaults of a question.
const (
	day     = 24 * time.Hour
	Horizon = 28 * day
	Before  = 365 * day
	After   = 5 * day
)

// WithDefaults returns q with a value for each length that has none.
func (q Question) WithDefaults() Question {
	for _, d := range []struct {
		of  *time.Duration
		def time.Duration
	}{{&q.Horizon, Horizon}, {&q.Before, Before}, {&q.After, After}} {
		if *d.of == 0 {
			*d.of = d.def
		}
	}
	return q
}

// asks reports whether the question is about a time.
func (q Question) asks(at time.Time) bool {
	return !at.Before(q.From) && (q.To.IsZero() || at.Before(q.To))
}
