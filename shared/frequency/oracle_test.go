package frequency_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// zones has zones with offsets of whole, half and quarter hours, of both
// hemispheres, with a clock change of half an hour, a skipped midnight and one
// that comes twice. Of the last three, one is missing, one does not exist, and
// one names the machine's zone.
var zones = []string{"Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Asia/Beirut", "America/Havana", "UTC", "", "Europe/Atlantis", "Local"}

var classes = []shop.Class{shop.ClassService, shop.ClassPromise, shop.ClassPromotion}

// around has days near the clock changes of these zones, and near a leap day.
var around = []time.Time{
	time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 4, 4, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 0, 0, 0, 0, time.UTC),
	time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	time.Date(2028, 2, 28, 0, 0, 0, 0, time.UTC),
}

func drawTime(t *rapid.T, label string) time.Time {
	base := rapid.SampledFrom(around).Draw(t, label+" near")
	return base.Add(time.Duration(rapid.Int64Range(-3*24*3600, 3*24*3600).Draw(t, label)) * time.Second)
}

func drawTags(t *rapid.T) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b"}), 0, 2, rapid.ID).Draw(t, "tags")
}

// atMost draws the limit of a cap: 1 to 3, or sometimes 0.
func atMost(t *rapid.T, label string) int {
	return rapid.SampledFrom([]int{1, 2, 3, 1, 2, 3, 1, 2, 3, 0}).Draw(t, label)
}

func drawPolicy(t *rapid.T) frequency.Policy {
	window := rapid.Custom(func(t *rapid.T) frequency.Window {
		if rapid.Bool().Draw(t, "calendar") {
			return frequency.Window{Calendar: rapid.SampledFrom([]frequency.Calendar{frequency.Day, frequency.Week}).Draw(t, "period")}
		}
		return frequency.Rolling(time.Duration(rapid.IntRange(1, 60*60).Draw(t, "minutes")) * time.Minute)
	})
	caps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) frequency.Cap {
		r := frequency.Cap{
			Name: "r", Scope: rapid.SampledFrom([]frequency.Scope{frequency.ScopeAll, frequency.ScopeClass, frequency.ScopeTag}).Draw(t, "scope"),
			Max: atMost(t, "max"), Window: window.Draw(t, "window"),
		}
		r.Class = rapid.SampledFrom(classes).Draw(t, "class")
		r.Tag = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "tag")
		return r
	}), 0, 4).Draw(t, "caps")
	p := frequency.Policy{
		Caps:    caps,
		MinGap:  time.Duration(rapid.IntRange(0, 300).Draw(t, "gap")) * time.Minute,
		Slack:   time.Duration(rapid.IntRange(0, 300).Draw(t, "slack")) * time.Second,
		Zone:    rapid.SampledFrom(zones).Draw(t, "shop's zone"),
		Classes: map[shop.Class]frequency.ClassPolicy{},
	}
	if rapid.Bool().Draw(t, "quiet") {
		p.Quiet.From = frequency.Clock(rapid.IntRange(0, 1439).Draw(t, "from"))
		p.Quiet.To = frequency.Clock(rapid.IntRange(0, 1439).Draw(t, "to"))
	}
	for _, c := range classes {
		if rapid.IntRange(0, 2).Draw(t, "unlisted") == 0 {
			continue // an unlisted class obeys, counts and keeps quiet hours
		}
		p.Classes[c] = frequency.ClassPolicy{
			Obeys: rapid.Bool().Draw(t, "obeys"), Counts: rapid.Bool().Draw(t, "counts"), Quiet: rapid.Bool().Draw(t, "keeps quiet"),
		}
	}
	return p
}

func drawContact(t *rapid.T) frequency.Contact {
	var c frequency.Contact
	base := drawTime(t, "ledger")
	for i := range rapid.IntRange(0, 8).Draw(t, "entries") {
		at := base.Add(time.Duration(rapid.IntRange(-4*24*3600, 3600).Draw(t, "sent")) * time.Second)
		c.Ledger = append(c.Ledger, frequency.Entry{
			Send: shop.SendID(rune('a' + i)), At: at, Class: rapid.SampledFrom(classes).Draw(t, "class"), Tags: drawTags(t),
		})
	}
	c.Wishes.Pace.Value = rapid.SampledFrom([]string{"", frequency.Weekly, frequency.Monthly}).Draw(t, "pace")
	if rapid.Bool().Draw(t, "pause") {
		c.Wishes.Pause.Value = base.AddDate(0, 0, rapid.IntRange(-1, 2).Draw(t, "paused")).Format(time.DateOnly)
	}
	return c
}

// oracle returns a function that reports whether a message may go at t. It is
// written from the description of the caps, with wall clocks instead of
// instants.
func oracle(p frequency.Policy, zone string, c frequency.Contact, class shop.Class, tags []string) func(t time.Time) bool {
	loc, known := time.UTC, false
	for _, z := range []string{zone, p.Zone} {
		if l, err := time.LoadLocation(z); err == nil && z != "" && z != "Local" && !known {
			loc, known = l, true
		}
	}
	return func(t time.Time) bool { return legal(p, t, loc, known, c, class, tags) }
}

// legal is oracle for one time and the zone that applies; known is false if
// none is set.
func legal(p frequency.Policy, t time.Time, loc *time.Location, known bool, c frequency.Contact, class shop.Class, tags []string) bool {
	obeyed, listed := p.Classes[class]
	if !listed {
		obeyed = frequency.ClassPolicy{Obeys: true, Counts: true, Quiet: true}
	}
	counts := func(e frequency.Entry) bool { r, ok := p.Classes[e.Class]; return !ok || r.Counts }
	day := func(t time.Time) int64 { // days since 1970 by the wall clock
		y, m, d := t.In(loc).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / (24 * 3600)
	}
	monday := func(t time.Time) int64 { return (day(t) + 3) / 7 }            // 1970 began on a Thursday
	surely := t.Add(-p.Slack)                                                // the earliest true time, if the clock is fast
	latest := func(e frequency.Entry) time.Time { return e.At.Add(p.Slack) } // the latest time at which it went out

	if sells(class) && t.In(loc).Format(time.DateOnly) < c.Wishes.Pause.Value {
		return false
	}
	days := map[string]int{frequency.Weekly: 7, frequency.Monthly: 30}[c.Wishes.Pace.Value]
	for _, e := range c.Ledger {
		if days > 0 && sells(class) && sells(e.Class) && t.Sub(latest(e)) < time.Duration(days)*24*time.Hour {
			return false
		}
	}
	if obeyed.Obeys {
		for _, r := range p.Caps {
			n := 0
			for _, e := range c.Ledger {
				if !covers(r, e.Class, e.Tags) || !counts(e) {
					continue
				}
				switch r.Window.Calendar {
				case frequency.Day:
					if day(latest(e)) >= day(surely) {
						n++
					}
				case frequency.Week:
					if monday(latest(e)) >= monday(surely) {
						n++
					}
				default:
					if t.Sub(latest(e)) < r.Window.Rolling {
						n++
					}
				}
			}
			if covers(r, class, tags) && n >= r.Max {
				return false
			}
		}
		for _, e := range c.Ledger {
			if p.MinGap > 0 && counts(e) && t.Sub(latest(e)) < p.MinGap {
				return false
			}
		}
	}
	if obeyed.Quiet && p.Quiet.From != p.Quiet.To {
		h, m, _ := t.In(loc).Clock()
		wall, from, to := frequency.Clock(60*h+m), p.Quiet.From, p.Quiet.To
		if !known {
			from, to = 18*60, 12*60
		}
		if from < to {
			return wall < from || wall >= to
		}
		return wall < from && wall >= to
	}
	return true
}

// sells reports whether messages of the class are marketing.
func sells(class shop.Class) bool { return class == shop.ClassPromotion || class == shop.ClassPromise }

// covers reports whether a message is in the cap's scope.
func covers(r frequency.Cap, class shop.Class, tags []string) bool {
	return r.Scope == frequency.ScopeAll || r.Scope == frequency.ScopeClass && class == r.Class ||
		r.Scope == frequency.ScopeTag && slices.Contains(tags, r.Tag)
}

// question is the arguments of one call of Check.
type question struct {
	policy  frequency.Policy
	now     time.Time
	zone    string
	contact frequency.Contact
	class   shop.Class
	tags    []string
}

func drawQuestion(t *rapid.T) question {
	return question{
		drawPolicy(t), drawTime(t, "now"), rapid.SampledFrom(zones).Draw(t, "zone"), drawContact(t),
		rapid.SampledFrom(classes).Draw(t, "class"), drawTags(t),
	}
}

// engine is [frequency.Policy.Check] for one zone, or another implementation of
// it.
type engine func(p frequency.Policy, now time.Time, zone string, c frequency.Contact, class shop.Class, tags []string) frequency.Verdict

func checked(p frequency.Policy, now time.Time, zone string, c frequency.Contact, class shop.Class, tags []string) frequency.Verdict {
	return p.Check(now, []string{zone}, c, class, tags)
}

func (e engine) ask(q question, now time.Time) frequency.Verdict {
	return e(q.policy, now, q.zone, q.contact, q.class, q.tags)
}

// refutation returns why the engine's answer is wrong, or "". It calls the
// oracle for each minute from the question's time to the answer's.
func refutation(e engine, q question) string {
	legal := oracle(q.policy, q.zone, q.contact, q.class, q.tags)
	got := e.ask(q, q.now)
	if want := legal(q.now); got.Allowed != want {
		return fmt.Sprintf("Check(%s) = %+v, want allowed %v", q.now, got, want)
	}
	if got.Allowed {
		if !got.At.Equal(q.now) {
			return fmt.Sprintf("allowed now, %s, but At is %s", q.now, got.At)
		}
		return ""
	}
	if got.At.IsZero() != never(q) {
		return fmt.Sprintf("Check(%s) = %s (%s), where never is %v", q.now, got.At, got.Code, never(q))
	}
	if got.At.IsZero() {
		return ""
	}
	for at := q.now.Truncate(time.Minute).Add(time.Minute); at.Before(got.At); at = at.Add(time.Minute) {
		if legal(at) {
			return fmt.Sprintf("Check(%s) = %s (%s), but %s is legal", q.now, got.At, got.Code, at)
		}
	}
	if !legal(got.At) {
		return fmt.Sprintf("Check(%s) = %s (%s), which is not legal", q.now, got.At, got.Code)
	}
	if again := e.ask(q, got.At); !again.Allowed {
		return fmt.Sprintf("Check(%s) = %s, but then = %+v", q.now, got.At, again)
	}
	return ""
}

// never reports whether a limit of 0 applies, so that the message may never go.
func never(q question) bool {
	obeyed, listed := q.policy.Classes[q.class]
	return (obeyed.Obeys || !listed) && slices.ContainsFunc(q.policy.Caps, func(r frequency.Cap) bool {
		return r.Max == 0 && covers(r, q.class, q.tags)
	})
}

func TestCheckAgreesWithTheOracleMinuteByMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if wrong := refutation(checked, drawQuestion(t)); wrong != "" {
			t.Fatal(wrong)
		}
	})
}

func TestAPrunedLedgerGivesTheSameAnswersAsAWholeOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t)
		for i := range p.Caps {
			p.Caps[i].Window = frequency.Rolling(time.Duration(rapid.IntRange(1, 80*24).Draw(t, "hours")) * time.Hour)
			p.Caps[i].Max = rapid.IntRange(1, frequency.LargestCap).Draw(t, "max")
		}
		pruned, whole := drawContact(t), frequency.Contact{}
		whole.Wishes = pruned.Wishes
		pruned.Ledger = nil
		now := drawTime(t, "first")
		for i := range rapid.IntRange(1, 300).Draw(t, "sends") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Minute, 13 * time.Hour, 9 * 24 * time.Hour}).Draw(t, "jump"))
			e := frequency.Entry{Send: shop.SendID(time.Duration(i).String()), At: now, Class: rapid.SampledFrom(classes).Draw(t, "class"), Tags: drawTags(t)}
			pruned = pruned.With(e, now, p)
			whole.Ledger = append(whole.Ledger, e)
		}
		at := now.Add(time.Duration(rapid.IntRange(0, 24*60).Draw(t, "later")) * time.Minute)
		for _, class := range classes {
			got, want := p.Check(at, []string{""}, pruned, class, []string{"a"}), p.Check(at, []string{""}, whole, class, []string{"a"})
			if got != want {
				t.Fatalf("Check with %d of %d entries = %+v, want %+v", len(pruned.Ledger), len(whole.Ledger), got, want)
			}
		}
	})
}

func FuzzCheck(f *testing.F) {
	f.Add(int64(1774746000), "Europe/London", int64(3600), "24h", 2, int64(90), uint16(60), uint16(120), int64(60))
	f.Add(int64(1774746000), "Australia/Lord_Howe", int64(-3600), "day", 1, int64(0), uint16(1439), uint16(1438), int64(0))
	f.Add(int64(-1774746000), "Europe/Amsterdam", int64(-30), "week", 0, int64(1), uint16(0), uint16(0), int64(5))
	f.Fuzz(func(t *testing.T, unix int64, zone string, ago int64, window string, maximum int, slack int64, from, to uint16, pause int64) {
		var w frequency.Window
		if w.UnmarshalText([]byte(window)) != nil {
			return
		}
		const century = 100 * 365 * 24 * 3600
		now := time.Unix(unix%century, 0).UTC()
		p := frequency.Policy{
			Caps:  []frequency.Cap{capOf("r", maximum%frequency.LargestCap, w)},
			Quiet: frequency.Quiet{From: frequency.Clock(from % 1440), To: frequency.Clock(to % 1440)},
			Slack: time.Duration(slack%3600) * time.Second, MinGap: time.Hour,
		}
		c := ledger(now.Add(time.Duration(-ago%century) * time.Second))
		c.Wishes.Pause.Value = now.Add(time.Duration(pause%century) * time.Second).Format(time.DateOnly)
		v := p.Check(now, []string{zone}, c, shop.ClassPromotion, nil)
		switch {
		case v.Allowed:
			if !v.At.Equal(now) || v.Code != "" {
				t.Errorf("allowed = %+v, want At %s and no code", v, now)
			}
		case v.At.IsZero():
			if maximum%frequency.LargestCap > 0 {
				t.Errorf("never = %+v with a cap of %d", v, maximum)
			}
		default:
			if !v.At.After(now) || !v.At.Equal(v.At.Truncate(time.Minute)) {
				t.Errorf("At = %s, want a whole minute after %s", v.At, now)
			}
			if again := p.Check(v.At, []string{zone}, c, shop.ClassPromotion, nil); !again.Allowed {
				t.Errorf("Check(%s) = %+v, but then = %+v", now, v, again)
			}
		}
	})
}
