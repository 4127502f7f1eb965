package frequency

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/shop"
)

// week is the window of the customer's own limit.
const week = 7 * 24 * time.Hour

// Check returns whether a message of this class with these tags may go at now
// to a customer of this zone, and if not, the next time at which it may.
//
// All must hold at once: each rule in whose scope the message is, the gap, the
// quiet hours, the customer's own limit and pause. The time that comes back is
// the first whole minute (UTC) at which they do, given the ledger as it is; ask
// again then, for more may have been sent by that time.
//
// The customer's own limit is on promotions, rolling over seven days, whatever
// their class rule says. A pause holds back promotions and every class that
// obeys. Consent and suppression are not looked at here: see [Contact.Consented]
// and [Contact.SuppressedFor]. A message that is claimed a second time must not
// count against itself: check c.Without(send).
//
// zone is an IANA name; empty or unknown is the shop's (see the package
// comment). Cost: linear in rules × ledger, plus one sort for each rule that
// holds the message back.
func (p Policy) Check(now time.Time, zone string, c Contact, class shop.Class, tags []string) Verdict {
	check := checking{policy: p, contact: c, clock: p.clock(zone), class: class, tags: tags, now: now}
	check.own()
	if p.class(class).Obeys {
		check.rules()
		check.gap()
	}
	return check.verdict()
}

// checking is one check under way: what is asked, and the strictest hold so far.
type checking struct {
	policy  Policy
	contact Contact
	clock   clock
	class   shop.Class
	tags    []string
	now     time.Time

	until time.Time // nothing may go before; zero: nothing holds it back so far
	code  string
	text  string
	never bool
}

// hold notes that the message may not go before until. Each hold lasts up to a
// time and is over from then on; only quiet hours come back, and they are looked
// at last.
func (c *checking) hold(until time.Time, code, text string, args ...any) {
	if c.never || !until.After(c.now) || !until.After(c.until) {
		return
	}
	c.until, c.code, c.text = until, code, fmt.Sprintf(text, args...)
}

// refuse notes that the message may never go.
func (c *checking) refuse(code, text string, args ...any) {
	if !c.never {
		c.never, c.code, c.text = true, code, fmt.Sprintf(text, args...)
	}
}

// own applies what the customer asked for.
func (c *checking) own() {
	promotion := c.class == shop.ClassPromotion
	if promotion || c.policy.class(c.class).Obeys {
		c.hold(c.contact.Own.PausedUntil, CodePaused, "the customer asked for a pause")
	}
	if limit, ok := c.contact.Own.perWeek(); ok && promotion {
		own := Cap{Scope: ScopeClass, Class: shop.ClassPromotion, Max: limit, Window: Rolling(week)}
		if limit <= 0 {
			c.refuse(CodeOwn, "the customer wants no promotions")
		} else if until, full := c.full(own, everything); full {
			c.hold(until, CodeOwn, "the customer wants %d promotions in 7 days at most, and got them", limit)
		}
	}
}

// rules applies the shop's caps.
func (c *checking) rules() {
	for _, r := range c.policy.Caps {
		if !r.covers(c.class, c.tags) {
			continue
		}
		if r.Max <= 0 {
			c.refuse(CodeCapZero, "rule %s allows none", r.Name)
		} else if until, full := c.full(r, c.policy.counts); full {
			c.hold(until, CodeCap+r.Name, "rule %s allows %d per %s, and they are used up", r.Name, r.Max, r.Window)
		}
	}
}

// gap keeps the shop's distance from the latest message that counts.
func (c *checking) gap() {
	if c.policy.MinGap <= 0 {
		return
	}
	var latest time.Time
	for _, e := range c.contact.Ledger {
		if c.policy.counts(e) && e.At.After(latest) {
			latest = e.At
		}
	}
	if !latest.IsZero() {
		c.hold(latest.Add(c.policy.MinGap+c.policy.Slack), CodeGap, "less than %s since the message before", c.policy.MinGap)
	}
}

// counts reports whether an entry uses up a place in the shop's caps.
func (p Policy) counts(e Entry) bool { return p.class(e.Class).Counts }

func everything(Entry) bool { return true }

// full returns when r has room again, and whether it has none now. A window
// never looks at its far end, so that room, once there, stays until the next
// entry: that is what lets the holds be taken one by one.
func (c *checking) full(r Cap, counts func(Entry) bool) (time.Time, bool) {
	var at []time.Time
	for _, e := range c.contact.Ledger {
		if r.covers(e.Class, e.Tags) && counts(e) {
			at = append(at, e.At)
		}
	}
	if len(at) < r.Max {
		return time.Time{}, false
	}
	slices.SortFunc(at, time.Time.Compare)
	last := at[len(at)-r.Max] // room comes when this one has left the window
	free := last.Add(r.Window.Rolling + c.policy.Slack)
	if r.Window.Calendar != "" {
		// The last one may have gone out in the next period, and a fast clock
		// sees a period before it has begun.
		_, end := c.clock.period(last.Add(c.policy.Slack), r.Window.Calendar)
		free = end.Add(c.policy.Slack)
	}
	return free, free.After(c.now)
}

// verdict puts the quiet hours on top: the first whole minute from the last hold
// on that is not quiet. All other holds are over by then, and stay over.
func (c *checking) verdict() Verdict {
	if c.never {
		return Verdict{Rule: c.code, Text: c.text}
	}
	keepsQuiet := c.policy.class(c.class).Quiet
	if keepsQuiet {
		c.hold(c.clock.loud(c.now), CodeQuiet, "quiet hours from %s to %s", c.clock.quiet.From, c.clock.quiet.To)
	}
	if c.code == "" {
		return Verdict{Allowed: true, At: c.now}
	}
	at := nextMinute(c.until)
	for keepsQuiet {
		loud := nextMinute(c.clock.loud(at))
		if loud.Equal(at) {
			break
		}
		at = loud
	}
	return Verdict{At: at, Rule: c.code, Text: c.text}
}

// nextMinute returns t where it is a whole minute, else the next one.
func nextMinute(t time.Time) time.Time {
	if whole := t.Truncate(time.Minute); whole.Before(t) {
		return whole.Add(time.Minute).UTC()
	}
	return t.UTC()
}
