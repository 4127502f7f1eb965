// Command planscale measures how the function plan turns a run into intents for
// 10,000, 100,000 and 1,000,000 customers: customers a second, the function's peak
// memory and CPU, and the read and write units for each customer. Then it plans the
// same table again and kills the function at ten random moments.
//
//	go run ./infra/proof/planscale [-customers 10000,100000] [-functions 4] [-kills 0,10] [-plan bin/plan]
//
// The function is the built program, in processes of its own, started by the local
// cloud's Lambda. A kill is SIGKILL of a process that is planning; its queue message
// comes again at once, as SQS would bring it after its visibility timeout. The tables
// are dynoxide's, with the policy of infra/shop and copies of the demo's customers,
// each with a contact. The queues are in this process: they know for each customer how
// many intents came, and whether the customer is in the audience. With TMPDIR on a
// file system in memory the tables are filled faster.
//
// It is not a test of speed: rates depend on the machine. It fails if a customer of
// the audience has no intent, if a customer has intents with two names, or if the
// run's count is not the number of its customers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options are the command's flags.
type options struct {
	customers []int
	kills     []int // for each planning of a table
	functions int
	binary    string
}

func run(ctx context.Context, args []string, out, errs io.Writer) error {
	var o options
	flags := flag.NewFlagSet("planscale", flag.ContinueOnError)
	sizes := flags.String("customers", "10000,100000,1000000", "the sizes of the table")
	flags.IntVar(&o.functions, "functions", 4, "processes of plan at the same time")
	kills := flags.String("kills", "0,10", "for each planning of a table, how many processes are killed in it")
	flags.StringVar(&o.binary, "plan", "bin/plan", "the built function")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var err error
	if o.customers, err = numbers(*sizes, 1); err != nil {
		return fmt.Errorf("-customers %s: %w", *sizes, err)
	}
	if o.kills, err = numbers(*kills, 0); err != nil {
		return fmt.Errorf("-kills %s: %w", *kills, err)
	}
	if o.functions < 1 {
		return errors.New("-functions: write 1 or more")
	}
	if _, err := os.Stat(o.binary); err != nil {
		return fmt.Errorf("the built function is missing; run make plan-scale: %w", err)
	}
	if runtime.GOOS != "linux" {
		fmt.Fprintln(errs, "memory and processor time will be 0: they are read from /proc, which only Linux has")
	}
	for _, n := range o.customers {
		if err := measure(ctx, n, o, out, errs); err != nil {
			return fmt.Errorf("%d customers: %w", n, err)
		}
	}
	return nil
}

// numbers reads whole numbers of least or more, with commas between them.
func numbers(text string, least int) (all []int, err error) {
	for word := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(word)
		if err != nil || n < least {
			return nil, fmt.Errorf("write numbers of %d or more, such as 10000,100000", least)
		}
		all = append(all, n)
	}
	return all, nil
}
