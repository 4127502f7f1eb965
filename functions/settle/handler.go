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
// audit (both once a minute), or a batch of SES events from the queue, of which it
// records those about different customers and mailboxes at the same time.
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
	return queue.SideBySide(ctx, call.SQSEvent, h.dead, h.Now, read, h.Record)
}

// read returns the SES event of a message, and whom it is about.
func read(_ context.Context, m events.SQSMessage) (sendoutcome.Event, []string, error) {
	event, err := sendoutcome.ReadEvent([]byte(m.Body))
	return event, event.About(), err
}
