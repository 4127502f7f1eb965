// Command coldstart measures what a function costs before it can take its first event:
// the processor time from the start of its process to its first GET of /next at Lambda's
// Runtime API, its memory then, and the size of its ZIP.
//
//	go run ./infra/proof/coldstart [-starts 20] [-before folder] [function …]
//
// It builds the functions for this machine with the flags of the Makefile, and a hello
// world of aws-lambda-go. For send and record it also builds their floors: programs that
// read the same secret and have the same calls of AWS, and do nothing else. It starts all of them in turns, so that other load of the
// machine affects all alike, and prints the median of each, also as a multiple of the
// hello world: compare the multiples, because milliseconds depend on the machine.
//
// A function gets the environment of template.yaml. The Runtime API answers nothing, and
// Secrets Manager is that of the local cloud. Both are plain HTTP: on AWS a secret costs a
// TLS handshake more.
//
// No figure can fail. With -built it measures nothing, and fails if a function that SAM
// has built is too large, or has a compiler or a template engine that it does not need.
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
	"text/tabwriter"

	"regulars/infra/local/template"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("coldstart", flag.ContinueOnError)
	starts := flags.Int("starts", 20, "how often each function is started")
	before := flags.String("before", "", "start the functions in this folder as well, which an earlier commit built")
	built := flags.String("built", "", "measure nothing: check the functions that SAM has built in this folder")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *starts < 1 {
		return errors.New("-starts: write 1 or more")
	}
	declared, err := template.Read(os.DirFS("."), "template.yaml", template.Options{Endpoint: "http://127.0.0.1:4566", StackName: "coldstart"})
	if err != nil {
		return err
	}
	if *built != "" {
		return checkBuilt(*built, declared.Functions)
	}
	dir, err := os.MkdirTemp("", "regulars-coldstart-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	programs, err := build(ctx, dir, *before, declared, flags.Args(), progress)
	if err != nil {
		return err
	}
	cloud, err := serve(dir, declared)
	if err != nil {
		return err
	}
	defer cloud.close()
	for round := range *starts {
		for _, p := range programs {
			fmt.Fprintf(progress, "\r\x1b[Kstart %d of %d: %s", round+1, *starts, p.name)
			if err := p.start(ctx, cloud); err != nil {
				fmt.Fprintln(progress)
				return fmt.Errorf("start %s: %w", p.name, err)
			}
		}
	}
	fmt.Fprint(progress, "\r\x1b[K")
	return printTable(out, programs)
}

// printTable prints a line for each program, the hello world first.
func printTable(out io.Writer, programs []*program) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "function\tCPU to /next, ms\ttimes hello\tmemory, MB\tZIP, MB\t")
	hello := median(programs[0].cpu)
	for _, p := range programs {
		size, err := zipped(filepath.Clean(p.binary))
		if err != nil {
			return err
		}
		memory := "-"
		if len(p.memory) > 0 {
			memory = fmt.Sprintf("%.1f", float64(median(p.memory))/1e6)
		}
		cpu := median(p.cpu)
		fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%s\t%.1f\t\n", p.name, cpu.Seconds()*1000, float64(cpu)/float64(hello), memory, float64(size)/1e6)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(programs[0].memory) == 0 {
		_, err := fmt.Fprintln(out, "Memory is measured on Linux only.")
		return err
	}
	return nil
}
