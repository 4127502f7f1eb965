package main

import (
	"fmt"
	"io"
	"maps"
	"reflect"

	"regulars/infra/lab/eval/engine"
	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
	"regulars/shared/recommend/training"
	"regulars/shared/shop"
)

// shown is how many of the lists that differ are printed.
const shown = 3

// report is the result of a comparison.
type report struct {
	set     *trial.Set
	model   recommend.Model  // that learn published
	outcome training.Outcome // of eval's night
	lists   map[trial.Mode][]lists
}

// different returns how many lists differ.
func (r report) different() (n int) {
	for _, all := range r.lists {
		for _, l := range all {
			if l.differ {
				n++
			}
		}
	}
	return n
}

func (r report) print(out io.Writer) {
	for _, note := range r.set.Notes {
		fmt.Fprintln(out, note)
	}
	fmt.Fprintf(out, "Of these, %d customers with all their orders, moved so that the cut is the start of this run; %d products.\n", len(r.set.Customers), len(r.set.Catalogue))
	for _, note := range engine.Decided(training.Outcome{Rerankers: r.model.Rerankers, Verdicts: r.model.Reranking}) {
		fmt.Fprintln(out, note)
	}
	same := "the same weights and verdicts as"
	equal := func(a, b *recommend.Linear) bool { return reflect.DeepEqual(a, b) }
	if !maps.EqualFunc(r.model.Rerankers, r.outcome.Rerankers, equal) || !maps.Equal(r.model.Reranking, r.outcome.Verdicts) {
		same = "other weights or verdicts than"
	}
	fmt.Fprintf(out, "The deployed night published %s the engine of make eval.\n", same)
	for _, mode := range trial.Both {
		r.printMode(out, mode)
	}
}

// printMode prints the comparison of one mode.
func (r report) printMode(out io.Writer, mode trial.Mode) {
	place := map[string]int{}
	equal, first := 0, []int{}
	for i, l := range r.lists[mode] {
		place[r.set.Customers[i].ID] = i
		switch {
		case !l.differ:
			equal++
		case len(first) < shown:
			first = append(first, i)
		}
	}
	fmt.Fprintf(out, "\n%s: %d of %d lists are equal\n", modes[mode], equal, len(r.lists[mode]))
	for _, i := range first {
		fmt.Fprintf(out, "  customer %d of %d: deployed %q, eval %q\n", i+1, len(r.set.Customers), r.products(r.lists[mode][i].deployed), r.products(r.lists[mode][i].eval))
	}
	var deployed, eval []judge.Measures
	for _, c := range r.set.CasesFor(mode) {
		l := r.lists[mode][place[c.Customer]]
		deployed = append(deployed, judge.Measure(l.deployed, c.Next, long))
		eval = append(eval, judge.Measure(l.eval, c.Next, long))
	}
	fmt.Fprintf(out, "  orders after the cut of %d customers: R@%d, N@%d, PHR@%d\n", len(deployed), long, long, long)
	fmt.Fprintf(out, "  deployed  %s\n  eval      %s\n", means(deployed), means(eval))
}

func (r report) products(list []trial.Item) (ids []shop.ProductID) {
	for _, item := range list {
		ids = append(ids, r.set.Products[item])
	}
	return ids
}

// means returns the mean of each measure.
func means(all []judge.Measures) (text string) {
	for _, column := range judge.Columns {
		sum := 0.0
		for _, m := range all {
			sum += column(m)
		}
		text += fmt.Sprintf(" %.4f", sum/float64(max(len(all), 1)))
	}
	return text[1:]
}
