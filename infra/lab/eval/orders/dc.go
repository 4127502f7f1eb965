package orders

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/infra/lab/eval/trial"
	"regulars/shared/shop"
)

// apart is the assumed time between a customer's orders if the data have only
// their sequence.
const apart = 7 * 24 * time.Hour

// dcNow is the time of the prediction for a DC file without times; any time
// will do.
var dcNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// DC reads the format in which the Dunnhumby Carbo-Loading set is published
// since DNNTSP (Yu et al., KDD 2020):
//
//	{"train": {user: [[item, …], …]}, "validate": {…}, "test": {…}}
//
// items are numbers or texts; each user's baskets are in order of time. split
// names the customers of the cases: "validate" or "test". Their last basket is
// predicted from the ones before; those with only one basket are left out.
// Methods learn only from the customers of train, from all their baskets.
//
// The published form has no times: each customer's baskets are assumed to be a
// week apart, and the one to predict to be due now. A basket may have its time
// instead, in one of the forms that [CSV] accepts:
//
//	{"at": "2026-01-05", "items": [item, …]}
//
// A file has times in all baskets of the two parts that are read, or in none.
// With times the baskets may be in any order. A case is then predicted at the
// time of its order: see [trial.Case].
//
// An error names the part, and counts customers and baskets from 1, in the
// order of the file. It quotes no ID and no item.
func DC(r io.Reader, split string) (*trial.Set, error) {
	text, err := plain(r)
	if err != nil {
		return nil, err
	}
	if err := expect(text, "dc", formDC, formJSON); err != nil {
		return nil, err
	}
	if split != "validate" && split != "test" {
		return nil, fmt.Errorf("split %.40q: want validate or test", split)
	}
	file := dcReader{json: json.NewDecoder(text), parts: map[string][]dcCustomer{"train": nil, split: nil}}
	file.json.UseNumber()
	if err := file.read(); err != nil {
		return nil, err
	}
	if len(file.parts[split]) == 0 || len(file.parts["train"]) == 0 {
		return nil, fmt.Errorf("the file has %d customers in train and %d in %s; both are needed: %s", len(file.parts["train"]), len(file.parts[split]), split, dcWant)
	}
	return file.set(split), nil
}

// dcReader reads a file in the dc form.
type dcReader struct {
	json  *json.Decoder
	parts map[string][]dcCustomer // customers by part, in the order of the file; other parts are skipped
	times *bool                   // whether baskets have times; nil before the first one
}

type dcCustomer struct {
	id      string
	baskets []dcBasket // oldest first
}

type dcBasket struct {
	at    time.Time // zero without times
	items []string
}

// read reads all parts.
func (f *dcReader) read() error {
	return f.object("the file", func(part string) error {
		if _, wanted := f.parts[part]; !wanted {
			var skipped json.RawMessage
			return f.decode("a part that is not needed", &skipped)
		}
		return f.object(part, func(id string) error {
			customer := dcCustomer{id: id}
			place := fmt.Sprintf("%s, customer %d", part, len(f.parts[part])+1)
			var baskets []json.RawMessage
			if err := f.decode(place, &baskets); err != nil {
				return err
			}
			for i, raw := range baskets {
				basket, err := f.basket(raw)
				if err != nil {
					return fmt.Errorf("%s, basket %d: %w", place, i+1, err)
				}
				customer.baskets = append(customer.baskets, basket)
			}
			slices.SortStableFunc(customer.baskets, func(a, b dcBasket) int { return a.at.Compare(b.at) })
			f.parts[part] = append(f.parts[part], customer)
			return nil
		})
	})
}

// dcWant is the form that errors name.
const dcWant = `want {"train": {customer: [[item, …], …]}, "validate": {…}, "test": {…}}`

// object reads an object; visit reads the value of each key.
func (f *dcReader) object(place string, visit func(key string) error) error {
	token, err := f.json.Token()
	if err != nil {
		return f.fault(place, err)
	}
	if token != json.Delim('{') {
		return fmt.Errorf("%s is not an object; %s", place, dcWant)
	}
	for f.json.More() {
		key, err := f.json.Token()
		if err != nil {
			return f.fault(place, err)
		}
		name, _ := key.(string) // the decoder refuses other keys
		if err := visit(name); err != nil {
			return err
		}
	}
	if _, err = f.json.Token(); err != nil {
		return f.fault(place, err)
	}
	return nil
}

func (f *dcReader) decode(place string, into any) error {
	if err := f.json.Decode(into); err != nil {
		return f.fault(place, err)
	}
	return nil
}

// fault describes an error of the JSON decoder without the values that it
// quotes.
func (f *dcReader) fault(place string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: %w", place, io.ErrUnexpectedEOF)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("%s: the JSON is malformed near byte %d", place, f.json.InputOffset())
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return fmt.Errorf("%s: not a list of baskets; %s", place, dcWant)
	}
	return fmt.Errorf("%s: %w", place, err)
}

// basket reads one basket, and checks that it has a time if the others have.
func (f *dcReader) basket(raw json.RawMessage) (b dcBasket, err error) {
	timed := bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{"))
	items := raw
	if timed {
		var fields struct {
			At    any             `json:"at"`
			Items json.RawMessage `json:"items"`
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		d.DisallowUnknownFields()
		if err := d.Decode(&fields); err != nil || fields.At == nil || fields.Items == nil {
			return b, errors.New(`want {"at": time, "items": [item, …]} without other fields`)
		}
		text := ""
		switch at := fields.At.(type) {
		case string:
			text = strings.TrimSpace(at)
		case json.Number:
			text = at.String()
		}
		var ok bool
		if b.at, ok = clock(text); !ok {
			return b, fmt.Errorf("at has the form %q (9: a digit, a: a letter); want a time such as 2026-01-31 or 2026-01-31T09:30:00Z", shape(text))
		}
		items = fields.Items
	}
	if f.times == nil {
		f.times = &timed
	}
	switch {
	case timed && !*f.times:
		return b, errors.New("it has a time, and baskets before it have none; give a time to all baskets or to none")
	case !timed && *f.times:
		return b, errors.New("it has no time, and baskets before it have one; give a time to all baskets or to none")
	}
	b.items, err = dcItems(items)
	return b, err
}

// dcItems returns the items of a basket, as IDs.
func dcItems(raw json.RawMessage) ([]string, error) {
	var all []any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		return nil, errors.New("want a list of items")
	}
	items := make([]string, 0, len(all))
	for i, v := range all {
		id := ""
		switch v := v.(type) {
		case string:
			id = v
		case json.Number:
			id = v.String()
		}
		if id == "" {
			return nil, fmt.Errorf("item %d is not a number or a text", i+1)
		}
		items = append(items, id)
	}
	return items, nil
}

// set returns the trial of the customers of a part.
func (f *dcReader) set(split string) *trial.Set {
	timed := f.times != nil && *f.times
	set := &trial.Set{Past: trial.Past{Now: dcNow}}
	ids := map[string]bool{}
	var latest time.Time
	for _, part := range f.parts {
		slices.SortFunc(part, func(a, b dcCustomer) int { return cmp.Compare(a.id, b.id) })
		for _, customer := range part {
			for _, basket := range customer.baskets {
				if basket.at.After(latest) {
					latest = basket.at
				}
				for _, id := range basket.items {
					ids[id] = true
				}
			}
		}
	}
	if timed {
		set.Now = latest.Add(moment)
	}
	place := map[string]trial.Item{}
	for _, id := range slices.Sorted(maps.Keys(ids)) {
		place[id] = trial.Item(len(set.Products))
		set.Products = append(set.Products, shop.ProductID(id))
	}
	history := func(baskets []dcBasket) []trial.Order {
		var out []trial.Order
		for i, basket := range baskets {
			o := trial.Order{At: basket.at}
			if !timed {
				o.At = dcNow.Add(-apart * time.Duration(len(baskets)-i))
			}
			for _, id := range basket.items {
				o.Items = append(o.Items, place[id])
			}
			slices.Sort(o.Items)
			if o.Items = slices.Compact(o.Items); len(o.Items) > 0 {
				out = append(out, o)
			}
		}
		return out
	}
	for _, customer := range f.parts["train"] {
		if orders := history(customer.baskets); len(orders) > 0 {
			set.Customers = append(set.Customers, trial.Customer{ID: customer.id, Orders: orders})
		}
	}
	alone := 0
	for _, customer := range f.parts[split] {
		last := max(0, len(customer.baskets)-1)
		before, next := history(customer.baskets[:last]), history(customer.baskets[last:])
		if len(before) == 0 || len(next) == 0 {
			alone++
			continue
		}
		c := trial.Case{Customer: customer.id, Before: before, Next: next[0].Items}
		if timed {
			c.At = next[0].At.Add(moment)
		}
		set.Cases = append(set.Cases, c)
	}
	how := "The data have no times: a customer's baskets are assumed to be a week apart."
	if timed {
		how = fmt.Sprintf("The baskets have times, up to %s. Each order is predicted at its own time; methods learn from all times of the customers of train.", latest.Format(time.RFC3339))
	}
	set.Notes = []string{
		fmt.Sprintf("Learned from all baskets of the %d customers of train; predicted is the last basket of %d customers of %s; %d with fewer than two baskets left out.", len(set.Customers), len(set.Cases), split, alone),
		how,
	}
	return set
}

// moment is the least time by which now is later than an order.
const moment = time.Millisecond
