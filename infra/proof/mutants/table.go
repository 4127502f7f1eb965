package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// report prints the table, and returns whether every mutant was caught.
func report(out io.Writer, trials []trial, took time.Duration) bool {
	var survivors []string
	fmt.Fprintf(out, "  %-62s %9s %6s  %s\n", "mutant", "schedules", "time", "caught by")
	for _, t := range trials {
		by, schedules := "NOTHING", fmt.Sprint(t.schedules)
		switch {
		case t.seed > 0:
			by = fmt.Sprintf("seed %d: %s", t.seed, t.promise)
		case t.hung:
			by = "a schedule that never ends"
		case t.failed:
			by, schedules = t.mutant.seenBy.test, "-"
		}
		fmt.Fprintf(out, "  %-62s %9s %6s  %s\n", t.mutant.name, schedules, t.took.Round(time.Second), by)
		if !t.caught() {
			survivors = append(survivors, t.mutant.name)
		}
	}
	fmt.Fprintf(out, "%d of %d mutants were caught, in %s\n", len(trials)-len(survivors), len(trials), took.Round(time.Second))
	if len(survivors) == 0 {
		return true
	}
	fmt.Fprintf(out, "survived: %s\n", strings.Join(survivors, "; "))
	fmt.Fprintln(out, "Each is a finding: either the broken line is not needed and should be removed, or the judge misses the fault and must be improved.")
	return false
}

// describe lists the mutants.
func describe(out io.Writer, chosen []mutant) {
	for _, m := range chosen {
		fmt.Fprintf(out, "%s\n    %s", m.name, m.means)
		for _, e := range m.edits {
			fmt.Fprintf(out, " [%s]", e.file)
		}
		fmt.Fprintln(out)
	}
}
