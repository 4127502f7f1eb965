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

// Handle takes a batch of intents, those of different customers at the same time. It
// acknowledges an intent's queue message only if the send has ended, its wait is
// stored, or it is on the list of due sends.
func (h *handler) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	defer h.dispatch.Tally(ctx)
	return queue.SideBySide(ctx, batch, h.dead, h.now, read, h.take)
}

// received is an intent as the queue delivered it.
type received struct {
	intent campaign.Intent
	again  bool // not for the first time
}

// read returns the intent of a message, and whom it is for. Two customers of one
// mailbox are not known to be two of one: the contact's revision keeps them apart.
func read(_ context.Context, m events.SQSMessage) (received, []string, error) {
	intent, faults := campaign.ReadIntent([]byte(m.Body))
	if len(faults) > 0 {
		return received{}, nil, &queue.Refused{Faults: faults}
	}
	times, _ := strconv.Atoi(m.Attributes["ApproximateReceiveCount"])
	return received{intent, times > 1}, []string{string(intent.Customer)}, nil
}

func (h *handler) take(ctx context.Context, r received) error {
	return h.dispatch.Take(ctx, r.intent, r.again)
}
