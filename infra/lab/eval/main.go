// Command eval measures how well the built-in recommendation engine predicts
// past orders, and compares it with rival methods.
//
//	make eval DATA=orders.csv.gz FORMAT=csv OUT=page.html
//	make eval DATA=dc.json.gz FORMAT=dc
//	make eval FORMAT=table                # what make run holds
//	make eval FORMAT=table STACK=regulars # a shop's own tables in AWS
//
// It learns from the orders before a cut, predicts each customer's next order,
// and prints a table for the whole order and one for new items. Its progress is
// written to the standard error. Package trial
// defines the measures, package orders the formats and the split, package
// rivals the other methods; docs/recommendations.md explains how to read the
// tables.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"regulars/infra/lab/eval/engine"
	"regulars/infra/lab/eval/orders"
	"regulars/infra/lab/eval/rivals"
	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend/learning"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "eval:", err)
		os.Exit(1)
	}
}

// options are the settings of the command line.
type options struct {
	data, format, split, out, only string
	catalogue                      string
	cut                            time.Time
	columns                        orders.Columns
	k, draws, lines, histories     int
	known, all                     bool
	seed                           uint64
}

func read(args []string, errs io.Writer) (a options, err error) {
	f := flag.NewFlagSet("eval", flag.ContinueOnError)
	f.SetOutput(errs)
	f.StringVar(&a.data, "data", "", "file to read; - reads the standard input")
	f.StringVar(&a.format, "format", "csv", "format of the orders: csv, dc or table")
	f.StringVar(&a.split, "split", "validate", "customers of a dc file whose orders are predicted: validate or test")
	f.BoolVar(&a.known, "known", false, "dc: learn also from the earlier orders of the customers of the split; the other formats always do")
	f.BoolVar(&a.all, "all", false, "count products as wanted that no customer had bought before the cut, as published figures do")
	f.StringVar(&a.catalogue, "catalogue", "", "csv: file with the shop's products, an event product.changed in each line; table: its own catalogue is used")
	f.StringVar(&a.out, "out", "", "file for a page with charts")
	f.StringVar(&a.only, "only", "", "leave out rival methods whose name does not contain this; none: the engine alone")
	f.IntVar(&a.k, "k", 10, "length of the lists")
	f.IntVar(&a.draws, "draws", 1000, "resamples of the bootstrap")
	f.IntVar(&a.lines, "lines", orders.Lines, "the most lines to read: 24 bytes each, and as much again")
	f.IntVar(&a.histories, "histories", learning.MostHistories, "from how many customers the built-in engine learns its neighbours at most, as a night of a large shop does")
	f.Uint64Var(&a.seed, "seed", 1, "seed of the bootstrap")
	cut := f.String("cut", "", "csv and table: learn from the orders before this day or time, predict those after it; default: 80 % of the orders are before it")
	columns := f.String("columns", "", "csv: names of columns that eval does not recognise, such as customer=who,item=what")
	if err := f.Parse(args); err != nil {
		return a, err
	}
	if f.NArg() > 0 {
		return a, fmt.Errorf("unexpected argument %.60q: give flags only", f.Arg(0))
	}
	if *cut != "" {
		if a.cut, err = parseTime(*cut); err != nil {
			return a, err
		}
	}
	if *columns != "" {
		a.columns = orders.Columns{}
		for _, pair := range strings.Split(*columns, ",") {
			what, name, ok := strings.Cut(pair, "=")
			if !ok || name == "" {
				return a, fmt.Errorf("columns %.60q: want such as customer=who,item=what", pair)
			}
			a.columns[strings.TrimSpace(what)] = strings.TrimSpace(name)
		}
	}
	if a.k < 1 || a.draws < 1 || a.lines < 1 || a.histories < 1 {
		return a, errors.New("k, draws, lines and histories must be 1 or more")
	}
	return a, nil
}

// parseTime reads a day or a time.
func parseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.DateOnly, time.DateTime, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("cut %.60q: want a day such as 2026-07-01, or a time such as 2026-07-01T12:00:00Z", text)
}

func run(ctx context.Context, args []string, getenv func(string) string, out, errs io.Writer) error {
	a, err := read(args, errs)
	if err != nil {
		return err
	}
	p := &progress{out: errs, clock: time.Now}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	stop := p.start(ticker.C)
	report, err := measure(ctx, a, getenv, p.report)
	stop()
	if err != nil {
		return err
	}
	printTable(out, report)
	if a.out == "" {
		return nil
	}
	if err := writePage(a.out, report); err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	fmt.Fprintln(errs, "page written to", a.out)
	return nil
}

// measure reads the orders and runs the trial.
func measure(ctx context.Context, a options, getenv func(string) string, progress trial.Progress) (*trial.Report, error) {
	set, err := load(ctx, a, getenv, progress)
	if err != nil {
		return nil, err
	}
	if a.known {
		set.LearnFromCases()
	}
	if a.all {
		set.CountAll()
	}
	built := &engine.Engine{Histories: a.histories}
	report, err := trial.Run(ctx, set, entries(built, a.only, set.Catalogue != nil), trial.Options{K: a.k, Draws: a.draws, Seed: a.seed, Progress: progress})
	if err != nil {
		return nil, err
	}
	report.Notes = append(report.Notes, engine.Decided(built.Outcome)...)
	return report, nil
}

func writePage(path string, report *trial.Report) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	err = printPage(file, "How well the next order is predicted", report)
	return errors.Join(err, file.Close())
}

// entries returns the engine, also without the re-ranker and, if there is a
// catalogue, as it lists with it, and the rivals whose names contain only.
func entries(built *engine.Engine, only string, catalogue bool) []trial.Entry {
	out := []trial.Entry{{Method: built, Modes: trial.Both}}
	if catalogue {
		out = append(out, trial.Entry{Method: engine.Listed{Engine: built}, Modes: trial.Both, Base: built})
	}
	for _, e := range append([]trial.Entry{{Method: engine.Blend{Engine: built}, Modes: trial.Both, Base: built}}, rivals.All()...) {
		if strings.Contains(e.Name(), only) {
			out = append(out, e)
		}
	}
	return out
}
