package main

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

const head = "containers   accepted   sustained/s   10,000,000 take   of 36 h   waits stored"

// row returns the trial's line of the table.
func (w *trial) row() string {
	sustained := w.sustained()
	takes := time.Duration(10_000_000 / sustained * float64(time.Second))
	return fmt.Sprintf("%10d %10d %13.0f %17s %8.0f%% %14d", w.containers, len(w.times), sustained, takes.Round(time.Minute), 100*takes.Hours()/notAfter.Hours(), w.waits)
}

// sustained returns the messages a second of the last four fifths of the time in which
// the queue had some, so that neither the start nor the end counts.
func (w *trial) sustained() float64 {
	from, n := w.dry/5, 0
	for _, at := range w.times {
		if at >= from && at < w.dry {
			n++
		}
	}
	return float64(n) / (w.dry - from).Seconds()
}

// hottest returns lines for the items with the most write units in one second.
func (w *trial) hottest(n int) (lines []string) {
	names := slices.SortedFunc(maps.Keys(w.items), func(a, b string) int { return int(1000 * (w.items[b].most - w.items[a].most)) })
	for _, name := range names[:min(n, len(names))] {
		it := w.items[name]
		lines = append(lines, fmt.Sprintf("           %5.0f write units in its busiest second, %5.2f a message, %d refused by a transaction, %d throttled: %s",
			it.most, it.sum/float64(len(w.times)), it.conflicts, it.throttled, name))
	}
	return lines
}

// broken returns the promises that did not hold.
func (w *trial) broken() (broken []string) {
	for address, n := range w.accepted {
		if n > perWeek {
			broken = append(broken, fmt.Sprintf("%s got %d promotions; the cap is %d a week", address, n, perWeek))
		}
	}
	for send, n := range w.sends {
		if n > 1 {
			broken = append(broken, fmt.Sprintf("send %s was accepted %d times", send, n))
		}
	}
	for _, span := range []time.Duration{time.Second, 10 * time.Second, time.Minute} {
		allowed, first := w.rate*0.8*(span+2*time.Second).Seconds()+1, 0 // docs/decisions/0016
		for i, at := range w.times {
			for at-w.times[first] >= span {
				first++
			}
			if n := i - first + 1; float64(n) > allowed {
				broken = append(broken, fmt.Sprintf("%d messages within %s from %s on; %.0f are allowed", n, span, w.times[first], allowed))
				break
			}
		}
	}
	return broken
}
