package journey

import (
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/shop"
)

// Position is where one customer is in one journey. A customer has one position in
// a journey; a new entry replaces one that has ended.
type Position struct {
	Journey  shop.CampaignID `json:"journey"`
	Version  int             `json:"version"` // of the journey when they entered; it names their sends
	Customer shop.CustomerID `json:"customer"`

	Occasion string       `json:"occasion"` // of the entry: an order, an event of it, or a run
	Order    shop.OrderID `json:"order,omitempty"`
	Cause    shop.EventID `json:"cause,omitempty"`
	Entered  time.Time    `json:"entered"`          // when the entry's event happened
	Ordered  time.Time    `json:"ordered,omitzero"` // see [campaign.Intent].Ordered
	Begun    time.Time    `json:"begun"`            // when the entry was processed

	Step string    `json:"step,omitempty"` // to do next; empty once it has ended
	Due  time.Time `json:"due"`            // when; once it has ended, when it ended
	End  End       `json:"end,omitempty"`  // why it ended; empty while the customer is on the way
}

// End says why a customer's way through a journey ended.
type End string

const (
	Finished  End = "finished"  // the last step was done, or a condition ended it
	Goal      End = "goal"      // until holds
	Exit      End = "exit"      // unless holds
	Gone      End = "gone"      // the journey, or the step to do next, is not published any more; or the customer was erased
	Cancelled End = "cancelled" // a person cancelled the journey
)

// Enter returns the position of a customer who enters at now, before the first
// step.
func (j Journey) Enter(entry campaign.Intent, now time.Time) Position {
	return Position{
		Journey: j.ID(), Version: j.Entry.Version, Customer: entry.Customer,
		Occasion: entry.Occasion, Order: entry.Order, Cause: entry.Cause, Entered: entry.Entered, Begun: shop.Millis(now),
		Step: j.Steps[0].Name, Due: entry.Entered,
	}
}

// Admits reports whether the customer may enter by the entry; before is their
// position in the journey, zero if they never entered. An entry that happened no
// later than the last one never counts again, in whatever order they are delivered.
func (j Journey) Admits(before Position, entry campaign.Intent) bool {
	switch {
	case before.Entered.IsZero():
		return true
	case before.End == "" || !later(entry, before):
		return false
	case j.Reentry.Days > 0:
		return !entry.Entered.Before(before.Entered.AddDate(0, 0, j.Reentry.Days))
	}
	return j.Reentry.AfterEnd
}

// later reports whether an entry happened later than the last one. Of two runs by the
// customers' clocks the clocks have to show a later time as well: a customer who moves
// to another zone can be reached by the runs of one local time in both.
func later(entry campaign.Intent, last Position) bool {
	shown := func(occasion string) string {
		if _, err := time.Parse(shop.LocalForm, occasion); err != nil {
			return ""
		}
		return occasion
	}
	now, then := shown(entry.Occasion), shown(last.Occasion)
	return entry.Entered.After(last.Entered) && entry.Occasion != last.Occasion && (now == "" || now > then)
}

// Same reports whether both are the same place on the same way.
func (p Position) Same(other Position) bool {
	return p.Occasion == other.Occasion && p.Step == other.Step && p.Due.Equal(other.Due) && p.End == other.End
}

// Message is a message step that a position has passed.
type Message struct {
	Campaign shop.CampaignID
	Due      time.Time // when it was to be done; the intent expires not_after later
}

// Advance returns the position after everything that is due at now, and the
// messages to raise, in their order. The goal and the exit come before each step.
// A wait counts from now, so steps that come late, after a pause, keep their
// distance.
func (j Journey) Advance(now time.Time, p Position, facts condition.Facts) (next Position, raise []Message) {
	now = shop.Millis(now)
	if over := j.Over(facts); over != "" {
		return p.Ended(over, now), nil
	}
	for !p.Due.After(now) {
		step, known := j.step(p.Step)
		switch {
		case p.Step == "":
			return p.Ended(Finished, now), raise
		case !known:
			return p.Ended(Gone, now), raise
		case step.Message != "":
			raise = append(raise, Message{step.Message, p.Due})
			p.Step = step.Next
		case step.Wait > 0:
			p.Step, p.Due = step.Next, now.Add(step.Wait)
		case len(step.Ways) > 0:
			p.Step = step.way(p, facts)
		case step.Only.Holds(facts):
			p.Step = step.Next
		default:
			return p.Ended(Finished, now), raise
		}
	}
	return p, raise
}

// Ended returns the position after the customer's way has ended.
func (p Position) Ended(why End, now time.Time) Position {
	p.Step, p.Due, p.End = "", shop.Millis(now), why
	return p
}

// Later returns the position with its next step at that time.
func (p Position) Later(at time.Time) Position {
	p.Due = shop.Millis(at)
	return p
}

// Intent returns the intent of a message step, whose campaign is c. The send that
// it makes depends on the step and the entry only, whatever was published since.
func (p Position) Intent(c campaign.Campaign, due, now time.Time) campaign.Intent {
	return campaign.Intent{
		Campaign: c.ID, Version: p.Version, Customer: p.Customer, Occasion: p.Occasion, Order: p.Order, Cause: p.Cause,
		Entered: p.Entered, Ordered: p.Ordered, Planned: shop.Millis(now), NotAfter: due.Add(c.NotAfter),
	}
}
