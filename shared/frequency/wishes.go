package frequency

import (
	"cmp"
	"time"

	"regulars/shared/shop"
)

// Wishes are what the person of a mailbox chose on the preference page, beside
// consents. Each has the time at which it was chosen: the latest one counts, in
// any order of arrival.
type Wishes struct {
	Pace     Wish `json:"pace,omitzero"`     // how often marketing messages may come at most: Weekly, Monthly, or "" for the shop's caps alone
	Pause    Wish `json:"pause,omitzero"`    // the first day with marketing messages again, such as "2026-12-24"; "" for no pause
	Language Wish `json:"language,omitzero"` // of messages and pages, BCP 47; "" for what the shop knows
	Plain    Wish `json:"plain,omitzero"`    // "yes": links are direct: without marks for web analytics, and not counted
}

// Wish is one choice; the zero Wish was never made. An empty Value with a time
// takes an earlier choice back.
type Wish struct {
	Value string    `json:"value,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// Values of [Wishes].Pace: at most one marketing message in 7 days, or in 30.
const (
	Weekly  = "weekly"
	Monthly = "monthly"
)

// paces are the windows of the values of [Wishes].Pace.
var paces = map[string]Window{Weekly: Rolling(7 * 24 * time.Hour), Monthly: Rolling(30 * 24 * time.Hour)}

// Yes is the value of [Wishes].Plain.
const Yes = "yes"

// IsPace reports whether the value can be a [Wishes].Pace; "" is one.
func IsPace(value string) bool { return value == "" || paces[value] != Window{} }

// later returns the wish that counts of two: the later one, and of two at one
// time the one whose value sorts last.
func (w Wish) later(other Wish) Wish {
	if cmp.Or(other.At.Compare(w.At), cmp.Compare(other.Value, w.Value)) > 0 {
		return other
	}
	return w
}

// WithWishes returns the contact with other wishes merged in: of each the latest
// counts. The receiver is not changed.
func (c Contact) WithWishes(other Wishes) Contact {
	for _, w := range []struct{ ours, theirs *Wish }{
		{&c.Wishes.Pace, &other.Pace},
		{&c.Wishes.Pause, &other.Pause},
		{&c.Wishes.Language, &other.Language},
		{&c.Wishes.Plain, &other.Plain},
	} {
		theirs := *w.theirs
		theirs.At = shop.Millis(theirs.At)
		*w.ours = w.ours.later(theirs)
	}
	return c
}

// PausedUntil returns the end of the mailbox's pause: the first instant at which
// the chosen day has begun in each of the customer's zones, or else in the shop's.
// It is zero if there is no pause; it may be over. zones is as in [Policy.Check].
func (p Policy) PausedUntil(zones []string, c Contact) time.Time {
	return p.clock(zones).begins(c.Wishes.Pause.Value)
}

// begins returns the first instant at which the day, such as "2026-12-24", has
// begun in each of the zones; zero if day is no day.
func (c clock) begins(day string) (last time.Time) {
	date, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	for _, zone := range c.zones {
		last = later(last, begin(zone, date.Year(), date.Month(), date.Day()))
	}
	return last
}
