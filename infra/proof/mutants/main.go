// Command mutants plants faults in the code of send, settle and redeem, one at a time
// (mutation testing), and shows for each whether a simulated run of
// infra/proof/simulate or a named test finds it.
//
//	go run ./infra/proof/mutants                    # all of them, and one table
//	go run ./infra/proof/mutants -only 'slack|token'
//	go run ./infra/proof/mutants -list
//
// A check that never fails proves nothing. So each line that a promise depends on is
// broken here (a fence is left out, a reservation is not given back, a retry is
// allowed), and the simulator is built with the broken file instead of the original
// (go build -overlay: the tree does not change). It has to find a schedule that breaks
// a promise, and the original code has to pass that schedule. The printed seed replays
// it.
//
// The exit code is 1 if a mutant survives. That is a finding: either the broken line
// is not needed and should be removed, or the judge misses the fault and must be
// improved. A fault outside of the simulation names the committed test that finds it
// instead.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	caught, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(2)
	case !caught:
		os.Exit(1)
	}
}

// run executes the command, and reports whether every mutant was caught.
func run(ctx context.Context, args []string, out, errs io.Writer) (caught bool, err error) {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	flags.SetOutput(errs)
	var (
		only  = flags.String("only", "", "plant those alone whose name matches the `pattern`")
		list  = flags.Bool("list", false, "only say which there are")
		seeds = flags.Int("seeds", 20_000, "look for each in so `many` schedules")
		limit = flags.Duration("limit", 3*time.Minute, "look for each so `long`")
		jobs  = flags.Int("jobs", runtime.GOMAXPROCS(0), "try so `many` at once")
	)
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return false, fmt.Errorf("-only: %w", err)
	}
	var chosen []mutant
	for _, m := range mutants() {
		if wanted.MatchString(m.name) {
			chosen = append(chosen, m)
		}
	}
	if len(chosen) == 0 {
		return false, fmt.Errorf("no mutant's name matches %q; -list prints the names", *only)
	}
	if *list {
		describe(out, chosen)
		return true, nil
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	l, err := newLab(ctx, dir, *seeds, *limit)
	if err != nil {
		return false, err
	}
	start := time.Now()
	trials, err := l.tryAll(ctx, chosen, max(1, *jobs), errs)
	if err != nil {
		return false, err
	}
	return report(out, trials, time.Since(start)), nil
}

// tryAll tries each mutant, jobs at a time, and reports each when it is done. The first
// mutant that cannot be tried stops the run.
func (l *lab) tryAll(ctx context.Context, chosen []mutant, jobs int, errs io.Writer) ([]trial, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		trials = make([]trial, len(chosen))
		next   = make(chan int)
		mu     sync.Mutex
		done   int
		wait   sync.WaitGroup
	)
	for range jobs {
		wait.Go(func() {
			for i := range next {
				t, err := l.try(ctx, chosen[i], filepath.Join(l.dir, fmt.Sprint(i)))
				if err != nil {
					cancel(fmt.Errorf("mutant %q: %w", chosen[i].name, err))
					continue
				}
				mu.Lock()
				trials[i] = t
				done++
				fmt.Fprintf(errs, "%d of %d: %s: %s (%s)\n", done, len(chosen), t.mutant.name, t.outcome(), t.took.Round(time.Second))
				mu.Unlock()
			}
		})
	}
	for i := range chosen {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wait.Wait()
	return trials, context.Cause(ctx)
}
