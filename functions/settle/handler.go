package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/cadence"
	"regulars/shared/claim"
	"regulars/shared/queue"
	"regulars/shared/shop"
)

// sends is where sends are kept.
type sends interface {
	Raise(ctx context.Context, customer shop.CustomerID, id shop.SendID, told claim.State, sesID string, at time.Time) (claim.Send, bool, error)
	End(context.Context, claim.Send) error
	Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error
	Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error
}

type due interface {
	Due(ctx context.Context, now time.Time, limit int, visit func(claim.Send) error) error
}

type contacts interface {
	UpdateContact(context.Context, shop.CustomerID, func(cadence.Contact) (cadence.Contact, bool)) error
}

type handler struct {
	sends    sends
	due      due
	contacts contacts
	intents  *queue.Queue
	dead     *queue.Queue
	now      func() time.Time
}

// Handle takes either a tick of the clock or a batch of SES's events.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return nil, fmt.Errorf("read what settle was called with: %w", err)
	}
	if batch.Records == nil {
		return nil, h.tick(ctx)
	}
	return queue.Each(ctx, batch, h.dead, h.now, h.told)
}
