// Command bench measures the CPU time, the allocations and the rate of pricing a cart in
// the checkout and of a message in the send function, each next to a lower bound: the
// offers' conditions written in Go by hand, and the same calls of the AWS SDK alone.
//
//	go run ./infra/proof/bench [-only quotes] [-messages 500] [-rounds 3] [-profile FILE] [-allocations FILE]
//
// A quote is measured without storage and JSON: see quotes.go. A message is measured
// as it runs on Lambda: shared/dispatch over shared/dynamo and shared/ses, over the
// SDK's clients, over HTTP, with the policy of infra/shop and a year of real orders.
// DynamoDB is dynoxide and SES is that of the local cloud, each in its own process.
// There is no TLS and no network: on AWS a call takes longer, and a little more CPU.
// Garbage is collected as in the deployed function, for the real code and the floor: with
// the GOGC and GOMEMLIMIT that template.yaml gives to send. Set them to try others.
//
// The floor of a message is the same calls, in number and size, made by the same SDK
// to a server that repeats recorded answers and does nothing else. Real code and floor
// take turns, so that other load of the machine affects both. The ratio of their CPU
// is the cost of the project's own code relative to the SDK's.
//
// CPU and allocations are the reliable figures. Messages a second depend on this
// machine at this time: the engine syncs its file for each write (with TMPDIR on a
// file system in memory it is several times faster), and a machine that is idle
// between two answers takes time to wake up.
//
// The bench is not a test: no figure can fail.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"

	"regulars/infra/local/cloud"
	"regulars/infra/local/template"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// unread is a log writer that discards everything.
type unread struct{}

func (unread) Write(p []byte) (int, error) { return len(p), nil }

// options are the command's flags.
type options struct {
	messages, rounds int
	profile          string
	allocations      string
	only             string
	serve            string // run as this server: the bench starts itself so
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.messages, "messages", 500, "messages in each round")
	flags.IntVar(&o.rounds, "rounds", 3, "rounds for each line of the table")
	flags.StringVar(&o.profile, "profile", "", "write a CPU profile of the real messages to this file")
	flags.StringVar(&o.allocations, "allocations", "", "write a profile of the real messages' allocations to this file")
	flags.StringVar(&o.only, "only", "", "measure quotes or messages alone")
	flags.StringVar(&o.serve, "serve", "", "for the bench itself: be one of its servers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.only != "" && o.only != "quotes" && o.only != "messages" {
		return fmt.Errorf("-only %s: write quotes or messages", o.only)
	}
	if o.serve != "" {
		return serve(ctx, o.serve, flags.Args(), out)
	}
	if o.allocations != "" {
		runtime.MemProfileRate = 0 // until the first message
	}
	if o.messages < 1 || o.rounds < 1 {
		return errors.New("-messages and -rounds: write 1 or more")
	}
	if runtime.GOOS != "linux" {
		fmt.Fprintln(out, "memory, and processor time of other processes, are 0: they are read from /proc, which only Linux has")
	}
	t, err := cloud.ReadTemplate(".", cloud.Settings{Port: 4566})
	if err != nil {
		return err
	}
	if err := collectAsDeployed(t); err != nil {
		return err
	}
	if o.only != "messages" {
		if err := quotes(out); err != nil {
			return fmt.Errorf("quotes: %w", err)
		}
	}
	if o.only == "quotes" {
		return nil
	}
	dir, err := os.MkdirTemp("", "regulars-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	slog.SetDefault(slog.New(slog.NewJSONHandler(unread{}, nil))) // as on Lambda: logging is part of a message's cost

	system, err := open(ctx, ".", dir, t)
	if err != nil {
		return err
	}
	defer system.close()
	for _, kind := range []kind{
		{"a promotion with six picks", "weekly-picks", false},
		{"a promotion with four picks and a coupon", "win-back_first", true},
	} {
		if err := measure(ctx, system, kind, o, out); err != nil {
			return fmt.Errorf("%s: %w", kind.title, err)
		}
	}
	return nil
}

// collection is the variables by which Go decides when to collect garbage.
var collection = []string{"GOGC", "GOMEMLIMIT"}

// collectAsDeployed starts this process again, if it has to, with the variables of the
// send function. Those that are set already stay.
func collectAsDeployed(t *template.Template) error {
	at := slices.IndexFunc(t.Functions, func(f template.Function) bool { return f.Code == "functions/send" })
	if at < 0 {
		return errors.New("template.yaml has no function with the code functions/send")
	}
	lacking := false
	for _, name := range collection {
		if value, set := t.Functions[at].Env[name]; set && os.Getenv(name) == "" {
			lacking = true
			if err := os.Setenv(name, value); err != nil {
				return err
			}
		}
	}
	if !lacking {
		return nil
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return syscall.Exec(program, os.Args, os.Environ())
}

// withoutCollection returns the environment for other processes, which collect garbage as
// Go does by itself.
func withoutCollection() []string { return append(os.Environ(), "GOGC=100", "GOMEMLIMIT=off") }
