package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/recommend/judge"
)

// titles are the headings of the modes.
var titles = map[trial.Mode]string{
	trial.Next: "next order, products bought before included",
	trial.New:  "new items only",
}

// printTable writes the tables of a report as text.
func printTable(out io.Writer, r *trial.Report) {
	for _, note := range r.Notes {
		fmt.Fprintln(out, note)
	}
	fmt.Fprintf(out, "Learned from %d customers, %d products. Lists of %d; means over customers, with 95 %% intervals by bootstrap over them.\n", r.Customers, r.Products, r.K)
	for _, m := range r.Modes {
		fmt.Fprintf(out, "\n%s: %d customers\n", titles[m.Mode], m.Customers)
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(t, "\tR@%d\t\tN@%d\t\tPHR@%d\t\tR vs engine\tN vs engine\tPHR vs engine\tcoverage\trepeats\tfit\tµs each\n", r.K, r.K, r.K)
		for i, row := range m.Rows {
			against := "\t\t"
			if i > 0 {
				against = difference(row.Against.Recall) + "\t" + difference(row.Against.NDCG) + "\t" + difference(row.Against.PHR)
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.1f %%\t%.1f %%\t%s\t%.0f\n", row.Name,
				share(row.Recall), share(row.NDCG), share(row.PHR), against,
				100*row.Coverage, 100*row.Repeats, row.Fit.Round(10*time.Millisecond), float64(row.Each.Nanoseconds())/1000)
		}
		_ = t.Flush() // to memory; the last write to out reports errors
	}
	fmt.Fprintln(out, "\nvs engine: the mean difference from the built-in engine over the same customers; a * means that the interval does not contain 0.")
}

// share formats an interval of a share: .486	[.474 .498].
func share(i judge.Interval) string {
	return fmt.Sprintf("%s\t[%s %s]", short(i.Mean), short(i.Low), short(i.High))
}

// difference formats an interval of a difference.
func difference(i judge.Interval) string {
	star := ""
	if i.Low > 0 || i.High < 0 {
		star = "*"
	}
	return fmt.Sprintf("%+.4f [%+.4f %+.4f]%s", i.Mean, i.Low, i.High, star)
}

// short formats 0.4862 as .4862.
func short(x float64) string { return strings.Replace(fmt.Sprintf("%.4f", x), "0.", ".", 1) }
