package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// directory keeps partials in a directory, so that what counts them and what merges them
// are two processes with a peak of memory each.
type directory string

func (d directory) path(name string) string { return filepath.Join(string(d), filepath.Base(name)) }

func (d directory) Save(_ context.Context, name string, body []byte) error {
	return os.WriteFile(d.path(name), body, 0o600)
}

func (d directory) Open(_ context.Context, name string) (io.ReadCloser, error) {
	return os.Open(d.path(name))
}

func (d directory) Remove(context.Context, string) error { return nil }

// BenchmarkDivided measures a divided night of a generated shop without its tables: CPU
// time, the most memory that the process ever had, and the bytes of partials. What
// generates the customers is counted too: some 5 µs for each. Run each alone, first one
// segment or all of them, then the merge of what they left in the directory DIR, in which
// the file of one segment can be linked under the names of the others:
//
//	DIR=var/partials go test ./functions/learn -run '^$' -bench 'Divided/1000000_customers,_segment_1_of_8' -benchtime 1x
//	DIR=var/partials go test ./functions/learn -run '^$' -bench 'Divided/1000000_customers,_all_of_8' -benchtime 1x
//	DIR=var/partials go test ./functions/learn -run '^$' -bench 'Divided/1000000_customers,_merge_of_8' -benchtime 1x
func BenchmarkDivided(b *testing.B) {
	dir := os.Getenv("DIR")
	if dir == "" {
		b.Skip("DIR names no directory for the partials")
	}
	usual := slog.Default()
	b.Cleanup(func() { slog.SetDefault(usual) })
	slog.SetDefault(slog.New(slog.DiscardHandler))
	for _, customers := range []int{1_000_000, 5_000_000, 20_000_000} {
		s := &generatedShop{products: 100_000, customers: customers}
		h := &handler{customers: s, catalogue: s, versions: s, policies: s, partials: directory(dir), now: func() time.Time { return night }}
		for _, of := range []int{8, 32} {
			run := func(name string, events ...Event) {
				b.Run(fmt.Sprintf("%d customers, %s of %d", customers, name, of), func(b *testing.B) {
					before, bytes := cpuSeconds(b), 0
					var answer Answer
					for b.Loop() {
						for _, e := range events {
							var err error
							if answer, err = h.Handle(b.Context(), e); err != nil {
								b.Fatal(err)
							}
							bytes += answer.Bytes
						}
					}
					b.ReportMetric((cpuSeconds(b)-before)/float64(b.N), "CPU-s/op")
					b.ReportMetric(peak(b), "peak-MB")
					b.ReportMetric(float64(answer.Customers), "customers")
					b.ReportMetric(float64(bytes)/float64(b.N)/1e6, "partials-MB")
				})
			}
			var all []Event
			for i := range of {
				all = append(all, Event{Night: night, Of: of, Segment: i + 1})
			}
			run("segment 1", all[0])
			run("all", all...)
			run("merge", Event{Night: night, Of: of, Merge: true})
		}
	}
}
