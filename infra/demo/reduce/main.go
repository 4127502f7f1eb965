// Command reduce makes the demo's data from the whole Online Retail data set:
// fewer customers, each with all of their history, in the columns of the
// original. It only omits rows; package demo interprets them. The same input
// gives the same bytes.
//
//	go run ./infra/demo/reduce -in online_retail.csv.gz -out infra/demo/data/orders.csv.gz
//
// With -customers 5000 -products 5000 it keeps all, for a demo as large as the shop was.
//
// infra/demo/data/ATTRIBUTION.md names the source and the licence of the input.
package main

import (
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	in := flag.String("in", "", "the whole data set, as gzipped CSV")
	out := flag.String("out", "", "the file to write the reduced data set to")
	limit := demo
	flag.IntVar(&limit.customers, "customers", demo.customers, "how many customers to keep")
	flag.IntVar(&limit.products, "products", demo.products, "how many products to keep")
	flag.Parse()
	if err := run(*in, *out, limit); err != nil {
		fmt.Fprintln(os.Stderr, "reduce:", err)
		os.Exit(1)
	}
}

func run(in, out string, limit limits) (err error) {
	if in == "" || out == "" {
		return errors.New("both -in and -out are needed")
	}
	source, err := os.Open(in)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // only opened for reading
	unzipped, err := gzip.NewReader(source)
	if err != nil {
		return fmt.Errorf("unzip %s: %w", in, err)
	}
	target, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	kept, err := reduce(unzipped, target, limit)
	if err != nil {
		return fmt.Errorf("reduce %s: %w", in, err)
	}
	fmt.Printf("%d lines, %d orders, %d returns, %d customers, %d products\n",
		kept.lines, kept.orders, kept.returns, kept.customers, kept.products)
	return nil
}

// zip compresses the output of write with gzip, without a time in its header.
func zip(w io.Writer, write func(io.Writer) error) error {
	zipped, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	return errors.Join(write(zipped), zipped.Close())
}
