package main

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/dispatch"
	"regulars/shared/queue"
)

type handler struct {
	dispatch *dispatch.Dispatcher
	dead     *queue.Queue
	now      func() time.Time
}

// Handle takes a batch of intents. It acknowledges an intent's queue message
// only if the send has ended, its wait is stored, or it is on the list of due
// sends.
func (h *handler) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.Each(ctx, batch, h.dead, h.now, h.take)
}

func (h *handler) take(ctx context.Context, m events.SQSMessage) error {
	intent, faults := campaign.ReadIntent([]byte(m.Body))
	if len(faults) > 0 {
		return &queue.Refused{Faults: faults}
	}
	received, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	return h.dispatch.Take(ctx, intent, received > 1)
}
