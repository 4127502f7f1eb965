package frequency_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// blind returns an engine that answers another question than it was asked: one
// that overlooks something.
func blind(overlook func(q *question)) engine {
	return func(p frequency.Policy, now time.Time, zone string, c frequency.Contact, class shop.Class, tags []string) frequency.Verdict {
		q := question{p, now, zone, c, class, tags}
		q.policy.Caps, q.contact.Ledger = slices.Clone(p.Caps), slices.Clone(c.Ledger)
		overlook(&q)
		return frequency.Policy.Check(q.policy, q.now, q.zone, q.contact, q.class, q.tags)
	}
}

// classRules has every class obey what change makes of its rule.
func classRules(change func(*frequency.ClassPolicy)) engine {
	return blind(func(q *question) {
		rules := map[shop.Class]frequency.ClassPolicy{}
		for _, class := range classes {
			r := strictOr(q.policy, class)
			change(&r)
			rules[class] = r
		}
		q.policy.Classes = rules
	})
}

// windows has every rule of that calendar period ("" for rolling) count over
// another window.
func windows(of frequency.Calendar, change func(frequency.Window) frequency.Window) engine {
	return blind(func(q *question) {
		for i, r := range q.policy.Caps {
			if r.Window.Calendar == of {
				q.policy.Caps[i].Window = change(r.Window)
			}
		}
	})
}

// entries has the engine see another ledger.
func entries(change func(q *question, e frequency.Entry) (frequency.Entry, bool)) engine {
	return blind(func(q *question) {
		var seen []frequency.Entry
		for _, e := range q.contact.Ledger {
			if e, ok := change(q, e); ok {
				seen = append(seen, e)
			}
		}
		q.contact.Ledger = seen
	})
}

// broken are the ways in which an engine for caps goes wrong, most of which some
// engine has gone. The oracle has to refute each: one that it lets pass says
// that the questions never come to the point.
var broken = map[string]engine{
	"a rolling window is a minute short": windows("", func(w frequency.Window) frequency.Window { return frequency.Rolling(w.Rolling - time.Minute) }),
	"a rolling window is a minute long":  windows("", func(w frequency.Window) frequency.Window { return frequency.Rolling(w.Rolling + time.Minute) }),
	"a rolling window is the calendar's": windows("", func(frequency.Window) frequency.Window { return frequency.Window{Calendar: frequency.Day} }),
	"a day is the last 24 hours":         windows(frequency.Day, func(frequency.Window) frequency.Window { return frequency.Rolling(24 * time.Hour) }),
	"a week is the last seven days":      windows(frequency.Week, func(frequency.Window) frequency.Window { return frequency.Rolling(7 * 24 * time.Hour) }),
	"a week is a day":                    windows(frequency.Week, func(frequency.Window) frequency.Window { return frequency.Window{Calendar: frequency.Day} }),
	"a cap lets one more go": blind(func(q *question) {
		for i := range q.policy.Caps {
			q.policy.Caps[i].Max++
		}
	}),
	"a cap of 0 is no cap": blind(func(q *question) {
		q.policy.Caps = slices.DeleteFunc(q.policy.Caps, func(r frequency.Cap) bool { return r.Max == 0 })
	}),
	"the first rule alone counts": blind(func(q *question) { q.policy.Caps = q.policy.Caps[:min(1, len(q.policy.Caps))] }),
	"a rule on a tag is on all": blind(func(q *question) {
		for i, r := range q.policy.Caps {
			if r.Scope == frequency.ScopeTag {
				q.policy.Caps[i].Scope = frequency.ScopeAll
			}
		}
	}),
	"the message's tags are not seen": blind(func(q *question) { q.tags = nil }),
	"the ledger's tags are those of now": entries(func(q *question, e frequency.Entry) (frequency.Entry, bool) {
		e.Tags = q.tags
		return e, true
	}),
	"the ledger's classes are not seen": entries(func(q *question, e frequency.Entry) (frequency.Entry, bool) {
		e.Class = q.class
		return e, true
	}),

	"there is no gap":                    blind(func(q *question) { q.policy.MinGap = 0 }),
	"the gap is a minute short":          blind(func(q *question) { q.policy.MinGap = max(0, q.policy.MinGap-time.Minute) }),
	"there is no slack":                  blind(func(q *question) { q.policy.Slack = 0 }),
	"a stamp of a fast clock is not yet": entries(func(q *question, e frequency.Entry) (frequency.Entry, bool) { return e, !e.At.After(q.now) }),

	"who counts obeys":          classRules(func(r *frequency.ClassPolicy) { r.Obeys = r.Counts }),
	"who obeys counts":          classRules(func(r *frequency.ClassPolicy) { r.Counts = r.Obeys }),
	"nobody is bound unlisted":  blind(func(q *question) { q.policy.Classes = withUnlisted(q.policy, frequency.ClassPolicy{}) }),
	"who obeys is quiet":        classRules(func(r *frequency.ClassPolicy) { r.Quiet = r.Obeys }),
	"the own limit is the shop": blind(func(q *question) { q.contact.Own.PerWeek = nil }),
	"an own limit of 0 is none": blind(func(q *question) {
		if n := q.contact.Own.PerWeek; n != nil && *n == 0 {
			q.contact.Own.PerWeek = nil
		}
	}),
	"there is no pause": blind(func(q *question) { q.contact.Own.PausedUntil = time.Time{} }),

	"there are no quiet hours": blind(func(q *question) { q.policy.Quiet = frequency.Quiet{} }),
	"quiet hours do not wrap midnight": blind(func(q *question) {
		if q.policy.Quiet.From > q.policy.Quiet.To {
			q.policy.Quiet = frequency.Quiet{}
		}
	}),
	"all live where the shop is":     blind(func(q *question) { q.zone = "" }),
	"all live in UTC":                blind(func(q *question) { q.zone = "UTC" }),
	"who has no zone lives in UTC":   blind(func(q *question) { q.zone = orUTC(q.zone) }),
	"a shop without a zone is UTC's": blind(func(q *question) { q.policy.Zone = orUTC(q.policy.Zone) }),
	"zones have no summer time": blind(func(q *question) {
		if fixed, ok := map[string]string{"Europe/London": "UTC", "America/New_York": "America/Panama", "Asia/Beirut": "Africa/Tripoli"}[q.zone]; ok {
			q.zone = fixed
		}
	}),
	"it waits for the next hour, not the next minute": rounding(time.Hour),
	"it waits for the next second":                    rounding(time.Second),
}

func withUnlisted(p frequency.Policy, rule frequency.ClassPolicy) map[shop.Class]frequency.ClassPolicy {
	rules := map[shop.Class]frequency.ClassPolicy{}
	for _, class := range classes {
		rules[class] = rule
		if r, listed := p.Classes[class]; listed {
			rules[class] = r
		}
	}
	return rules
}

func orUTC(zone string) string {
	if _, known := shop.Zone(zone); !known {
		return "UTC"
	}
	return zone
}

// rounding has a wait end at the next whole d, whatever is forbidden then.
func rounding(d time.Duration) engine {
	return func(p frequency.Policy, now time.Time, zone string, c frequency.Contact, class shop.Class, tags []string) frequency.Verdict {
		v := p.Check(now, zone, c, class, tags)
		if !v.Allowed && !v.At.IsZero() {
			if v.At = v.At.Add(-time.Minute + time.Second).Truncate(d).Add(d); d > time.Minute {
				v.At = v.At.Add(d)
			}
		}
		return v
	}
}

// TestTheOracleRefutesWhatIsBroken asks the questions of
// TestCheckAgainstMinuteByMinute of engines that are known to be wrong.
func TestTheOracleRefutesWhatIsBroken(t *testing.T) {
	questions := rapid.Custom(drawQuestion)
	for what, e := range broken {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			for seed := range 3_000 {
				if refute(e, questions.Example(seed)) != "" {
					return
				}
			}
			t.Error("3000 questions did not find it out")
		})
	}
}

// TestTheStoryRefutesWhatIsBroken tells the stories of TestNoWindowHoldsMore of
// engines that forget what only concurrency brings about.
func TestTheStoryRefutesWhatIsBroken(t *testing.T) {
	for what, s := range map[string]story{
		"there is no slack":                  {check: broken["there is no slack"], restamp: true},
		"half the slack":                     {restamp: true, check: blind(func(q *question) { q.policy.Slack /= 2 })},
		"a stamp of a fast clock is not yet": {check: broken["a stamp of a fast clock is not yet"], restamp: true},
		"a claim taken over keeps its stamp": {check: frequency.Policy.Check},
		"the own limit is the shop":          {check: broken["the own limit is the shop"], restamp: true},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			stories := rapid.Custom(func(t *rapid.T) string {
				told := s
				told.T = t
				return told.tell()
			})
			for seed := range 3_000 {
				if stories.Example(seed) != "" {
					return
				}
			}
			t.Error("3000 stories did not find it out")
		})
	}
}
