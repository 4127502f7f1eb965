package judge

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// capped counts every window of every cap by the true times at which SES accepted
// messages, for each address and for each customer, who may have had several. A
// message breaks the promise if its class obeys caps and a window that
// contains it has more messages than the cap allows, counting itself and those
// that were claimed before it: the last claim has to respect the earlier ones.
func (c *checker) capped() {
	at := map[attempt]time.Time{} // of claims
	wishes := map[attempt]frequency.Wishes{}
	for _, k := range c.Claims {
		at[attempt{k.Send, k.Attempt}], wishes[attempt{k.Send, k.Attempt}] = k.At, k.Wishes
	}
	by := map[string][]message{}
	for _, a := range c.Accepted {
		key := attempt{a.Send, a.Attempt}
		known := c.campaigns[a.Campaign]
		m := message{Accepted: a, claimed: at[key], wishes: wishes[key], class: known.Class, tags: known.Tags}
		by["customer "+string(a.Customer)] = append(by["customer "+string(a.Customer)], m)
		by["address "+a.Address] = append(by["address "+a.Address], m)
	}
	for _, of := range slices.Sorted(maps.Keys(by)) {
		messages := by[of]
		for _, m := range messages {
			var before []message // with m itself as its last
			for _, other := range messages {
				if other.claimed.Before(m.claimed) {
					before = append(before, other)
				}
			}
			c.allowed(of, m, append(before, m))
		}
	}
}

type attempt struct {
	send shop.SendID
	nth  int
}

type message struct {
	Accepted
	claimed time.Time
	wishes  frequency.Wishes
	class   shop.Class
	tags    []string
}

// allowed reports m if it breaks each policy that it may have been claimed under:
// the one in force then, and those that had just been replaced.
func (c *checker) allowed(of string, m message, with []message) {
	fault := ""
	for i, r := range c.InForce {
		replaced := i+1 < len(c.InForce) && c.InForce[i+1].From.Before(m.claimed.Add(-c.Stale))
		if replaced || r.From.After(m.claimed) {
			continue
		}
		if fault = c.fault(r.Caps, c.zone(m.Customer, r.Caps), m, with); fault == "" {
			break
		}
	}
	if fault == "" {
		fault = c.wishFault(m, with)
	}
	if fault != "" {
		c.broken(Capped, "%s: %s %s, accepted at %s: %s", of, m.class, m.Send, m.At.Format("01-02 15:04:05.000"), fault)
	}
}

func (c *checker) zone(customer shop.CustomerID, p frequency.Policy) *time.Location {
	for _, name := range []string{c.Zones[customer], p.Zone} {
		if loc, err := time.LoadLocation(name); err == nil && name != "" && name != "Local" {
			return loc
		}
	}
	return time.UTC
}

// fault returns how m breaks the policy p, or "".
func (c *checker) fault(p frequency.Policy, zone *time.Location, m message, with []message) string {
	class := classPolicy(p, m.class)
	if class.Quiet && c.quiet(p, zone, m.At) {
		return "in the quiet hours"
	}
	if !class.Obeys {
		return ""
	}
	for _, r := range p.Caps {
		if !covers(r, m) {
			continue
		}
		if r.Max <= 0 {
			return fmt.Sprintf("cap %s allows none", r.Name)
		}
		var at []time.Time
		for _, other := range with {
			if other.Send == m.Send && other.Attempt == m.Attempt || covers(r, other) && classPolicy(p, other.class).Counts {
				at = append(at, other.At)
			}
		}
		if n := most(r.Window, zone, m.At, at); n > r.Max {
			return fmt.Sprintf("a window of cap %s (%d per %s) holds %d", r.Name, r.Max, r.Window, n)
		}
	}
	for _, other := range with[:len(with)-1] {
		if between := m.At.Sub(other.At).Abs(); classPolicy(p, other.class).Counts && between < p.MinGap {
			return fmt.Sprintf("only %s from %s, and the gap is %s", between, other.Send, p.MinGap)
		}
	}
	return ""
}

// wishFault returns how m breaks the pause or the pace that the customer chose, or
// "". Whatever the customer's zone is, a day has begun 14 hours before it does in
// UTC or later.
func (c *checker) wishFault(m message, with []message) string {
	if !m.class.Marketing() {
		return ""
	}
	if day, err := time.Parse(time.DateOnly, m.wishes.Pause.Value); err == nil && m.claimed.Before(day.Add(-14*time.Hour-c.Skew)) {
		return "the customer had asked for a pause"
	}
	window, chosen := map[string]time.Duration{frequency.Weekly: 7 * 24 * time.Hour, frequency.Monthly: 30 * 24 * time.Hour}[m.wishes.Pace.Value]
	if !chosen {
		return ""
	}
	var at []time.Time
	for _, other := range with {
		if other.class.Marketing() {
			at = append(at, other.At)
		}
	}
	if n := most(frequency.Rolling(window), time.UTC, m.At, at); n > 1 {
		return fmt.Sprintf("%d marketing messages in %s, and the customer wants one", n, window)
	}
	return ""
}

// quiet reports whether at lies in the quiet hours by a margin: also slack before
// it, for a message on its way, and skew after it, for a clock that differs.
func (c *checker) quiet(p frequency.Policy, zone *time.Location, at time.Time) bool {
	if p.Quiet.From == p.Quiet.To {
		return false
	}
	for _, t := range []time.Time{at.Add(-p.Slack), at, at.Add(c.Skew)} {
		local := t.In(zone)
		minute := frequency.Clock(local.Hour()*60 + local.Minute())
		quiet := minute >= p.Quiet.From && minute < p.Quiet.To
		if p.Quiet.From > p.Quiet.To {
			quiet = minute >= p.Quiet.From || minute < p.Quiet.To
		}
		if !quiet {
			return false
		}
	}
	return true
}

// most returns the number of times in the fullest window that contains now; now is
// one of the times.
func most(w frequency.Window, zone *time.Location, now time.Time, at []time.Time) (most int) {
	if w.Calendar != "" {
		for _, t := range at {
			if period(w.Calendar, t.In(zone)) == period(w.Calendar, now.In(zone)) {
				most++
			}
		}
		return most
	}
	for _, from := range at { // one of the fullest windows begins at one of the times
		end := from.Add(w.Rolling)
		if from.After(now) || !now.Before(end) {
			continue
		}
		n := 0
		for _, t := range at {
			if !t.Before(from) && t.Before(end) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// period names the calendar day or ISO week of a local time.
func period(cal frequency.Calendar, t time.Time) string {
	if cal == frequency.Week {
		year, week := t.ISOWeek()
		return fmt.Sprint(year, "-", week)
	}
	return t.Format(time.DateOnly)
}

func covers(r frequency.Cap, m message) bool {
	switch r.Scope {
	case frequency.ScopeClass:
		return m.class == r.Class
	case frequency.ScopeTag:
		return slices.Contains(m.tags, r.Tag)
	}
	return true
}

func classPolicy(p frequency.Policy, class shop.Class) frequency.ClassPolicy {
	if r, ok := p.Classes[class]; ok {
		return r
	}
	return frequency.ClassPolicy{Obeys: true, Counts: true, Quiet: true}
}
