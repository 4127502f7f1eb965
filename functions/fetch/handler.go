package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/bigcommerce"
	"regulars/shared/inputfault"
	"regulars/shared/queue"
)

// store is the shop's store at the platform; [bigcommerce.Store] is one.
type store interface {
	Hash() string
	Order(ctx context.Context, id int64) (map[string]json.RawMessage, error)
	Product(ctx context.Context, id int64) (map[string]json.RawMessage, error)
	Customer(ctx context.Context, id int64) (map[string]json.RawMessage, error)
}

// out is the queue of record; [queue.Queue] is one.
type out interface {
	Put(ctx context.Context, values ...any) error
}

type handler struct {
	store  func(context.Context) (store, error) // reads the secret
	record out
	dead   *queue.Queue
	now    func() time.Time
}

// envelope is a webhook as hooks put it on the queue, and as record reads it.
type envelope struct {
	ID         string          `json:"id"`
	DetailType string          `json:"detail-type"`
	Source     string          `json:"source"`
	Time       json.RawMessage `json:"time"`
	Detail     struct {
		Metadata json.RawMessage            `json:"metadata"`
		Payload  map[string]json.RawMessage `json:"payload"`
	} `json:"detail"`
}

// Handle takes a batch of webhooks. One that names another store, or nothing that
// can be asked for, goes to the dead-letter queue with its faults. If the API
// does not answer, the webhook is delivered again.
func (h *handler) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return queue.Each(ctx, batch, h.dead, h.now, h.take)
}

func (h *handler) take(ctx context.Context, m events.SQSMessage) error {
	var e envelope
	if err := json.Unmarshal([]byte(m.Body), &e); err != nil || e.Detail.Payload == nil {
		return refused("/detail", "is not a webhook of the function hooks")
	}
	named, reason := nameOf(e.Detail.Payload)
	switch {
	case reason != "":
		slog.InfoContext(ctx, "a webhook was ignored", "message_id", m.MessageId, "reason", reason)
		return nil
	case named.fault != nil:
		return named.fault
	}
	s, err := h.store(ctx)
	if err != nil {
		return err
	}
	if named.producer != "stores/"+s.Hash() {
		return refused("/detail/payload/producer", "is another store than the one in the secret; want the webhooks of that store only")
	}
	found, err := named.ask(ctx, s)
	switch {
	case errors.Is(err, bigcommerce.ErrGone):
		slog.InfoContext(ctx, "a webhook was ignored", "message_id", m.MessageId, "reason", "what it names was deleted since then")
		return nil
	case errors.Is(err, bigcommerce.ErrLarge):
		return refused("/detail/payload/data", err.Error()+"; send what it says as an event of your own: events/README.md")
	case err != nil:
		return fmt.Errorf("ask for what a webhook names: %w", err)
	}
	for key, value := range found {
		e.Detail.Payload[key] = value
	}
	if size := sizeOf(e.Detail.Payload); size > mostBytes {
		return refused("/detail/payload/data", fmt.Sprintf("with what it names it has %d bytes; want %d at most. Send what it says as an event of your own: events/README.md", size, mostBytes))
	}
	return h.record.Put(ctx, e)
}

// mostBytes is the most bytes of a payload: with its envelope it fits into one
// message of SQS.
const mostBytes = 1_000_000

func sizeOf(payload map[string]json.RawMessage) (size int) {
	for key, value := range payload {
		size += len(key) + len(value) + len(`"":,`)
	}
	return size
}

func refused(path, fault string) error {
	return &queue.Refused{Faults: []inputfault.Fault{{Path: path, Fault: fault}}}
}
