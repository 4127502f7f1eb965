package trial

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/shared/recommend/judge"
)

// Options of a trial. A zero field has the value that its comment gives.
type Options struct {
	K        int    // length of the lists; 0: 10
	Draws    int    // of the bootstrap; 0: 1,000
	Seed     uint64 // of the bootstrap
	Clock    func() time.Time
	Progress Progress // nil: not reported
}

// Report is the result of a trial.
type Report struct {
	K         int
	Products  int // products in any order of the past
	Customers int // customers of the past
	Modes     []ModeReport
	Notes     []string
}

// ModeReport is the table of one mode.
type ModeReport struct {
	Mode      Mode
	Customers int // customers whose order was predicted
	Rows      []Row
}

// Row is the result of one method.
type Row struct {
	Name              string
	Recall, NDCG, PHR judge.Interval
	Against           struct{ Recall, NDCG, PHR judge.Interval } // this method less the first method of the table
	Coverage          float64                                    // share of Report.Products that are in any list
	Repeats           float64                                    // share of all listed items that their customer had bought before
	Fit               time.Duration                              // time to learn
	Each              time.Duration                              // time for one list, mean over customers

	PerCustomer []judge.Measures // in the order of CustomerIDs
	CustomerIDs []string         // customers whose order was predicted
}

// Run fits each method, lets it predict every customer's order, and measures.
// All entries are compared with the first one, in the modes that they share.
//
// It needs, in addition to the set and the methods' own memory, 24 bytes for
// each customer and method. It fails if the set is invalid or a method fails;
// the error says which.
func Run(ctx context.Context, set *Set, entries []Entry, opt Options) (*Report, error) {
	if opt.K <= 0 {
		opt.K = 10
	}
	if opt.Draws <= 0 {
		opt.Draws = 1000
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Progress == nil {
		opt.Progress = func(string, int, int) {}
	}
	if err := set.Check(); err != nil {
		return nil, err
	}
	sold, _ := set.Bought(set.Now)
	report := &Report{K: opt.K, Customers: len(set.Customers), Notes: set.Notes}
	for _, n := range sold {
		report.Products += min(n, 1)
	}
	for _, mode := range Both {
		if cases := set.casesFor(sold, mode); len(cases) > 0 {
			report.Modes = append(report.Modes, ModeReport{Mode: mode, Customers: len(cases)})
		}
	}
	learned := map[Method]time.Duration{} // time to fit each method
	past := set.Past
	for i, e := range entries {
		here := func(m Method) string { return fmt.Sprintf("method %d of %d, %s", i+1, len(entries), m.Name()) }
		for _, m := range []Method{e.Base, e.Method} {
			if _, already := learned[m]; m == nil || already {
				continue
			}
			learns := here(m) + ", learns"
			past.Progress = func(what string, done, of int) { opt.Progress(learns+": "+what, done, of) }
			opt.Progress(learns, 0, 0)
			start := opt.Clock()
			if err := m.Fit(&past); err != nil {
				return nil, fmt.Errorf("%s: learn: %w", m.Name(), err)
			}
			learned[m] = opt.Clock().Sub(start)
		}
		fit := learned[e.Method] + learned[e.Base]
		for place := range report.Modes {
			m := &report.Modes[place]
			if !slices.Contains(e.Modes, m.Mode) {
				continue
			}
			lists := here(e) + ", makes lists of mode " + string(m.Mode)
			row, err := try(ctx, e, set.casesFor(sold, m.Mode), m.Mode, opt, func(done, of int) { opt.Progress(lists, done, of) })
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.Name(), err)
			}
			row.Fit, row.Coverage = fit, row.Coverage/float64(max(report.Products, 1))
			m.Rows = append(m.Rows, row)
		}
	}
	for i := range report.Modes {
		opt.Progress("computes intervals", i, len(report.Modes))
		compare(report.Modes[i].Rows, opt)
	}
	return report, nil
}

// bought returns the items of a history.
func bought(history []Order) map[Item]bool {
	had := map[Item]bool{}
	for _, o := range history {
		for _, item := range o.Items {
			had[item] = true
		}
	}
	return had
}

// try measures a method on all cases. The Coverage of the row is a count.
func try(ctx context.Context, m Method, cases []Case, mode Mode, opt Options, progress func(done, of int)) (Row, error) {
	row := Row{Name: m.Name(), PerCustomer: make([]judge.Measures, len(cases)), CustomerIDs: make([]string, len(cases))}
	listed := map[Item]bool{}
	var items, repeats int
	var spent time.Duration
	for i, c := range cases {
		if err := ctx.Err(); err != nil {
			return row, err
		}
		progress(i, len(cases))
		start := opt.Clock()
		list, err := m.Rank(c.Before, mode, opt.K)
		spent += opt.Clock().Sub(start)
		if err != nil {
			return row, fmt.Errorf("customer %d of %d: %w", i+1, len(cases), err)
		}
		had := bought(c.Before)
		for _, item := range list[:min(len(list), opt.K)] {
			listed[item] = true
			items++
			if had[item] {
				repeats++
			}
		}
		if mode == New && repeats > 0 {
			return row, fmt.Errorf("customer %d of %d: a list of new items holds one they bought", i+1, len(cases))
		}
		row.PerCustomer[i], row.CustomerIDs[i] = judge.Measure(list, c.Next, opt.K), c.Customer
	}
	row.Coverage = float64(len(listed))
	row.Repeats = float64(repeats) / float64(max(items, 1))
	row.Each = spent / time.Duration(max(len(cases), 1))
	return row, nil
}

// compare sets the intervals of a table.
func compare(rows []Row, opt Options) {
	var values [][]float64
	for _, r := range rows {
		for _, column := range judge.Columns {
			own, less := make([]float64, len(r.PerCustomer)), make([]float64, len(r.PerCustomer))
			for c, m := range r.PerCustomer {
				own[c], less[c] = column(m), column(m)-column(rows[0].PerCustomer[c])
			}
			values = append(values, own, less)
		}
	}
	found := judge.Bootstrap(values, opt.Draws, opt.Seed)
	for i := range rows {
		f := found[6*i:]
		rows[i].Recall, rows[i].NDCG, rows[i].PHR = f[0], f[2], f[4]
		rows[i].Against.Recall, rows[i].Against.NDCG, rows[i].Against.PHR = f[1], f[3], f[5]
	}
}
