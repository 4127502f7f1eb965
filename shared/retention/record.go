package retention

import (
	"context"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

// Records stores the records of requests and erasures; [dynamo.Store] does so.
type Records interface {
	ErasuresAndRequests(context.Context, func(dynamo.Erasure, dynamo.Rev) error, func(privacyrequest.Request, dynamo.Rev) error) error
	DeleteErasure(context.Context, shop.EventID, dynamo.Rev) error
	DeletePrivacyRequest(context.Context, shop.EventID, dynamo.Rev) error
}

// records deletes the records of requests and erasures that ended long ago. An open
// one stays, however old it is.
func (j Job) records(ctx context.Context, begun time.Time, gone counts) error {
	limit := before(begun, j.Keep.Requests)
	type record struct {
		kind   string
		delete func() error
	}
	var old []record
	err := j.Records.ErasuresAndRequests(ctx, func(e dynamo.Erasure, rev dynamo.Rev) error {
		if !e.Done.IsZero() && e.Done.Before(limit) {
			old = append(old, record{"erasures", func() error { return j.Records.DeleteErasure(ctx, e.Request, rev) }})
		}
		return nil
	}, func(r privacyrequest.Request, rev dynamo.Rev) error {
		if !r.Open() && r.Done.Before(limit) {
			old = append(old, record{"requests", func() error { return j.Records.DeletePrivacyRequest(ctx, r.ID, rev) }})
		}
		return nil
	})
	for _, r := range old {
		if err != nil {
			return err
		}
		err = j.let(gone, r.kind, r.delete)
	}
	return err
}
