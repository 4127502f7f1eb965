// Package past writes the history of a shop's contacts and orders into the tables,
// or only says what it would change. It folds as function record does, by
// conditional writes, so live events can be processed at the same time, but it
// raises no message and counts nothing live.
//
// What is stored already is read and not written again. So an import can be
// killed at any point and repeated, and the second one changes nothing.
package past

import (
	"cmp"
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
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/points"
	"regulars/shared/profile"
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
	Erased  Outcome = "erased"  // its customer was erased, and it is left out
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
}

// group writes the items of one mailbox, of one customer whose address is not
// known, or of one product.
func (w Writer) group(ctx context.Context, read ahead, g spool.Group) (r Result, err error) {
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
	if box != "" {
		if contact, _, err = read.MailboxContact(ctx, box); err != nil {
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
		if changed = true; w.Apply {
			if err := w.Store.UpdateMailbox(ctx, box, change); err != nil {
				return r, err
			}
		}
	}
	for _, item := range g.Items {
		if item.Suppress != nil {
			r.count(shape.Suppressed, outcome(!gone.IsZero(), false, changed), 1)
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

// change returns a contact after what an import says of it, and whether that
// changes it.
type change func(frequency.Contact) (frequency.Contact, bool)

// statement is a yes or a no to a topic; undated, if the file had no time for it.
type statement struct {
	shop.ConsentStatement
	undated bool
}

// byCustomer sorts the items of one mailbox by customer. A row without an ID
// belongs to the only customer that has one, or to the guest of the address. If
// the address is in a list of suppressed ones, no yes of the import counts.
func byCustomer(items []shape.Item, suppressed bool, r *Result) map[shop.CustomerID]*person {
	var only shop.CustomerID
	one := true
	for _, item := range items {
		if id := item.Customer; id != "" && !id.IsGuest() {
			one = one && (only == "" || only == id)
			only = id
		}
	}
	people := map[shop.CustomerID]*person{}
	rows := map[int][]shape.Item{}
	for _, item := range items {
		id := item.Customer
		if id.IsGuest() && only != "" && one {
			id = only
		}
		if item.Contact == nil && len(item.Facts) == 0 {
			continue
		}
		if people[id] == nil {
			people[id] = &person{}
		}
		p := people[id]
		if item.Contact == nil {
			p.orders = append(p.orders, ownedBy(item, id))
			continue
		}
		rows[item.File] = append(rows[item.File], item)
		p.contacts = append(p.contacts, item)
		for _, s := range item.Contact.Consents {
			if s.Given && suppressed {
				continue
			}
			p.said = append(p.said, statement{s, item.Undated})
		}
	}
	for _, p := range people {
		p.orders = combined(p.orders, r)
	}
	for _, file := range slices.Sorted(maps.Keys(rows)) {
		if len(rows[file]) > 1 && rows[file][0].Address != "" {
			r.Duplicates = append(r.Duplicates, rows[file])
		}
	}
	return people
}

// combined returns one item for each order, with the facts of all of its items,
// first that it was placed. Two items that describe one revision of an order in
// different words are refused: the rows of an order have to stand together.
func combined(items []shape.Item, r *Result) (orders []shape.Item) {
	at := map[shop.OrderID]int{}
	for _, item := range items {
		i, known := at[item.Facts[0].Fact.Order]
		switch {
		case !known:
			at[item.Facts[0].Fact.Order], orders = len(orders), append(orders, item)
		case contradict(orders[i], item):
			r.count(shape.Orders, Refused, 1)
			r.Refused = append(r.Refused, Refusal{item, "the rows of this order do not stand together; sort the file by order"})
		default:
			orders[i].Facts = append(slices.Clone(orders[i].Facts), item.Facts...)
		}
	}
	for i := range orders {
		slices.SortStableFunc(orders[i].Facts, func(a, b shape.Fact) int {
			return cmp.Compare(rank(a), rank(b))
		})
	}
	return orders
}

// rank is 0 for the fact that the order was placed, and 1 for any other.
func rank(f shape.Fact) int {
	if f.Fact.Placed != nil {
		return 0
	}
	return 1
}

func contradict(a, b shape.Item) bool {
	for _, f := range a.Facts {
		for _, g := range b.Facts {
			if p, q := f.Fact.Placed, g.Fact.Placed; p != nil && q != nil && p.Revision.Equal(q.Revision) && !reflect.DeepEqual(p, q) {
				return true
			}
		}
	}
	return false
}

func withID(c shop.Customer, id shop.CustomerID) shop.Customer {
	c.ID = id
	return c
}

// ownedBy returns an order with the customer whose it is.
func ownedBy(item shape.Item, id shop.CustomerID) shape.Item {
	item.Customer, item.Facts = id, slices.Clone(item.Facts)
	for i, f := range item.Facts {
		if f.Fact.Customer = id; f.Fact.Placed != nil {
			placed := *f.Fact.Placed
			placed.Customer.ID = id
			f.Fact.Placed = &placed
		}
		item.Facts[i] = f
	}
	return item
}

// saying returns the change of a contact by the statements, and by the
// suppressions of the items.
func saying(said []statement, items ...shape.Item) change {
	return func(c frequency.Contact) (frequency.Contact, bool) {
		next := with(c, said)
		for _, item := range items {
			next = suppress(next, item.Suppress)
		}
		return next, !reflect.DeepEqual(next, c)
	}
}

// with returns the contact with the statements. One without a time of its own
// counts only if nothing was said of its topic before.
func with(c frequency.Contact, said []statement) frequency.Contact {
	for _, s := range said {
		if _, known := c.Consents[s.Topic]; known && s.undated {
			continue
		}
		c = c.WithStatement(s.ConsentStatement)
	}
	return c
}

// suppress returns the contact with a suppression. An erasure stays what it is.
func suppress(c frequency.Contact, s *shape.Suppression) frequency.Contact {
	if s == nil {
		return c
	}
	if s.Reason == shape.Unsubscribed {
		return c.WithStatement(shop.ConsentStatement{Topic: shop.TopicPromotions, At: s.At})
	}
	if old := c.Suppressed; old != nil && old.Reason == frequency.SuppressedErased {
		return c
	}
	why := frequency.SuppressedBounce
	if s.Reason == shape.Complained {
		why = frequency.SuppressedComplaint
	}
	return c.WithSuppression(frequency.Suppression{Reason: why, At: s.At})
}

// leaveOutErased takes out of a person what is from before the erasure of the
// customer or of the mailbox: all contacts, and the orders of that time.
func (w Writer) leaveOutErased(ctx context.Context, read tables, id shop.CustomerID, p *person, gone time.Time, r *Result) error {
	if id == "" {
		return nil
	}
	at, err := read.ErasedAt(ctx, w.Key.Customer(id))
	if err != nil {
		return err
	}
	if at.After(gone) {
		gone = at
	}
	if gone.IsZero() {
		return nil
	}
	r.count(shape.Contacts, Erased, len(p.contacts))
	p.contacts, p.said = nil, nil
	before := len(p.orders)
	p.orders = slices.DeleteFunc(p.orders, func(i shape.Item) bool { return !placedAt(i).After(gone) })
	r.count(shape.Orders, Erased, before-len(p.orders))
	return nil
}

// person writes one customer: the profile with the orders, in parts of
// [dynamo.MostPast] orders, and with the first the change of the mailbox.
func (w Writer) person(ctx context.Context, read ahead, id shop.CustomerID, p *person, r *Result) error {
	if id == "" { // an order without a customer still counts
		return w.unknown(ctx, p.orders, r)
	}
	var dry *profile.Profile // what the parts before have made of it, if nothing is written
	parts := slices.Collect(slices.Chunk(p.orders, dynamo.MostPast))
	if len(parts) == 0 {
		parts = append(parts, nil)
	}
	var from tables = read
	for i, part := range parts {
		var done folded
		err := dynamo.Retry(ctx, w.Store.Pause, func() (err error) {
			if done, err = w.fold(ctx, from, id, *p, part, dry); err != nil || !w.Apply {
				return err
			}
			from = w.Store // after a conflict, and after the first part
			return w.Store.SavePast(ctx, done.Past)
		})
		if err != nil {
			return err
		}
		if dry = nil; !w.Apply {
			dry = &done.Profile
		}
		p.changed = p.changed || done.mailbox
		p.change = nil
		_, orders := done.Changed()
		for j, moves := range orders {
			r.count(shape.Orders, outcome(false, done.OrderRevs[j] == "", moves), 1)
		}
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

func placedAt(item shape.Item) time.Time {
	for _, f := range item.Facts {
		if f.Fact.Placed != nil {
			return f.Fact.Placed.At
		}
	}
	return item.Facts[0].At
}

// own stores what a customer said who has no address, or has another one by now:
// then an opt-out holds there too.
func (w Writer) own(ctx context.Context, id shop.CustomerID, p *person, now profile.Profile) (bool, error) {
	said := p.said
	if p.box != "" {
		if now.Mailbox == p.box {
			return false, nil
		}
		said = slices.DeleteFunc(slices.Clone(said), func(s statement) bool { return s.Given })
	}
	if len(said) == 0 {
		return false, nil
	}
	change := saying(said)
	stored, _, err := w.Store.Contact(ctx, id)
	if err != nil {
		return false, err
	}
	if _, changes := change(stored); !changes || !w.Apply {
		return changes, nil
	}
	return true, w.Store.UpdateContact(ctx, id, change)
}

// folded is a past that was folded, with the orders that were refused.
type folded struct {
	dynamo.Past
	refused []Refusal
	person  bool // the data of the contacts changed the profile
	mailbox bool // what was said changed the mailbox's contact
}

// fold reads the customer's profile and the orders, and folds the contacts and
// the facts of the orders into them, and what was said into the mailbox's
// contact. dry is the profile to begin with, nil for
// the stored one.
func (w Writer) fold(ctx context.Context, from tables, id shop.CustomerID, p person, items []shape.Item, dry *profile.Profile) (f folded, err error) {
	before, rev, err := from.Profile(ctx, id)
	if err != nil {
		return f, err
	}
	if dry != nil {
		before = *dry
	}
	f.Customer, f.ProfileRev, f.Profile = id, rev, before
	for _, item := range p.contacts {
		f.Profile = f.Profile.WithContactFact(withID(item.Contact.Customer, id), item.At)
	}
	f.person = !reflect.DeepEqual(f.Profile, before)
	var ids []shop.OrderID
	for _, item := range items {
		ids = append(ids, item.Facts[0].Fact.Order)
	}
	stored, revs, err := from.OrdersByID(ctx, ids)
	if err != nil {
		return f, err
	}
	for _, item := range items {
		order := item.Facts[0].Fact.Order
		old := stored[order]
		next, err := merged(old, revs[order] == "", item)
		if err == nil && next.Customer != id {
			err = errors.New("the order is stored under another customer, and stays as it is")
		}
		if err != nil {
			f.refused = append(f.refused, Refusal{item, err.Error()})
			continue
		}
		f.Orders, f.OrderRevs = append(f.Orders, next), append(f.OrderRevs, revs[order])
		if reflect.DeepEqual(next, old) {
			continue
		}
		step := old.Order
		for _, fact := range item.Facts {
			after, _ := profile.Merge(step, fact.Fact, fact.At) // did not fail before
			f.Profile = f.Profile.Update(step, after, fact.Fact)
			step = after
		}
		f.Profile.Points.Ledger = w.Points.Update(f.Profile.Points.Ledger, old.Order, next.Order, f.Profile.WholeSince())
	}
	if f.Contacts, err = w.contacts(ctx, from, &f, before); err != nil || p.change == nil {
		return f, err
	}
	for i, c := range f.Contacts {
		if c.Mailbox == p.box && !c.Unchanged {
			f.Contacts[i].Contact, f.mailbox = p.change(c.Contact)
			return f, nil
		}
	}
	contact, at, err := from.MailboxContact(ctx, p.box)
	if err != nil {
		return f, err
	}
	if contact, f.mailbox = p.change(contact); f.mailbox {
		f.Contacts = append(f.Contacts, dynamo.ContactChange{Mailbox: p.box, Contact: contact, Rev: at})
	}
	return f, nil
}

// merged returns the order with the facts of the item. An order that is not
// stored yet becomes an imported one. One that live events have made stays
// theirs: what is imported is added to it, and events raise its messages.
func merged(old dynamo.Order, fresh bool, item shape.Item) (dynamo.Order, error) {
	if !old.Erased.IsZero() {
		return old, errors.New("the order was erased, and stays so")
	}
	next := old
	for _, f := range item.Facts {
		fact := f.Fact
		if old.Customer != "" && fact.Customer != old.Customer && (old.Customer.IsGuest() || fact.Customer.IsGuest()) {
			return old, errors.New("the order is stored under another customer, and stays as it is")
		}
		var err error
		if next.Order, err = profile.Merge(next.Order, fact, f.At); err != nil {
			return old, err
		}
	}
	next.Imported = fresh || old.Imported
	return next, nil
}

// contacts returns the contacts that change with the profile: because its address
// became known or changed, or because of service issues.
func (w Writer) contacts(ctx context.Context, from tables, f *folded, before profile.Profile) ([]dynamo.ContactChange, error) {
	keeper := contactchange.Keeper{Store: from, Mailbox: w.Key.Mailbox}
	fold := dynamo.Fold{Customer: f.Customer, Profile: f.Profile}
	if err := keeper.WithContacts(ctx, &fold, before); err != nil {
		return nil, err
	}
	f.Profile = fold.Profile
	if before.Mailbox != f.Profile.Mailbox || maps.Equal(f.Profile.ServiceIssues, before.ServiceIssues) {
		return fold.Contacts, nil
	}
	contact, rev, err := from.Contact(ctx, f.Customer)
	if err != nil {
		return nil, err
	}
	next := contact
	for id := range before.ServiceIssues {
		if _, still := f.Profile.ServiceIssues[id]; !still {
			next = next.WithIssue(id, profile.ServiceIssue{})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(f.Profile.ServiceIssues)) {
		if issue := f.Profile.ServiceIssues[id]; !reflect.DeepEqual(issue, before.ServiceIssues[id]) {
			next = next.WithIssue(id, issue)
		}
	}
	if reflect.DeepEqual(next, contact) {
		return nil, nil
	}
	return []dynamo.ContactChange{{Mailbox: f.Profile.Mailbox, Contact: next, Rev: rev}}, nil
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
			if moves = refused == nil && !reflect.DeepEqual(next, old); !moves || !w.Apply {
				return nil
			}
			return w.Store.SaveFold(ctx, dynamo.Fold{Order: next.Order, Raised: next.Raised, Counted: next.Counted, OrderRev: rev})
		})
		if err != nil {
			return err
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
		if !changes || !w.Apply {
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
