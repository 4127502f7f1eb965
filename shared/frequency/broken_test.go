package frequency_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// blind returns a wrong engine: it calls Check with a question that overlook
// has changed.
func blind(overlook func(q *question)) engine {
	return func(p frequency.Policy, now time.Time, zone string, c frequency.Contact, class shop.Class, tags []string) frequency.Verdict {
		q := question{p, now, zone, c, class, tags}
		q.policy.Caps, q.contact.Ledger = slices.Clone(p.Caps), slices.Clone(c.Ledger)
		overlook(&q)
		return checked(q.policy, q.now, q.zone, q.contact, q.class, q.tags)
	}
}

// classPolicies returns an engine that changes the policy of each class.
func classPolicies(change func(*frequency.ClassPolicy)) engine {
	return blind(func(q *question) {
		changed := map[shop.Class]frequency.ClassPolicy{}
		for _, class := range classes {
			p := policyOf(q.policy, class)
			change(&p)
			changed[class] = p
		}
		q.policy.Classes = changed
	})
}

// windows returns an engine that changes the window of each cap with this
// calendar period ("" for rolling).
func windows(of frequency.Calendar, change func(frequency.Window) frequency.Window) engine {
	return blind(func(q *question) {
		for i, r := range q.policy.Caps {
			if r.Window.Calendar == of {
				q.policy.Caps[i].Window = change(r.Window)
			}
		}
	})
}

// entries returns an engine that changes or drops entries of the ledger.
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

// broken has engines with typical faults, most of which occurred in real
// engines. The oracle has to refute each of them. If it does not, the questions
// do not cover the fault.
var broken = map[string]engine{
	"a rolling window is a minute short": windows("", func(w frequency.Window) frequency.Window { return frequency.Rolling(w.Rolling - time.Minute) }),
	"a rolling window is a minute long":  windows("", func(w frequency.Window) frequency.Window { return frequency.Rolling(w.Rolling + time.Minute) }),
	"a rolling window is a calendar day": windows("", func(frequency.Window) frequency.Window { return frequency.Window{Calendar: frequency.Day} }),
	"a day is the last 24 hours":         windows(frequency.Day, func(frequency.Window) frequency.Window { return frequency.Rolling(24 * time.Hour) }),
	"a week is the last seven days":      windows(frequency.Week, func(frequency.Window) frequency.Window { return frequency.Rolling(7 * 24 * time.Hour) }),
	"a week is a day":                    windows(frequency.Week, func(frequency.Window) frequency.Window { return frequency.Window{Calendar: frequency.Day} }),
	"a cap allows one message more": blind(func(q *question) {
		for i := range q.policy.Caps {
			q.policy.Caps[i].Max++
		}
	}),
	"a cap of 0 is ignored": blind(func(q *question) {
		q.policy.Caps = slices.DeleteFunc(q.policy.Caps, func(r frequency.Cap) bool { return r.Max == 0 })
	}),
	"only the first cap counts": blind(func(q *question) { q.policy.Caps = q.policy.Caps[:min(1, len(q.policy.Caps))] }),
	"a cap on a tag is a cap on all messages": blind(func(q *question) {
		for i, r := range q.policy.Caps {
			if r.Scope == frequency.ScopeTag {
				q.policy.Caps[i].Scope = frequency.ScopeAll
			}
		}
	}),
	"the message's tags are ignored": blind(func(q *question) { q.tags = nil }),
	"ledger entries have the tags of the message": entries(func(q *question, e frequency.Entry) (frequency.Entry, bool) {
		e.Tags = q.tags
		return e, true
	}),
	"ledger entries have the class of the message": entries(func(q *question, e frequency.Entry) (frequency.Entry, bool) {
		e.Class = q.class
		return e, true
	}),

	"no minimum gap":                             blind(func(q *question) { q.policy.MinGap = 0 }),
	"the minimum gap is a minute short":          blind(func(q *question) { q.policy.MinGap = max(0, q.policy.MinGap-time.Minute) }),
	"no slack":                                   blind(func(q *question) { q.policy.Slack = 0 }),
	"an entry with a future time does not count": entries(func(q *question, e frequency.Entry) (frequency.Entry, bool) { return e, !e.At.After(q.now) }),

	"each class that counts obeys":               classPolicies(func(r *frequency.ClassPolicy) { r.Obeys = r.Counts }),
	"each class that obeys counts":               classPolicies(func(r *frequency.ClassPolicy) { r.Counts = r.Obeys }),
	"an unlisted class neither obeys nor counts": blind(func(q *question) { q.policy.Classes = withUnlisted(q.policy, frequency.ClassPolicy{}) }),
	"each class that obeys keeps quiet hours":    classPolicies(func(r *frequency.ClassPolicy) { r.Quiet = r.Obeys }),
	"the customer's pace is ignored":             blind(func(q *question) { q.contact.Wishes.Pace.Value = "" }),
	"monthly is read as weekly": blind(func(q *question) {
		if q.contact.Wishes.Pace.Value == frequency.Monthly {
			q.contact.Wishes.Pace.Value = frequency.Weekly
		}
	}),
	"the pace counts promotions only": entries(func(q *question, e frequency.Entry) (frequency.Entry, bool) {
		return e, q.contact.Wishes.Pace.Value == "" || e.Class == shop.ClassPromotion
	}),
	"the customer's pause is ignored": blind(func(q *question) { q.contact.Wishes.Pause.Value = "" }),
	"the pause ends a day late": blind(func(q *question) {
		if day, err := time.Parse(time.DateOnly, q.contact.Wishes.Pause.Value); err == nil {
			q.contact.Wishes.Pause.Value = day.AddDate(0, 0, 1).Format(time.DateOnly)
		}
	}),

	"no quiet hours": blind(func(q *question) { q.policy.Quiet = frequency.Quiet{} }),
	"quiet hours do not wrap midnight": blind(func(q *question) {
		if q.policy.Quiet.From > q.policy.Quiet.To {
			q.policy.Quiet = frequency.Quiet{}
		}
	}),
	"all customers have the shop's zone": blind(func(q *question) { q.zone = "" }),
	"all customers have the zone UTC":    blind(func(q *question) { q.zone = "UTC" }),
	"a customer without a zone has UTC":  blind(func(q *question) { q.zone = orUTC(q.zone) }),
	"a shop without a zone has UTC":      blind(func(q *question) { q.policy.Zone = orUTC(q.policy.Zone) }),
	"zones have no summer time": blind(func(q *question) {
		if fixed, ok := map[string]string{"Europe/London": "UTC", "America/New_York": "America/Panama", "Asia/Beirut": "Africa/Tripoli"}[q.zone]; ok {
			q.zone = fixed
		}
	}),
	"a wait ends at a whole hour, not a whole minute": rounding(time.Hour),
	"a wait ends at a whole second":                   rounding(time.Second),
}

// withUnlisted returns the class policies of p, with other for each class that
// p does not list.
func withUnlisted(p frequency.Policy, other frequency.ClassPolicy) map[shop.Class]frequency.ClassPolicy {
	all := map[shop.Class]frequency.ClassPolicy{}
	for _, class := range classes {
		all[class] = other
		if c, listed := p.Classes[class]; listed {
			all[class] = c
		}
	}
	return all
}

func orUTC(zone string) string {
	if _, known := shop.Zone(zone); !known {
		return "UTC"
	}
	return zone
}

// rounding returns an engine whose waits end at the next whole d, even if the
// message is not allowed then.
func rounding(d time.Duration) engine {
	return func(p frequency.Policy, now time.Time, zone string, c frequency.Contact, class shop.Class, tags []string) frequency.Verdict {
		v := p.Check(now, []string{zone}, c, class, tags)
		if !v.Allowed && !v.At.IsZero() {
			if v.At = v.At.Add(-time.Minute + time.Second).Truncate(d).Add(d); d > time.Minute {
				v.At = v.At.Add(d)
			}
		}
		return v
	}
}

// The questions are those of TestCheckAgreesWithTheOracleMinuteByMinute.
func TestTheOracleRefutesEachBrokenEngine(t *testing.T) {
	questions := rapid.Custom(drawQuestion)
	for name, e := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range 3_000 {
				if refutation(e, questions.Example(seed)) != "" {
					return
				}
			}
			t.Error("3000 questions did not refute the engine")
		})
	}
}

// The scenarios are those of TestNoWindowHoldsMoreThanItsCap. These faults show
// only if several workers send at the same time.
func TestScenariosRefuteEachBrokenEngine(t *testing.T) {
	for name, s := range map[string]scenario{
		"no slack":          {check: broken["no slack"], restamp: true},
		"half of the slack": {restamp: true, check: blind(func(q *question) { q.policy.Slack /= 2 })},
		"an entry with a future time does not count": {check: broken["an entry with a future time does not count"], restamp: true},
		"a claim that is taken over keeps its time":  {check: checked},
		"the customer's pace is ignored":             {check: broken["the customer's pace is ignored"], restamp: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scenarios := rapid.Custom(func(t *rapid.T) string {
				drawn := s
				drawn.T = t
				return drawn.run()
			})
			for seed := range 3_000 {
				if scenarios.Example(seed) != "" {
					return
				}
			}
			t.Error("3000 scenarios did not refute the engine")
		})
	}
}
