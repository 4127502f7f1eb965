package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// ends lists the states that the table shows first, in this order.
var ends = []claim.State{
	claim.Delivered, claim.Accepted, claim.Bounced, claim.Complained, claim.Lost, claim.Refused,
	claim.Capped, claim.Suppressed, claim.HeldOut, claim.Expired, claim.Outranked, claim.Cancelled,
}

// facts adds what was done to the system.
func (h *system) facts(c *count, played story) {
	kills, killed := h.killer.counts()
	hits, hit := h.trial.faults.counts()
	c.facts = append(c.facts,
		fact{"orders played; events; customers; returns", fmt.Sprintf("%d; %d; %d; %d", len(played.orders), len(played.events), played.customers, played.returns)},
		fact{"additional customers", fmt.Sprint(h.trial.customers)},
		fact{"processes killed", fmt.Sprintf("%d (%s)", killed, list(kills))},
		fact{"faults", fmt.Sprint(hit)},
	)
	by := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(hits)) {
		service, what, _ := strings.Cut(name, ".")
		by[service] = append(by[service], fmt.Sprintf("%s %d", what, hits[name]))
	}
	for _, service := range slices.Sorted(maps.Keys(by)) {
		c.facts = append(c.facts, fact{"  " + service, strings.Join(by[service], ", ")})
	}
	c.facts = append(c.facts,
		fact{"unsubscribed; clicks that failed", fmt.Sprintf("%d; %d", len(h.readers.optOuts), h.readers.refused)},
		fact{"dead letters sent through again", fmt.Sprint(h.dead)},
		fact{"it took", time.Since(h.began).Round(time.Second).String()},
	)
}

func list(counts map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	return strings.Join(parts, "; ")
}

// print writes the reconciliation table, the figures, and the broken promises.
func (c *count) print(out io.Writer) {
	by := map[shop.CampaignID]map[claim.State]int{}
	total := map[claim.State]int{}
	attempts, unconfirmed := 0, 0
	for _, d := range c.sends {
		if by[d.Intent.Campaign] == nil {
			by[d.Intent.Campaign] = map[claim.State]int{}
		}
		state := d.State
		if !state.Ended() {
			state = "open"
		}
		by[d.Intent.Campaign][state]++
		total[state]++
		attempts += d.Attempt
		unconfirmed += d.Unconfirmed
	}
	var shown []claim.State
	for _, state := range ends {
		if total[state] > 0 {
			shown = append(shown, state)
		}
	}
	for _, state := range slices.Sorted(maps.Keys(total)) {
		if !slices.Contains(ends, state) && state != "open" {
			shown = append(shown, state)
		}
	}
	shown = append(shown, "open")
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(table, "\ncampaign\tplanned\t=")
	for _, state := range shown {
		fmt.Fprintf(table, "\t%s", state)
	}
	fmt.Fprintln(table, "\t")
	row := func(name string, planned int, counts map[claim.State]int) {
		fmt.Fprintf(table, "%s\t%d\t=", name, planned)
		for _, state := range shown {
			fmt.Fprintf(table, "\t%d", counts[state])
		}
		fmt.Fprintln(table, "\t")
	}
	sum := 0
	for _, id := range slices.Sorted(maps.Keys(c.planned)) {
		row(string(id), c.planned[id], by[id])
		sum += c.planned[id]
	}
	row("all", sum, total)
	_ = table.Flush()

	fmt.Fprintln(out)
	for _, f := range append(c.facts, fact{"claims; unconfirmed", fmt.Sprintf("%d; %d", attempts, unconfirmed)}) {
		fmt.Fprintf(out, "%-52s %s\n", f.name, f.value)
	}
	fmt.Fprintln(out)
	if len(c.breaches) == 0 {
		fmt.Fprintln(out, "every promise was kept")
	}
	for _, b := range c.breaches {
		fmt.Fprintln(out, "BROKEN  "+b)
	}
}
