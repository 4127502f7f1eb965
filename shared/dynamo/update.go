package dynamo

import (
	"context"
	"errors"
)

// updateCustomer replaces one item of a customer with what change makes of it:
// see [Store.UpdateContact].
func updateCustomer[T any](ctx context.Context, s *Store, key customerKey, change func(T) (T, bool)) error {
	var old T
	rev, err := s.customer(ctx, key, &old)
	for attempt := 1; err == nil; attempt++ {
		changed, ok := change(old)
		if !ok {
			return nil
		}
		b, written := bodyOf(changed)
		if written == rev {
			return nil
		}
		it := customerItem{customerKey: key, Rev: written, Body: b}
		err = s.readBack(ctx, s.saveAlone(ctx, s.tables.Customers, it, "customer", rev, written), func() (bool, error) {
			stored, err := s.customer(ctx, key, new(T))
			return stored == written, err
		})
		var beaten refused
		if !errors.As(err, &beaten) || attempt == Attempts {
			return err
		}
		if err := s.Pause(ctx, attempt); err != nil {
			return err
		}
		var none T
		old, rev, err = none, "", nil
		if beaten.old != nil { // what beat us came with the refusal: no need to read
			rev, err = readCustomer(beaten.old, &old)
		}
	}
	return err
}
