package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// quotes prints the cost of pricing a cart, by the number of lines and of live offers:
// both conditions of each offer, on the customer and on the lines, and the pricing,
// without storage and JSON. The floor is the same offers with both conditions written
// in Go by hand, the lower bound for any condition language. The two take turns.
//
// It is the worst case: this customer may have each of the offers, and no two of them
// have a condition in common.
func quotes(out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "a quote, by one goroutine")
	fmt.Fprintln(t, "lines\toffers\tquotes for a\tCPU ms\tms\tms\tns of CPU for a\tallocations\tKB\tby hand:\tratio\t")
	fmt.Fprintln(t, "\t\tsecond of CPU\t\tp50\tp99\tline and an offer\t\t\tCPU ms\t\t")
	for _, lines := range []int{3, 30, 500} {
		for _, n := range []int{10, 100, 1000} {
			if err := quote(t, lines, n); err != nil {
				return err
			}
		}
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// quoteFor is the least time for which each of the two is measured for a table line.
const quoteFor = 500 * time.Millisecond

func quote(t io.Writer, lines, n int) error {
	offers, err := live(n)
	if err != nil {
		return err
	}
	cart := cartOf(lines)
	total := [2]int64{price(offers, cart, false).Total, price(offers, cart, true).Total} // this also does the work that is done once in a process
	if total[0] != total[1] {
		return fmt.Errorf("%d lines and %d offers cost %d by their conditions, and %d by the same in Go", lines, n, total[0], total[1])
	}
	began := time.Now()
	price(offers, cart, false)
	turn := 1 + int(50*time.Millisecond/time.Since(began))

	var asked, byHand cost
	var took []time.Duration
	for asked.took < quoteFor || byHand.took < quoteFor {
		for _, way := range []*cost{&asked, &byHand} {
			err := way.spend(1, turn, nil, func(int) error {
				start := time.Now()
				price(offers, cart, way == &byHand)
				if way == &asked {
					took = append(took, time.Since(start))
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	slices.Sort(took)
	at := func(q float64) float64 {
		return float64(took[min(int(q*float64(len(took))), len(took)-1)]) / float64(time.Millisecond)
	}
	fmt.Fprintf(t, "%d\t%d\t%.0f\t%.3f\t%.3f\t%.3f\t%.0f\t%.0f\t%.0f\t%.3f\t%.2f\t\n", lines, n,
		1000/asked.cpu(), asked.cpu(), at(0.5), at(0.99), asked.cpu()*1e6/float64(lines*n),
		asked.allocations(), asked.kilobytes(), byHand.cpu(), asked.cpu()/byHand.cpu())
	return nil
}
