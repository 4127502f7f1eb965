// Package outcome does the work of the settle function: it takes SES's
// events into the sends, wakes what waits, and ends what is stuck.
//
// Like package dispatch it is a package of its own so that infra/proof/simulate runs
// the very code that runs on Lambda.
package outcome

import (
	"context"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Sends is where sends are kept; [dynamo.Store] is one.
type Sends interface {
	Raise(ctx context.Context, customer shop.CustomerID, id shop.SendID, told claim.State, sesID string, at time.Time) (claim.Send, bool, error)
	Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error
	Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error
}

// Due is the index of what waits; [dynamo.Store] has it.
type Due interface {
	Due(ctx context.Context, now time.Time, shard dynamo.DueShard, after dynamo.Cursor, limit int, visit func(claim.Send) error) (dynamo.Cursor, error)
	Later(ctx context.Context, d claim.Send, at time.Time) error
}

// Contacts is where contacts are kept; [dynamo.Store] is one.
type Contacts interface {
	UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error
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

	// Each runs do for 0 to n-1, and returns when all have; nil: one after the
	// other. On Lambda it is [AtOnce].
	Each func(n int, do func(i int))

	// Pace returns how many promotions the account can send in a minute; more are
	// not woken in one. nil, or a pace of 0: without bound.
	Pace func(context.Context) (int, error)

	// Brake counts what events tell; nil: nothing is counted. Call [Settler.Tally]
	// after each batch of them.
	Breaker *breaker.Keeper
	counted counted
}
