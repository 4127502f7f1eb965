package privacy

import (
	"context"
	"errors"
	"slices"

	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// listing returns the next page of a table. A row that cannot be read is erased if it is
// the customer's.
func (e *Eraser) listing(ctx context.Context, j *Job) dynamo.Page {
	return dynamo.Page{After: j.Cursor, Limit: e.Page, Broken: func(b dynamo.Broken) error { return e.found(ctx, j, b) }}
}

// found erases a row of a listing that cannot be read, if it is the customer's, and counts
// one that does not say whose it is.
func (e *Eraser) found(ctx context.Context, j *Job, b dynamo.Broken) error {
	switch ours, sure := j.owns(b); {
	case !sure:
		j.Unattributed++
	case ours:
		return e.unreadable(ctx, j, b)
	}
	return nil
}

// unreadable erases a row of the customer that cannot be read, unless it is later than the
// erasure. Only a damaged one: what another version of the functions may have stored, or a
// person can mend, fails with why it cannot be read.
func (e *Eraser) unreadable(ctx context.Context, j *Job, b dynamo.Broken) error {
	if j.laterRow(b) {
		return nil
	}
	if !errors.Is(b.Err, dynamo.ErrDamaged) {
		return b.Err
	}
	j.count("rows that could not be read", 1)
	return e.Broken.EraseBroken(ctx, b, j.At)
}

// unreadableProfile deletes the profile of a customer or sign-up that cannot be read, as
// [Eraser.unreadable] does. In the first pass also a later one, which still holds the
// earlier data.
func (e *Eraser) unreadableProfile(ctx context.Context, j *Job, id shop.CustomerID) error {
	b, err := e.Broken.BrokenProfile(ctx, id)
	if err != nil {
		return err
	}
	if b.Err == nil {
		return dynamo.ErrConflict // it was mended since it was read: read it again
	}
	if (j.Pass > 1 || id.IsSignUp()) && j.laterRow(b) {
		return nil
	}
	if !errors.Is(b.Err, dynamo.ErrDamaged) {
		return b.Err
	}
	return e.Customers.DeleteUnreadable(ctx, id)
}

// broken deletes the customer's sends, inputs of decisions and positions in journeys that
// cannot be read.
func (e *Eraser) broken(ctx context.Context, j *Job) error {
	ids := slices.Clone(j.Customers)
	for _, address := range j.Addresses {
		ids = append(ids, shop.SignUpID(e.Mailbox(address)))
	}
	for _, id := range ids {
		all, err := e.Broken.BrokenOf(ctx, id)
		for _, b := range all {
			if err == nil {
				err = e.unreadable(ctx, j, b)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
