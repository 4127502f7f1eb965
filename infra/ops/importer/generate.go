package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"regulars/infra/ops/importer/shape"
)

// generate writes files of made-up rows of each kind into a folder, to measure an
// import with them: of every ten customers four order, an address in fifty is
// suppressed, and there is a product for each hundred orders. The same numbers
// give the same files.
func generate(folder string, contacts, orders int) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, kind := range kinds {
		file, err := os.Create(filepath.Join(folder, string(kind)+".csv"))
		if err != nil {
			return err
		}
		out := bufio.NewWriter(file)
		generators[kind](out, contacts, orders)
		if err := out.Flush(); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}

// generated returns the files of [generate] as texts.
func generated(contacts, orders int) map[shape.Kind]string {
	files := map[shape.Kind]string{}
	for _, kind := range kinds {
		var out strings.Builder
		generators[kind](&out, contacts, orders)
		files[kind] = out.String()
	}
	return files
}

// generators write the files, in the shapes of Shopify's exports.
var generators = map[shape.Kind]func(out io.Writer, contacts, orders int){
	shape.Contacts: func(out io.Writer, contacts, _ int) {
		fmt.Fprintln(out, "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Consent At,Consent Source,Default Address Country Code,Language")
		r := rand.New(rand.NewPCG(1, 1))
		for i := range contacts {
			at := day.Add(-time.Duration(r.IntN(700)) * 24 * time.Hour)
			fmt.Fprintf(out, "%d,%s,Example,person%d@example.com,%s,%s,form,%s,%s\n", 7_000_000+i, pick(r, "Ann", "Bob", "Zoë", "Екатерина", "Jörg"), i,
				pick(r, "yes", "yes", "no"), at.Format("2006-01-02 15:04:05 -0700"), pick(r, "GB", "DE", "GR", "US"), pick(r, "en", "de", "el"))
		}
	},
	shape.Orders: func(out io.Writer, contacts, orders int) {
		fmt.Fprintln(out, "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Country,Cancelled at,Refunded Amount,Id")
		r := rand.New(rand.NewPCG(2, 2))
		for i := range orders {
			at := day.Add(-time.Duration(r.IntN(365*24*60)) * time.Minute)
			paid, who := at.Add(time.Minute).Format("2006-01-02 15:04:05 -0700"), r.IntN(max(contacts*4/10, 1))
			a, b := r.IntN(max(orders/100, 2)), r.IntN(max(orders/100, 2))
			fmt.Fprintf(out, "#%d,person%d@example.com,paid,%s,fulfilled,%s,yes,GBP,20.00,0.00,0.00,20.00,%s,1,Product %d,12.50,SKU-%d,GB,,0.00,%d\n", 1000+i, who, paid, paid, at.Format("2006-01-02 15:04:05 -0700"), a, a, 9_000_000+i)
			fmt.Fprintf(out, "#%d,person%d@example.com,,,,,,,,,,,,1,Product %d,7.50,SKU-%d,,,,\n", 1000+i, who, b, b)
		}
	},
	shape.Products: func(out io.Writer, _, orders int) {
		fmt.Fprintln(out, "Handle,Title,Body (HTML),Vendor,Type,Published,Variant SKU,Variant Price,Image Src,Status")
		for i := range max(orders/100, 2) {
			fmt.Fprintf(out, "product-%d,Product %d,<p>A product</p>,Example,Goods,true,SKU-%d,9.99,https://shop.example.com/p/%d.png,active\n", i, i, i, i)
		}
	},
	shape.Suppressed: func(out io.Writer, contacts, _ int) {
		fmt.Fprintln(out, "Email,Reason,Date")
		r := rand.New(rand.NewPCG(3, 3))
		for i := 0; i < contacts; i += 50 {
			fmt.Fprintf(out, "person%d@example.com,%s,2026-05-01\n", i, pick(r, "bounce", "complaint", "unsubscribed"))
		}
	},
}

// day is the day of which the newest rows are.
var day = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }
