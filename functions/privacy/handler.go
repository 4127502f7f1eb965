package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/inputfault"
	"regulars/shared/intake"
	"regulars/shared/metric"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/queue"
	"regulars/shared/retention"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// eraser erases customers; [privacy.Eraser] does so.
type eraser interface {
	Start(context.Context, shop.EventID, shop.EraseFact) (job privacy.Job, ok bool, err error)
	Run(context.Context, privacy.Job) (next privacy.Job, after time.Duration, done bool, err error)
}

type handler struct {
	eraser    eraser
	requests  privacy.Requests
	tables    privacy.Tables
	retention retention.Job // without Keep
	progress  progress      // of the retention
	policy    func(context.Context) (shoppolicy.Policy, error)
	own       *queue.Queue // privacy's queue
	dead      *queue.Queue
	metrics   metric.Writer
	now       func() time.Time
}

// Handle takes one of four inputs: a batch of privacy's queue, the clock's call that
// counts the open requests, the one that lets old data go, or the call of
// preferences for a customer's data. A refused event goes to the dead-letter queue
// with its faults; a failed one is delivered again, and goes on where its job was.
func (h *handler) Handle(ctx context.Context, payload json.RawMessage) (any, error) {
	var call struct {
		events.SQSEvent
		DetailType string        `json:"detail-type"`
		Export     *privacy.Call `json:"export"`
	}
	if err := json.Unmarshal(payload, &call); err != nil {
		return nil, fmt.Errorf("read the input of privacy: %w", err)
	}
	switch call.DetailType {
	case "clock.requests":
		return nil, h.watch(ctx)
	case "clock.retention":
		return nil, h.retain(ctx)
	}
	if call.Export != nil {
		return h.hand(ctx, *call.Export)
	}
	return queue.Each(ctx, call.SQSEvent, h.dead, h.now, h.take)
}

// take processes one message: an event of the shop or of Shopify, or a job that
// goes on.
func (h *handler) take(ctx context.Context, m events.SQSMessage) error {
	var job privacy.Job
	if err := json.Unmarshal([]byte(m.Body), &job); err == nil && job.Request != "" {
		return h.run(ctx, job)
	}
	parsed, err := intake.Parse([]byte(m.Body), h.now())
	if refusal := (*intake.Refusal)(nil); errors.As(err, &refusal) {
		return &queue.Refused{Faults: refusal.Faults}
	} else if err != nil {
		return err
	}
	for _, event := range parsed.Events {
		switch fact := event.Fact.(type) {
		case shop.EraseFact:
			err = h.erase(ctx, event, fact)
		case shop.ExportFact:
			err = h.export(ctx, event, fact)
		default:
			err = &queue.Refused{Faults: []inputfault.Fault{{Path: "/detail-type", Fault: "is neither customer.erase nor customer.export, the only events that privacy takes"}}}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// erase stores the request and begins the erasure of a customer.
func (h *handler) erase(ctx context.Context, event shop.Event, fact shop.EraseFact) error {
	if _, err := h.receive(ctx, event, privacyrequest.Erase, fact.Customer, fact.Source); err != nil {
		return err
	}
	job, ok, err := h.eraser.Start(ctx, event.ID, fact)
	if err != nil || !ok {
		return err
	}
	return h.run(ctx, job)
}

// run goes on with a job, and puts it on the queue again if it has not ended.
func (h *handler) run(ctx context.Context, job privacy.Job) error {
	next, after, done, err := h.eraser.Run(ctx, job)
	if err != nil {
		return err
	}
	if done {
		slog.InfoContext(ctx, "a customer was erased", "request", job.Request, "passes", next.Pass, "rows_not_attributed", next.Unattributed)
		h.metrics.Count("CustomersErased", 1)
		return nil
	}
	return h.own.PutAfter(ctx, after, next)
}
