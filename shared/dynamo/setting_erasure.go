package dynamo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/shop"
)

// Erasure is the record of one request to erase a customer. It holds no personal
// data: the customer and the mailboxes are keyed hashes. The records are the
// list of the erasures that have to be repeated after a table was restored.
type Erasure struct {
	Request   shop.EventID   `json:"request"`
	At        time.Time      `json:"at"`               // what is later than that is not erased
	Passes    int            `json:"passes,omitempty"` // that have ended
	Done      time.Time      `json:"done,omitzero"`
	Names     []string       `json:"names,omitempty"`     // keyed hashes of the customer's IDs
	Mailboxes []shop.Mailbox `json:"mailboxes,omitempty"` // that were suppressed
	Erased    map[string]int `json:"erased,omitempty"`    // how many items of each kind were erased

	// How many rows cannot be read and do not say whose they are: they stayed, and can be
	// the customer's.
	Unattributed int `json:"unattributed,omitempty"`
}

const erasurePrefix = "erasure/"

// Erasure returns the record of a request and its revision; the zero Erasure and
// an empty revision if there is none.
func (s *Store) Erasure(ctx context.Context, request shop.EventID) (e Erasure, rev Rev, err error) {
	if rev, err = s.shared(ctx, settingKey{erasurePrefix + string(request)}, &e); err != nil {
		return Erasure{}, "", fmt.Errorf("read erasure %s: %w", request, err)
	}
	return e, rev, nil
}

// SaveErasure stores the record of an erasure if the stored one has that
// revision. It fails with [ErrConflict] if another call has changed it.
func (s *Store) SaveErasure(ctx context.Context, e Erasure, rev Rev) error {
	if err := s.putShared(ctx, sharedItemOf(settingKey{erasurePrefix + string(e.Request)}, e), rev); err != nil {
		return fmt.Errorf("save erasure %s: %w", e.Request, err)
	}
	return nil
}

// Erasures calls visit with the records of all erasures, in no order.
func (s *Store) Erasures(ctx context.Context, visit func(Erasure) error) error {
	err := s.settings(ctx, erasurePrefix, func(m item) error {
		var e Erasure
		if _, err := readShared(m, &e); err != nil {
			return err
		}
		return visit(e)
	})
	if err != nil {
		return fmt.Errorf("list erasures: %w", err)
	}
	return nil
}

// settings calls visit with every setting whose key begins with prefix. It reads
// the whole table, which is small.
func (s *Store) settings(ctx context.Context, prefix string, visit func(item) error) error {
	for page := (Page{}); page.After != End; {
		next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Settings}, page, func(m item) error {
			var key settingKey
			if err := unmarshal(m, &key); err != nil || !strings.HasPrefix(key.Setting, prefix) {
				return err
			}
			return visit(m)
		})
		if err != nil {
			return err
		}
		page.After = next
	}
	return nil
}
