// Command train trains the weights of the re-ranker that ships with the engine,
// for shops that have too few customers to train their own.
//
//	make train DATA=online_retail.csv.gz CUT=2011-07-01
//
// It trains as a night does, on the orders before the cut, but draws the
// weights more strongly to the engine's own score, because they are for other
// shops (see rerank.AnyShop). It prints the weights and the verdicts, and writes
// those that are better than the engine's own score on customers that they were
// not trained on. With OUT=- the file is only printed.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"regulars/infra/lab/eval/engine"
	"regulars/infra/lab/eval/orders"
	"regulars/shared/recommend"
	"regulars/shared/recommend/rerank"
)

func main() {
	err := run(os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	f := flag.NewFlagSet("train", flag.ContinueOnError)
	data := f.String("data", "", "csv file of orders, as command eval reads it")
	day := f.String("cut", "", "learn from the orders before this day; default: as in eval")
	path := f.String("out", "shared/recommend/rerank/weights.json", "file to write; - prints it")
	if err := f.Parse(args); err != nil {
		return err
	}
	var cut time.Time
	if *day != "" {
		var err error
		if cut, err = time.Parse(time.DateOnly, *day); err != nil {
			return fmt.Errorf("the cut %q is not a day such as 2026-07-01", *day)
		}
	}
	set, sum, err := orders.File{Path: *data, Format: "csv", Cut: cut, Limit: orders.Lines}.Read()
	if err != nil {
		return err
	}
	if err := set.Check(); err != nil {
		return err
	}
	e := &engine.Engine{Strength: rerank.AnyShop}
	if err := e.Fit(&set.Past); err != nil {
		return err
	}
	made := rerank.File{
		Data:      rerank.Data{Name: filepath.Base(*data), SHA256: sum, Cut: set.Now.Format(time.RFC3339)},
		Rerankers: map[recommend.Mode]*recommend.Linear{}, HeldOut: e.Outcome.Verdicts,
	}
	for mode, v := range e.Outcome.Verdicts {
		if v.On { // else these are the weights that already ship, or none
			made.Rerankers[mode] = e.Outcome.Rerankers[mode]
		}
	}
	report(out, made)
	file, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return fmt.Errorf("write the weights: %w", err)
	}
	file = append(file, '\n')
	if *path == "-" {
		_, err = out.Write(file)
		return err
	}
	return os.WriteFile(*path, file, 0o644)
}

// report prints the weights and the verdicts.
func report(out io.Writer, f rerank.File) {
	for _, mode := range []recommend.Mode{recommend.ModeNext, recommend.ModeGoesWith} {
		v := f.HeldOut[mode]
		fmt.Fprintf(out, "%s, %d customers, each held out: R %.4f → %.4f, N %.4f → %.4f, PHR %.4f → %.4f: %s\n", mode, v.Customers,
			v.Blend.Recall, v.Reranked.Recall, v.Blend.NDCG, v.Reranked.NDCG, v.Blend.PHR, v.Reranked.PHR, v.Why)
		if l := f.Rerankers[mode]; l != nil {
			for i, name := range l.Features {
				fmt.Fprintf(out, "  %-22s %+.3f\n", name, l.Weight[i])
			}
		}
	}
}
