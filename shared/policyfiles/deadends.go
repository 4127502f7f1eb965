package policyfiles

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/journey"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// mostTried is how many conditions the search for dead ends evaluates. A journey that
// needs more is not searched to its end.
const mostTried = 300

// deadEnds looks for what no customer can reach in a journey: a goal or an exit that
// holds for all who enter, ways of a branch that are never taken, conditions that are
// never met. It goes through the journey with what is known to hold at each step: the
// condition of the entry and those of the steps before it, up to the next wait, because
// in a wait the facts of a customer change; that neither goal nor exit holds; and how
// many days have passed at least.
//
// What it finds is certain, so it is a fault. Messages that need an offer which none of
// their customers can have are an advice: they may wait until that changes.
type deadEnds struct {
	*stepReader
	tried   int
	seen    map[arrival]bool  // what need not be gone through again
	reached map[string]bool   // steps that some customer comes to
	passed  map[string]bool   // condition steps that some customer passes
	taken   map[wayOf]bool    // ways that some customer takes
	at      map[string]string // message steps, with what is known of a customer there
}

type wayOf struct {
	step string
	way  int
}

// arrival is a step with what is known of a customer who comes to it.
type arrival struct {
	step string
	known
}

// known is what is known to hold of a customer at a step.
type known struct {
	since  string // of their facts, since they entered or last waited
	waited time.Duration
}

// and returns the condition that all of these hold; empty ones are left out.
func and(conditions ...string) string {
	var all []string
	for _, c := range conditions {
		if c != "" {
			all = append(all, "("+c+")")
		}
	}
	return strings.Join(all, " && ")
}

func not(c string) string {
	if c == "" {
		return ""
	}
	return "!(" + c + ")"
}

// never reports whether the condition can hold for no customer.
func (d *deadEnds) never(text string) bool {
	if d.tried++; d.tried > mostTried || text == "" {
		return false
	}
	c, err := condition.Parse(text, d.shop.Currency)
	return err == nil && c.Never()
}

// findDeadEnds adds a fault or an advice for each dead end of the journey, which has no
// other faults.
func (r *stepReader) findDeadEnds() {
	j := r.journey
	if len(j.Steps) == 0 {
		return
	}
	d := &deadEnds{stepReader: r, seen: map[arrival]bool{}, reached: map[string]bool{}, passed: map[string]bool{}, taken: map[wayOf]bool{}, at: map[string]string{}}
	enters := and(j.Entry.If.Text(), j.Entry.Audience.Text())
	const atOnce = "journey.days == 0 && !journey.ordered && !journey.returned && !journey.opted_out"
	for _, key := range []string{"until", "unless"} {
		over := map[string]condition.Condition{"until": j.Until, "unless": j.Unless}[key]
		if over.Text() != "" && d.never(and(enters, atOnce, not(over.Text()))) {
			r.wrong(key, fmt.Sprintf("%s holds for every customer who enters: their way ends before the first step", key), "write what happens after they entered, such as journey.ordered")
			return
		}
	}
	d.walk(j.Steps[0].Name, known{since: enters})
	for _, s := range j.Steps {
		d.report(s)
	}
}

// walk goes on from a step.
func (d *deadEnds) walk(name string, k known) {
	s, there := d.step(name)
	if !there || d.seen[arrival{name, k}] || d.tried > mostTried {
		return
	}
	d.seen[arrival{name, k}], d.reached[name] = true, true
	here := and(k.since, not(d.journey.Until.Text()), not(d.journey.Unless.Text()), fmt.Sprintf("journey.days >= %d", int(k.waited/(24*time.Hour))))
	only := func(more string) (known, bool) {
		return known{since: and(k.since, more), waited: k.waited}, more == "" || !d.never(and(here, more))
	}
	switch {
	case s.Wait > 0:
		d.walk(s.Next, known{waited: k.waited + s.Wait})
	case s.Only.Text() != "":
		if next, possible := only(s.Only.Text()); possible {
			d.passed[name] = true
			d.walk(s.Next, next)
		}
	case len(s.Ways) > 0:
		others := ""
		for i, w := range s.Ways {
			if next, possible := only(and(others, w.If.Text())); possible {
				d.taken[wayOf{name, i}] = true
				d.walk(w.Next, next)
			}
			if w.Share == 0 && w.If.Text() == "" {
				return // a way for all others
			}
			others = and(others, not(w.If.Text()))
		}
		if next, possible := only(others); possible {
			d.walk(s.Next, next)
		}
	default:
		d.at[name] = here
		d.walk(s.Next, k)
	}
}

// step returns the step of that name.
func (d *deadEnds) step(name string) (journey.Step, bool) {
	at := slices.IndexFunc(d.journey.Steps, func(s journey.Step) bool { return s.Name == name })
	if at < 0 {
		return journey.Step{}, false
	}
	return d.journey.Steps[at], true
}

// report adds what was found at a step. What follows a dead end is not reported too.
func (d *deadEnds) report(s journey.Step) {
	if d.tried > mostTried || !d.reached[s.Name] {
		return
	}
	fault := func(node ast.Node, text, hint string) { d.fault(d.file, place(node), text, hint) }
	switch {
	case s.Only.Text() != "" && !d.passed[s.Name]:
		fault(d.places[s.Name], "no customer meets this condition here, so what follows is never done", "it contradicts who enters, a step before it, until or unless")
	case len(s.Ways) > 0:
		for i := range s.Ways {
			if !d.taken[wayOf{s.Name, i}] {
				fault(d.wayNodes[s.Name][i], "no customer takes this way", "it contradicts who enters, a step or a way before it, until or unless")
			}
		}
	case s.Message != "":
		d.adviseOnStep(s)
	}
}

// adviseOnStep adds an advice for a message step that its customers will hardly get.
func (d *deadEnds) adviseOnStep(s journey.Step) {
	at := slices.IndexFunc(d.campaigns, func(c campaign.Campaign) bool { return c.ID == s.Message })
	if at < 0 {
		return
	}
	c := d.campaigns[at]
	advise := func(text, hint string) {
		position := place(d.places[s.Name])
		d.advice = append(d.advice, inputfault.InFile{File: d.file, Line: position.Line, Column: position.Column, Text: text, Hint: hint})
	}
	if offers := c.Allowed(d.policy.Offers); c.NeedsOffer && len(offers) > 0 && !slices.ContainsFunc(offers, func(o offer.Offer) bool {
		return o.When.Text() == "" || !d.never(and(d.at[s.Name], o.When.Text()))
	}) {
		advise("no customer who comes to this step can have one of its offers, and its message needs one", "change offers, or who comes here")
	}
	if quiet := d.policy.Frequency.QuietFor(c.Class); quiet > 0 && c.NotAfter < quiet {
		advise(fmt.Sprintf("a message that is due when the quiet hours begin expires in them: they take %s, and not_after is %s", shop.FormatLength(quiet), shop.FormatLength(c.NotAfter)), "write a longer not_after")
	}
}
