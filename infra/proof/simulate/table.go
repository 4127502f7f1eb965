package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/infra/proof/simulate/world"
)

// meaning describes each promise in a line.
var meaning = map[judge.Promise]string{
	judge.Once:        "once: no promotion twice, a service message only if unknown",
	judge.Capped:      "capped: no window over its cap",
	judge.NothingLost: "nothing lost: each intent has one end, SES's count agrees",
	judge.OptOut:      "opt-out: no marketing claimed after an opt-out was answered",
	judge.Honoured:    "honoured: coupons, budgets and ledgers agree with the sends",
	judge.OnTheWay:    "on the way: each step once, in its order, none after its goal",
	judge.AtItsTime:   "at its time: no message early, none once it is over",
	judge.Stopped:     "stopped: nothing is sent after a pause or a cancellation",
}

// print writes the one table.
func (t *tally) print(out io.Writer) {
	s := &t.stats
	row := func(name string, value any) { fmt.Fprintf(out, "  %-62s %12v\n", name, value) }
	fmt.Fprintln(out, "what happened")
	row("schedules", s.Schedules)
	row("virtual days", s.Hours/24)
	row("I/O points", s.Points)
	row("intents", s.Intents)
	row("ways through a journey, all steps of which were done", fmt.Sprintf("%d, %d", s.Ways, s.WholeWays))
	row("messages that SES accepted", s.Accepted)
	for _, state := range slices.Sorted(maps.Keys(s.Ends)) {
		row("ended "+state, s.Ends[state])
	}
	faults, kills := 0, 0
	fmt.Fprintln(out, "injected faults")
	for f := world.NoFault + 1; f < world.Faults; f++ {
		if f.Kill() {
			kills += s.Faults[f]
		} else {
			faults += s.Faults[f]
		}
		row(f.String(), s.Faults[f])
	}
	row("all faults without kills", faults)
	row("all kills", kills)
	row("schedules without a kill", s.NoKill)
	fmt.Fprintln(out, "price")
	row("LOST, of intents", percent(s.Lost, s.Intents))
	row("LOST although SES accepted it, of intents", percent(s.LostWent, s.Intents))
	row("duplicates of service messages", percent(s.ServiceTwice, s.Service))
	row("coupons held by LOST", s.LostCoupons)
	fmt.Fprintln(out, "schedules that broke a promise")
	for _, p := range judge.Promises {
		row(meaning[p], t.violations[p])
	}
	fmt.Fprintf(out, "in %s, %s of CPU, %s a schedule\n", t.took.Round(time.Second), t.cpu.Round(time.Second), (t.cpu / time.Duration(max(1, s.Schedules))).Round(10*time.Microsecond))
	for _, b := range t.broken {
		fmt.Fprintf(out, "broken: seed %d: %s: %s\n", b.seed, b.violations[0].Promise, b.violations[0].Text)
	}
	if len(t.broken) > 0 {
		var seeds []string
		for _, b := range t.broken {
			seeds = append(seeds, fmt.Sprint(b.seed))
		}
		fmt.Fprintf(out, "first seeds: %s\nreplay with: go run ./infra/proof/simulate -seed %d\n", strings.Join(seeds, " "), t.broken[0].seed)
	}
}

func percent(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f %%", 100*float64(part)/float64(whole))
}
