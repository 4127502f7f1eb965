package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/outcome"
	"regulars/shared/queue"
)

type handler struct {
	*outcome.Settler
	audit *outcome.Auditor
	dead  *queue.Queue
}

// Handle takes a tick of the clock, the auditor's minute, or a batch of SES's
// events.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var call struct {
		events.SQSEvent
		DetailType string `json:"detail-type"`
	}
	if err := json.Unmarshal(payload, &call); err != nil {
		return nil, fmt.Errorf("read what settle was called with: %w", err)
	}
	switch {
	case call.DetailType == "clock.audit":
		return nil, h.audit.Audit(ctx)
	case call.Records == nil:
		return nil, h.Tick(ctx)
	}
	defer h.Tally(ctx)
	return queue.Each(ctx, call.SQSEvent, h.dead, h.Now, func(ctx context.Context, m events.SQSMessage) error {
		return h.SESEvent(ctx, []byte(m.Body))
	})
}
