package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"
)

// memory is how much resident memory this program and its child processes have over
// time, by the name of the program. It is empty if the machine has no proc(5).
type memory struct {
	began time.Time
	of    map[string][]resident // in the order of time
}

// resident is the memory of the largest process of a program at one time.
type resident struct {
	after time.Duration
	kb    int
}

func newMemory() *memory { return &memory{began: time.Now(), of: map[string][]resident{}} }

// watch looks once a second, until the context ends.
func (m *memory) watch(ctx context.Context) {
	for {
		m.look()
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second):
		}
	}
}

func (m *memory) look() {
	largest, own := map[string]int{}, strconv.Itoa(os.Getpid())
	files, _ := filepath.Glob("/proc/[0-9]*/status")
	for _, file := range files {
		status, err := os.ReadFile(file)
		if err != nil {
			continue // the process has ended
		}
		field := map[string]string{}
		for line := range bytes.Lines(status) {
			name, value, _ := bytes.Cut(line, []byte(":"))
			field[string(name)] = string(bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB")))
		}
		if field["Pid"] == own || field["PPid"] == own {
			kb, _ := strconv.Atoi(field["VmRSS"])
			largest[field["Name"]] = max(largest[field["Name"]], kb)
		}
	}
	for name, kb := range largest {
		m.of[name] = append(m.of[name], resident{time.Since(m.began), kb})
	}
}

// print writes a line for each program that was seen: its memory at four times, "-" if it
// had no process within ten seconds before, and the most that it had.
func (m *memory) print(out io.Writer) {
	if len(m.of) == 0 {
		fmt.Fprintln(out, "\nthe memory of processes is not known: it is read from /proc, which only Linux has")
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	var end time.Duration
	for _, seen := range m.of {
		end = max(end, seen[len(seen)-1].after)
	}
	fmt.Fprintf(table, "\nlargest process, MB resident\tafter %v\t%v\t%v\t%v\tmost\t\n", (end / 4).Round(time.Second), (end / 2).Round(time.Second), (end * 3 / 4).Round(time.Second), end.Round(time.Second))
	for _, name := range slices.Sorted(maps.Keys(m.of)) {
		seen := m.of[name]
		fmt.Fprintf(table, "%s", name)
		for _, at := range []time.Duration{end / 4, end / 2, end * 3 / 4, end} {
			held := "-"
			for _, r := range seen {
				if r.after <= at && at-r.after < 10*time.Second {
					held = strconv.Itoa(r.kb / 1024)
				}
			}
			fmt.Fprintf(table, "\t%s", held)
		}
		most := slices.MaxFunc(seen, func(a, b resident) int { return cmp.Compare(a.kb, b.kb) })
		fmt.Fprintf(table, "\t%d\t\n", most.kb/1024)
	}
	_ = table.Flush()
}
