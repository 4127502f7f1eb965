// Package settlement does the work of the settle function: it takes SES's
// events into the sends, wakes what waits, and ends what is stuck.
//
// Like package dispatch it is a package of its own so that infra/simulate runs
// the very code that runs on Lambda.
package settlement

import (
	"context"
	"time"

	"regulars/shared/cadence"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// Sends is where sends are kept; [dynamo.Store] is one.
type Sends interface {
	Raise(ctx context.Context, customer shop.CustomerID, id shop.SendID, told claim.State, sesID string, at time.Time) (claim.Send, bool, error)
	End(context.Context, claim.Send) error
	Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error
	Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error
}

// Due lists the sends that are due; [dynamo.Store] does.
type Due interface {
	Due(ctx context.Context, now time.Time, limit int, visit func(claim.Send) error) error
}

// Contacts is where contacts are kept; [dynamo.Store] is one.
type Contacts interface {
	UpdateContact(context.Context, shop.CustomerID, func(cadence.Contact) (cadence.Contact, bool)) error
}

// Intents takes what is woken; a [queue.Queue] is one.
type Intents interface {
	Put(ctx context.Context, values ...any) error
}

// Settler settles sends. It may be used by many goroutines at once.
type Settler struct {
	Sends    Sends
	Due      Due
	Contacts Contacts
	Intents  Intents
	Count    func(metric string, n int) // publishes a metric
	Now      func() time.Time
}
