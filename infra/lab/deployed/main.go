// Command deployed compares the lists that the deployed functions recommend
// with those of make eval, on the same orders at the same time.
//
//	make deployed DATA=orders.csv.gz CUT=2026-07-01 CUSTOMERS=1000
//
// It starts the local cloud in a temporary folder and on a free loopback port,
// sends the orders before the cut through the event bus to record, calls learn
// as the schedule does at night, and asks recommend for each customer's list of
// next orders and of new items. The engine of make eval learns from the same
// orders and lists for the same customers. It prints how many lists are equal,
// and how well both predict the orders after the cut. It ends with status 1 if
// a list differs. Its progress is written to the standard error.
//
// No other function runs. The shop that it publishes is infra/shop without
// campaigns, so that no intent is raised, and without live counters, which
// eval's engine does not have.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"regulars/infra/lab/eval/engine"
	"regulars/infra/lab/eval/orders"
	"regulars/infra/local/cloud"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx, os.Args[1:], ".", os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "deployed:", err)
		os.Exit(1)
	}
}

// long is the length of the lists.
const long = 10

// errDifferent means that lists differ; the report says which.
var errDifferent = errors.New("the deployed functions and make eval recommend different lists")

// run compares the lists. root is the project's folder.
func run(ctx context.Context, args []string, root string, out, errs io.Writer) error {
	f := flag.NewFlagSet("deployed", flag.ContinueOnError)
	f.SetOutput(errs)
	file := orders.File{Format: "csv"}
	f.StringVar(&file.Path, "data", "", "csv file of orders, as command eval reads it")
	f.StringVar(&file.Catalogue, "catalogue", "", "file with the shop's products, an event product.changed in each line; none: each product's title is its ID")
	day := f.String("cut", "", "learn from the orders before this day, such as 2026-07-01; default: as in eval")
	most := f.Int("customers", 1000, "how many customers to take, each with all their orders; 0: all")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *most < 0 {
		return fmt.Errorf("-customers is %d; want how many customers to take, or 0 for all", *most)
	}
	if *day != "" {
		var err error
		if file.Cut, err = time.Parse(time.DateOnly, *day); err != nil {
			return fmt.Errorf("the cut %.40q is not a day such as 2026-07-01", *day)
		}
	}
	set, _, err := file.Read()
	if err != nil {
		return err
	}
	p := progress{errs, time.Now()}
	s := shopOf(set, *most, time.Now().UTC().Truncate(time.Second))
	dir, err := os.MkdirTemp("", "deployed-")
	if err != nil {
		return err
	}
	p.say("the local cloud's state is in %s", dir)
	c, err := cloud.Temporary{Root: root, Dir: dir, Edit: only, Shop: quiet(root), Out: errs}.Start(ctx)
	if err != nil {
		return err
	}
	different, err := compare(ctx, c, s, out, p)
	if err := errors.Join(err, c.End()); err != nil {
		return err
	}
	if different {
		p.say("%s is kept", dir)
		return errDifferent
	}
	return os.RemoveAll(dir)
}

// compare fills the cloud's tables, runs a night, asks for all lists and prints
// the report. It returns whether a list differs.
func compare(ctx context.Context, c *cloud.Running, s shopData, out io.Writer, p progress) (different bool, err error) {
	if err := s.record(ctx, c, p); err != nil {
		return false, err
	}
	p.say("calls learn")
	if err := c.Scheduled(ctx, c.Template, "functions/learn"); err != nil {
		return false, err
	}
	model, night, err := inForce(ctx, c)
	if err != nil {
		return false, err
	}
	p.say("the engine of make eval learns")
	s.Now = night
	e := &engine.Engine{}
	if err := e.Fit(&s.Past); err != nil {
		return false, err
	}
	r := report{set: s.Set, model: model, outcome: e.Outcome}
	if r.lists, err = s.ask(ctx, c, engine.Listed{Engine: e}, p); err != nil {
		return false, err
	}
	r.print(out)
	return r.different() > 0, nil
}

// progress writes lines with the seconds since the start.
type progress struct {
	out   io.Writer
	began time.Time
}

func (p progress) say(format string, args ...any) {
	fmt.Fprintf(p.out, "%4.0f s  %s\n", time.Since(p.began).Seconds(), fmt.Sprintf(format, args...))
}
