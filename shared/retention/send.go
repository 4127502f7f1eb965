package retention

import (
	"context"
	"time"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// Sends stores sends; [dynamo.Store] does so.
type Sends interface {
	Sends(context.Context, dynamo.Page, func(claim.Send) error) (dynamo.Cursor, error)
	StripSend(ctx context.Context, d, kept claim.Send) error
	MoveSend(ctx context.Context, d, kept claim.Send) error
}

// sends moves the old sends of one page to no customer, to be counted only, and
// drops the explanations of less old ones. A send that has not ended stays.
func (j Job) sends(ctx context.Context, page dynamo.Page, begun time.Time, gone counts) (dynamo.Cursor, error) {
	message, decision := before(begun, j.Keep.Messages), before(begun, j.Keep.Decisions)
	return j.Sends.Sends(ctx, page, func(d claim.Send) error {
		switch {
		case !d.State.Ended() || d.Intent.Customer == shop.ErasedPrefix:
			return nil
		case d.Changed.Before(message):
			return j.let(gone, "messages", func() error { return j.Sends.MoveSend(ctx, d, d.Stripped(begun).Anonymous(j.NewID())) })
		case d.Changed.Before(decision) && len(d.Explained) > 0:
			kept := d
			kept.Explained = nil
			return j.let(gone, "decisions", func() error { return j.Sends.StripSend(ctx, d, kept) })
		}
		return nil
	})
}
