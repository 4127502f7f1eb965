// Command train trains, on past orders, the weights of the linear model that
// reorders the candidates of the recommendation engine (the re-ranker), and judges
// it on customers that it did not train on.
//
//	make train DATA='csv:orders.csv.gz@2026-07-01 dc:dc.json.gz'
//
// Each set is FORMAT:PATH, csv with @CUT, as command eval describes them. As in
// eval, the built-in engine predicts each customer's next order: once the whole
// order and once new items only. Train trains on all customers, and evaluates
// by cross-validation: a hash of the seed and the customer's ID divides
// customers into five parts, and each part is evaluated with weights trained on
// the other four. The file of weights has the hash of the data and a verdict
// for each set; with OUT=- it is only printed.
//
// The tests decide whether a new file can be used. Each reader checks that its
// features are those of the engine.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"regulars/infra/lab/eval/engine"
	"regulars/infra/lab/eval/orders"
	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
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

// wanted is the number of products that a message wants.
const wanted = 10

func run(args []string, out io.Writer) error {
	f := flag.NewFlagSet("train", flag.ContinueOnError)
	path := f.String("out", "shared/recommend/rerank/weights.json", "file to write; - prints it")
	seed := f.Uint64("seed", 1, "seed of the split, of the compared candidates and of the bootstrap")
	if err := f.Parse(args); err != nil {
		return err
	}
	if f.NArg() == 0 {
		return errors.New("name the orders to train on: make train DATA='csv:orders.csv@2026-07-01'")
	}
	model := &rerank.Model{
		Format: rerank.Format, Features: recommend.FeatureNames(), Seed: *seed,
		Weights: map[recommend.Mode]*rerank.Weights{},
	}
	known := map[recommend.Mode][]example{}
	for _, arg := range f.Args() {
		data, err := gather(arg, known)
		if err != nil {
			return err
		}
		model.Data = append(model.Data, data)
	}
	for _, mode := range modes {
		w, err := train(known[mode], model, *seed)
		if err != nil {
			return fmt.Errorf("train for %s: %w", mode, err)
		}
		model.Weights[mode] = w
	}
	report(out, model)
	file, err := json.MarshalIndent(model, "", "  ")
	if err != nil {
		return fmt.Errorf("write the weights: %w", err)
	}
	file = append(file, '\n')
	if _, err := rerank.Parse(file, recommend.FeatureNames()); err != nil {
		return err
	}
	if *path == "-" {
		_, err = out.Write(file)
		return err
	}
	return os.WriteFile(*path, file, 0o644)
}

// example is one customer of one set, with the engine's candidates.
type example struct {
	rerank.Case
	set, customer string
}

// parts is the number of parts in the cross-validation.
const parts = 5

// train returns the weights trained on all cases, with a verdict for each data
// set.
func train(cases []example, model *rerank.Model, seed uint64) (*rerank.Weights, error) {
	w, err := trainWithout(cases, len(model.Features), none, seed)
	if err != nil {
		return nil, err
	}
	without := make([]*rerank.Weights, parts)
	for part := range parts {
		if without[part], err = trainWithout(cases, len(model.Features), part, seed); err != nil {
			return nil, err
		}
	}
	w.HeldOut = map[string]judge.Verdict{}
	for _, data := range model.Data {
		var held []rerank.Case
		var by []*rerank.Weights
		for _, c := range cases {
			if c.set == data.Name {
				held, by = append(held, c.Case), append(by, without[partOf(seed, c.customer)])
			}
		}
		w.HeldOut[data.Name] = rerank.Judge(held, func(i int) *rerank.Weights { return by[i] }, seed)
	}
	return w, nil
}

// none is a part without customers.
const none = -1

// trainWithout trains on all customers except those of a part.
func trainWithout(cases []example, features, part int, seed uint64) (*rerank.Weights, error) {
	var others []rerank.Case
	for _, c := range cases {
		if partOf(seed, c.customer) != part {
			others = append(others, c.Case)
		}
	}
	return rerank.Train(others, features, seed)
}

// modes maps the modes of a trial to those of the engine.
var modes = map[trial.Mode]recommend.Mode{trial.Next: recommend.ModeNext, trial.New: recommend.ModeGoesWith}

// gather adds the engine's candidates for every customer of a set.
func gather(arg string, into map[recommend.Mode][]example) (rerank.Data, error) {
	file, err := parse(arg)
	if err != nil {
		return rerank.Data{}, err
	}
	set, sum, err := file.Read()
	if err != nil {
		return rerank.Data{}, err
	}
	if err := set.Check(); err != nil {
		return rerank.Data{}, err
	}
	data := rerank.Data{Name: filepath.Base(file.Path), SHA256: sum, Customers: len(set.Cases)}
	e := &engine.Engine{}
	if err := e.Fit(&set.Past); err != nil {
		return data, err
	}
	for trialMode, mode := range modes {
		for _, c := range set.CasesFor(trialMode) {
			found := rerank.Case{Wanted: len(c.Next)}
			bought := map[string]bool{}
			for _, item := range c.Next {
				bought[string(set.Products[item])] = true
			}
			for _, r := range e.Ranked(c.Before, trialMode, wanted, nil) {
				found.Candidates = append(found.Candidates, rerank.Candidate{Features: r.Features, Bought: bought[string(r.Product)]})
			}
			into[mode] = append(into[mode], example{found, data.Name, c.Customer})
		}
	}
	return data, nil
}

// partOf returns the part of a customer, from 0.
func partOf(seed uint64, customer string) int {
	h := fnv.New64a()
	_ = binary.Write(h, binary.LittleEndian, seed) // a hash never fails
	_, _ = io.WriteString(h, customer)
	return int(h.Sum64() >> 32 % parts)
}

// parse reads FORMAT:PATH@CUT.
func parse(arg string) (orders.File, error) {
	format, path, ok := strings.Cut(arg, ":")
	if !ok {
		return orders.File{}, fmt.Errorf("%q: want a set such as csv:orders.csv@2026-07-01 or dc:dc.json", arg)
	}
	file := orders.File{Path: path, Format: format, Split: "validate"}
	if at := strings.LastIndex(path, "@"); at >= 0 {
		cut, err := time.Parse(time.DateOnly, path[at+1:])
		if err != nil {
			return file, fmt.Errorf("%q: the cut %q is not a day such as 2026-07-01", arg, path[at+1:])
		}
		file.Path, file.Cut = path[:at], cut
	}
	return file, nil
}

// report prints the weights and their verdicts.
func report(out io.Writer, m *rerank.Model) {
	for _, mode := range []recommend.Mode{recommend.ModeNext, recommend.ModeGoesWith} {
		w := m.Weights[mode]
		fmt.Fprintf(out, "%s, from %d pairs:\n", mode, w.Pairs)
		for i, name := range m.Features {
			fmt.Fprintf(out, "  %-16s %+.3f\n", name, w.Weight[i])
		}
		for _, d := range m.Data {
			v := w.HeldOut[d.Name]
			state := "off"
			if v.On {
				state = "on"
			}
			fmt.Fprintf(out, "  %s, %d customers, each held out: R %.4f → %.4f, N %.4f → %.4f, PHR %.4f → %.4f: %s, %s\n", d.Name, v.Customers,
				v.Blend.Recall, v.Reranked.Recall, v.Blend.NDCG, v.Reranked.NDCG, v.Blend.PHR, v.Reranked.PHR, state, v.Why)
		}
	}
}
