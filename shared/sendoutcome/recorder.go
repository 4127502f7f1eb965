// Package sendoutcome records what happened to a send after SES was called: it
// applies SES events to sends and contacts, puts waiting sends back on the
// queue when their time has come, ends claims whose outcome stays unknown, and
// checks once a day that every planned intent has ended or waits. The settle
// function runs it.
//
// Like package dispatch it is separate from its function so that
// infra/proof/simulate runs the same code as Lambda.
package sendoutcome

import (
	"context"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Sends stores sends; [dynamo.Store] is one.
type Sends interface {
	Raise(ctx context.Context, customer shop.CustomerID, id shop.SendID, to claim.State, sesID string, at time.Time) (claim.Send, bool, error)
	Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error
	Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error
}

// Due is the index of due sends; [dynamo.Store] has it.
type Due interface {
	Due(ctx context.Context, now time.Time, shard dynamo.DueShard, after dynamo.Cursor, limit int, visit func(claim.Send) error) (dynamo.Cursor, error)
	Later(ctx context.Context, d claim.Send, at time.Time) error
}

// Contacts stores contacts; [dynamo.Store] is one.
type Contacts interface {
	UpdateContact(context.Context, shop.CustomerID, func(frequency.Contact) (frequency.Contact, bool)) error
	UpdateMailbox(context.Context, shop.Mailbox, func(frequency.Contact) (frequency.Contact, bool)) error
}

// Intents is the queue of the send function; a [queue.Queue] is one.
type Intents interface {
	Put(ctx context.Context, values ...any) error
}

// Recorder records outcomes. Many goroutines may use it at once.
type Recorder struct {
	Sends    Sends
	Due      Due
	Contacts Contacts
	Intents  Intents
	Count    func(metric string, n int) // publishes a metric
	Now      func() time.Time

	// Each runs do for 0 to n-1, and returns when all have returned; nil: one
	// after the other. On Lambda it is [AtOnce].
	Each func(n int, do func(i int))

	// Pace returns how many promotions the account can send in a minute; one
	// tick wakes no more than that. nil, or a pace of 0: no limit.
	Pace func(context.Context) (int, error)

	// Breaker counts bounces, complaints and rejections; nil: nothing is
	// counted. Call [Recorder.Tally] after each batch of SES events.
	Breaker *breaker.Keeper
	counted counted
}
