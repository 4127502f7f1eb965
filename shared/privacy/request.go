package privacy

import (
	"context"
	"slices"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

// end closes the request of the erasure, and any other of the customer that the
// erasure answers, and stores when the erasure ended. The record of the erasure
// comes last: it is what a repeated event asks for.
func (e *Eraser) end(ctx context.Context, j *Job) error {
	now := e.Now()
	if err := e.requests(ctx, j, now, func(privacyrequest.Request) bool { return true }, false); err != nil {
		return err
	}
	return e.record(ctx, j, j.Pass, now)
}

// requests closes the customer's requests from before the erasure of which answered
// is true, and takes the customer out of their records. A keyed hash of the ID
// stays. If unreadable is true, it erases those that cannot be read as well.
func (e *Eraser) requests(ctx context.Context, j *Job, at time.Time, answered func(privacyrequest.Request) bool, unreadable bool) error {
	var ids []shop.EventID
	err := e.Records.PrivacyRequests(ctx, func(r privacyrequest.Request, _ dynamo.Rev) error {
		if j.asked(r) && answered(r) {
			ids = append(ids, r.ID)
		}
		return nil
	}, func(b dynamo.Broken) error {
		if !unreadable {
			return nil
		}
		return e.found(ctx, j, b)
	})
	for _, id := range ids {
		if err != nil {
			return err
		}
		err = dynamo.Retry(ctx, nil, func() error {
			r, rev, err := e.Records.PrivacyRequest(ctx, id)
			if err != nil {
				return err
			}
			return e.Records.SavePrivacyRequest(ctx, r.Close(at, privacyrequest.ByErasure).Forget(e.Name(r.Customer)), rev)
		})
	}
	return err
}

// asked reports whether the customer of the job made the request, before the
// erasure. The request of the erasure itself is always theirs.
func (j *Job) asked(r privacyrequest.Request) bool {
	if r.ID == j.Request {
		return true
	}
	return slices.Contains(j.Customers, r.Customer) && r.Customer != "" && !r.Received.After(j.At)
}

// Requests stores the requests of customers; [dynamo.Store] does so.
type Requests interface {
	PrivacyRequest(context.Context, shop.EventID) (privacyrequest.Request, dynamo.Rev, error)
	SavePrivacyRequest(context.Context, privacyrequest.Request, dynamo.Rev) error
	PrivacyRequests(context.Context, func(privacyrequest.Request, dynamo.Rev) error, func(dynamo.Broken) error) error
}

// Receive stores the record of a request, unless it is stored already: an event
// that comes again must not open it again. It reports whether the request is new.
func Receive(ctx context.Context, store Requests, r privacyrequest.Request) (isNew bool, err error) {
	err = dynamo.Retry(ctx, nil, func() error {
		_, rev, err := store.PrivacyRequest(ctx, r.ID)
		if isNew = rev == ""; err != nil || !isNew {
			return err
		}
		return store.SavePrivacyRequest(ctx, r, "")
	})
	return isNew, err
}

// Answer closes a request that an operator has answered. It fails with
// [dynamo.ErrNotFound] if there is no such request.
func Answer(ctx context.Context, store Requests, id shop.EventID, at time.Time, by privacyrequest.Means) error {
	return dynamo.Retry(ctx, nil, func() error {
		r, rev, err := store.PrivacyRequest(ctx, id)
		if err == nil && rev == "" {
			err = dynamo.ErrNotFound
		}
		if err != nil || !r.Open() {
			return err
		}
		return store.SavePrivacyRequest(ctx, r.Close(at, by), rev)
	})
}

// OpenRequests returns the open requests, the one that is due first first. One that cannot
// be read is open and has no due time, so it is overdue until somebody mends it.
func OpenRequests(ctx context.Context, store Requests) (open []privacyrequest.Request, err error) {
	err = store.PrivacyRequests(ctx, func(r privacyrequest.Request, _ dynamo.Rev) error {
		if r.Open() {
			open = append(open, r)
		}
		return nil
	}, func(b dynamo.Broken) error {
		open = append(open, privacyrequest.Request{ID: b.Request, Kind: privacyrequest.Unreadable})
		return nil
	})
	slices.SortFunc(open, func(a, b privacyrequest.Request) int { return a.Due.Compare(b.Due) })
	return open, err
}
