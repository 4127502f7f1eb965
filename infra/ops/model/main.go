// Command model lists the versions of the recommendation and customer value
// models that the nightly function learn published, and puts an older version
// back in force.
//
//	go run ./infra/ops/model [-aws]
//	go run ./infra/ops/model [-aws] -version 2026-11-21T03:00:00Z
//	go run ./infra/ops/model [-aws] -back
//
// The first form lists the version in force, the one in force before, and a
// version that a night is writing or did not finish. For complete versions it
// says what ranks the lists of products: the blend, or a re-ranker, and how
// both compared on the shop's own orders. The other forms change the version in
// force; all functions use it within a minute. Nothing is deleted,
// and the same command goes forward again. The next night publishes its own
// version in any case: to prevent that, disable the schedule of learn as well.
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

	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error { return run(ctx, args, os.Getenv, os.Stdout) })
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
		return fmt.Errorf("model takes flags only: to change the version, give -version %s", flags.Arg(0))
	}
	if *back && *version != "" {
		return errors.New("-back and -version exclude each other; give one of them")
	}
	store, where, err := opentables.Open(ctx, *account, getenv, "model", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	if *back || *version != "" {
		err = change(ctx, store, *version, out)
	} else {
		err = list(ctx, store, out)
	}
	return opentables.Located(err, where)
}

func list(ctx context.Context, store *dynamo.Store, out io.Writer) error {
	v, err := store.Versions(ctx)
	if err != nil {
		return err
	}
	if v.InForce == "" {
		fmt.Fprintln(out, "nothing was learned yet: messages recommend related products of the catalogue")
	} else if err := show(ctx, store, v.InForce, "in force", out); err != nil {
		return err
	}
	if v.Before != "" {
		if err := show(ctx, store, v.Before, "complete, in force before (make model VERSION="+v.Before+")", out); err != nil {
			return err
		}
	}
	if v.Writing != "" {
		fmt.Fprintf(out, "%s  incomplete and not in use: a night is writing it, or failed\n", v.Writing)
	}
	return nil
}

// show prints a complete version.
func show(ctx context.Context, store *dynamo.Store, version, state string, out io.Writer) error {
	body, err := store.ModelOf(ctx, version, recommend.ModelName)
	if err != nil {
		return err
	}
	var model recommend.Model
	if err := json.Unmarshal(body, &model); err != nil {
		return fmt.Errorf("read version %s: %w", version, err)
	}
	fmt.Fprintf(out, "%s  %s: learned from %d customers, %d products have neighbours\n", version, state, model.Customers, model.Products)
	for _, of := range []struct {
		name string
		mode recommend.Mode
	}{{"next orders", recommend.ModeNext}, {"new items", recommend.ModeGoesWith}} {
		fmt.Fprintf(out, "  %s are ranked by %s\n", of.name, model.RankedBy(of.mode))
		compare(model.Reranking[of.mode], out)
	}
	return nil
}

// compare prints how the re-ranker that a night trained compared with the
// blend; nothing if the night did not compare them.
func compare(v judge.Verdict, out io.Writer) {
	if v.Why == "" {
		return
	}
	fmt.Fprintf(out, "    %s\n", v.Why)
	if v.Reranked == (judge.Measures{}) { // there were too few customers
		return
	}
	fmt.Fprintf(out, "    %d customers  blend → re-ranked  gain, with its 95 %% interval\n", v.Customers)
	for i, gain := range []judge.Interval{v.Gain.Recall, v.Gain.NDCG, v.Gain.PHR} {
		column := judge.Columns[i]
		fmt.Fprintf(out, "    %-15s  %.4f → %.4f    %+.4f (%+.4f to %+.4f)\n",
			[]string{"recall", "NDCG", "PHR"}[i], column(v.Blend), column(v.Reranked), gain.Mean, gain.Low, gain.High)
	}
}

// change puts a version into force; an empty version means the one before.
func change(ctx context.Context, store *dynamo.Store, version string, out io.Writer) error {
	v, err := store.Versions(ctx)
	if err != nil {
		return err
	}
	if version == "" {
		version = v.Before
	}
	if version == "" {
		return errors.New("there is no version to go back to: only the one in force is complete")
	}
	if err := store.GoBack(ctx, version); errors.Is(err, dynamo.ErrNotFound) {
		return fmt.Errorf("version %s does not exist or is incomplete; make model lists the complete ones", version)
	} else if err != nil {
		return err
	}
	if version == v.InForce {
		fmt.Fprintf(out, "version %s is already in force\n", version)
		return nil
	}
	fmt.Fprintf(out, "version %s is in force for all functions within a minute; to undo: make model VERSION=%s\n", version, v.InForce)
	return nil
}
