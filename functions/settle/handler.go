package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/queue"
	"regulars/shared/settlement"
)

type handler struct {
	*settlement.Settler
	dead *queue.Queue
}

// Handle takes either a tick of the clock or a batch of SES's events.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return nil, fmt.Errorf("read what settle was called with: %w", err)
	}
	if batch.Records == nil {
		return nil, h.Tick(ctx)
	}
	return queue.Each(ctx, batch, h.dead, h.Now, func(ctx context.Context, m events.SQSMessage) error {
		return h.Told(ctx, []byte(m.Body))
	})
}
