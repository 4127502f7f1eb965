// Command model lists the versions of what was learned, and puts the one before
// back into force.
//
//	go run ./infra/ops/model [-aws]
//	go run ./infra/ops/model [-aws] -version 2026-11-21T03:00:00Z
//	go run ./infra/ops/model [-aws] -back
//
// The first lists the version in force, the one to go back to, and what a night
// is writing or left half written. The others change what is in force, everywhere
// within a minute; nothing is lost by it, and the same command goes forward again.
// The next night of learning publishes its own version in any case: to hold that
// back, disable the schedule of learn as well.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or
// on this machine at PORT (4566). With -aws it works on the table that
// SETTINGS_TABLE names, in the account that the AWS CLI would use; make model
// STACK=… finds its name.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"regulars/infra/tables"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("model", flag.ContinueOnError)
	account := flags.Bool("aws", false, "work on a table in AWS, not on the local cloud")
	version := flags.String("version", "", "the version to put into force")
	back := flags.Bool("back", false, "put the version before into force")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("model takes no arguments beside its flags: to change the version, say -version %s", flags.Arg(0))
	}
	if *back && *version != "" {
		return errors.New("-back and -version exclude each other: give one of them")
	}
	store, where, err := tables.Open(ctx, *account, getenv, "model", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	if *back || *version != "" {
		err = change(ctx, store, *version, out)
	} else {
		err = list(ctx, store, out)
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing answers at %s: start the local cloud with make run, or give -aws for a stack in AWS", where)
	}
	return err
}

func list(ctx context.Context, store *dynamo.Store, out io.Writer) error {
	v, err := store.Versions(ctx)
	if err != nil {
		return err
	}
	if v.InForce == "" {
		fmt.Fprintln(out, "nothing was learned yet: messages recommend what the catalogue relates")
	} else {
		_, body, err := store.Model(ctx, recommend.ModelName)
		if err != nil {
			return err
		}
		var model recommend.Model
		if err := json.Unmarshal(body, &model); err != nil {
			return fmt.Errorf("read version %s: %w", v.InForce, err)
		}
		fmt.Fprintf(out, "%s  in force: learned from %d customers, %d products have neighbours\n", v.InForce, model.Customers, model.Products)
	}
	if v.Before != "" {
		fmt.Fprintf(out, "%s  whole, to go back to: make model VERSION=%s\n", v.Before, v.Before)
	}
	if v.Writing != "" {
		fmt.Fprintf(out, "%s  half written: a night is at work, or it failed; nobody reads it\n", v.Writing)
	}
	return nil
}

// change puts a version into force; an empty one stands for the one before.
func change(ctx context.Context, store *dynamo.Store, version string, out io.Writer) error {
	v, err := store.Versions(ctx)
	if err != nil {
		return err
	}
	if version == "" {
		version = v.Before
	}
	if version == "" {
		return errors.New("there is no version to go back to: only the one in force is whole")
	}
	if err := store.GoBack(ctx, version); errors.Is(err, dynamo.ErrNotFound) {
		return fmt.Errorf("version %s is not there, or not whole; make model lists those that are", version)
	} else if err != nil {
		return err
	}
	if version == v.InForce {
		fmt.Fprintf(out, "version %s is in force already\n", version)
		return nil
	}
	fmt.Fprintf(out, "version %s is in force, everywhere within a minute; to undo it: make model VERSION=%s\n", version, v.InForce)
	return nil
}
