package webhook

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/httpapi"
)

// maxBody is the size of the largest webhook in bytes. With its envelope it fits
// into one message of SQS.
const maxBody = 1_000_000

// Handler is the function hooks.
type Handler struct {
	Keys   map[string][][]byte // of each platform that the shop has set up
	Record Out                 // its queue
	Fetch  Out                 // its queue, for webhooks that only name a resource
	Now    func() time.Time
}

// Out is a queue; a queue.Queue is one.
type Out interface {
	Put(ctx context.Context, values ...any) error
}

// envelope is a webhook in the form in which record reads events.
type envelope struct {
	ID         string    `json:"id"`
	DetailType string    `json:"detail-type"`
	Source     string    `json:"source"`
	Time       time.Time `json:"time"` // when it came in
	Detail     detail    `json:"detail"`
}

type detail struct {
	Metadata map[string]string `json:"metadata"` // headers
	Payload  json.RawMessage   `json:"payload"`  // the body
}

// Handle answers POST /{platform}:
//
//	200  the webhook is on the queue of record or fetch, or it is a ping
//	400  it is signed, and is not a JSON object
//	401  the signature does not hold
//	404  the platform is unknown, or has no key in the secret
//	413  the body has more than maxBody bytes
//	503  the queue did not take it: send it again
//
// It reads no table, and writes to nothing before the signature holds. Its
// answers and logs repeat nothing of the request.
func (h *Handler) Handle(ctx context.Context, r events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	status, problem := h.take(ctx, r)
	if problem == "" {
		return httpapi.JSON(status, "", struct{}{})
	}
	return httpapi.JSON(status, "", httpapi.Problem{Error: problem})
}

// take returns the status of the answer, and what is wrong with the request, or
// "".
func (h *Handler) take(ctx context.Context, r events.LambdaFunctionURLRequest) (status int, problem string) {
	name := strings.Trim(r.RawPath, "/")
	p, known := platforms[name]
	keys := h.Keys[name]
	switch {
	case !known || len(keys) == 0:
		return http.StatusNotFound, "no platform is set up under this path; see docs/hooks.md"
	case r.RequestContext.HTTP.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "want POST"
	}
	body, err := httpapi.Body(r)
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	if len(body) > maxBody {
		slog.WarnContext(ctx, "a webhook was refused because of its size", "platform", name, "bytes", len(body))
		return http.StatusRequestEntityTooLarge, "the body is larger than 1 MB"
	}
	in := request{headers: r.Headers, body: body, at: h.Now()}
	if p.ping != nil && p.ping(in) {
		return http.StatusOK, ""
	}
	if !signed(p, in, keys) {
		slog.WarnContext(ctx, "a webhook was refused because its signature does not hold", "platform", name)
		return http.StatusUnauthorized, "unauthorized"
	}
	body = strings.ToValidUTF8(body, "\ufffd") // SQS takes nothing else
	if !strings.HasPrefix(strings.TrimSpace(body), "{") || !json.Valid([]byte(body)) {
		slog.WarnContext(ctx, "a signed webhook was refused: its body is not a JSON object", "platform", name)
		return http.StatusBadRequest, "the body is not a JSON object"
	}
	out := h.Record
	if p.thin {
		out = h.Fetch
	}
	if err := out.Put(ctx, h.envelope(p, in, r.RequestContext.RequestID, body)); err != nil {
		slog.ErrorContext(ctx, "could not put a webhook on its queue", "platform", name, "err", err)
		return http.StatusServiceUnavailable, "try again"
	}
	return http.StatusOK, ""
}

// signed reports whether the request is signed with one of the keys.
func signed(p platform, r request, keys [][]byte) bool {
	for _, key := range keys {
		if p.signed(r, key) {
			return true
		}
	}
	return false
}

func (h *Handler) envelope(p platform, r request, id, payload string) envelope {
	e := envelope{ID: id, DetailType: p.detailType, Source: "hooks", Time: h.Now().UTC(), Detail: detail{map[string]string{}, json.RawMessage(payload)}}
	for _, name := range p.metadata {
		if value := r.headers[strings.ToLower(name)]; value != "" {
			e.Detail.Metadata[name] = strings.ToValidUTF8(value, "\ufffd")
		}
	}
	return e
}
