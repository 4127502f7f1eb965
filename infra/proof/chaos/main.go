// Command chaos plays thousands of real orders and campaigns through the local cloud
// while it kills processes and makes calls fail, then compares the tables with the
// messages that SES accepted, and reports each broken promise.
//
//	go run ./infra/proof/chaos [-orders 10000] [-seed 1]           (make chaos)
//	go run ./infra/proof/chaos -calm -orders 0 -customers 100000    (make send-scale)
//
// All parts run as on AWS: the functions' own programs behind the Lambda Runtime API,
// a DynamoDB engine, queues, a bus, schedules. During the run, processes of functions
// are killed at random times, and calls of DynamoDB, SES and SQS are lost before or
// after their effect, throttled, refused, hung or made twice; SES's events are lost,
// doubled and delayed. faults.go lists the faults with their rates, and
// go run ./infra/proof/chaos -h prints them.
//
// At the end it prints the reconciliation table and compares the tables with what SES
// accepted. If a promise of docs/guarantees.md is broken, it names the promise, keeps
// its folder, and exits with status 1.
//
// A seed draws the same faults, but real processes meet them in another order each
// time: no run equals another. Runs of infra/proof/simulate can be repeated.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	err := realMain(ctx, os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// trial is the settings of one run.
type trial struct {
	seed       uint64
	orders     int
	customers  int           // in addition to the demo's
	calm       bool          // two runs, and no faults, kills and clicks
	length     time.Duration // in which the orders are played
	killing    time.Duration // between two kills, on average
	clicks     time.Duration // between two unsubscribes
	drainLimit time.Duration // the longest time for the drain
	dir        string
	faults     *faults
}

func realMain(ctx context.Context, args []string, out io.Writer) error {
	set := flag.NewFlagSet("chaos", flag.ContinueOnError)
	seed := set.Uint64("seed", 1, "draws the faults")
	var t trial
	set.IntVar(&t.orders, "orders", 10_000, "how many orders are played")
	set.IntVar(&t.customers, "customers", 0, "how many customers are stored in addition to the demo's; the runs go to them too")
	set.BoolVar(&t.calm, "calm", false, "two runs of weekly-picks, without faults, kills and unsubscribes; messages may wait as long as the shop says")
	set.DurationVar(&t.length, "length", 0, "how long they are played; 0: 35 ms an order, one minute at least")
	set.DurationVar(&t.killing, "kill-every", 700*time.Millisecond, "between two kills, on average; 0: none")
	set.DurationVar(&t.clicks, "click-every", 1500*time.Millisecond, "between two unsubscribes; 0: none")
	set.DurationVar(&t.drainLimit, "patience", 12*time.Minute, "the longest time for open sends to end after the faults")
	set.StringVar(&t.dir, "dir", "", "an empty folder for its state; it is kept then, otherwise only after a breach")
	t.faults = newFaults()
	t.faults.flags(set)
	if err := set.Parse(args); err != nil {
		return err
	}
	if t.orders < 0 || t.customers < 0 || t.orders+t.customers == 0 {
		return errors.New("-orders and -customers: write 0 or more, and one of them above 0")
	}
	t.seed = *seed
	t.faults.seed(t.seed)
	if t.calm {
		t.killing, t.clicks = 0, 0
	}
	if t.length == 0 {
		t.length = max(time.Minute, time.Duration(t.orders)*35*time.Millisecond)
	}
	keep := t.dir != ""
	if err := t.folder(); err != nil {
		return err
	}
	breaches, err := t.run(ctx, out)
	if err == nil && breaches == 0 && !keep {
		return os.RemoveAll(t.dir)
	}
	fmt.Fprintf(out, "\neverything is in %s\n", t.dir)
	if err == nil && breaches > 0 {
		err = fmt.Errorf("%d promises are broken (seed %d)", breaches, t.seed)
	}
	return err
}

// folder creates the trial's folder. It must be empty: existing state would be
// counted.
func (t *trial) folder() (err error) {
	if t.dir == "" {
		t.dir, err = os.MkdirTemp("", "chaos-")
		return err
	}
	if t.dir, err = filepath.Abs(t.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(t.dir, 0o755); err != nil {
		return err
	}
	there, err := os.ReadDir(t.dir)
	if err == nil && len(there) > 0 {
		err = fmt.Errorf("%s is not empty: give another folder with -dir, or none", t.dir)
	}
	return err
}
