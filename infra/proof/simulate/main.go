// Command simulate runs the production code of send and settle in virtual time,
// against a store, a queue and an SES that fail, and checks whether every promise
// of docs/guarantees.md was kept.
//
//	go run ./infra/proof/simulate -seed 17           # one schedule, with its trace
//	go run ./infra/proof/simulate -seeds 200000      # many, and one table
//
// A schedule depends on its seed alone: the same seed gives the same trace, and the
// same hash of it, on any machine. The exit code is 1 if a promise was broken; the
// output names the seeds to replay. A program can read the last line:
// "ok seeds=200000" or "violation seed=17 promise=once".
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"regulars/infra/proof/simulate/world"
)

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	held, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "simulate:", err)
		os.Exit(2)
	case !held:
		os.Exit(1)
	}
}

// run executes the command, and reports whether every promise was kept.
func run(ctx context.Context, args []string, out, errs io.Writer) (held bool, err error) {
	flags := flag.NewFlagSet("simulate", flag.ContinueOnError)
	flags.SetOutput(errs)
	var (
		seed    = flags.Uint64("seed", 0, "replay this `schedule` and print its trace")
		seeds   = flags.Int("seeds", 0, "run this `many` schedules and print one table")
		from    = flags.Uint64("from", 1, "with -seeds: the first `seed`")
		workers = flags.Int("workers", runtime.GOMAXPROCS(0), "with -seeds: run this many at once")
		first   = flags.Bool("stop-at-first", false, "with -seeds: stop at the first violation")
		quiet   = flags.Bool("quiet", false, "with -seed: no trace, only the result")
	)
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	if *seeds > 0 {
		debug.SetGCPercent(400) // each schedule leaves some MB of garbage; memory suffices
		return many(ctx, batch{from: *from, seeds: *seeds, workers: max(1, *workers), stopAtFirst: *first}, out, errs)
	}
	if *seed == 0 {
		return false, fmt.Errorf("give -seed to replay one schedule, or -seeds to run many")
	}
	var o world.Options
	if !*quiet {
		o.Trace = out
	}
	return one(world.Run(*seed, o), out), nil
}

// one prints the result of one schedule, and reports whether every promise was kept.
func one(r world.Result, out io.Writer) (held bool) {
	fmt.Fprintf(out, "\nseed %d: trace hash %016x, %d I/O points, %d intents, SES accepted %d messages\n",
		r.Seed, r.Hash, r.Stats.Points, r.Stats.Intents, r.Stats.Accepted)
	for _, v := range r.Violations {
		fmt.Fprintf(out, "broken: %s: %s\n", v.Promise, v.Text)
	}
	if len(r.Violations) > 0 {
		fmt.Fprintf(out, "violation seed=%d promise=%s\n", r.Seed, r.Violations[0].Promise)
		return false
	}
	fmt.Fprintf(out, "ok seed=%d hash=%016x\n", r.Seed, r.Hash)
	return true
}
