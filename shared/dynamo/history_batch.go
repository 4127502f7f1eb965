package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The greatest transaction of [Store.SavePasts]. DynamoDB takes 100 writes and
// 4 MB.
const (
	mostWrites     = 100
	mostWriteBytes = 2 << 20
)

// SavePasts writes several pasts as [Store.SavePast] does, and as many of them in
// one transaction as fit into it: a transaction costs an engine about as much as
// its writes do, and most pasts have three writes. It returns the indexes of the
// pasts that were not written: another call has changed an item of their
// transaction since it was read, two of the pasts share an item, or orders leave a guest. Read these
// again, and save each of them alone.
//
// After an error it is not known which of them were written: read them again.
func (s *Store) SavePasts(ctx context.Context, pasts []Past) (left []int, err error) {
	var next transactionOfPasts
	save := func() error {
		if len(next.writes) == 0 {
			return nil
		}
		err := s.transact(ctx, next.writes...)
		if errors.Is(err, ErrConflict) {
			left, err = append(left, next.pasts...), nil
		}
		next = transactionOfPasts{}
		return err
	}
	for i, p := range pasts {
		writes := s.writesOfPast(p)
		if len(writes) == 0 {
			continue
		}
		if len(p.Left) > 0 {
			left = append(left, i)
			continue
		}
		if err := s.NoteZone(ctx, p.Profile); err != nil {
			return nil, err
		}
		if !next.fits(writes) {
			if err := save(); err != nil {
				return nil, fmt.Errorf("save the past of %d customers: %w", len(pasts), err)
			}
		}
		if next.shares(writes) {
			left = append(left, i)
			continue
		}
		next.add(i, writes)
	}
	if err := save(); err != nil {
		return nil, fmt.Errorf("save the past of %d customers: %w", len(pasts), err)
	}
	return left, nil
}

// transactionOfPasts is a transaction of [Store.SavePasts].
type transactionOfPasts struct {
	pasts  []int // the indexes of the pasts
	writes []types.TransactWriteItem
	bytes  int
	items  map[string]bool // the keys of the writes
}

func (t *transactionOfPasts) fits(writes []types.TransactWriteItem) bool {
	return len(t.writes)+len(writes) <= mostWrites && t.bytes+bytesOf(writes) <= mostWriteBytes
}

// shares reports whether the transaction has an item of the writes already.
// DynamoDB refuses a transaction with two writes of one item.
func (t *transactionOfPasts) shares(writes []types.TransactWriteItem) bool {
	for _, w := range writes {
		if t.items[itemOf(w)] {
			return true
		}
	}
	return false
}

func (t *transactionOfPasts) add(past int, writes []types.TransactWriteItem) {
	if t.items == nil {
		t.items = map[string]bool{}
	}
	for _, w := range writes {
		t.items[itemOf(w)] = true
	}
	t.pasts, t.writes, t.bytes = append(t.pasts, past), append(t.writes, writes...), t.bytes+bytesOf(writes)
}

// itemOf names the item of a write of a past: its table and its key.
func itemOf(w types.TransactWriteItem) string {
	table, key := "", item(nil)
	if w.Put != nil {
		table, key = *w.Put.TableName, w.Put.Item
	} else {
		table, key = *w.ConditionCheck.TableName, w.ConditionCheck.Key
	}
	name := table
	for _, attribute := range []string{"customer", "kind", "order"} {
		if text, ok := key[attribute].(*types.AttributeValueMemberS); ok {
			name += "\x00" + text.Value
		}
	}
	return name
}

func bytesOf(writes []types.TransactWriteItem) (n int) {
	for _, w := range writes {
		if w.Put != nil {
			n += size(w.Put.Item)
		}
	}
	return n
}
