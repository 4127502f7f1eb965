package reconcile

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"regulars/shared/claim"
)

// columns are the states in the order of the printed table; other states come
// after them.
var columns = []claim.State{
	claim.Delivered, claim.Accepted, claim.Bounced, claim.Complained, claim.Lost, claim.Refused,
	claim.Capped, claim.Suppressed, claim.HeldOut, claim.Expired, claim.Outranked, claim.Cancelled, claim.Queued, claim.Sending,
}

// Print writes the table for people: a line for each version of a campaign, a
// line for the total, and below a line for each occasion with missing or
// overdue sends. A state without sends has no column. An intent in flight is on
// a queue, or on its way there. A campaign of whose intents no plan is stored has a dash
// in the place of their number.
func (t *Table) Print(out io.Writer) {
	campaigns := t.Campaigns()
	total := Row{States: map[claim.State]int{}}
	for _, r := range campaigns {
		total.Planned, total.Alone = total.Planned+r.Planned, total.Alone+r.Alone
		for state, n := range r.States {
			total.States[state] += n
		}
	}
	shown := slices.DeleteFunc(slices.Clone(columns), func(s claim.State) bool { return total.States[s] == 0 })
	for _, s := range slices.Sorted(maps.Keys(total.States)) {
		if !slices.Contains(columns, s) {
			shown = append(shown, s)
		}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "campaign\tplanned\t=")
	for _, s := range shown {
		fmt.Fprintf(table, "\t%s", s)
	}
	fmt.Fprintln(table, "\tin flight\tmissing\toverdue\t")
	line := func(name string, r Row, sum Sum) {
		planned := strconv.Itoa(r.Planned)
		if r.Planned == 0 && r.Alone > 0 {
			planned = "–"
		}
		fmt.Fprintf(table, "%s\t%s\t=", name, planned)
		for _, s := range shown {
			fmt.Fprintf(table, "\t%d", r.States[s])
		}
		fmt.Fprintf(table, "\t%d\t%d\t%d\t\n", sum.InFlight, sum.Missing, sum.Overdue)
	}
	of := t.sums()
	for _, o := range slices.SortedFunc(maps.Keys(campaigns), Occasion.Compare) {
		line(o.String(), campaigns[o], of[o])
	}
	line("all", total, t.Sum())
	_ = table.Flush()

	for _, o := range t.Broken() {
		s := t.Rows[o].Sum()
		fmt.Fprintf(out, "BROKEN  %s: %d planned, %d ended, %d open; %d missing, %d overdue\n", o, s.Planned, s.Ended, s.Open, s.Missing, s.Overdue)
	}
	if total.Alone > 0 {
		fmt.Fprintf(out, "–: no plan is stored of steps of journeys, of messages about carts, and of what was asked for on the shop's pages. Their sends, %d, are counted by state alone\n", total.Alone)
	}
	if n := t.Sum().Unplanned; n > 0 {
		fmt.Fprintf(out, "%d more than planned: a page of a run was planned twice, while customers changed\n", n)
	}
}

// sums returns the sum of each version of a campaign. It adds up the sums of
// the rows, so that a surplus of one run does not hide what another run misses.
func (t *Table) sums() map[Occasion]Sum {
	all := map[Occasion]Sum{}
	for o, r := range t.Rows {
		o.Run = time.Time{}
		all[o] = all[o].Plus(r.Sum())
	}
	return all
}
