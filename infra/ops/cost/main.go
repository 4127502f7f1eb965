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
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
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
	var s shop
	numbers := map[string]*float64{"messages": &s.messages, "orders": &s.orders, "customers": &s.customers}
	texts := map[string]*string{
		"messages":  flags.String("messages", "1000000", "promotions in a month"),
		"orders":    flags.String("orders", "100000", "orders in a month"),
		"customers": flags.String("customers", "250000", "customers"),
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		n, err := strconv.ParseFloat(*texts[name], 64)
		if err != nil || n < 0 || n > 1e15 || n != math.Trunc(n) {
			faults = append(faults, fmt.Sprintf("-%s is %q; want a whole number, 0 or more, such as 1000000 or 1e6", name, *texts[name]))
		}
		*numbers[name] = n
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
	lines, err := b.bill(s)
	if err != nil {
		return err
	}
	print(out, s, lines)
	return printSettings(out, b)
}

// printSettings writes what a million of each kind costs with settings that a shop can
// choose.
func printSettings(out io.Writer, b *book) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\nA million of each, beside SES, if the shop has\tpromotions\torders\ttheir service messages\t\n")
	for _, of := range []struct {
		name string
		settings
	}{
		{"what a new shop has", settings{}},
		{"privacy.yaml: keep: {inputs: 0}", settings{noInputs: true}},
		{"privacy.yaml: keep: {decisions: 90}", settings{months: 3}},
		{"shop.yaml: no_live_counters: true", settings{noCounters: true}},
		{"all three", settings{noInputs: true, months: 3, noCounters: true}},
	} {
		lines, err := b.bill(shop{1e6, 1e6, 0, of.settings})
		if err != nil {
			return err
		}
		sums, _ := sumsOf(lines)
		fmt.Fprintf(t, "%s\t%.2f\t%.2f\t%.2f\t\n", of.name, sums["promotions"], sums["orders"], sums["service messages of orders"])
	}
	return t.Flush()
}

// sumsOf returns the dollars of each part of the bill without SES, and those of SES.
func sumsOf(lines []line) (sums map[string]float64, ses float64) {
	sums = map[string]float64{}
	for _, l := range lines {
		if l.what == mailLine {
			ses += l.dollar
		} else {
			sums[l.about] += l.dollar
		}
	}
	return sums, ses
}

// print writes the bill, with a sum for each part.
func print(out io.Writer, s shop, lines []line) {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "of\twhat\tfor a million\tin the month\tprice\tdollars\t\n")
	sums, ses := sumsOf(lines)
	for i, l := range lines {
		if i > 0 && lines[i-1].about != l.about {
			fmt.Fprintf(t, "\t\t\t\t\t\t\n")
		}
		million := plain(l.per * 1e6)
		if l.about == "the stack" { // there is one
			million = ""
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%.2f\t\n", l.about, l.what, million, plain(l.amount), priceOf(l.dollar/l.amount), l.dollar)
	}
	_ = t.Flush()
	all := 0.0
	for _, dollars := range sums {
		all += dollars
	}
	fmt.Fprintf(out, "\nSES %.2f, all else %.2f, together %.2f dollars a month.\n", ses, all, ses+all)
	if s.customers > 0 {
		fmt.Fprintf(out, "A million customers, a month: %.2f.\n", sums["customers"]/s.customers*1e6)
	}
}

// plain returns a number without an exponent: with the thousands marked, or in four digits.
func plain(n float64) string {
	if n < 1000 && n != math.Trunc(n) {
		return strconv.FormatFloat(n, 'f', max(0, 3-int(math.Floor(math.Log10(n)))), 64)
	}
	return message.NewPrinter(language.English).Sprintf("%.0f", n)
}

// priceOf returns the price of one unit in dollars, or that of a million units.
func priceOf(dollars float64) string {
	of := "each"
	if dollars < 0.01 {
		dollars, of = dollars*1e6, "a million"
	}
	return fmt.Sprintf("$%s %s", strings.TrimSuffix(fmt.Sprintf("%.3f", dollars), "0"), of)
}

const mailLine = "message of SES"
