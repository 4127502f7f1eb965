package main

import (
	"context"
	"errors"
	"log/slog"

	"regulars/shared/dynamo"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

// export stores the request, and counts it, which raises an alarm: an operator
// answers it with make export.
func (h *handler) export(ctx context.Context, event shop.Event, fact shop.ExportFact) error {
	isNew, err := h.receive(ctx, event, privacyrequest.Export, fact.Customer, fact.Source)
	if err != nil || !isNew {
		return err
	}
	slog.InfoContext(ctx, "a customer asked for their data: answer with make export", "request", event.ID)
	h.metrics.Count("ExportsRequested", 1)
	return nil
}

// hand replies with a customer's data, and stores that the request was made and
// answered. What is too large is left to an operator: preferences asks again with an
// event.
func (h *handler) hand(ctx context.Context, call privacy.Call) (privacy.Reply, error) {
	reply, err := call.Reply(ctx, h.tables, h.now())
	if err != nil || reply.TooLarge {
		return reply, err
	}
	event := shop.Event{ID: call.Request, At: call.At}
	if _, err := h.receive(ctx, event, privacyrequest.Export, call.Customer, shop.RequestFromPreferences); err != nil {
		return privacy.Reply{}, err
	}
	if err := privacy.Answer(ctx, h.requests, call.Request, h.now(), privacyrequest.ByPage); err != nil {
		return privacy.Reply{}, err
	}
	slog.InfoContext(ctx, "a customer was shown their data", "request", call.Request)
	return reply, nil
}

// receive stores the record of a request, and reports whether it is new. Its due
// time counts from when the customer asked.
func (h *handler) receive(ctx context.Context, event shop.Event, kind privacyrequest.Kind, customer shop.CustomerID, source shop.RequestSource) (isNew bool, err error) {
	policy, err := h.policy(ctx)
	if errors.Is(err, dynamo.ErrNotFound) { // a request must not wait for the first make publish
		err = nil
	}
	if err != nil {
		return false, err
	}
	return privacy.Receive(ctx, h.requests, privacyrequest.New(event.ID, kind, customer, source, event.At, policy.Privacy.Term()))
}

// watch counts the open requests into metrics, for the alarms on their due times.
func (h *handler) watch(ctx context.Context) error {
	open, err := privacy.OpenRequests(ctx, h.requests)
	if err != nil {
		return err
	}
	var t privacyrequest.Tally
	for _, r := range open {
		t.Add(r, h.now())
	}
	h.metrics.Counts(nil, map[string]int{"PrivacyRequestsOpen": t.Open, "PrivacyRequestsDueSoon": t.Soon, "PrivacyRequestsOverdue": t.Overdue})
	slog.InfoContext(ctx, "counted the open requests of customers about their data", "open", t.Open, "due_soon", t.Soon, "overdue", t.Overdue)
	return nil
}
