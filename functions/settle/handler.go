package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/queue"
	"regulars/shared/sendoutcome"
)

type handler struct {
	*sendoutcome.Recorder
	audit *sendoutcome.Auditor
	dead  *queue.Queue
}

// Handle takes one of three inputs: the clock's tick, the clock's call of the
// audit (both once a minute), or a batch of SES events from the queue.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var call struct {
		events.SQSEvent
		DetailType string `json:"detail-type"`
	}
	if err := json.Unmarshal(payload, &call); err != nil {
		return nil, fmt.Errorf("read the input of settle: %w", err)
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
