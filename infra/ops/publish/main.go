// Command publish checks everything that a shop decides (its policy: the files of
// infra/shop with its frequency caps, offers, campaigns and messages), and puts it
// in force: the functions load it from then on.
//
//	go run ./infra/ops/publish [-check] [-links] [-aws] [directory]
//
// The default directory is infra/shop. With -check the files are only checked.
// If they have faults, the command prints every fault of every file on one
// line, with file, line and column, and ends with status 1. Advice is printed in the
// same form, and refuses nothing. With -links, every address that is written in
// shop.yaml and in the messages is requested, and one that does not exist is a fault.
//
// Without -aws it publishes to the local cloud of make run, at AWS_ENDPOINT_URL, or on
// this machine at PORT (4566). With -aws it publishes to the tables that SETTINGS_TABLE
// and COUPONS_TABLE name, in the account that the AWS CLI would use; make publish STACK=…
// sets both.
//
// The campaigns are tried on the customers that are stored, or on a random sample of more
// than 40,000 items, and what stands out is an advice. With -aws, that needs CUSTOMERS_TABLE
// and CATALOGUE_TABLE as well.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/funnel"
	"regulars/shared/inputfault"
	"regulars/shared/shoppolicy"
)

func main() {
	debug.SetGCPercent(400) // a fifth less processor time for 100 MB
	opentables.Main(func(ctx context.Context, args []string) error { return run(ctx, args, os.Getenv, os.Stdout) })
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("publish", flag.ContinueOnError)
	only := flags.Bool("check", false, "check the files and publish nothing")
	account := flags.Bool("aws", false, "publish to tables in AWS, not to the local cloud")
	links := flags.Bool("links", false, "request the links of the files, and refuse those that lead nowhere")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir := "infra/shop"
	switch flags.NArg() {
	case 0:
	case 1:
		dir = flags.Arg(0)
	default:
		return fmt.Errorf("publish takes one directory, not %d", flags.NArg())
	}
	if _, err := os.Stat(dir); err != nil {
		return fmt.Errorf("read the shop's files: %w", err)
	}
	to := target{where: opentables.AWS}
	if !*only {
		var err error
		if to, err = open(ctx, *account, getenv); err != nil {
			return err
		}
	}
	p, packed, err := check(os.DirFS(dir))
	advice := p.Messages.Advice
	if *links {
		dead, more := checkLinks(ctx, os.DirFS(dir), newLinkClient())
		err, advice = join(err, dead), slices.Concat(advice, more)
	}
	if err == nil {
		advice = slices.Concat(advice, deployed(getenv, p.Privacy.Keep), p.AdviceAt(time.Now()))
	}
	if err == nil {
		more, err := adviseOnCustomers(ctx, p, to, out)
		if err != nil {
			return opentables.Located(err, to.where)
		}
		advice = slices.Concat(advice, more)
	}
	if err != nil || *only {
		printAdvice(out, dir, advice)
	}
	if err != nil {
		return located(dir, err)
	}
	if *only {
		fmt.Fprintf(out, "%s has no faults: policy %s, %d offers, %d campaigns, %d messages, %d bytes\n",
			dir, p.Version, len(p.Offers), len(p.Campaigns), len(p.Messages.Messages), len(packed))
		return nil
	}
	store := dynamo.New(to.client, to.tables)
	p, packed, more, err := withEarlier(ctx, p, packed, store, time.Now())
	printAdvice(out, dir, slices.Concat(advice, more))
	if err != nil {
		return opentables.Located(err, to.where)
	}
	if err := save(ctx, p, packed, store); err != nil {
		return err
	}
	fmt.Fprintf(out, "published policy %s from %s\n", p.Version, dir)
	return sayMeasured(ctx, p, store, out)
}

// target is where a policy is published to. A target that only checks the files has no
// tables.
type target struct {
	client *dynamodb.Client
	tables dynamo.Tables
	where  string
}

// open returns the tables of a stack, or of the local cloud. In a stack, those of
// customers and products need not be named.
func open(ctx context.Context, account bool, getenv func(string) string) (to target, err error) {
	settings := []string{"SETTINGS_TABLE", "COUPONS_TABLE"}
	for _, more := range []string{"CUSTOMERS_TABLE", "CATALOGUE_TABLE"} {
		if !account || getenv(more) != "" {
			settings = append(settings, more)
		}
	}
	to.client, to.tables, to.where, err = opentables.Client(ctx, account, getenv, "publish", settings...)
	return to, err
}

// adviseOnCustomers returns advice by the customers that the tables have now, or, if
// no tables are named, by what holds for any customers. It is about the policy in the
// files: nothing is published before.
func adviseOnCustomers(ctx context.Context, p shoppolicy.Policy, to target, out io.Writer) (inputfault.InFiles, error) {
	if to.tables.Customers == "" || to.tables.Catalogue == "" || to.tables.Coupons == "" {
		return sureCollisions(p, time.Now()), nil
	}
	items, err := dynamo.CustomerItems(ctx, to.client, to.tables)
	if err != nil {
		return nil, err
	}
	store := dynamo.New(to.client, to.tables)
	s, err := funnel.Take(ctx, store, items)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "looked at %s for the campaigns\n", s.Name())
	return trial{policy: p, sample: s, tables: store, budgets: store, now: time.Now()}.advise(ctx)
}

// join returns the faults of the files with those of the links. Another error
// stays as it is.
func join(err error, dead inputfault.InFiles) error {
	var faults inputfault.InFiles
	if err != nil && !errors.As(err, &faults) || len(faults)+len(dead) == 0 {
		return err
	}
	return slices.Concat(faults, dead)
}

// printAdvice prints one advice on each line, with the directory.
func printAdvice(out io.Writer, dir string, advice inputfault.InFiles) {
	for _, a := range within(dir, advice) {
		fmt.Fprintf(out, "advice: %s\n", a)
	}
}

// within returns the faults or advice with the directory added to their files.
func within(dir string, all inputfault.InFiles) inputfault.InFiles {
	whole := make(inputfault.InFiles, len(all))
	for i, f := range all {
		f.File = dir + "/" + f.File
		whole[i] = f
	}
	return whole
}

// located adds the directory to the files of faults, so that editors can open
// them.
func located(dir string, err error) error {
	var faults inputfault.InFiles
	if !errors.As(err, &faults) {
		return err
	}
	noun := "faults"
	if len(faults) == 1 {
		noun = "fault"
	}
	return fmt.Errorf("%w\n%d %s; nothing was published", within(dir, faults), len(faults), noun)
}
