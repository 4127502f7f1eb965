package main

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// limits is how much of the data set is kept.
type limits struct {
	customers int
	products  int
	lines     int // most lines of one order
	units     int // most units of one line
	orders    int // most orders of one customer; wholesalers with more are omitted
	lastDays  int // customers who ordered in the last lastDays days of the data are kept first
}

var demo = limits{customers: 515, products: 1200, lines: 40, units: 600, orders: 60, lastDays: 2}

// rare is the countries whose customers are all kept, because the shop has
// their languages.
var rare = []string{"Poland", "Greece", "Cyprus", "Lithuania"}

// Columns of the data set.
const (
	invoice = iota
	stockCode
	description
	quantity
	invoiceDate
	unitPrice
	customerID
	country
	columns
)

type counts struct{ lines, orders, returns, customers, products int }

// reduce copies the orders and returns of products by known customers from r to
// w, gzipped and within the limits. It omits fees, postage and rows with a
// price of 0.
func reduce(r io.Reader, w io.Writer, limit limits) (counts, error) {
	rows := csv.NewReader(r)
	rows.FieldsPerRecord = columns
	all, err := rows.ReadAll()
	if err != nil {
		return counts{}, err
	}
	if len(all) < 2 {
		return counts{}, fmt.Errorf("%d rows; want a header and rows", len(all))
	}
	header, sales := all[0], slices.DeleteFunc(all[1:], func(row []string) bool { return !isSale(row, limit) })

	people := chooseCustomers(sales, limit)
	sales = slices.DeleteFunc(sales, func(row []string) bool { return !people[row[customerID]] })
	products := chooseProducts(sales, limit)
	sales = slices.DeleteFunc(sales, func(row []string) bool { return !products[row[stockCode]] })

	lines := map[string]int{}
	sales = slices.DeleteFunc(sales, func(row []string) bool {
		lines[row[invoice]]++
		return lines[row[invoice]] > limit.lines
	})

	kept := counts{lines: len(sales), products: len(products), customers: len(people)}
	for name := range lines {
		if strings.HasPrefix(name, "C") {
			kept.returns++
		} else {
			kept.orders++
		}
	}
	return kept, zip(w, func(w io.Writer) error {
		out := csv.NewWriter(w)
		_ = out.Write(header) // WriteAll returns the error
		return out.WriteAll(sales)
	})
}

// productCode matches five digits, with or without the letters of a variant.
// Fees, postage, vouchers and corrections have other codes.
var productCode = regexp.MustCompile(`^\d{5}[A-Za-z]{0,2}$`)

// isSale reports whether a row is a sale or a return of a product.
func isSale(row []string, limit limits) bool {
	units, errUnits := strconv.Atoi(row[quantity])
	price, errPrice := strconv.ParseFloat(row[unitPrice], 64) // only compared with 0
	return row[customerID] != "" && productCode.MatchString(row[stockCode]) && errUnits == nil && errPrice == nil &&
		price > 0 && units != 0 && max(units, -units) <= limit.units &&
		row[country] != "Unspecified" && row[country] != "European Community"
}

// chooseCustomers returns the customers to keep: those who ordered in the last
// days, then those of rare countries, then a random half of the other customers
// outside the United Kingdom, then the others.
func chooseCustomers(sales [][]string, limit limits) map[string]bool {
	type customer struct {
		id, country string
		orders      map[string]bool
		last        string
	}
	known := map[string]*customer{}
	days := map[string]bool{}
	for _, row := range sales {
		c := known[row[customerID]]
		if c == nil {
			c = &customer{id: row[customerID], country: row[country], orders: map[string]bool{}}
			known[c.id] = c
		}
		c.orders[row[invoice]] = true
		day := row[invoiceDate][:len("2006-01-02")]
		days[day] = true
		if !strings.HasPrefix(row[invoice], "C") {
			c.last = max(c.last, day)
		}
	}
	sorted := slices.Sorted(maps.Keys(days))
	since := sorted[max(0, len(sorted)-limit.lastDays)]

	rank := func(c *customer) int {
		switch {
		case c.last >= since:
			return 0
		case slices.Contains(rare, c.country):
			return 1
		case c.country != "United Kingdom" && draw(c.id)%2 == 0:
			return 2
		}
		return 3
	}
	list := slices.SortedFunc(maps.Values(known), func(a, b *customer) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(draw(a.id), draw(b.id)), cmp.Compare(a.id, b.id))
	})
	chosen := map[string]bool{}
	for _, c := range list {
		if len(chosen) < limit.customers && len(c.orders) <= limit.orders && c.last != "" {
			chosen[c.id] = true
		}
	}
	return chosen
}

// chooseProducts returns the products that most customers bought.
func chooseProducts(sales [][]string, limit limits) map[string]bool {
	buyers := map[string]map[string]bool{}
	for _, row := range sales {
		if buyers[row[stockCode]] == nil {
			buyers[row[stockCode]] = map[string]bool{}
		}
		buyers[row[stockCode]][row[customerID]] = true
	}
	list := slices.SortedFunc(maps.Keys(buyers), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(buyers[b]), len(buyers[a])), cmp.Compare(a, b))
	})
	chosen := map[string]bool{}
	for _, code := range list[:min(len(list), limit.products)] {
		chosen[code] = true
	}
	return chosen
}

// draw returns a pseudo-random number that depends only on id.
func draw(id string) uint32 {
	h := fnv.New32a()
	_, _ = io.WriteString(h, "reduce "+id) // a hash never fails
	return h.Sum32()
}
