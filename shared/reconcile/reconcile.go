// Package reconcile counts whether every planned intent has a send: for each
// campaign and each of its runs, the number of planned intents must equal the
// number of sends that have ended or wait. It is pure; package sendoutcome reads
// the tables and feeds them in.
//
// It only counts; it does not join intents with their sends. Intents and sends
// are read at different times, while new ones come; so both are counted up to
// one time, by the time at which the intent was planned, which its send
// repeats. A missing intent is then a difference of two counts. This has two
// limits. The counts say how many intents of a campaign are missing, not which.
// And if more was sent than planned (a page of a run was planned twice, while
// customers changed), the surplus hides as many missing ones. The second does
// not happen to intents of orders.
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
	// Grace is how long an intent may be on its queue before it counts as missing.
	// It is far longer than the delay at which the queue's own alarm goes off.
	Grace = 6 * time.Hour

	// Late is how long after its not_after a send may be open.
	Late = 24 * time.Hour

	// Recent is how long a run has a row of its own. Older runs share one row for
	// each version of a campaign, so that the table stays small; while they were
	// recent, each was checked alone.
	Recent = 60 * 24 * time.Hour
)

// Occasion is the key of a row: one run of a campaign, or all its orders.
type Occasion struct {
	Campaign shop.CampaignID
	Version  int
	Run      time.Time // zero: orders, and runs that are not [Recent]
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

// Row holds the counts of one occasion.
type Row struct {
	Planned int                 `json:"planned,omitempty"`
	States  map[claim.State]int `json:"states,omitempty"`
	Overdue int                 `json:"overdue,omitempty"` // open sends that expired more than [Late] ago

	// Alone is the sends whose intents are stored nowhere before them: steps of journeys,
	// carts, and mails that a person asked for on the shop's pages. There is no plan to
	// compare them with; only whether they are overdue is checked.
	Alone int `json:"alone,omitempty"`

	// Young is the planned intents that are not older than [Grace], less their
	// sends. A check that counts older intents only has none.
	Young int `json:"young,omitempty"`
}

// Table is the reconciliation as of one time. Make one with [New]; call Run for
// every run, then Order for every order and Send for every send, in any order.
// Only one goroutine may use it.
type Table struct {
	At    time.Time         `json:"at"`
	Until time.Time         `json:"until"` // intents planned from then on are not counted
	Rows  map[Occasion]*Row `json:"rows,omitempty"`
}

// New returns the empty table as of a time, for intents that were planned until
// [Grace] before it.
func New(at time.Time) *Table {
	return &Table{At: at, Until: at.Add(-Grace), Rows: map[Occasion]*Row{}}
}

// counts reports whether an intent that was planned at that time is counted.
func (t *Table) counts(planned time.Time) bool { return planned.Before(t.Until) }

// young reports whether an intent that was planned at that time can still be on
// its queue.
func (t *Table) young(planned time.Time) bool { return !planned.Before(t.At.Add(-Grace)) }

// row returns the row of an occasion; it adds the row if there is none.
func (t *Table) row(o Occasion) *Row {
	if t.Rows == nil { // the table was stored while it was empty
		t.Rows = map[Occasion]*Row{}
	}
	if t.Rows[o] == nil {
		t.Rows[o] = &Row{}
	}
	return t.Rows[o]
}

// runOf returns the occasion of a run.
func (t *Table) runOf(id shop.CampaignID, version int, run time.Time) Occasion {
	if run.Before(t.At.Add(-Recent)) {
		run = time.Time{}
	}
	return Occasion{id, version, run.UTC()}
}

// Run counts the planned intents of a run whose planning began at started. A
// run whose planning takes longer than [Grace] counts with the intents that it
// has planned so far.
func (t *Table) Run(id shop.CampaignID, version int, run, started time.Time, planned int) {
	if t.counts(started) {
		t.row(t.runOf(id, version, run)).plan(planned, t.young(started))
	}
}

// Order counts the intents that one order raised. An intent that two events of
// the order raised counts once.
func (t *Table) Order(raised []campaign.Intent) {
	met := map[string]bool{}
	for _, i := range raised {
		id := i.SendID("") // the same for every intent that leads to one send
		if t.counts(i.Planned) && !i.Enters && !met[string(id)] {
			met[string(id)] = true
			t.row(Occasion{Campaign: i.Campaign, Version: i.Version}).plan(1, t.young(i.Planned))
		}
	}
}

func (r *Row) plan(n int, young bool) {
	if r.Planned += n; young {
		r.Young += n
	}
}

// RunOf returns the time of the run that planned the intent. It is zero if something else
// is its occasion: an order, a step of a journey, a day of the customer's own, a level.
func RunOf(i campaign.Intent) time.Time {
	switch {
	case i.Alone(): // of a step of a journey: a run planned the entry at most
		return time.Time{}
	case !i.Run.IsZero() || i.Order != "":
		return i.Run
	}
	run, err := time.Parse(time.RFC3339, i.Occasion)
	if err != nil {
		return time.Time{}
	}
	return run
}

// Send counts a send. A send of a run counts if the run does.
func (t *Table) Send(d claim.Send) {
	o := Occasion{Campaign: d.Intent.Campaign, Version: d.Intent.Version}
	if run := RunOf(d.Intent); !run.IsZero() {
		o = t.runOf(o.Campaign, o.Version, run)
	}
	if (o.Run.IsZero() || t.Rows[o] == nil) && !t.counts(d.Intent.Planned) {
		return
	}
	r := t.row(o)
	alone := d.Intent.Alone()
	if alone {
		r.Alone++
	}
	young := !alone && t.young(d.Intent.Planned)
	if !o.Run.IsZero() && !alone {
		young = r.Young > 0 // a run's intents are as young as the run
	}
	if young {
		r.Young--
	}
	if r.States == nil {
		r.States = map[claim.State]int{}
	}
	r.States[d.State]++
	if !d.State.Ended() && d.Intent.NotAfter.Before(t.At.Add(-Late)) {
		r.Overdue++
	}
}

// Sum holds the totals of one or several rows.
type Sum struct {
	Planned   int
	Ended     int // sends in an end state, LOST included
	Open      int // QUEUED or SENDING
	Lost      int
	InFlight  int // planned intents without a send that are not older than [Grace]
	Missing   int // older planned intents without a send
	Unplanned int // sends without a planned intent; harmless, see the package comment
	Overdue   int // of the open ones
}

// Kept reports whether no send is missing and none is overdue.
func (s Sum) Kept() bool { return s.Missing == 0 && s.Overdue == 0 }

// Plus returns the sum of both.
func (s Sum) Plus(o Sum) Sum {
	return Sum{
		s.Planned + o.Planned, s.Ended + o.Ended, s.Open + o.Open, s.Lost + o.Lost,
		s.InFlight + o.InFlight, s.Missing + o.Missing, s.Unplanned + o.Unplanned, s.Overdue + o.Overdue,
	}
}

// Sum returns the totals of the row.
func (r Row) Sum() Sum {
	s := Sum{Planned: r.Planned, Lost: r.States[claim.Lost], Overdue: r.Overdue}
	for state, n := range r.States {
		if state.Ended() {
			s.Ended += n
		} else {
			s.Open += n
		}
	}
	without := r.Planned + r.Alone - s.Ended - s.Open
	s.InFlight = max(0, min(r.Young, without))
	s.Missing, s.Unplanned = max(0, without-s.InFlight), max(0, -without)
	return s
}

// Sum returns the totals of all rows. It adds up the sums of the rows, so that
// a surplus of one row does not hide what another misses.
func (t *Table) Sum() (sum Sum) {
	for _, r := range t.Rows {
		sum = sum.Plus(r.Sum())
	}
	return sum
}

// Campaigns returns one row for each version of a campaign, with all its runs
// and orders.
func (t *Table) Campaigns() map[Occasion]Row {
	all := map[Occasion]Row{}
	for o, r := range t.Rows {
		o.Run = time.Time{}
		sum := all[o]
		if sum.States == nil {
			sum.States = map[claim.State]int{}
		}
		sum.Planned, sum.Alone, sum.Young, sum.Overdue = sum.Planned+r.Planned, sum.Alone+r.Alone, sum.Young+r.Young, sum.Overdue+r.Overdue
		for state, n := range r.States {
			sum.States[state] += n
		}
		all[o] = sum
	}
	return all
}

// Broken returns the occasions with missing or overdue sends, by campaign,
// oldest run first.
func (t *Table) Broken() (broken []Occasion) {
	for _, o := range slices.SortedFunc(maps.Keys(t.Rows), Occasion.Compare) {
		if !t.Rows[o].Sum().Kept() {
			broken = append(broken, o)
		}
	}
	return broken
}

// Compare orders occasions by campaign, version and run.
func (o Occasion) Compare(p Occasion) int {
	return cmp.Or(cmp.Compare(o.Campaign, p.Campaign), cmp.Compare(o.Version, p.Version), o.Run.Compare(p.Run))
}
