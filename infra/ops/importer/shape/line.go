package shape

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"regulars/shared/inputfault"
	"regulars/shared/mailbox"
	"regulars/shared/shop"
)

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
	case shop.CustomerFact:
		item = Item{Customer: fact.Customer, Contact: &shop.ContactFact{Customer: shop.Customer{ID: fact.Customer, Email: fact.Email}}, At: event.At, Birthday: *fact.Birthday}
		item.Address, _ = mailbox.Normalize(fact.Email)
		return item, r.Kind == Contacts
	case shop.ProductFact:
		return Item{Product: &fact.Product}, r.Kind == Products
	}
	return item, false
}
