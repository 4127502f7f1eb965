package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/dynamo"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// confirm answers the link that confirms a sign-up. GET shows what the person
// agrees to, and a button: programs that scan mail follow links, but press no
// button. A confirmed sign-up gives the consents once; the link says so
// afterwards, and changes nothing any more.
func (h *handler) confirm(ctx context.Context, l linktoken.Link, r events.LambdaFunctionURLRequest) answer {
	p, rev, err := h.store.Profile(ctx, l.Customer)
	if err != nil {
		slog.ErrorContext(ctx, "could not read a sign-up", "send", l.Send, "err", err)
		return answer{status: http.StatusServiceUnavailable, page: page{Title: "confirm_title", Say: "failed"}}
	}
	switch {
	case p.SignUp != nil && p.SignUp.Send == l.Send && !p.SignUp.Confirmed.IsZero():
		return answer{status: http.StatusOK, page: page{Title: "confirmed_title", Say: "confirmed"}}
	case !p.SignUp.Open(l.Send, h.now()):
		return answer{status: http.StatusGone, page: page{Title: "confirm_title", Say: "over"}}
	}
	ask := page{Title: "confirm_title", Say: "confirm_ask", Button: "confirm"}
	for _, topic := range slices.Sorted(maps.Keys(p.SignUp.Wordings)) {
		ask.Wordings = append(ask.Wordings, p.SignUp.Wordings[topic])
	}
	if r.RequestContext.HTTP.Method != http.MethodPost {
		return answer{status: http.StatusOK, page: ask}
	}
	if form, err := formOf(r); err != nil || form.Get("confirm") != "yes" {
		ask.Say = "unclear"
		return answer{status: http.StatusBadRequest, page: ask}
	}
	if err := h.give(ctx, p, rev, shop.Millis(h.now())); err != nil {
		slog.ErrorContext(ctx, "could not store a confirmed sign-up", "send", l.Send, "err", err)
		ask.Say = "failed"
		return answer{status: http.StatusServiceUnavailable, page: ask}
	}
	slog.InfoContext(ctx, "a sign-up was confirmed", "send", l.Send)
	return answer{status: http.StatusOK, page: page{Title: "confirmed_title", Say: "confirmed"}}
}

// give puts the person with their consents on record's queue, and stores that the
// sign-up is confirmed, without the person's data. If the function dies between
// the two, the person presses again; the event twice is one consent.
func (h *handler) give(ctx context.Context, p profile.Profile, rev dynamo.Rev, at time.Time) error {
	type consent struct {
		Topic   shop.Topic         `json:"topic"`
		Given   bool               `json:"given"`
		At      time.Time          `json:"at"`
		Source  shop.ConsentSource `json:"source"`
		Wording string             `json:"wording"`
	}
	var consents []consent
	for _, topic := range slices.Sorted(maps.Keys(p.SignUp.Wordings)) {
		consents = append(consents, consent{topic, true, at, shop.SourceSignUpForm, p.SignUp.Wordings[topic]})
	}
	detail, err := json.Marshal(map[string]any{
		"version": "1", "occurred_at": at, "consents": consents,
		"customer": map[string]string{"email": p.Email.Value, "name": p.Name.Value, "locale": p.Locale.Value},
	})
	if err != nil {
		return fmt.Errorf("write the event of a confirmed sign-up: %w", err)
	}
	event := events.CloudWatchEvent{
		Version: "0", ID: "sign-up-" + string(p.SignUp.Send), DetailType: "contact.changed", Source: "shop", Time: at.UTC(), Detail: detail,
	}
	if err := h.record.Put(ctx, event); err != nil {
		return err
	}
	done := profile.Profile{ID: p.ID, Mailbox: p.Mailbox, SignUp: &profile.SignUp{At: p.SignUp.At, Send: p.SignUp.Send, Queued: true, Confirmed: at}}
	if _, err := h.store.SaveSignUp(ctx, done, rev); !errors.Is(err, dynamo.ErrConflict) {
		return err
	}
	return nil // another click has stored it
}
