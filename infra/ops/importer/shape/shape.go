// Package shape turns the rows of a file into what they say of contacts, orders,
// products and suppressed addresses. It writes each row as an event of
// events/schema and lets package intake read it, so an import accepts exactly
// what events may say, and refuses it in the same words.
package shape

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"regulars/infra/ops/importer/table"
	"regulars/shared/inputfault"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
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

	Contact *shop.ContactFact `json:",omitempty"`
	At      time.Time         // of Contact's data
	Undated bool              `json:",omitempty"` // the consents have no time of their own: theirs is At

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
	next     *row // an order's first row, read after the last one of the order before
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

// Ignored returns how many columns are not read.
func (r *Reader) Ignored() int {
	read := map[int]bool{}
	for _, at := range r.columns {
		for _, i := range at {
			read[i] = true
		}
	}
	return len(r.File.Header) - len(read)
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

// draft is an event that is made from a row: its detail, and which field of which
// row each of its places is from.
type draft struct {
	in     *Reader
	detail map[string]any
	places map[string]place
	wrong  map[[2]int]bool // the lines and columns with a fault
	faults inputfault.InFiles
}

type place struct {
	row   row
	field string
}

func (r *Reader) draft() *draft {
	return &draft{in: r, detail: map[string]any{"version": "1"}, places: map[string]place{}, wrong: map[[2]int]bool{}}
}

// set sets a member of the detail from a field, if the row has it. change may
// read it, and says what is wrong.
func (d *draft) set(path string, w row, field string, change func(string) (any, string)) {
	text := w.text(field)
	d.places[path] = place{w, field}
	if text == "" {
		return
	}
	var value any = text
	if change != nil {
		var wrong string
		if value, wrong = change(text); wrong != "" {
			d.fault(w, field, wrong)
			return
		}
	}
	if value != nil {
		d.put(path, value)
	}
}

// put sets a member of the detail; path has at most two names.
func (d *draft) put(path string, value any) {
	parent, name, nested := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if !nested {
		d.detail[parent] = value
		return
	}
	object, _ := d.detail[parent].(map[string]any)
	if object == nil {
		object = map[string]any{}
		d.detail[parent] = object
	}
	object[name] = value
}

// fault adds a fault at a field of a row, if it has none yet.
func (d *draft) fault(w row, field, text string) {
	_, i := w.cell(field)
	line, column := w.At(i)
	if i < 0 {
		column = 0
	} else if d.wrong[[2]int{line, column}] {
		return
	}
	d.wrong[[2]int{line, column}] = true
	d.faults = append(d.faults, inputfault.InFile{File: d.in.File.Path, Line: line, Column: column, Text: field + " " + text})
}

// when reads a time into the form of events.
func (d *draft) when(text string) (any, string) {
	t, fault := d.in.settings.when(text)
	return t.Format(time.RFC3339Nano), fault
}

func (d *draft) amount(of shop.Currency) func(string) (any, string) {
	return func(text string) (any, string) {
		decimal, fault := d.in.settings.amount(text, of)
		return decimal, fault
	}
}

// read returns the events of the draft. Its faults have the places of the fields.
func (d *draft) read(detailType string, w row) []shop.Event {
	events, faults := d.in.parse(detailType, d.detail)
	for _, f := range faults {
		path := strings.TrimPrefix(f.Path, "/detail")
		for path != "" && d.places[path].field == "" {
			path = path[:max(0, strings.LastIndexByte(path, '/'))]
		}
		if from := d.places[path]; from.field != "" {
			d.fault(from.row, from.field, f.Fault)
			continue
		}
		d.faults = append(d.faults, inputfault.InFile{File: d.in.File.Path, Line: w.Line, Text: strings.TrimPrefix(f.Path, "/detail/") + " " + f.Fault})
	}
	return events
}

// parse lets package intake read an event.
func (r *Reader) parse(detailType string, detail any) ([]shop.Event, []inputfault.Fault) {
	envelope, err := json.Marshal(map[string]any{
		"version": "0", "id": "import", "detail-type": detailType, "source": "import", "time": r.settings.AsOf.Format(time.RFC3339Nano), "detail": detail,
	})
	if err != nil {
		return nil, []inputfault.Fault{{Fault: "cannot be written as JSON"}}
	}
	parsed, err := intake.Parse(envelope, r.settings.Now)
	if refusal := (*intake.Refusal)(nil); errors.As(err, &refusal) {
		return nil, refusal.Faults
	}
	return parsed.Events, nil
}

// usual is the detail-type of a line of JSON that names none.
var usual = map[Kind]string{Contacts: "contact.changed", Orders: "order.placed", Products: "product.changed"}

// line reads a line of JSON: an event's detail of the usual type, an envelope with
// detail-type and detail or, of suppressed addresses, email, reason and at.
func (r *Reader) line(w row) ([]Item, inputfault.InFiles) {
	wrong := func(text string) ([]Item, inputfault.InFiles) {
		return nil, inputfault.InFiles{{File: r.File.Path, Line: w.Line, Text: text}}
	}
	var content map[string]json.RawMessage
	if err := json.Unmarshal(w.JSON, &content); err != nil {
		return wrong("the line is not a JSON object")
	}
	if r.Kind == Suppressed {
		return r.suppressedLine(w, content)
	}
	detailType, detail := usual[r.Kind], json.RawMessage(slices.Clone(w.JSON))
	if inner, ok := content["detail"]; ok {
		if err := json.Unmarshal(content["detail-type"], &detailType); err != nil {
			return wrong("the line has a detail, and no detail-type")
		}
		detail = inner
	} else if _, ok := content["version"]; !ok {
		content["version"] = json.RawMessage(`"1"`)
		var err error
		if detail, err = json.Marshal(content); err != nil {
			return wrong("the line is not a JSON object")
		}
	}
	events, faults := r.parse(detailType, detail)
	var all inputfault.InFiles
	for _, f := range faults {
		all = append(all, inputfault.InFile{File: r.File.Path, Line: w.Line, Text: strings.TrimPrefix(f.Path, "/detail") + " " + f.Fault})
	}
	var items []Item
	for _, event := range events {
		item, ok := r.item(event)
		if !ok {
			return wrong(fmt.Sprintf("an event of the type %s is no history of %s", detailType, r.Kind))
		}
		items = append(items, item)
	}
	return items, all
}

// item returns what an event says, if it can be in a file of the kind.
func (r *Reader) item(event shop.Event) (item Item, ok bool) {
	switch fact := event.Fact.(type) {
	case shop.OrderFact:
		item = Item{Customer: fact.Customer, Facts: []Fact{{event.At, fact}}}
		if fact.Placed != nil {
			item.Address, _ = mailbox.Normalize(fact.Placed.Customer.Email)
		}
		return item, r.Kind == Orders
	case shop.ContactFact:
		item = Item{Customer: fact.Customer.ID, Contact: &fact, At: event.At}
		item.Address, _ = mailbox.Normalize(fact.Customer.Email)
		return item, r.Kind == Contacts
	case shop.ProductFact:
		return Item{Product: &fact.Product}, r.Kind == Products
	}
	return item, false
}

// named returns the file's name as a program gave it: without its folder, in
// small letters.
func (r *Reader) named() string { return strings.ToLower(filepath.Base(r.File.Path)) }
