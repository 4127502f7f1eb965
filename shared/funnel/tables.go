package funnel

import (
	"context"
	"errors"
	"slices"
	"sync"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Tables is what a funnel reads of the live tables; [dynamo.Store] is one. It has no
// method that writes.
type Tables interface {
	Customers
	Snapshot(context.Context, shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error)
	LeadingTo(ctx context.Context, as recommend.Model, product shop.ProductID) (map[shop.ProductID]recommend.Item, error)
	Send(context.Context, shop.CustomerID, shop.SendID) (claim.Send, error)
	FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error)
}

// tables is the live tables as the messages that were rehearsed so far would leave them:
// the contacts of the mailboxes that got one are kept in memory. It reads each row of the
// catalogue, each send and each budget once.
type tables struct {
	Tables

	mu       sync.Mutex
	contacts map[string]frequency.Contact // by mailbox, or by customer without one
	rows     map[shop.ProductID]*recommend.Item
	sends    map[shop.SendID]found[claim.Send]
	budgets  map[budget]found[int]
}

type budget struct {
	offer          shop.OfferID
	version, start int
}

// found is the answer to a read.
type found[T any] struct {
	value T
	err   error
}

func notFound(err error) bool { return errors.Is(err, dynamo.ErrNotFound) }

// Snapshot returns the customer with the contact that the messages so far would leave.
func (t *tables) Snapshot(ctx context.Context, id shop.CustomerID) (dynamo.Snapshot, error) {
	s, err := t.Tables.Snapshot(ctx, id)
	t.mu.Lock()
	defer t.mu.Unlock()
	if left, ok := t.contacts[contactOf(s.Profile.Mailbox, id)]; ok {
		s.Contact = left
	}
	return s, err
}

// leave keeps the contact that a send would leave.
func (t *tables) leave(s claim.Send, contact frequency.Contact) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.contacts == nil {
		t.contacts = map[string]frequency.Contact{}
	}
	t.contacts[contactOf(s.Mailbox, s.Intent.Customer)] = contact
}

// contactOf names the contact of a customer: that of their mailbox, if they have one.
func contactOf(mailbox shop.Mailbox, id shop.CustomerID) string {
	if mailbox != "" {
		return "mailbox " + string(mailbox)
	}
	return "customer " + string(id)
}

// Items returns the products that the catalogue knows, without their live counters.
func (t *tables) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	return t.Sources(ctx, as, ids, 0)
}

// Sources returns the products that the catalogue knows, and reads those that it has not
// read before.
func (t *tables) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	t.mu.Lock()
	unread := slices.DeleteFunc(slices.Clone(ids), func(id shop.ProductID) bool { _, known := t.rows[id]; return known })
	t.mu.Unlock()
	var read map[shop.ProductID]recommend.Item
	if len(unread) > 0 {
		var err error
		if read, err = t.Tables.Sources(ctx, as, unread, len(unread)); err != nil {
			return nil, err
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.rows == nil {
		t.rows = map[shop.ProductID]*recommend.Item{}
	}
	for _, id := range unread {
		t.rows[id] = nil
		if row, ok := read[id]; ok {
			t.rows[id] = &row
		}
	}
	rows := make(map[shop.ProductID]recommend.Item, len(ids))
	for i, id := range ids {
		if row := t.rows[id]; row != nil {
			found := *row
			if i >= counted {
				found.Live = nil // as a message gets it
			}
			rows[id] = found
		}
	}
	return rows, nil
}

// Send returns the record of a send, which is read once.
func (t *tables) Send(ctx context.Context, customer shop.CustomerID, id shop.SendID) (claim.Send, error) {
	return once(t, &t.sends, id, func() (claim.Send, error) { return t.Tables.Send(ctx, customer, id) })
}

// FundedShard returns a shard of a budget with a use left, which is read once.
func (t *tables) FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error) {
	return once(t, &t.budgets, budget{offer, version, start}, func() (int, error) { return t.Tables.FundedShard(ctx, offer, version, start) })
}

// once returns what read has returned for the key before, or else reads.
func once[K comparable, V any](t *tables, known *map[K]found[V], key K, read func() (V, error)) (V, error) {
	t.mu.Lock()
	before, ok := (*known)[key]
	t.mu.Unlock()
	if ok {
		return before.value, before.err
	}
	value, err := read()
	t.mu.Lock()
	defer t.mu.Unlock()
	if *known == nil {
		*known = map[K]found[V]{}
	}
	(*known)[key] = found[V]{value, err}
	return value, err
}

var errWrites = errors.New("a rehearsal writes nothing") // a programmer's mistake

func (*tables) Claim(context.Context, claim.Claim) error { return errWrites }
func (*tables) End(context.Context, claim.Send) error    { return errWrites }
func (*tables) UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error {
	return errWrites
}

func (*tables) UpdateMailbox(context.Context, shop.Mailbox, func(frequency.Contact) (frequency.Contact, bool)) error {
	return errWrites
}
