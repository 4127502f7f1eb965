package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/inputfault"
	"regulars/shared/journeyadvance"
	"regulars/shared/queue"
)

type handler struct {
	mover *journeyadvance.Mover
	dead  *queue.Queue
	now   func() time.Time
}

// Handle processes a tick, which comes each minute, or a batch of entries, those of
// different customers at the same time. A refused entry goes to the dead-letter queue with its faults; a failed one is
// delivered again.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var batch events.SQSEvent
	if err := json.Unmarshal(payload, &batch); err != nil {
		return nil, fmt.Errorf("read the call of journey, which is not a JSON object: %w", err)
	}
	if batch.Records == nil {
		return nil, h.mover.Tick(ctx)
	}
	return queue.SideBySide(ctx, batch, h.dead, h.now, read, h.mover.Enter)
}

// read returns the entry of a message, and who enters.
func read(_ context.Context, m events.SQSMessage) (campaign.Intent, []string, error) {
	entry, faults := campaign.ReadIntent([]byte(m.Body))
	if len(faults) == 0 && (!entry.Enters || entry.Entered.IsZero()) {
		faults = append(faults, inputfault.Fault{Path: "/enters", Fault: "is not true with a time in entered: this is no entry into a journey"})
	}
	if len(faults) > 0 {
		return entry, nil, &queue.Refused{Faults: faults}
	}
	return entry, []string{string(entry.Customer)}, nil
}
