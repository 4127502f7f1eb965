package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"regulars/shared/claim"
	"regulars/shared/cldrmoney"
	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/journey"
	"regulars/shared/recommend"
	"regulars/shared/rehearsal"
	"regulars/shared/shop"
)

const minute = "2006-01-02 15:04"

// tell prints the story of a customer and a campaign. Times are in UTC.
func tell(out io.Writer, of decide.Rehearsed, id shop.CustomerID, s rehearsal.Story, now time.Time) {
	fmt.Fprintf(out, "Customer %s, campaign %s\n\n%s, %s UTC: ", id, of.Campaign, occasion(s.Now), now.UTC().Format(minute))
	if s.None != "" {
		fmt.Fprintf(out, "no message. %s\n", upper(s.None))
	} else {
		fmt.Fprintln(out, verdict(s.Now))
		position(out, s.Now.Position)
		conditions(out, s.Now.Conditions)
		explain(out, s.Now.Decision)
	}
	for _, d := range s.Sends {
		fmt.Fprintf(out, "\n%s UTC: %s", d.Changed.UTC().Format(minute), d.State)
		if d.Reason.Text != "" {
			fmt.Fprintf(out, ", because %s (%s)", d.Reason.Text, d.Reason.Code)
		}
		if d.State == claim.Queued && !d.Wake.IsZero() {
			fmt.Fprintf(out, "; decided again at %s UTC", d.Wake.UTC().Format(minute))
		}
		fmt.Fprintf(out, "\n  occasion %s, planned %s, send %s\n", d.Intent.Occasion, d.Intent.Planned.UTC().Format(minute), d.ID)
		explain(out, d.Send)
		again(out, d)
	}
	if len(s.Sends) == 0 {
		fmt.Fprintf(out, "\nUntil now no message of the campaign was planned for this customer.\n")
	}
}

// again prints what the decision is if it is made again from its stored inputs.
func again(out io.Writer, p rehearsal.Past) {
	switch {
	case p.Again == nil:
		fmt.Fprintf(out, "  cannot be decided again: %s\n", p.Why)
	case len(p.Again.Differs) == 0:
		fmt.Fprintf(out, "  decided again from its stored inputs of %s UTC: the same, byte for byte\n", p.Again.Now.UTC().Format(minute))
	default:
		d := p.Again.Decision.Send
		fmt.Fprintf(out, "  decided again from its stored inputs of %s UTC: it differs in %s. Now it is %s", p.Again.Now.UTC().Format(minute), strings.Join(p.Again.Differs, ", "), d.State)
		if d.Reason.Text != "" {
			fmt.Fprintf(out, ", because %s (%s)", d.Reason.Text, d.Reason.Code)
		}
		fmt.Fprintln(out)
		explain(out, d)
	}
}

// position prints where the customer is in the journey, if they ever entered it.
func position(out io.Writer, p journey.Position) {
	switch {
	case p.Entered.IsZero():
	case p.End == "":
		fmt.Fprintf(out, "  in the journey %s since %s UTC; the next step, %s, is due at %s UTC\n", p.Journey, p.Entered.UTC().Format(minute), p.Step, p.Due.UTC().Format(minute))
	default:
		fmt.Fprintf(out, "  was in the journey %s from %s to %s UTC (%s)\n", p.Journey, p.Entered.UTC().Format(minute), p.Due.UTC().Format(minute), p.End)
	}
}

// occasion says for which occasion the answer is: "If order.placed of order o-17 came
// now". It is "Now" if the message would be about what there is already, and if there is
// no answer.
func occasion(a rehearsal.Answer) string {
	order := ""
	if a.Intent.Order != "" {
		order = " of order " + string(a.Intent.Order)
	}
	switch c := a.Campaign; {
	case c.Journey != "" && order != "":
		return fmt.Sprintf("If they entered the journey %s by %s%s now", c.Journey, a.Intent.Event(), order)
	case c.Journey != "":
		return fmt.Sprintf("If they entered the journey %s now", c.Journey)
	case c.LinksTo() != "":
		return "Now"
	case len(c.On) > 0:
		return fmt.Sprintf("If %s%s came now", c.On[0], order)
	case c.Scheduled():
		return "If it ran now"
	}
	return "Now"
}

// verdict says what would become of the message now.
func verdict(a rehearsal.Answer) string {
	switch {
	case a.State == rehearsal.NotRaised:
		return "no message, because " + a.Reason.Text
	case !a.Over.IsZero() && a.State.Sent():
		return fmt.Sprintf("the message about this was sent already, at %s UTC; it is %s", a.Over.UTC().Format(minute), a.State)
	case !a.Over.IsZero() && a.State.Ended():
		return fmt.Sprintf("the message about this ended already, at %s UTC, as %s: %s (%s)", a.Over.UTC().Format(minute), a.State, a.Reason.Text, a.Reason.Code)
	case a.State == claim.Sending:
		return "would be sent"
	case a.State == claim.Queued:
		return fmt.Sprintf("would wait until %s UTC: %s (%s)", a.Wake.UTC().Format(minute), a.Reason.Text, a.Reason.Code)
	}
	return fmt.Sprintf("would not be sent: %s (%s)", a.Reason.Text, a.Reason.Code)
}

func conditions(out io.Writer, all []decide.Asked) {
	for _, a := range all {
		fmt.Fprintf(out, "  %s %s, which must be %s\n", mark(a.Passed()), a.Name, yesNo(a.Wanted))
		parts(out, a.Part, "      ")
	}
}

// parts prints each comparison with its answer, and groups by their operator.
func parts(out io.Writer, p condition.Part, indent string) {
	if len(p.Parts) == 0 {
		fmt.Fprintf(out, "%s%-3s %s\n", indent, yesNo(p.Holds), rehearsal.Sentence(p))
		return
	}
	which := "all of"
	if p.Any {
		which = "any of"
	}
	fmt.Fprintf(out, "%s%-3s %s\n", indent, yesNo(p.Holds), which)
	for _, part := range p.Parts {
		parts(out, part, indent+"    ")
	}
}

func mark(holds bool) string {
	if holds {
		return "✓"
	}
	return "✗"
}

func yesNo(holds bool) string {
	if holds {
		return "yes"
	}
	return "no"
}

// explain prints what the decision was made from.
func explain(out io.Writer, d claim.Send) {
	var e decide.Explanation
	if len(d.Explained) == 0 || json.Unmarshal(d.Explained, &e) != nil {
		return
	}
	for _, c := range e.Checks {
		if c.No != "" {
			fmt.Fprintf(out, "  ✗ %s: %s\n", c.Name, c.No)
		} else {
			fmt.Fprintf(out, "  ✓ %s: %s\n", c.Name, passed(c))
		}
	}
	if e.Variant != "" {
		fmt.Fprintf(out, "  variant %s\n", e.Variant)
	}
	if e.Value.Minor > 0 {
		fmt.Fprintf(out, "  competes for its place in the caps with a value of %s for one message%s\n", cldrmoney.English(e.Value), inBrackets(e.ValueFrom))
	}
	if e.OwnDay != "" {
		fmt.Fprintf(out, "  about %s\n", e.OwnDay)
	}
	for _, p := range e.Items {
		fmt.Fprintf(out, "  shows %s, %s: %s\n", p.Product.ID, p.Product.Title, reason(p))
	}
	if e.Offer != nil {
		fmt.Fprintf(out, "  with the offer %s, until %s\n", e.Offer.Offer, e.Offer.Until.UTC().Format(minute))
	}
	for _, no := range e.Refusals {
		fmt.Fprintf(out, "  without the offer %s: %s\n", no.Offer, no.Text)
	}
	if e.Policy != "" {
		fmt.Fprintf(out, "  by policy %s", e.Policy)
		if e.Model != "" {
			fmt.Fprintf(out, " and the model of %s", e.Model)
		}
		fmt.Fprintln(out)
	}
}

// passed says why a check let the intent pass.
func passed(c decide.Check) string { return cmp.Or(c.Note, decide.CheckPassed(c.Name), "passed") }

// reason says why a product was picked.
func reason(p recommend.Pick) string { return cmp.Or(p.Reason.Words(), string(p.Reason.Kind)) }

func inBrackets(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] + "." }
