package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"regulars/infra/local/cloud"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	if err := realMain(ctx, os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// realMain runs the local cloud of the template in the working directory until
// the context ends.
func realMain(ctx context.Context, getenv func(string) string, out io.Writer) error {
	s, err := readSettings(getenv)
	if err != nil {
		return err
	}
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	t, err := cloud.ReadTemplate(root, s.Settings)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(s.Var, "log"), 0o755); err != nil {
		return fmt.Errorf("make the folder for data: %w", err)
	}
	unlock, err := cloud.Lock(s.Var)
	if err != nil {
		return err
	}
	defer unlock()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %d is in use: stop the program that listens there, or choose another port, such as PORT=%d", s.Port, s.Port+1)
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer func() { _ = listener.Close() }()

	programs, err := cloud.NewPrograms(root, filepath.Join(root, "bin"), t.Functions)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	built := make(chan struct{})
	defer func() { cancel(nil); <-built }()
	go func() {
		defer close(built)
		if err := programs.Build(ctx, out, needed...); err != nil {
			cancel(err)
		}
	}()
	dynamoDB, engine, err := cloud.StartTables(ctx, root, s.Settings, t, out)
	if engine != nil {
		defer engine.Stop()
	}
	if err != nil {
		return because(ctx, err)
	}
	fmt.Fprintln(out, "publishing infra/shop: each message is tried in each language")
	published, err := programs.Publish(ctx, "infra/shop", dynamoDB, cloud.StoreTables(t))
	if err != nil {
		return because(ctx, err)
	}
	fmt.Fprintln(out, published)

	log := cloud.Logger(out)
	c, err := cloud.Open(s.Settings, t, programs, dynamoDB, log)
	if err != nil {
		return err
	}
	defer c.Close()
	if engine != nil {
		go func() {
			select {
			case <-engine.Exited():
				cancel(fmt.Errorf("the local DynamoDB (%s) ended without being stopped; see its log %s", engine.Name(), filepath.Join(s.Var, "log", "dynamodb.log")))
			case <-ctx.Done():
			}
		}()
	}
	order, err := writeTries(s.Var, time.Now())
	if err != nil {
		return err
	}
	ready := func() {
		welcome(out, s, order)
		if s.Demo {
			go func() {
				if err := playDemo(ctx, c, s, t, dynamoDB); err != nil && ctx.Err() == nil {
					log.Error("playing the demo failed; the local cloud goes on without it", "err", err)
				}
			}()
		}
	}
	err = c.Run(ctx, listener, ready, log)
	fmt.Fprintln(out, "stopped; unfinished work continues at the next start")
	return err
}

// because returns why the context was cancelled, or err if it was not, or only by
// a signal.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// welcome prints the addresses of the pages and a command that puts the order
// in the file order on the bus.
func welcome(out io.Writer, s settings, order string) {
	fmt.Fprintf(out, `
ready

  mailbox    %[1]s/
  trails     %[1]s/trails
  queues     %[1]s/queues
  decisions  %[1]s/decisions
  customers  %[1]s/customers
  value      %[1]s/value
  shop       %[1]s/shop/
  functions  %[1]s/functions, logs in %[2]s/log/

Put an order on the bus; any credentials are accepted:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \
  aws events put-events --region us-east-1 --endpoint-url %[1]s --entries file://%[3]s

Ctrl-C stops the program; the next start finds all data as it was.

`, s.Endpoint(), s.Var, order)
}
