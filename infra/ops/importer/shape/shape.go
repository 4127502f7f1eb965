// Package shape turns the rows of a file into what they say of contacts, orders,
// products and suppressed addresses. It writes each row as an event of
// events/schema and lets package intake read it, so an import accepts exactly
// what events may say, and refuses it in the same words.
package shape

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regulars/infra/ops/importer/table"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Settings are what the files do not say themselves.
type Settings struct {
	Now      time.Time
	AsOf     time.Time      // the time of what has none in the file; zero: when the file was written
	Zone     *time.Location // of times without a zone
	Currency shop.Currency  // of amounts without a currency
	ShopURL  string         // of the products of Shopify, which name only their page
	Dates    string         // "dmy" or "mdy": how to read 03/04/2026; "": not at all
	Decimal  string         // "point" or "comma": how to read 1,234; "": not at all
	Columns  map[string]string
	ByTitle  bool // a product without a SKU is known by its title; see [noSKU]
}

// Why an address is suppressed.
const (
	Bounced      = "bounce"
	Complained   = "complaint"
	Unsubscribed = "unsubscribed"
)

// Item is what one row says, or the rows of one order. Exactly one of Contact,
// Suppress, Facts and Product is set; a contact can have Suppress as well.
type Item struct {
	File     int `json:",omitempty"` // its index among the files of the import
	Line     int
	Address  string          `json:",omitempty"` // normalized; "" if there is none
	Customer shop.CustomerID `json:",omitempty"`

	Contact  *shop.ContactFact `json:",omitempty"`
	At       time.Time         // of Contact's data
	Birthday shop.Birthday     `json:",omitempty"`
	Undated  bool              `json:",omitempty"` // the consents have no time of their own: theirs is At

	Suppress *Suppression  `json:",omitempty"`
	Facts    []Fact        `json:",omitempty"` // of one order
	Product  *shop.Product `json:",omitempty"`
}

// Suppression says that an address must get nothing (a bounce, a complaint) or no
// promotions (unsubscribed).
type Suppression struct {
	Reason string
	At     time.Time
}

// Fact is a fact of an order with its time.
type Fact struct {
	At   time.Time
	Fact shop.OrderFact
}

// Reader reads the items of one file.
type Reader struct {
	Kind    Kind
	File    *table.File
	Skipped int // rows that are no order, product or address of their own, such as an order's draft

	// Raw has the rows from which the last call of Next made its item or faults.
	Raw []table.Row

	settings Settings
	columns  map[string][]int
	inOne    []int // the columns of an order that have a whole line each
	next     *row  // an order's first row, read after the last one of the order before
	done     bool
	queue    []Item // that the last row gave besides the first
	product  row    // the first row of the product of Shopify that the rows belong to
}

// row is a copy of a row, with its reader.
type row struct {
	table.Row
	in *Reader
}

// Open opens a file of the kind. It fails with [inputfault.InFiles] if the file
// has no column for what it must say.
func Open(path string, kind Kind, as table.Encoding, s Settings) (*Reader, error) {
	file, err := table.Open(path, as)
	if err != nil {
		return nil, err
	}
	if s.AsOf.IsZero() {
		s.AsOf = file.Changed
	}
	s.AsOf = shop.Millis(s.AsOf)
	r := &Reader{Kind: kind, File: file, settings: s}
	if file.Header == nil {
		return r, nil
	}
	r.inOne = inOneColumn(file.Header)
	var wrong []string
	if r.columns, wrong = columns(kind, file.Header, s.Columns); len(wrong) > 0 {
		_ = file.Close() // it was only read
		var faults inputfault.InFiles
		for _, text := range wrong {
			faults = append(faults, inputfault.InFile{File: path, Line: 1, Text: text})
		}
		return nil, faults
	}
	return r, nil
}

// Fields returns the names of the fields that the file has, sorted, for the
// report.
func (r *Reader) Fields() []string {
	var all []string
	for field, at := range r.columns {
		if len(at) > 0 {
			all = append(all, field)
		}
	}
	slices.Sort(all)
	return all
}

// Ignored returns the names of the columns that are not read.
func (r *Reader) Ignored() (names []string) {
	read := map[int]bool{}
	for _, at := range append(slices.Collect(maps.Values(r.columns)), r.inOne) {
		for _, i := range at {
			read[i] = true
		}
	}
	for i, name := range r.File.Header {
		if !read[i] && name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Next returns the next item, or its faults, which never quote a value; and how
// many rows it was made of. It fails with [io.EOF] after the last one.
func (r *Reader) Next() (item Item, rows int, faults inputfault.InFiles, err error) {
	for {
		if len(r.queue) > 0 {
			item, r.queue = r.queue[0], r.queue[1:]
			return item, 0, nil, nil
		}
		all, err := r.rows()
		r.Raw = r.Raw[:0]
		for _, w := range all {
			r.Raw = append(r.Raw, w.Row)
		}
		if bad := (*table.Malformed)(nil); errors.As(err, &bad) {
			r.Raw = append(r.Raw, table.Row{Line: bad.Line})
			return Item{}, 1, inputfault.InFiles{{File: r.File.Path, Line: bad.Line, Column: bad.Column, Text: "the row " + bad.Fault}}, nil
		}
		if err != nil {
			return Item{}, 0, nil, err
		}
		var items []Item
		switch {
		case r.File.Header == nil:
			items, faults = r.line(all[0])
		case r.Kind == Contacts:
			items, faults = r.contact(all[0])
		case r.Kind == Orders:
			items, faults = r.order(all)
		case r.Kind == Products:
			items, faults = r.ofProduct(all[0])
		default:
			items, faults = r.suppressed(all[0])
		}
		for i := range items {
			items[i].Line = all[0].Line
		}
		if len(faults) > 0 {
			return Item{Line: all[0].Line}, len(all), faults, nil
		}
		if len(items) == 0 {
			r.Skipped += len(all)
			continue
		}
		r.queue = items[1:]
		return items[0], len(all), nil, nil
	}
}

// rows returns the next row, or those of the next order: the rows that follow
// each other with the same ID, or with the same number and no ID.
func (r *Reader) rows() (all []row, err error) {
	if r.next != nil {
		all, r.next = append(all, *r.next), nil
	}
	for !r.done {
		read, err := r.File.Next()
		if errors.Is(err, io.EOF) {
			r.done = true
			break
		}
		if err != nil {
			return nil, err
		}
		next := row{read, r}
		if r.Kind != Orders || read.Fields == nil {
			return []row{next}, nil
		}
		next.Fields = slices.Clone(read.Fields)
		if len(all) > 0 && !next.continues(all[0]) {
			r.next = &next
			return all, nil
		}
		if all = append(all, next); len(all) > mostRows {
			return nil, &table.Malformed{Line: read.Line, Column: 1, Fault: fmt.Sprintf("belongs to an order of more than %d rows", mostRows)}
		}
	}
	if len(all) == 0 {
		return nil, io.EOF
	}
	return all, nil
}

const mostRows = 2000

// continues reports whether the row is a further line of the order that begins
// with first. Shopify writes only the number in such rows.
func (w row) continues(first row) bool {
	for _, field := range []string{"number", "id"} {
		if mine, its := w.text(field), first.text(field); mine != "" && its != "" {
			return mine == its
		}
	}
	return false
}

// text returns the row's value of a field: of its columns the first that is not
// empty.
func (w row) text(field string) string {
	text, _ := w.cell(field)
	return text
}

// cell is text, with the column.
func (w row) cell(field string) (string, int) {
	at := w.in.columns[field]
	for _, i := range at {
		if text := w.Fields[i]; text != "" {
			return text, i
		}
	}
	if len(at) > 0 {
		return "", at[0]
	}
	return "", -1
}

// named returns the file's name as a program gave it: without its folder, in
// small letters.
func (r *Reader) named() string { return strings.ToLower(filepath.Base(r.File.Path)) }
