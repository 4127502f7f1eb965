// Command lifteval shows that the intervals of package lift hold if one looks every
// day, and how fast they find an effect.
//
//	make lift-eval OUT=var/lift.html
//
// It divides the customers of the demo's shop at random, 1,000 times, lets their
// real orders come day by day, and counts how often a difference is seen that is
// not there; then it plants a lift of 10 % and counts the days until it is found.
// And it computes the effects of the two mailings of Hillstrom's experiment. It
// prints tables and writes a page with charts; its progress goes to the standard
// error. docs/results.md explains the method.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"regulars/infra/demo"
	"regulars/shared/lift"
)

func main() {
	err := run(os.Args[1:], os.Stdout, demo.NewBar(os.Stderr))
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "lift-eval:", err)
		os.Exit(1)
	}
}

// report is everything that the page shows.
type report struct {
	Shop      int // customers
	Without   []outcome
	With      []outcome // a planted lift
	Hillstrom []mailing
}

func run(args []string, out io.Writer, bar *demo.Bar) error {
	f := flag.NewFlagSet("lifteval", flag.ContinueOnError)
	trials := f.Int("trials", 1000, "experiments without an effect; with a planted one, a third of them")
	seed := f.Uint64("seed", 1, "seed of all random numbers")
	name := f.String("out", "", "file for a page with charts")
	if err := f.Parse(args); err != nil {
		return err
	}
	r, err := measure(*trials, *seed, bar)
	if err != nil {
		return err
	}
	if err := r.print(out); err != nil || *name == "" {
		return err
	}
	file, err := os.Create(*name)
	if err != nil {
		return err
	}
	if err := errors.Join(r.page(file), file.Close()); err != nil {
		return fmt.Errorf("write %s: %w", *name, err)
	}
	fmt.Fprintf(out, "written to %s\n", *name)
	return nil
}

func measure(trials int, seed uint64, bar *demo.Bar) (r report, err error) {
	shop, err := demoShop()
	if err != nil {
		return r, err
	}
	stored, err := storedHillstrom()
	if err != nil {
		return r, err
	}
	r.Shop, r.Hillstrom = len(shop), stored.effects()
	run := func(e experiment) outcome {
		bar.Begin(e.Name, e.Trials)
		defer bar.End()
		return e.run(shop, seed, func() { bar.Step(1) })
	}
	some := max(trials/3, 1)
	r.Without = []outcome{
		run(experiment{Name: fmt.Sprintf("The demo's %d customers, half held out", len(shop)), Mailed: 0.5, Trials: trials}),
		run(experiment{Name: "2,000 customers, a tenth held out", Customers: 2000, Mailed: 0.9, Trials: trials}),
		run(experiment{Name: "10,000 customers, a tenth held out", Customers: 10_000, Mailed: 0.9, Trials: trials}),
	}
	r.With = []outcome{
		run(experiment{Name: "10,000 customers, half held out, lift of 10 %", Customers: 10_000, Mailed: 0.5, Lift: 0.1, Trials: some}),
		run(experiment{Name: "20,000 customers, a tenth held out, lift of 10 %", Customers: 20_000, Mailed: 0.9, Lift: 0.1, Trials: some}),
	}
	return r, nil
}

var measureNames = map[lift.Measure]string{lift.Orders: "orders", lift.Net: "net revenue", lift.Converted: "conversion"}

// Share returns the share of trials that found a difference by the last day; of
// method once, on it.
func (o outcome) Share(m lift.Measure, how method) float64 {
	return float64(o.Found[m][how][length-1]) / float64(o.Trials)
}

// Miss returns the share of trials in which the sequence ever excluded the truth.
func (o outcome) Miss(m lift.Measure) float64 { return float64(o.Missed[m]) / float64(o.Trials) }

// By returns the first day by which this share of all trials had found a difference,
// or of method once, on which they would; 0 if there is none.
func (o outcome) By(share float64, m lift.Measure, how method) int {
	return 1 + slices.IndexFunc(o.Found[m][how][:], func(n int) bool { return float64(n) >= share*float64(o.Trials) })
}

func (r report) print(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "false alarms within %d days\tmeasure\tsequence\tdaily t-test\ttrials\n", length)
	for _, o := range r.Without {
		for _, m := range measures {
			fmt.Fprintf(t, "%s\t%s\t%.1f %%\t%.1f %%\t%d\n", o.Name, measureNames[m], 100*o.Share(m, sequence), 100*o.Share(m, daily), o.Trials)
		}
	}
	fmt.Fprintf(t, "\nfound within %d days\tmeasure\tsequence\twithout the past\tone t-test on day %d\thalf by day\t80 %% by day\tt-test finds 80 %% on day\tinterval missed the truth\tmean lift\tvariance saved\n", length, length)
	for _, o := range r.With {
		for _, m := range measures {
			fmt.Fprintf(t, "%s\t%s\t%.0f %%\t%.0f %%\t%.0f %%\t%s\t%s\t%s\t%.1f %%\t%.1f %%\t%.0f %%\n", o.Name, measureNames[m],
				100*o.Share(m, sequence), 100*o.Share(m, plain), 100*o.Share(m, once),
				dayOr(o.By(0.5, m, sequence)), dayOr(o.By(0.8, m, sequence)), dayOr(o.By(0.8, m, once)), 100*o.Miss(m), 100*o.Mean[m], 100*o.Saved[m])
		}
	}
	fmt.Fprintf(t, "\nHillstrom\tmailed\tno mail\tdifference\tinterval\tlift\tinterval\tverdict\tvariance saved\n")
	for _, m := range r.Hillstrom {
		e := m.Effect
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s to %s\t%.0f %%\t%.0f %% to %.0f %%\t%s\t%.2f %%\n", m.Name, m.Value(e.MailedMean), m.Value(e.HeldMean),
			m.Value(e.Difference), m.Value(e.Interval.Low), m.Value(e.Interval.High),
			100*e.Relative, 100*e.RelativeInterval.Low, 100*e.RelativeInterval.High, e.Verdict, 100*e.Saved)
	}
	return t.Flush()
}

// Value returns a mean or difference in the unit of its measure: "18.3 %", "$1.42".
func (m mailing) Value(x float64) string {
	if m.Effect.Measure == lift.Net {
		return fmt.Sprintf("$%.2f", x/100)
	}
	return fmt.Sprintf("%.2f %%", 100*x)
}

func dayOr(day int) string {
	if day == 0 {
		return "–"
	}
	return fmt.Sprint(day)
}
