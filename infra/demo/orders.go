package demo

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/shared/shop"
)

// sale is one order of the data, with its returns.
type sale struct {
	id      shop.OrderID
	at      time.Time
	buyer   string // customer number in the data
	country string // spelling of the data
	lines   []shop.Line
	returns []saleReturn
}

// saleReturn is one return of units of one order.
type saleReturn struct {
	ref    string
	at     time.Time
	units  map[shop.ProductID]int
	amount shop.Money
	cause  shop.Cause
}

// customer returns the ID of who placed the order.
func (s *sale) customer() shop.CustomerID { return shop.CustomerID(s.buyer) }

// language returns the language of who placed the order, such as en.
func (s *sale) language() string {
	customer, _, _ := person(s.buyer, s.country) // the country is known: events reports it if not
	return customer.Locale[:min(2, len(customer.Locale))]
}

const currency = "GBP"

// readSales returns the orders of the data, oldest first.
//
// A cancellation (an invoice that begins with C) does not name its order. Each
// of its lines is matched to the customer's latest earlier orders that contain
// the product and still have units of it. A line without a match is omitted:
// its order is older than the data.
func readSales(zipped []byte) ([]*sale, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(unzipped).ReadAll()
	if err != nil {
		return nil, err
	}
	var entries []*sale // orders and cancellations
	byID := map[shop.OrderID]*sale{}
	for n, row := range rows[min(1, len(rows)):] {
		line, at, err := readLine(row)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", n+2, err)
		}
		id := shop.OrderID(row[0])
		if byID[id] == nil {
			byID[id] = &sale{id: id, at: at, buyer: strings.TrimSuffix(row[6], ".0"), country: row[7]}
			entries = append(entries, byID[id])
		}
		byID[id].add(line)
	}
	slices.SortStableFunc(entries, func(a, b *sale) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id))
	})

	var sales []*sale
	ofBuyer := map[string][]*sale{}
	returns := 0
	for _, entry := range entries {
		if !strings.HasPrefix(string(entry.id), "C") {
			sales = append(sales, entry)
			ofBuyer[entry.buyer] = append(ofBuyer[entry.buyer], entry)
			continue
		}
		if takeBack(entry, ofBuyer[entry.buyer], causes[returns%len(causes)]) {
			returns++
		}
	}
	return sales, nil
}

var causes = []shop.Cause{shop.CauseDefect, shop.CauseUnwanted, shop.CauseWrong}

// add adds a line to an order, or its units to the line of the same product.
func (s *sale) add(line shop.Line) {
	for i := range s.lines {
		if s.lines[i].Product == line.Product {
			s.lines[i].Units += line.Units
			return
		}
	}
	s.lines = append(s.lines, line)
}

// takeBack adds the lines of a cancellation to earlier orders as returns. It
// reports whether any line matched.
func takeBack(cancellation *sale, earlier []*sale, cause shop.Cause) bool {
	matched := false
	for _, line := range cancellation.lines {
		want := -line.Units
		for i := len(earlier) - 1; i >= 0 && want > 0; i-- {
			take := min(want, earlier[i].left(line.Product))
			if take <= 0 {
				continue
			}
			matched, want = true, want-take
			b := earlier[i].returnFor(string(cancellation.id), cancellation.at, cause)
			b.units[line.Product] += take
			b.amount.Minor += int64(take) * line.Price.Minor
		}
	}
	return matched
}

// left returns the units of product in the order that were not returned.
func (s *sale) left(product shop.ProductID) int {
	units := 0
	for _, line := range s.lines {
		if line.Product == product {
			units += line.Units
		}
	}
	for _, b := range s.returns {
		units -= b.units[product]
	}
	return units
}

// returnFor returns the return with this ID, and adds it if there is none.
func (s *sale) returnFor(ref string, at time.Time, cause shop.Cause) *saleReturn {
	for i := range s.returns {
		if s.returns[i].ref == ref {
			return &s.returns[i]
		}
	}
	s.returns = append(s.returns, saleReturn{ref: ref, at: at, units: map[shop.ProductID]int{}, amount: shop.Money{Currency: currency}, cause: cause})
	return &s.returns[len(s.returns)-1]
}

// total returns the sum of the lines.
func (s *sale) total() shop.Money {
	sum := shop.Money{Currency: currency}
	for _, line := range s.lines {
		sum.Minor += int64(line.Units) * line.Price.Minor
	}
	return sum
}

// readLine parses one row of the data: InvoiceNo, StockCode, Description,
// Quantity, InvoiceDate, UnitPrice, CustomerID, Country.
func readLine(row []string) (shop.Line, time.Time, error) {
	if len(row) != 8 {
		return shop.Line{}, time.Time{}, fmt.Errorf("%d columns, want 8", len(row))
	}
	units, err := strconv.Atoi(row[3])
	if err != nil {
		return shop.Line{}, time.Time{}, fmt.Errorf("units: %w", err)
	}
	at, err := time.Parse(time.DateTime, row[4])
	if err != nil {
		return shop.Line{}, time.Time{}, fmt.Errorf("date: %w", err)
	}
	pence, err := pence(row[5])
	if err != nil {
		return shop.Line{}, time.Time{}, err
	}
	return shop.Line{
		Product: shop.ProductID(strings.ToUpper(row[1])),
		Title:   titled(row[2]),
		Units:   units,
		Price:   shop.Money{Minor: pence, Currency: currency},
	}, at, nil
}

// pence parses pounds such as "2.55", "2.5" or "10". It cuts off decimals after
// the second, which a few prices of the data have.
func pence(pounds string) (int64, error) {
	whole, fraction, _ := strings.Cut(pounds, ".")
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil {
		return 0, fmt.Errorf("price: %w", err)
	}
	return n, nil
}

// draw returns a pseudo-random number below n that depends only on what and id.
func draw(n int, what, id string) int {
	h := fnv.New64a()
	_, _ = io.WriteString(h, what+" of "+id) // a hash never fails
	sum := h.Sum64()
	sum ^= sum >> 33 // FNV's low bits are weak for short strings
	sum *= 0xff51afd7ed558ccd
	sum ^= sum >> 33
	return int(sum % uint64(n))
}
