package shape

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"regulars/shared/inputfault"
	"regulars/shared/intake"
	"regulars/shared/shop"
)

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
