package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"regulars/infra/local/tables"
	"regulars/infra/local/template"
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
	t, err := readTemplate(root, s)
	if err != nil {
		return err
	}
	if err := mkdirs(s.Var); err != nil {
		return fmt.Errorf("make the folder for data: %w", err)
	}
	unlock, err := lock(s.Var)
	if err != nil {
		return err
	}
	defer unlock()
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", s.Port))
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("port %d is in use: stop what listens there, or choose another, such as PORT=%d", s.Port, s.Port+1)
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer func() { _ = listener.Close() }()

	binaries, err := build(ctx, root, t.Functions, out)
	if err != nil {
		return err
	}
	dynamoDB, engine, err := startTables(ctx, root, s, t, out)
	if engine != nil {
		defer engine.Stop()
	}
	if err != nil {
		return err
	}
	published, err := publish(ctx, root, dynamoDB, storeTables(t))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, published)

	log := logger(out)
	c, err := openCloud(s, t, binaries, dynamoDB, log)
	if err != nil {
		return err
	}
	defer c.close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if engine != nil {
		go func() {
			select {
			case <-engine.Exited():
				cancel(fmt.Errorf("dynoxide ended by itself; see %s", filepath.Join(s.Var, "log", "dynoxide.log")))
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
				if err := c.playDemo(ctx, s, t, dynamoDB); err != nil && ctx.Err() == nil {
					log.Error("the demo stopped", "err", err)
				}
			}()
		}
	}
	err = c.run(ctx, listener, ready, log)
	fmt.Fprintln(out, "stopped; what was open goes on at the next start")
	return err
}

// readTemplate reads template.yaml, with the values of
// infra/local/parameters.yaml where that is there.
func readTemplate(root string, s settings) (*template.Template, error) {
	options := template.Options{Endpoint: s.endpoint(), StackName: "regulars"}
	const parameters = "infra/local/parameters.yaml"
	if _, err := os.Stat(filepath.Join(root, parameters)); err == nil {
		options.Parameters = parameters
	}
	t, err := template.Read(os.DirFS(root), "template.yaml", options)
	var faults template.Faults
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("no template.yaml in %s: start this program in the project's folder", root)
	case errors.As(err, &faults):
		return nil, fmt.Errorf("%w\n%d faults in the template; nothing was started", faults, len(faults))
	}
	return t, err
}

// startTables returns the endpoint of DynamoDB with the template's tables in
// it, and the engine where one was started, even beside an error.
func startTables(ctx context.Context, root string, s settings, t *template.Template, out io.Writer) (string, *tables.Engine, error) {
	began, endpoint, name := time.Now(), s.DynamoDB, s.DynamoDB
	var engine *tables.Engine
	if endpoint == "" {
		data := filepath.Join(s.Var, "dynamo.db")
		var err error
		if engine, err = tables.Start(ctx, tables.Binary(root), data, filepath.Join(s.Var, "log", "dynoxide.log")); err != nil {
			return "", nil, err
		}
		endpoint, name = engine.Endpoint, data
	}
	if err := tables.Create(ctx, tables.NewClient(endpoint), t.Tables); err != nil {
		return "", engine, err
	}
	fmt.Fprintf(out, "%d tables in %s … %.1f s\n", len(t.Tables), name, time.Since(began).Seconds())
	return endpoint, engine, nil
}

func welcome(out io.Writer, s settings, order string) {
	fmt.Fprintf(out, `
ready

  mailbox    %[1]s/
  events     %[1]s/trails
  queues     %[1]s/queues
  not sent   %[1]s/decisions
  functions  %[1]s/functions, logs in %[2]s/log/

Put an order in; any credentials will do:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local \
  aws events put-events --region us-east-1 --endpoint-url %[1]s --entries file://%[3]s

Ctrl-C stops it; the next start finds everything as it was.

`, s.endpoint(), s.Var, order)
}
