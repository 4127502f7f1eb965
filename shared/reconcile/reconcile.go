// Package reconcile holds what was planned against what became of it: every
// intent ends in exactly one state, so for each campaign and each of its slots
// planned is the sum of the ends, and whatever is not has a name here.
//
// It counts and joins nothing. Intents and sends are read at different times,
// while more of both come; so both are counted up to one time, by when the
// intent was planned, which its send repeats. An intent that vanished is then a
// difference of two counts. Two things bound what that can tell: it says how
// many are missing of which campaign and not which, and where more was sent than
// planned (a page of a slot that was planned twice, while customers changed), as
// many may be missing unseen. Of orders' intents neither happens.
package reconcile

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

const (
	// Grace is how long an intent may be on its queue before it is missed. It is
	// far longer than a queue may be late without an alarm of its own.
	Grace = 6 * time.Hour

	// Late is how long after its not_after a send may be open.
	Late = 24 * time.Hour

	// Recent is how long a slot has a row of its own. Those before are one row
	// for each campaign: they were looked at one by one while they were recent,
	// and the table stays small however long a shop has been open.
	Recent = 60 * 24 * time.Hour
)

// Occasion names what is counted together: one slot of a campaign, or all that
// orders gave rise to.
type Occasion struct {
	Campaign shop.CampaignID
	Version  int
	Run      time.Time // zero: orders, and slots that are not [Recent]
}

// String returns the occasion's name, such as "thanks@1" or
// "weekly-picks@2/2026-11-21T10:00:00Z".
func (o Occasion) String() string {
	name := string(o.Campaign) + "@" + strconv.Itoa(o.Version)
	if !o.Run.IsZero() {
		name += "/" + o.Run.UTC().Format(time.RFC3339)
	}
	return name
}

// MarshalText makes an occasion the key of a JSON object.
func (o Occasion) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (o *Occasion) UnmarshalText(text []byte) (err error) {
	name, run, hasRun := strings.Cut(string(text), "/")
	id, version, _ := strings.Cut(name, "@")
	*o = Occasion{Campaign: shop.CampaignID(id)}
	if o.Version, err = strconv.Atoi(version); err == nil && hasRun {
		o.Run, err = time.Parse(time.RFC3339, run)
	}
	if err != nil {
		return fmt.Errorf("occasion %q: %w", text, err)
	}
	return nil
}

// Row is what is known of one occasion.
type Row struct {
	Planned int                 `json:"planned,omitempty"`
	States  map[claim.State]int `json:"states,omitempty"`
	Overdue int                 `json:"overdue,omitempty"` // open although they expired more than [Late] ago
}

// Table is the conservation table as of one time. Make one with [New]; tell it
// of every slot, then of every order and every send, in any order. It is for one
// goroutine.
type Table struct {
	At    time.Time         `json:"at"`
	Until time.Time         `json:"until"` // what was planned from then on is not counted
	Rows  map[Occasion]*Row `json:"rows,omitempty"`
}

// New returns the empty table of a time, for what was planned until [Grace]
// before it.
func New(at time.Time) *Table {
	return &Table{At: at, Until: at.Add(-Grace), Rows: map[Occasion]*Row{}}
}

// settled reports whether what was planned at that time counts.
func (t *Table) settled(planned time.Time) bool { return planned.Before(t.Until) }

// row returns the row of an occasion, and makes it.
func (t *Table) row(o Occasion) *Row {
	if t.Rows == nil { // it was stored while it was empty
		t.Rows = map[Occasion]*Row{}
	}
	if t.Rows[o] == nil {
		t.Rows[o] = &Row{}
	}
	return t.Rows[o]
}

// slotted returns the occasion of a slot.
func (t *Table) runOf(id shop.CampaignID, version int, run time.Time) Occasion {
	if run.Before(t.At.Add(-Recent)) {
		run = time.Time{}
	}
	return Occasion{id, version, run.UTC()}
}

// Slot counts the intents of a slot whose planning began at started. A slot
// whose planning lasts longer than [Grace] is counted with what it has planned
// so far.
func (t *Table) Run(id shop.CampaignID, version int, run, started time.Time, planned int) {
	if t.settled(started) {
		t.row(t.runOf(id, version, run)).Planned += planned
	}
}

// Order counts the intents that one order gave rise to. One that is told twice,
// by two events, is one.
func (t *Table) Order(raised []campaign.Intent) {
	met := map[string]bool{}
	for _, i := range raised {
		id := i.SendID("") // the same for every intent that leads to one send
		if t.settled(i.Planned) && !met[string(id)] {
			met[string(id)] = true
			t.row(Occasion{Campaign: i.Campaign, Version: i.Version}).Planned++
		}
	}
}

// Send counts a send. One of a slot counts where the slot does.
func (t *Table) Send(d claim.Send) {
	o := Occasion{Campaign: d.Intent.Campaign, Version: d.Intent.Version}
	if run, err := time.Parse(time.RFC3339, d.Intent.Occasion); d.Intent.Order == "" && err == nil {
		o = t.runOf(o.Campaign, o.Version, run)
	}
	if (o.Run.IsZero() || t.Rows[o] == nil) && !t.settled(d.Intent.Planned) {
		return
	}
	r := t.row(o)
	if r.States == nil {
		r.States = map[claim.State]int{}
	}
	r.States[d.State]++
	if !d.State.Ended() && d.Intent.NotAfter.Before(t.At.Add(-Late)) {
		r.Overdue++
	}
}

// Sum is a row, or several, in numbers.
type Sum struct {
	Planned   int
	Ended     int // sends in an end state, LOST included
	Open      int // QUEUED or SENDING
	Lost      int
	Missing   int // planned, and no send
	Unplanned int // sends beyond what was planned; harmless, see the package
	Overdue   int // of those that are open
}

// Kept reports whether nothing vanished and nothing is stuck.
func (s Sum) Kept() bool { return s.Missing == 0 && s.Overdue == 0 }

// Plus returns both together.
func (s Sum) Plus(o Sum) Sum {
	return Sum{
		s.Planned + o.Planned, s.Ended + o.Ended, s.Open + o.Open, s.Lost + o.Lost,
		s.Missing + o.Missing, s.Unplanned + o.Unplanned, s.Overdue + o.Overdue,
	}
}

// Sum returns the row in numbers.
func (r Row) Sum() Sum {
	s := Sum{Planned: r.Planned, Lost: r.States[claim.Lost], Overdue: r.Overdue}
	for state, n := range r.States {
		if state.Ended() {
			s.Ended += n
		} else {
			s.Open += n
		}
	}
	s.Missing, s.Unplanned = max(0, r.Planned-s.Ended-s.Open), max(0, s.Ended+s.Open-r.Planned)
	return s
}

// Sum returns all rows together. What is missing of one is not made up for by
// what is too much of another.
func (t *Table) Sum() (sum Sum) {
	for _, r := range t.Rows {
		sum = sum.Plus(r.Sum())
	}
	return sum
}

// Campaigns returns the rows of each campaign's versions as one, slots together.
func (t *Table) Campaigns() map[Occasion]Row {
	all := map[Occasion]Row{}
	for o, r := range t.Rows {
		o.Run = time.Time{}
		sum := all[o]
		if sum.States == nil {
			sum.States = map[claim.State]int{}
		}
		sum.Planned, sum.Overdue = sum.Planned+r.Planned, sum.Overdue+r.Overdue
		for state, n := range r.States {
			sum.States[state] += n
		}
		all[o] = sum
	}
	return all
}

// Broken returns the occasions of which something vanished or is stuck, by
// campaign, oldest slot first.
func (t *Table) Broken() (broken []Occasion) {
	for _, o := range slices.SortedFunc(maps.Keys(t.Rows), Occasion.Compare) {
		if !t.Rows[o].Sum().Kept() {
			broken = append(broken, o)
		}
	}
	return broken
}

// Compare orders occasions by campaign, version and slot.
func (o Occasion) Compare(p Occasion) int {
	return cmp.Or(cmp.Compare(o.Campaign, p.Campaign), cmp.Compare(o.Version, p.Version), o.Run.Compare(p.Run))
}
