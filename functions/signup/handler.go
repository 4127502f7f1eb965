package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/httpapi"
	"regulars/shared/mailbox"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	mostOfNetwork = 20             // sign-ups of one network in one hour of the clock
	pause         = 24 * time.Hour // between two confirmation mails to one mailbox
)

// store stores sign-ups; [dynamo.Store] does.
type store interface {
	Profile(context.Context, shop.CustomerID) (profile.Profile, dynamo.Rev, error)
	SaveSignUp(context.Context, profile.Profile, dynamo.Rev) (dynamo.Rev, error)
	CountSignUp(ctx context.Context, network string, now time.Time) (int, error)
}

type handler struct {
	store     store
	intents   putter // send's queue
	policy    func(context.Context) (shoppolicy.Policy, error)
	tenant    string
	mailboxes mailbox.Key
	now       func() time.Time
}

// putter puts values on a queue; [queue.Queue] does.
type putter interface {
	Put(ctx context.Context, values ...any) error
}

var (
	errNoForm  = errors.New("this shop has no sign-up form: shop.yaml declares no topics, or no campaign is on contact.signed_up")
	errCall    = errors.New("want POST /")
	errOrigin  = errors.New("the page is not on one of the shop's hosts; list its host under hosts in shop.yaml")
	errTooMany = errors.New("too many sign-ups from this network; try again in an hour")
)

// Handle answers POST / with a form or JSON, and the browser's question whether a
// page of the shop may call it (OPTIONS). The answer to a request without faults
// is the same for every address: it never tells if the shop knows it.
func (h *handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	inForce, err := h.policy(ctx)
	var q request
	if err == nil {
		q, err = h.take(ctx, r, inForce)
	}
	status, problem := statusOf(err)
	if status >= http.StatusInternalServerError {
		slog.ErrorContext(ctx, "a sign-up could not be stored", "err", err)
	}
	var answer events.LambdaFunctionURLResponse
	switch {
	case wantsPage(r):
		answer = pageOf(status, inForce.Shop, q.Language, r.Headers["accept-language"])
	case r.RequestContext.HTTP.Method == http.MethodOptions && err == nil:
		answer = events.LambdaFunctionURLResponse{StatusCode: http.StatusNoContent, Headers: map[string]string{}}
	case err == nil:
		answer, err = httpapi.JSON(status, "", map[string]string{"status": "a mail asks for the confirmation"})
	default:
		answer, err = httpapi.JSON(status, "", problem)
	}
	if err != nil {
		return answer, err
	}
	if origin := r.Headers["origin"]; origin != "" && ofShop(r, inForce.Shop) {
		answer.Headers["Access-Control-Allow-Origin"] = origin
		answer.Headers["Access-Control-Allow-Methods"] = http.MethodPost
		answer.Headers["Access-Control-Allow-Headers"] = "Content-Type"
	}
	answer.Headers["Vary"] = "Origin, Accept"
	if status == http.StatusTooManyRequests {
		answer.Headers["Retry-After"] = "3600"
	}
	return answer, nil
}

// take reads a call and signs the person up. It returns the request as far as it
// could be read.
func (h *handler) take(ctx context.Context, r events.LambdaFunctionURLRequest, inForce shoppolicy.Policy) (request, error) {
	at := slices.IndexFunc(inForce.Campaigns, campaign.Campaign.ConfirmsSignUps)
	method := r.RequestContext.HTTP.Method
	switch {
	case at < 0 || len(inForce.Shop.Topics) == 0:
		return request{}, errNoForm
	case r.RawPath != "/" && r.RawPath != "" || method != http.MethodPost && method != http.MethodOptions:
		return request{}, errCall
	case !ofShop(r, inForce.Shop):
		return request{}, errOrigin
	case method == http.MethodOptions:
		return request{}, nil
	}
	q, err := read(r, inForce.Shop)
	if err != nil || q.Website != "" {
		return q, err
	}
	from := h.mailboxes.Customer(shop.CustomerID("network " + network(r.RequestContext.HTTP.SourceIP)))
	switch n, err := h.store.CountSignUp(ctx, from, h.now()); {
	case err != nil:
		return q, err
	case n > mostOfNetwork:
		return q, errTooMany
	}
	if q.Language == "" {
		q.Language = preferred(r.Headers["accept-language"])
	}
	return q, h.signUp(ctx, q, inForce, inForce.Campaigns[at])
}

// signUp stores what the person asked for and puts the intent of the confirmation
// mail on send's queue; once in [pause] for one mailbox. If the function dies
// between the two, the next call for the mailbox puts the same intent there. The
// same intent twice is one mail.
func (h *handler) signUp(ctx context.Context, q request, inForce shoppolicy.Policy, asks campaign.Campaign) error {
	now := shop.Millis(h.now())
	box := h.mailboxes.Mailbox(q.Email)
	id := shop.SignUpID(box)
	p, rev, err := h.store.Profile(ctx, id)
	if err != nil {
		return err
	}
	if p.SignUp == nil || !now.Before(p.SignUp.At.Add(pause)) {
		said := func(value string) profile.Statement { return profile.Statement{Value: value, At: now} }
		p = profile.Profile{
			ID: id, Mailbox: box, Email: said(q.Email), Name: said(q.Name), Locale: said(q.Language),
			SignUp: &profile.SignUp{At: now, Send: asks.AtSignUp(now, id).SendID(h.tenant), Wordings: wordings(q, inForce.Shop)},
		}
		if rev, err = h.store.SaveSignUp(ctx, p, rev); errors.Is(err, dynamo.ErrConflict) {
			return nil // another call signs the mailbox up
		} else if err != nil {
			return err
		}
	}
	if p.SignUp.Queued {
		return nil
	}
	if err := h.intents.Put(ctx, asks.AtSignUp(p.SignUp.At, id)); err != nil {
		return err
	}
	queued := *p.SignUp
	queued.Queued = true
	p.SignUp = &queued
	if _, err = h.store.SaveSignUp(ctx, p, rev); errors.Is(err, dynamo.ErrConflict) {
		return nil
	}
	return err
}

// wordings returns what the person agrees to, by topic, in their language.
func wordings(q request, of shoppolicy.Shop) map[shop.Topic]string {
	all, language := map[shop.Topic]string{}, of.Language(q.Language)
	for _, topic := range of.Topics {
		if slices.Contains(q.Topics, topic.ID) {
			all[topic.ID] = topic.Wording[language]
		}
	}
	return all
}

// statusOf returns the status and the body of the answer to an error.
func statusOf(err error) (int, httpapi.Problem) {
	var faults httpapi.Faults
	say := func(status int) (int, httpapi.Problem) { return status, httpapi.Problem{Error: err.Error()} }
	switch {
	case err == nil:
		return http.StatusAccepted, httpapi.Problem{}
	case errors.As(err, &faults):
		return http.StatusBadRequest, httpapi.Problem{Error: "the request has faults", Faults: faults}
	case errors.Is(err, errNoForm):
		return say(http.StatusNotFound)
	case errors.Is(err, errCall):
		return say(http.StatusMethodNotAllowed)
	case errors.Is(err, errOrigin):
		return say(http.StatusForbidden)
	case errors.Is(err, errTooLarge):
		return say(http.StatusRequestEntityTooLarge)
	case errors.Is(err, errKind):
		return say(http.StatusUnsupportedMediaType)
	case errors.Is(err, errTooMany):
		return say(http.StatusTooManyRequests)
	}
	return http.StatusServiceUnavailable, httpapi.Problem{Error: "the sign-up could not be stored; call again"}
}
