package decide

import (
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/shop"
)

// fewLate is how long after its time an intent is decided without being called late.
const fewLate = time.Hour

// due lets an intent wait for its time. Until then no other check is asked, and
// nothing is reserved. If a person cancelled its campaign, untripped ends it at once.
func (c *evaluation) due() *rejection {
	if stop := c.halted(); !c.now.Before(c.intent.NotBefore) || stop != nil && stop.Ends {
		return c.abandoned()
	}
	var when string
	switch c.campaign.SendTime {
	case "":
		when = shop.FormatLength(c.campaign.After) + " after " + c.since()
	case campaign.Best:
		when = "at the best hour by the orders of the customer and of the shop"
	default:
		when = "when the customer's clock shows " + string(c.campaign.SendTime)
	}
	r := end(claim.Queued, "not-yet", "the message is decided %s, at %s", when, c.intent.NotBefore.UTC().Format(time.RFC3339))
	r.wake = c.intent.NotBefore
	return r
}

// stillMeant evaluates the conditions again that selected the customer, on what is
// known now. So an intent that waited, or that came late, ends if it makes no sense
// any more.
func (c *evaluation) stillMeant() *rejection {
	switch {
	case c.campaign.Own() != "":
		return c.onTheirDay()
	case c.campaign.Scheduled():
		run, ok := runOf(c.intent)
		if !ok || included(c.Policy, c.campaign, run, c.Profile, c.asOf(run)) {
			return nil
		}
		return end(claim.Expired, "left-audience", "the audience of the run does not include the customer any more%s", c.latePart())
	case !c.campaign.AsksAgain():
		return nil
	}
	facts := Facts(c.now, c.Profile, c.Contact, c.Items, c.Policy, Occasion{Order: c.intent.Order, Event: c.intent.Event(), Cause: c.intent.Why})
	facts.Campaign = condition.Campaign{ID: c.campaign.ID}
	switch {
	case c.campaign.After > 0 && !c.campaign.If.Holds(facts):
		return end(claim.Expired, "if-over", "%s after %s, if of the campaign holds no more: %s%s", shop.FormatLength(c.campaign.After), c.since(), oneLine(c.campaign.If), c.latePart())
	case c.campaign.Unless.Text() != "" && c.campaign.Unless.Holds(facts):
		return end(claim.Expired, "unless", "unless of the campaign holds: %s%s", oneLine(c.campaign.Unless), c.latePart())
	}
	return nil
}

// since says in a reason what the campaign's After counts from.
func (c *evaluation) since() string {
	if c.intent.Cart() != "" {
		return "the cart's last change"
	}
	return string(c.intent.Event())
}

// asOf returns the time as of which the audience of a run is asked again: that of the
// run, or of the customer's newest order since. So a day that passes while the message
// waits ends no "birthday in 0 days", and an order since ends "has not ordered".
func (c *evaluation) asOf(run campaign.Run) time.Time {
	at := run.At
	for _, visit := range c.Profile.Orders {
		if !visit.Cancelled && visit.At.After(at) && !visit.At.After(c.now) {
			at = visit.At
		}
	}
	return at
}

// runOf returns the run that raised the intent; false if the occasion is none, or if
// the intent comes from a list that does not name the run.
func runOf(i campaign.Intent) (campaign.Run, bool) {
	if !i.Run.IsZero() {
		return campaign.Run{At: i.Run, Local: i.RunLocal()}, true
	}
	at, err := time.Parse(time.RFC3339, i.Occasion)
	return campaign.Run{At: at}, err == nil
}

// late returns how long after its time the intent is decided, in whole hours; "" if it
// is not late or its time is not known.
func late(now time.Time, i campaign.Intent) string {
	at := i.NotBefore
	if run, ok := runOf(i); at.IsZero() && ok && i.Entered.IsZero() { // a step has a time of its own
		at = run.At
	}
	if at.IsZero() || now.Sub(at) < fewLate {
		return ""
	}
	return shop.FormatLength(now.Sub(at).Truncate(time.Hour))
}

// latePart is what a reason says of an intent that is decided late.
func (c *evaluation) latePart() string {
	if c.explained.Late == "" {
		return ""
	}
	return "; it was decided " + c.explained.Late + " after its time"
}

// raisedLate is what a reason says of an intent that had expired when it was raised,
// because its event or its run came so late.
func (c *evaluation) raisedLate() string {
	if !c.intent.Planned.After(c.intent.NotAfter) {
		return ""
	}
	return ", before it was raised at " + c.intent.Planned.UTC().Format(time.RFC3339) + ": what it is about came too late"
}

// oneLine returns a condition as a reason shows it.
func oneLine(c condition.Condition) string { return strings.Join(strings.Fields(c.Text()), " ") }
