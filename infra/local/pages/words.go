package pages

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"

	"regulars/infra/local/ses"
	"regulars/shared/claim"
)

// functionMap returns the functions with which the HTML templates format
// values.
func (p *Pages) functionMap() template.FuncMap {
	return template.FuncMap{
		"ago":       p.ago,
		"clock":     func(t time.Time) string { return t.In(p.opt.Zone).Format("15:04:05.000") },
		"fullTime":  p.fullTime,
		"iso":       func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"span":      span,
		"exact":     exact,
		"until":     p.until,
		"pretty":    pretty,
		"tone":      tone,
		"stateIs":   stateIs,
		"mailTone":  mailTone,
		"kindIs":    kindIs,
		"plural":    plural,
		"initial":   initial,
		"count":     thousands,
		"languages": func() []string { return []string{"en", "ru", "pl", "el"} },
		"stateName": func(s claim.State) string { return strings.ToLower(strings.ReplaceAll(string(s), "_", " ")) },
	}
}

// fullTime formats a time with its date: "22 Nov 2026, 14:03:07".
func (p *Pages) fullTime(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return t.In(p.opt.Zone).Format("2 Jan 2006, 15:04:05")
}

// until formats the end of a wait: "15:20" today, "23 Nov, 07:00" on another
// day.
func (p *Pages) until(t time.Time) string {
	local := t.In(p.opt.Zone)
	if local.Format(time.DateOnly) == p.opt.Now().In(p.opt.Zone).Format(time.DateOnly) {
		return local.Format("15:04")
	}
	return local.Format("2 Jan, 15:04")
}

// ago formats a time shortly, relative to now: "now", "10 s", "4 min", "14:03",
// "21 Nov", and for the future "in 4 min", "at 15:00", "22 Nov, 09:00".
func (p *Pages) ago(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	now := p.opt.Now()
	local, today := t.In(p.opt.Zone), now.In(p.opt.Zone)
	sameDay := local.Format(time.DateOnly) == today.Format(time.DateOnly)
	switch d := now.Sub(t); {
	case d < -time.Hour && sameDay:
		return "at " + local.Format("15:04")
	case d < -time.Hour:
		return local.Format("2 Jan, 15:04")
	case d < -time.Minute:
		return fmt.Sprintf("in %d min", int(-d.Minutes()))
	case d < -time.Second:
		return fmt.Sprintf("in %d s", int(-d.Seconds()))
	case d < 5*time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds())/5*5) // in steps of 5 s, so that an idle page seldom changes
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case sameDay:
		return local.Format("15:04")
	case d < 300*24*time.Hour:
		return local.Format("2 Jan")
	}
	return local.Format("2 Jan 2006")
}

// span formats a duration roughly: "0.4 ms", "12 ms", "1.3 s", "4 min".
func span(d time.Duration) string {
	switch {
	case d <= 0:
		return "0 ms"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h", int(d.Hours()))
}

// exact formats a duration so that close ones differ: "12 ms", "1.24 s",
// "2 min 05 s".
func exact(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", max(0, d.Milliseconds()))
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}

// pretty indents JSON; it returns other text unchanged.
func pretty(text string) string {
	var v json.RawMessage
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return text
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(out)) // html/template escapes them again
}

// tone returns the class that colours a send's state.
func tone(s claim.State) string {
	switch s {
	case claim.Delivered, claim.Accepted:
		return "good"
	case claim.Sending, claim.Queued:
		return "wait"
	case claim.Bounced, claim.Complained, claim.Refused, claim.Lost:
		return "bad"
	}
	return "calm"
}

// meaning explains each state in a few words.
var meaning = map[claim.State]string{
	claim.Sending:    "claimed; SES is being called",
	claim.Accepted:   "SES accepted it",
	claim.Delivered:  "the recipient's server accepted it",
	claim.Bounced:    "the recipient's server refused it",
	claim.Complained: "the reader marked it as spam",
	claim.Refused:    "SES refused it; reservation, coupon and budget were released",
	claim.Queued:     "waits until its time has come",
	claim.Lost:       "no answer or event of SES arrived; it is never sent again",
	claim.Capped:     "the frequency policy allowed no send before it expired",
	claim.Suppressed: "no consent, no address, no offer, or promotions are paused",
	claim.HeldOut:    "in the holdout, so that the effect can be measured",
	claim.Expired:    "it expired before it could be sent",
	claim.Outranked:  "a more important message took its place",
	claim.Cancelled:  "its campaign was cancelled",
}

func stateIs(s claim.State) string { return meaning[s] }

func mailTone(s ses.State) string {
	switch s {
	case ses.Delivered:
		return "good"
	case ses.Bounced, ses.Complained:
		return "bad"
	}
	return "wait"
}

// kindIs returns a trail step's kind as the beginning of a sentence; the step's
// name follows.
func kindIs(kind string) string {
	switch kind {
	case "event":
		return "Event"
	case "rule":
		return "Matched rule"
	case "queued":
		return "Put on queue"
	case "received":
		return "Received from queue"
	case "invoked":
		return "Function started"
	case "answered":
		return "Function"
	case "dead":
		return "Dead letter in"
	case "schedule":
		return "Schedule"
	case "mail":
		return "Message to"
	case "notified":
		return "SES event"
	}
	return kind
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + many
}

// thousands formats 12345 as "12,345".
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// initial returns the first letter of an address, for its circle.
func initial(address string) string {
	for _, r := range address {
		return strings.ToUpper(string(r))
	}
	return "?"
}
