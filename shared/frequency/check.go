package frequency

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Check returns whether a message of this class with these tags may be sent
// at now to a customer of these zones, and if not, the next time at which it may.
//
// All of these must allow it: each cap whose scope includes the message, the gap,
// the quiet hours, and the mailbox's own pace and pause. The returned time is
// the first whole minute (UTC) at which they all do, given the ledger as it is;
// call Check again then, because more messages may have been claimed by that time.
//
// The pace and the pause that the person chose ([Wishes]) hold back marketing
// messages and no others, whatever the class policy says. The pace counts marketing
// messages, over a rolling window. Check does not look at consent and suppression: see
// [Contact.Consented] and [Contact.SuppressedFor]. A message that is claimed a
// second time must not count against itself: check c.Without(send).
//
// zones are IANA names, from west to east: one, or all in which the customer may
// be. None, or none that exists, means the shop's (see the package comment). Cost: linear in caps × ledger, plus one sort for each cap that holds
// the message back.
func (p Policy) Check(now time.Time, zones []string, c Contact, class shop.Class, tags []string) Verdict {
	check := checking{policy: p, contact: c, clock: p.clock(zones), class: class, tags: tags, now: now}
	check.own()
	if p.class(class).Obeys {
		check.caps()
		check.gap()
	}
	return check.verdict()
}

// checking is one call of Check: its arguments, and the longest hold so far.
type checking struct {
	policy  Policy
	contact Contact
	clock   clock
	class   shop.Class
	tags    []string
	now     time.Time

	until time.Time // the message may not go before; zero: nothing holds it back so far
	code  string
	text  string
	never bool
}

// hold records that the message may not go before until. Each hold ends at a time
// and does not come back; only quiet hours do, and verdict checks them last.
func (c *checking) hold(until time.Time, code, text string, args ...any) {
	if c.never || !until.After(c.now) || !until.After(c.until) {
		return
	}
	c.until, c.code, c.text = until, code, fmt.Sprintf(text, args...)
}

// refuse records that the message may never go.
func (c *checking) refuse(code, text string, args ...any) {
	if !c.never {
		c.never, c.code, c.text = true, code, fmt.Sprintf(text, args...)
	}
}

// own applies the pause and the pace that the person of the mailbox chose.
func (c *checking) own() {
	if !c.class.Marketing() {
		return
	}
	wishes := c.contact.Wishes
	c.hold(c.clock.begins(wishes.Pause.Value), CodePaused, "the customer asked for a pause until %s", wishes.Pause.Value)
	if window, chosen := paces[wishes.Pace.Value]; chosen {
		own := Cap{Scope: ScopeAll, Max: 1, Window: window}
		if until, full := c.full(own, ofMarketing); full {
			c.hold(until, CodeOwn, "the customer wants at most one marketing message in %s, and has had it", window)
		}
	}
}

// caps applies the shop's caps.
func (c *checking) caps() {
	for _, r := range c.policy.Caps {
		if !r.covers(c.class, c.tags) {
			continue
		}
		if r.Max <= 0 {
			c.refuse(CodeCapZero, "the frequency cap %s allows none", r.Name)
		} else if until, full := c.full(r, c.policy.counts); full {
			c.hold(until, CodeCap+r.Name, "the frequency cap %s allows %s per %s, and the customer has had as many", r.Name, messages(r.Max), r.Window)
		}
	}
}

// gap applies the minimum gap after the latest message that counts.
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
		c.hold(latest.Add(c.policy.MinGap+c.policy.Slack), CodeGap, "less than %s since the last message", shop.FormatLength(c.policy.MinGap))
	}
}

// counts reports whether an entry counts against the shop's caps.
func (p Policy) counts(e Entry) bool { return p.class(e.Class).Counts }

// ofMarketing reports whether an entry counts against the pace that the person
// chose.
func ofMarketing(e Entry) bool { return e.Class.Marketing() }

// full returns when r allows a message again, and whether it allows none now. A
// window has no far end, so once there is room it stays until the next entry.
// Therefore each cap can be checked on its own.
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
	last := at[len(at)-r.Max] // there is room when this entry has left the window
	free := last.Add(r.Window.Rolling + c.policy.Slack)
	if r.Window.Calendar != "" {
		// The last one may have gone out in the next period, and a fast clock
		// sees a period before it has begun.
		end := c.clock.end(last.Add(c.policy.Slack), r.Window.Calendar)
		free = end.Add(c.policy.Slack)
	}
	return free, free.After(c.now)
}

// verdict returns the first whole minute after the longest hold that is not quiet.
// All other holds have ended by then and do not come back.
func (c *checking) verdict() Verdict {
	if c.never {
		return Verdict{Code: c.code, Text: c.text}
	}
	keepsQuiet := c.policy.class(c.class).Quiet
	if keepsQuiet {
		c.hold(c.clock.afterQuiet(c.now), CodeQuiet, "quiet hours from %s to %s", c.clock.quiet.From, c.clock.quiet.To)
	}
	if c.code == "" {
		return Verdict{Allowed: true, At: c.now}
	}
	at := nextMinute(c.until)
	for keepsQuiet {
		afterQuiet := nextMinute(c.clock.afterQuiet(at))
		if afterQuiet.Equal(at) {
			break
		}
		at = afterQuiet
	}
	return Verdict{At: at, Code: c.code, Text: c.text}
}

// nextMinute returns t if it is a whole minute, else the next whole minute.
func nextMinute(t time.Time) time.Time {
	if whole := t.Truncate(time.Minute); whole.Before(t) {
		return whole.Add(time.Minute).UTC()
	}
	return t.UTC()
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}
