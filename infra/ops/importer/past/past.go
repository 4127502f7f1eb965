// Package past writes the history of a shop's contacts and orders into the tables,
// or only says what it would change. It folds as function record does, by
// conditional writes, so live events can be processed at the same time, but it
// raises no message and counts nothing live.
//
// What is stored already is read and not written again. So an import can be
// killed at any point and repeated, and the second one changes nothing.
package past

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"regulars/infra/ops/importer/shape"
	"regulars/infra/ops/importer/spool"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// Outcome is what an import does with an item.
type Outcome string

// The outcomes of an item.
const (
	New     Outcome = "new"
	Changed Outcome = "changed"
	Equal   Outcome = "equal"   // it is stored already
	Refused Outcome = "refused" // it contradicts what is stored
	Erased  Outcome = "erased"  // it or its customer was erased, and it is left out
)

// Outcomes lists the outcomes, in the order of the report.
var Outcomes = []Outcome{New, Changed, Equal, Refused, Erased}

// Result is what became of the items of one group.
type Result struct {
	Counts     map[shape.Kind]map[Outcome]int
	Refused    []Refusal
	Duplicates [][]shape.Item // the rows of contacts that have one address
}

// Refusal is an item that contradicts what is stored.
type Refusal struct {
	Item shape.Item
	Text string
}

func (r *Result) count(kind shape.Kind, of Outcome, n int) {
	if r.Counts == nil {
		r.Counts = map[shape.Kind]map[Outcome]int{}
	}
	if r.Counts[kind] == nil {
		r.Counts[kind] = map[Outcome]int{}
	}
	if n > 0 {
		r.Counts[kind][of] += n
	}
}

// Writer writes groups. It is safe for concurrent use.
type Writer struct {
	Store  *dynamo.Store
	Key    mailbox.Key
	Points points.Scheme
	Apply  bool // false: write nothing

	plan *plan // gets what would be written; see [Writer.Groups]
}

// group writes the items of one mailbox, of one customer whose address is not
// known, or of one product.
func (w Writer) group(ctx context.Context, read tables, g spool.Group) (r Result, err error) {
	if g.Items[0].Product != nil {
		err = w.products(ctx, g.Items, &r)
		return r, err
	}
	address := ""
	for _, item := range g.Items { // an event about an order may not name it
		if item.Address != "" {
			address = item.Address
		}
	}
	box := w.Key.Mailbox(address)
	var contact frequency.Contact
	var rev dynamo.Rev
	if box != "" {
		if contact, rev, err = read.MailboxContact(ctx, box); err != nil {
			return r, err
		}
	}
	gone := time.Time{} // when the mailbox was erased
	if s := contact.Suppressed; s != nil && s.Reason == frequency.SuppressedErased {
		gone = s.At
	}
	suppressed := slices.ContainsFunc(g.Items, func(i shape.Item) bool { return i.Suppress != nil })
	people := byCustomer(g.Items, suppressed, &r)
	var said []statement
	for _, id := range slices.Sorted(maps.Keys(people)) {
		if err := w.leaveOutErased(ctx, read, id, people[id], gone, &r); err != nil {
			return r, err
		}
		said = append(said, people[id].said...)
	}
	change := saying(nil)
	if box != "" && gone.IsZero() {
		change = saying(said, g.Items...)
	}
	changed, stored := false, false
	for _, id := range slices.Sorted(maps.Keys(people)) {
		p := people[id]
		if len(p.contacts)+len(p.orders) == 0 {
			continue
		}
		p.box, p.changed = box, changed
		if box != "" && gone.IsZero() && !stored && id != "" { // the first one's transaction has the mailbox as well
			p.change, stored = change, true
		}
		if err := w.person(ctx, read, id, p, &r); err != nil {
			return r, err
		}
		changed = p.changed
	}
	if _, changes := change(contact); changes && !stored {
		if changed = true; w.writes() {
			if err := w.Store.UpdateMailbox(ctx, box, change); err != nil {
				return r, err
			}
		}
	}
	for _, item := range g.Items {
		if item.Suppress != nil {
			r.count(shape.Suppressed, outcome(!gone.IsZero(), rev == "", changed), 1)
		}
	}
	return r, nil
}

func outcome(erased, fresh, changed bool) Outcome {
	switch {
	case erased:
		return Erased
	case fresh:
		return New
	case changed:
		return Changed
	}
	return Equal
}

// person is what the items say of one customer.
type person struct {
	contacts []shape.Item
	orders   []shape.Item
	said     []statement

	box     shop.Mailbox // that of the items; "" if their address is not known
	change  change       // of the mailbox's contact, that is stored with the customer; nil: none
	changed bool         // the mailbox's contact has changed
}

// person writes one customer: the profile with the orders, in parts of
// [dynamo.MostPast] orders, and with the first the change of the mailbox.
func (w Writer) person(ctx context.Context, read tables, id shop.CustomerID, p *person, r *Result) error {
	if id == "" { // an order without a customer still counts
		return w.unknown(ctx, p.orders, r)
	}
	parts := slices.Collect(slices.Chunk(p.orders, dynamo.MostPast))
	if len(parts) == 0 {
		parts = append(parts, nil)
	}
	from := read
	for i, part := range parts {
		var done folded
		err := dynamo.Retry(ctx, w.Store.Pause, func() (err error) {
			if done, err = w.fold(ctx, from, id, *p, part); err != nil {
				return err
			}
			if err := w.takeFromGuests(ctx, &done); err != nil || !w.Apply {
				return err
			}
			from = w.Store // after a conflict, and after the first part
			return w.Store.SavePast(ctx, done.Past)
		})
		if err != nil {
			return err
		}
		if w.plan != nil {
			w.plan.pasts = append(w.plan.pasts, done.Past)
		}
		p.changed = p.changed || done.mailbox
		p.change = nil
		_, orders := done.Changed()
		for j, moves := range orders {
			r.count(shape.Orders, outcome(false, done.OrderRevs[j] == "", moves), 1)
		}
		r.count(shape.Orders, Erased, done.erased)
		r.count(shape.Orders, Refused, len(done.refused))
		r.Refused = append(r.Refused, done.refused...)
		if i > 0 || len(p.contacts) == 0 {
			continue
		}
		own, err := w.own(ctx, id, p, done.Profile)
		if err != nil {
			return err
		}
		r.count(shape.Contacts, outcome(false, done.ProfileRev == "", p.changed || own || done.person), len(p.contacts))
	}
	return nil
}

// unknown writes orders whose customer is not known.
func (w Writer) unknown(ctx context.Context, items []shape.Item, r *Result) error {
	for _, item := range items {
		var next dynamo.Order
		var moves bool
		var rev dynamo.Rev
		var refused error
		err := dynamo.Retry(ctx, w.Store.Pause, func() error {
			old, stored, err := w.Store.Order(ctx, item.Facts[0].Fact.Order)
			if err != nil {
				return err
			}
			rev = stored
			if next, refused = merged(old, rev == "", item); refused == nil && next.Customer != "" {
				refused = errors.New("the order is stored under a customer, and stays as it is")
			}
			if moves = refused == nil && !reflect.DeepEqual(next, old); !moves || !w.writes() {
				return nil
			}
			return w.Store.SaveFold(ctx, dynamo.Fold{Order: next.Order, Raised: next.Raised, Counted: next.Counted, OrderRev: rev})
		})
		if err != nil {
			return err
		}
		if errors.Is(refused, errErased) {
			r.count(shape.Orders, Erased, 1)
			continue
		}
		if refused != nil {
			r.Refused = append(r.Refused, Refusal{item, refused.Error()})
			r.count(shape.Orders, Refused, 1)
			continue
		}
		r.count(shape.Orders, outcome(false, rev == "", moves), 1)
	}
	return nil
}

// products writes the states of one product.
func (w Writer) products(ctx context.Context, items []shape.Item, r *Result) error {
	for _, item := range items {
		known, changes, err := w.Store.ProductChange(ctx, *item.Product)
		if err != nil {
			return err
		}
		r.count(shape.Products, outcome(false, !known, changes), 1)
		if !changes || !w.writes() {
			continue
		}
		if err := w.Store.SaveProduct(ctx, *item.Product); err != nil {
			return err
		}
	}
	return nil
}

// Key returns the key under which the items of one person come together: the
// guest of the address, also if the item has only that guest's ID.
func Key(item shape.Item) string {
	switch guest := intake.Guest(item.Address); {
	case item.Product != nil:
		return "product " + string(item.Product.ID)
	case guest != "":
		return string(guest)
	case item.Customer != "":
		return string(item.Customer)
	}
	return fmt.Sprintf("order %s", item.Facts[0].Fact.Order)
}

// At returns where the item stands: file and line.
func At(item shape.Item, files []string) string {
	return fmt.Sprintf("%s:%d", strings.TrimSpace(files[item.File]), item.Line)
}
