package profile

import (
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Days is the sums of one kind of service issue by day: how many issues began, or
// were resolved, on From and on each day after it.
type Days struct {
	From   time.Time `json:"from"`   // midnight, UTC
	Orders []int     `json:"orders"` // neither the first nor the last is zero
}

// The keys of [Profile.IssueDays] are a kind of issue with one of these.
const (
	begun    = " since" // the issues are open, and began on the day
	resolved = " until" // they were resolved on the day
)

// issueKinds are the kinds of issues, each with its place in a [ServiceIssue].
var issueKinds = []struct {
	name string
	of   func(*ServiceIssue) **Issue
}{
	{"returned", func(s *ServiceIssue) **Issue { return &s.Returned }},
	{"delayed", func(s *ServiceIssue) **Issue { return &s.Delayed }},
	{"cancelled", func(s *ServiceIssue) **Issue { return &s.Cancelled }},
}

// add adds n issues of a day. It never takes more than there are.
func (d Days) add(at time.Time, n int) Days {
	if len(d.Orders) == 0 {
		d = Days{From: at}
	}
	i := int(at.Sub(d.From) / day)
	switch {
	case i < 0:
		d = Days{at, slices.Concat(make([]int, -i), d.Orders)}
		i = 0
	case i >= len(d.Orders):
		d.Orders = slices.Concat(d.Orders, make([]int, i+1-len(d.Orders)))
	default:
		d.Orders = slices.Clone(d.Orders)
	}
	d.Orders[i] = max(0, d.Orders[i]+n)
	return d.trimmed()
}

// after returns the days that ended after t.
func (d Days) after(t time.Time) Days {
	for len(d.Orders) > 0 && !d.From.Add(day).After(t) {
		d = Days{d.From.Add(day), d.Orders[1:]}
	}
	return d.trimmed()
}

func (d Days) trimmed() Days {
	for len(d.Orders) > 0 && d.Orders[0] == 0 {
		d = Days{d.From.Add(day), d.Orders[1:]}
	}
	for len(d.Orders) > 0 && d.Orders[len(d.Orders)-1] == 0 {
		d.Orders = d.Orders[:len(d.Orders)-1]
	}
	return d
}

// Issues returns the service issues that may pause promotions: those of orders, and
// of each kind of sum the latest, whose pause lasts longest. The times of a sum are
// the end of its day, and its key is no order's ID.
func (p Profile) Issues() map[shop.OrderID]ServiceIssue {
	if len(p.IssueDays) == 0 {
		return p.ServiceIssues
	}
	all := copied(p.ServiceIssues)
	for _, kind := range issueKinds {
		for _, state := range []string{begun, resolved} {
			sum, ok := p.IssueDays[kind.name+state]
			if !ok {
				continue
			}
			last := len(sum.Orders) - 1
			end := sum.From.Add(time.Duration(last+1) * day)
			issue := &Issue{Since: end}
			if state == resolved {
				issue.Resolved = end
			}
			of := ServiceIssue{Orders: sum.Orders[last]}
			*kind.of(&of) = issue
			all[shop.OrderID(" "+kind.name+state)] = of // no order's ID begins with a space
		}
	}
	return all
}

// sumIssue adds the issue of one order to the sums (sign +1), or subtracts it
// (-1). A day that is too old to count is not there, and stays so.
func (p *Profile) sumIssue(of ServiceIssue, sign int) {
	for _, kind := range issueKinds {
		issue := *kind.of(&of)
		if issue == nil {
			continue
		}
		if kind.name == "returned" {
			p.Returned += sign
		}
		if issue.Resolved.IsZero() {
			p.sumDay(kind.name+begun, issue.Since, sign)
		} else {
			p.sumDay(kind.name+resolved, issue.Resolved, sign)
		}
	}
}

// sumDay adds n issues to the sum of the day of at, unless the day is too old.
func (p *Profile) sumDay(key string, at time.Time, n int) {
	at = at.UTC().Truncate(day)
	if !at.Add(day).After(p.oldestSum(key)) {
		return
	}
	p.IssueDays = copied(p.IssueDays)
	p.setDays(key, p.IssueDays[key].add(at, n))
}

// foldDays removes the days that cannot pause promotions any more.
func (p *Profile) foldDays() {
	p.IssueDays = maps.Clone(p.IssueDays)
	for key, sum := range p.IssueDays {
		p.setDays(key, sum.after(p.oldestSum(key)))
	}
}

func (p *Profile) setDays(key string, sum Days) {
	if len(sum.Orders) == 0 {
		delete(p.IssueDays, key)
	} else {
		p.IssueDays[key] = sum
	}
}

// oldestSum returns the time after which a day of a sum ends if it may still pause
// promotions.
func (p Profile) oldestSum(key string) time.Time {
	if strings.HasSuffix(key, begun) {
		return p.newest().Add(-openSummed)
	}
	return p.newest().Add(-resolvedSummed)
}
