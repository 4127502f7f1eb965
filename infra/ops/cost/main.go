// Command cost prints what a month of a shop costs on AWS, line by line: units that a
// test counts in the functions' code (units.csv), measured and chosen figures
// (assumptions.csv), and list prices (prices.csv).
//
//	go run ./infra/ops/cost -messages 4000000 -orders 100000 -customers 1000000
//
// Messages are promotions with recommendations; the service messages of orders come
// with the orders.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "cost:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, out, errs io.Writer) error {
	flags := flag.NewFlagSet("cost", flag.ContinueOnError)
	flags.SetOutput(errs)
	messages := flags.Int("messages", 1_000_000, "promotions in a month")
	orders := flags.Int("orders", 100_000, "orders in a month")
	customers := flags.Int("customers", 250_000, "customers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var faults []string
	for name, n := range map[string]int{"-messages": *messages, "-orders": *orders, "-customers": *customers} {
		if n < 0 {
			faults = append(faults, fmt.Sprintf("%s is %d; want 0 or more", name, n))
		}
	}
	if flags.NArg() > 0 {
		faults = append(faults, fmt.Sprintf("%q is not a kind that is billed; write -messages, -orders or -customers", flags.Args()))
	}
	if len(faults) > 0 {
		return errors.New(strings.Join(faults, "; "))
	}
	b, err := open(pricesFile, unitsFile, assumptionsFile)
	if err != nil {
		return err
	}
	s := shop{float64(*messages), float64(*orders), float64(*customers)}
	lines, err := b.bill(s)
	if err != nil {
		return err
	}
	print(out, s, lines)
	return nil
}

// print writes the bill, with a sum for each part.
func print(out io.Writer, s shop, lines []line) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "of\twhat\tfor each\tin the month\tdollars\t\n")
	sums, ses := map[string]float64{}, 0.0
	for i, l := range lines {
		if i > 0 && lines[i-1].about != l.about {
			fmt.Fprintf(t, "\t\t\t\t\t\n")
		}
		fmt.Fprintf(t, "%s\t%s\t%.4g\t%.4g\t%.2f\t\n", l.about, l.what, l.per, l.amount, l.dollar)
		if l.what == mailLine {
			ses += l.dollar
		} else {
			sums[l.about] += l.dollar
		}
	}
	_ = t.Flush()
	all := 0.0
	for _, dollars := range sums {
		all += dollars
	}
	fmt.Fprintf(out, "\nSES %.2f, all else %.2f, together %.2f dollars a month.\n", ses, all, ses+all)
	million := func(what, about string, n float64) {
		if n > 0 {
			fmt.Fprintf(out, "A million %s, beside SES: %.2f.\n", what, sums[about]/n*1e6)
		}
	}
	million("promotions", "promotions", s.messages)
	million("orders", "orders", s.orders)
	million("orders' service messages", "service messages of orders", s.orders)
	million("customers, a month", "customers", s.customers)
}

const mailLine = "message of SES"
