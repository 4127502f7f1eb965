package orders

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/shared/shop"
)

// Columns maps what a column holds ("customer", "order", "time", "item",
// "quantity") to its name in a CSV, for names that are not recognised.
type Columns map[string]string

// headings are the recognised column names, without case, spaces, underscores
// and hyphens; the first one that the file has is used.
var headings = map[string][]string{
	"customer": {"customer", "customerid", "user", "userid", "client", "clientid", "member", "memberid", "household", "householdkey", "customernumber"},
	"order":    {"order", "orderid", "ordernumber", "invoice", "invoiceno", "basket", "basketid", "transaction", "transactionid"},
	"time":     {"time", "orderedat", "placedat", "createdat", "at", "timestamp", "datetime", "invoicedate", "orderdate", "purchasedate", "transactiondt", "transactiondate", "date", "day"},
	"item":     {"item", "itemid", "product", "productid", "sku", "stockcode", "article", "articleid"},
	"quantity": {"quantity", "units", "qty", "amount"},
}

// needed are the required columns. Without an order column, all that a customer
// ordered at one time is one order; without a quantity, each line counts.
var needed = []string{"customer", "time", "item"}

// productCode matches the stock codes of products in the UCI Online Retail
// sets. Fees, postage, samples, vouchers and corrections (POST, D, M, BANK
// CHARGES, DOT, gift_0001_20) begin differently.
var productCode = regexp.MustCompile(`^\d{5}`)

// badTimes is the largest accepted share of lines with an invalid time.
const badTimes = 0.05

// CSV reads lines with a heading, one line for each item of an order: customer,
// order (may be missing), time, item, quantity (may be missing). Headings are
// matched without case; columns names those that are not recognised. The
// separator may be a comma, a semicolon, a tab or a vertical bar, and the file
// may be packed with gzip. Errors never quote a line, nor a value of one.
//
// Times may be RFC 3339, "2006-01-02" with or without a clock time, 2006/01/02,
// month/day/year, 20060102, Unix seconds or milliseconds, or the number of a
// day (from 1, below 100,000). Without a zone they are UTC.
//
// CSV leaves out, and counts in the notes: lines without a customer or item,
// with a quantity of 0 or less, with too few fields, or with an invalid time.
// It fails if more than 5 % of the lines have an invalid time. A file with the
// columns InvoiceNo or Invoice and StockCode is taken to be the UCI Online
// Retail set or one like it: invoices that begin with C are cancellations, and
// stock codes that do not begin with five digits are fees, postage and
// corrections. Both are left out, and stock codes are converted to upper case.
func CSV(r io.Reader, columns Columns, limit int) (*Log, error) {
	text, err := plain(r)
	if err != nil {
		return nil, err
	}
	if err := expect(text, "csv", formTable, formUnknown); err != nil {
		return nil, err
	}
	rows := csv.NewReader(text)
	rows.Comma, rows.ReuseRecord, rows.FieldsPerRecord, rows.LazyQuotes = separator(text), true, -1, true
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("read the heading: %w", err)
	}
	at, err := find(head, columns)
	if err != nil {
		return nil, err
	}
	reader := csvReader{at: at, uci: uci(head), log: &Log{Limit: limit}, left: map[string]int{}}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the CSV: %w", err)
		}
		if err := reader.take(row); err != nil {
			n, _ := rows.FieldPos(0)
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if reader.badTime == "" && reader.left[noTime] > 0 {
			n, _ := rows.FieldPos(0)
			reader.badTime = fmt.Sprintf("line %d has the form %q (9: a digit, a: a letter)", n, shape(strings.TrimSpace(row[at["time"]])))
		}
	}
	return reader.finish()
}

// Reasons to leave a line out.
const (
	tooShort   = "too short"
	noCustomer = "without a customer"
	noItem     = "without an item"
	cancelled  = "of cancellations"
	notProduct = "of fees, postage and the like"
	noUnits    = "of a quantity of 0 or less"
	noTime     = "with an invalid time"
)

type csvReader struct {
	at      map[string]int // column, by what it holds
	uci     bool
	log     *Log
	read    int
	left    map[string]int // lines left out, by reason
	badTime string         // the place and the form of the first invalid time
}

// take adds one line to the log, or counts why it is left out.
func (c *csvReader) take(row []string) error {
	c.read++
	for _, column := range c.at {
		if column >= len(row) {
			c.left[tooShort]++
			return nil
		}
	}
	text := func(what string) string {
		if column, there := c.at[what]; there {
			return strings.TrimSpace(row[column])
		}
		return ""
	}
	customer, order, item := text("customer"), text("order"), text("item")
	if c.uci {
		item = strings.ToUpper(item)
	}
	units, err := strconv.ParseFloat(text("quantity"), 64)
	none := err == nil && !(units > 0)
	when, readable := clock(text("time"))
	for _, out := range []struct {
		is  bool
		why string
	}{
		{customer == "", noCustomer},
		{item == "", noItem},
		{c.uci && strings.HasPrefix(strings.ToUpper(order), "C"), cancelled},
		{c.uci && !productCode.MatchString(item), notProduct},
		{none, noUnits},
		{!readable, noTime},
	} {
		if out.is {
			c.left[out.why]++
			return nil
		}
	}
	return c.log.Add(customer, order, when, shop.ProductID(item))
}

// finish returns the log with its notes.
func (c *csvReader) finish() (*Log, error) {
	if n := c.left[noTime]; float64(n) > badTimes*float64(c.read) {
		return nil, fmt.Errorf("%d of %d lines have an invalid time; the first: %s; want such as 2026-01-31T09:30:00Z, 2026-01-31 09:30 or 2026-01-31", n, c.read, c.badTime)
	}
	reasons := ""
	for _, why := range []string{tooShort, noCustomer, noItem, cancelled, notProduct, noUnits, noTime} {
		if n := c.left[why]; n > 0 {
			reasons += fmt.Sprintf("%d %s, ", n, why)
		}
	}
	reasons = strings.TrimSuffix(reasons, ", ")
	switch {
	case c.read == 0:
		return nil, errors.New("the file has a heading and no lines")
	case len(c.log.lines) == 0:
		return nil, fmt.Errorf("none of the %d lines can be used: %s; give a file of orders, with a line for each product of each order, and the same separator in all lines", c.read, reasons)
	}
	if c.uci {
		c.log.Note("The columns are those of UCI Online Retail.")
	}
	if reasons != "" {
		c.log.Note("Of %d lines left out: %s.", c.read, reasons)
	}
	return c.log, nil
}

// separators are the recognised separators of columns.
const separators = ",;\t|"

// separator returns the separator that is most frequent in the heading.
func separator(r *bufio.Reader) rune {
	start, _ := r.Peek(4096)
	head, _, _ := bytes.Cut(start, []byte("\n"))
	best := ','
	for _, c := range separators {
		if bytes.Count(head, []byte(string(c))) > bytes.Count(head, []byte(string(best))) {
			best = c
		}
	}
	return best
}

// folded returns a heading without case, spaces, underscores and hyphens.
func folded(heading string) string {
	return strings.NewReplacer(" ", "", "_", "", "-", "").Replace(strings.ToLower(strings.TrimSpace(heading)))
}

// uci reports whether the columns are those of the UCI Online Retail sets.
func uci(head []string) bool {
	var names []string
	for _, h := range head {
		names = append(names, folded(h))
	}
	return slices.Contains(names, "stockcode") && (slices.Contains(names, "invoiceno") || slices.Contains(names, "invoice"))
}

// find returns the position of each column.
func find(head []string, columns Columns) (map[string]int, error) {
	at := map[string]int{}
	for what, known := range headings {
		if named, ok := columns[what]; ok {
			known = []string{folded(named)}
		}
		for _, name := range known {
			place := slices.IndexFunc(head, func(h string) bool { return folded(h) == name })
			if _, found := at[what]; place >= 0 && !found {
				at[what] = place
			}
		}
		if _, found := at[what]; columns[what] != "" && !found {
			return nil, fmt.Errorf("there is no column %.40q; %s", columns[what], headingOf(head))
		}
	}
	for what := range columns {
		if _, known := headings[what]; !known {
			return nil, fmt.Errorf("a column cannot hold %.40q; want customer, order, time, item or quantity", what)
		}
	}
	for _, what := range needed {
		if _, found := at[what]; !found {
			return nil, fmt.Errorf("no column is recognised as the %s; %s; name it with COLUMNS=%s=… (-columns), or give a file of orders: a line for each product of each order, with columns such as customer,order,time,item", what, headingOf(head), what)
		}
	}
	return at, nil
}

// mostNamed is the number of columns that an error names.
const mostNamed = 8

// headingOf describes a heading in an error. It names the first columns, up to
// 24 letters of each, unless one of them looks like a value: then the first
// line is probably data, of which nothing is quoted.
func headingOf(head []string) string {
	for _, name := range head {
		name = strings.TrimSpace(name)
		_, number := strconv.ParseFloat(name, 64)
		_, isTime := clock(name)
		switch {
		case number == nil || isTime || strings.Contains(name, "@"):
			return "the first line looks like data; begin the file with a heading"
		case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
			return "the first line is no heading in UTF-8"
		}
	}
	if len(head) == 1 {
		return "there is only one column; separate columns with a comma, a semicolon, a tab or a vertical bar"
	}
	var names []string
	for _, name := range head[:min(len(head), mostNamed)] {
		names = append(names, fmt.Sprintf("%.24q", name))
	}
	more := ""
	if n := len(head) - len(names); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return fmt.Sprintf("the columns are %s%s", strings.Join(names, ", "), more)
}

// layouts are the recognised time formats.
var layouts = []string{
	time.DateTime, "2006-01-02 15:04", time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly,
	"2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
	"1/2/2006 15:04:05", "1/2/2006 15:04", "1/2/2006", "1/2/06 15:04", "1/2/06",
}

// clock parses a time in one of the formats that CSV accepts.
func clock(text string) (time.Time, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= 0 {
		switch {
		case len(text) == 8:
			t, err := time.Parse("20060102", text)
			return t, err == nil
		case n < 100_000:
			return time.Unix(0, 0).UTC().AddDate(30, 0, int(n)), true
		case len(text) >= 12 && len(text) <= 14:
			return time.UnixMilli(n).UTC(), true
		case len(text) >= 9 && len(text) <= 11:
			return time.Unix(n, 0).UTC(), true
		}
		return time.Time{}, false
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil && t.Year() > 1 {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
