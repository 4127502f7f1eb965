package opentables

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Main runs a command with the arguments of the program. Ctrl-C ends the
// command's context. If the command fails, Main prints the error and ends the
// program with status 1; a person who asks for -help gets status 0.
func Main(run func(ctx context.Context, args []string) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Located returns the error of a command that used the tables at where. If
// nothing listens there, it says how to start the local cloud or name another.
func Located(err error, where string) error {
	if errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("nothing answers at %s: start the local cloud with make run, give its PORT if it has another, or name a stack in AWS with STACK", where)
	}
	return err
}
