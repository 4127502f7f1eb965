package main

import (
	"cmp"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"regulars/infra/demo"
	"regulars/infra/ops/importer/past"
	"regulars/infra/ops/importer/shape"
)

// mostShown is how many duplicates, and how many refused orders, are printed.
const mostShown = 50

// manyFaults is from how many faults of a file on they are counted by their text.
const manyFaults = 20

// describe prints what was found out of a file, and its faults by how frequent
// they are, if there are many.
func (i *importing) describe(r *shape.Reader, rows, faulty int, of map[string]int) {
	what := "JSON Lines"
	if r.File.Header != nil {
		what = fmt.Sprintf("%s, delimiter %q, columns for %s", r.File.Encoding, r.File.Comma, strings.Join(r.Fields(), ", "))
		if unread := r.Ignored(); len(unread) > 0 {
			what += "; not read: " + strings.Join(unread, ", ")
		}
	}
	fmt.Fprintf(i.out, "%s: %d rows of %s (%s), %d with faults, %d skipped\n", r.File.Path, rows, r.Kind, what, faulty, r.Skipped)
	sum := 0
	for _, n := range of {
		sum += n
	}
	if sum < manyFaults {
		return
	}
	texts := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	for _, text := range texts {
		fmt.Fprintf(i.out, "%s: %d times: %s\n", r.File.Path, of[text], text)
	}
}

// add counts the result of a group, and prints its duplicates and what was
// refused.
func (i *importing) add(r past.Result, bar *demo.Bar, items int) {
	i.mu.Lock()
	defer i.mu.Unlock()
	bar.Step(items)
	if i.counts == nil {
		i.counts = map[shape.Kind]map[past.Outcome]int{}
	}
	for kind, of := range r.Counts {
		if i.counts[kind] == nil {
			i.counts[kind] = map[past.Outcome]int{}
		}
		for o, n := range of {
			i.counts[kind][o] += n
		}
	}
	for _, refused := range r.Refused {
		if i.refused++; i.refused <= mostShown {
			fmt.Fprintf(i.out, "%s: %s\n", past.At(refused.Item, i.files), refused.Text)
		}
	}
	for _, rows := range r.Duplicates {
		if i.duplicates++; i.duplicates <= mostShown {
			var lines []string
			for _, row := range rows {
				lines = append(lines, fmt.Sprint(row.Line))
			}
			fmt.Fprintf(i.out, "%s: the lines %s have one address; they become one mailbox\n", i.files[rows[0].File], strings.Join(lines, ", "))
		}
	}
}

// report prints what was written, or would be.
func (i *importing) report() {
	for _, kind := range kinds {
		if of := i.counts[kind]; slices.ContainsFunc(past.Outcomes, func(o past.Outcome) bool { return of[o] > 0 }) {
			var parts []string
			for _, o := range past.Outcomes {
				parts = append(parts, fmt.Sprintf("%s %d", o, of[o]))
			}
			fmt.Fprintf(i.out, "%-10s %s\n", kind, strings.Join(parts, ", "))
		}
	}
	for what, n := range map[string]int{"orders were refused": i.refused, "addresses stand in several rows": i.duplicates} {
		if n > mostShown {
			fmt.Fprintf(i.out, "%d %s; the first %d are listed\n", n, what, mostShown)
		}
	}
	took := i.now().Sub(i.began)
	fmt.Fprintf(i.out, "%d rows in %.1f s: %.0f rows a second, %d MB of memory at most\n", i.rows, took.Seconds(), float64(i.rows)/max(took.Seconds(), 0.001), peak()>>20)
	switch {
	case !i.options.apply && i.faulty > 0:
		fmt.Fprintln(i.out, "This was a dry run: nothing was written. Mend the faults; or write all other rows with APPLY=1 SKIP_FAULTY=1.")
	case !i.options.apply:
		fmt.Fprintln(i.out, "This was a dry run: nothing was written. Write it with APPLY=1.")
	}
}

// peak returns the most memory that the process had, in bytes.
func peak() int64 {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	if runtime.GOOS == "darwin" { // in bytes; on Linux in kilobytes
		return used.Maxrss
	}
	return used.Maxrss << 10
}
