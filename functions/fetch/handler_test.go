package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	samples "regulars/events"
	"regulars/shared/bigcommerce"
	"regulars/shared/intake"
	"regulars/shared/queue"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// api is BigCommerce's API on this machine, which has what one sample names.
type api struct {
	payload map[string]json.RawMessage
	status  int // of every answer, if it is not 0
	calls   int
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.calls++
	path := strings.TrimPrefix(r.URL.Path, "/stores/abc123def4")
	var answer json.RawMessage
	switch {
	case a.status != 0:
		w.WriteHeader(a.status)
		return
	case strings.HasSuffix(path, "/products") && strings.HasPrefix(path, "/v2/"):
		answer = a.payload["products"]
	case strings.HasSuffix(path, "/shipments"):
		answer = a.payload["shipments"]
	case strings.HasSuffix(path, "/refunds"):
		answer = fmt.Appendf(nil, `{"data":%s,"meta":{}}`, a.payload["refunds"])
	case strings.HasPrefix(path, "/v2/orders/"):
		answer = a.payload["order"]
	case strings.HasPrefix(path, "/v3/catalog/products/"):
		answer = fmt.Appendf(nil, `{"data":%s,"meta":{}}`, a.payload["product"])
	case path == "/v3/customers":
		answer = fmt.Appendf(nil, `{"data":[%s],"meta":{}}`, a.payload["customer"])
	}
	if answer == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_, _ = w.Write(answer)
}

// taken is a queue in memory.
type taken struct {
	bodies [][]byte
	err    error
}

func (q *taken) Put(_ context.Context, values ...any) error {
	for _, v := range values {
		body, err := json.Marshal(v)
		if err != nil {
			return err
		}
		q.bodies = append(q.bodies, body)
	}
	return q.err
}

func newHandler(t *testing.T, a *api) (*handler, *taken) {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	s, q := bigcommerce.New(server.URL, "abc123def4", "the-token"), &taken{}
	return &handler{store: func(context.Context) (store, error) { return s, nil }, record: q, now: func() time.Time { return noon }}, q
}

// thin returns what hooks puts on the queue for a sample: the webhook without
// what it names, and that.
func thin(t *testing.T, envelope []byte) (body string, found map[string]json.RawMessage) {
	t.Helper()
	var e map[string]json.RawMessage
	var detail map[string]json.RawMessage
	var payload map[string]json.RawMessage
	must(t, json.Unmarshal(envelope, &e))
	must(t, json.Unmarshal(e["detail"], &detail))
	must(t, json.Unmarshal(detail["payload"], &payload))
	found = map[string]json.RawMessage{}
	for _, key := range []string{"order", "products", "shipments", "refunds", "product", "customer"} {
		if value, ok := payload[key]; ok {
			found[key] = value
			delete(payload, key)
		}
	}
	var err error
	detail["payload"], err = json.Marshal(payload)
	must(t, err)
	e["detail"], err = json.Marshal(detail)
	must(t, err)
	whole, err := json.Marshal(e)
	must(t, err)
	return string(whole), found
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each sample, without what it names, gets it back, and record reads the same
// events as of the whole sample.
func TestRecordReadsEachWebhookWithWhatItNames(t *testing.T) {
	own := func() (intake.Shop, error) {
		return intake.Shop{Currency: "GBP", URL: "https://shop.example.com"}, nil
	}
	read := 0
	for _, s := range samples.Samples() {
		if s.DetailType != "bigcommerceWebhook" {
			continue
		}
		body, found := thin(t, s.Envelope)
		h, q := newHandler(t, &api{payload: found})
		if err := h.take(t.Context(), events.SQSMessage{Body: body}); err != nil || len(q.bodies) != 1 {
			t.Errorf("%s: %v, %d messages; want one", s.Name, err, len(q.bodies))
			continue
		}
		got, err := intake.ParseFor(q.bodies[0], noon, own)
		must(t, err)
		want, err := intake.ParseFor(s.Envelope, noon, own)
		must(t, err)
		if text(got) != text(want) {
			t.Errorf("%s: %+v, want %+v", s.Name, got, want)
		}
		read++
	}
	if read < 20 {
		t.Errorf("only %d samples were read", read)
	}
}

// text returns the events as JSON, in which pointers are values.
func text(p intake.Parsed) string {
	all, err := json.Marshal(p)
	if err != nil {
		return err.Error()
	}
	return string(all)
}

func webhook(scope, producer, data string) string {
	return fmt.Sprintf(`{"id":"w","detail-type":"bigcommerceWebhook","source":"hooks","time":"2026-11-21T10:00:00Z","detail":{"metadata":{},"payload":{"scope":%q,"producer":%q,"data":%s}}}`, scope, producer, data)
}

func TestTakeAnswersEachWebhook(t *testing.T) {
	const own = "stores/abc123def4"
	for name, c := range map[string]struct {
		body     string
		status   int // of the API
		outcome  string
		messages int
	}{
		"a product":                {webhook("store/product/updated", own, `{"type":"product","id":7}`), 0, "", 1},
		"a deleted product":        {webhook("store/product/deleted", own, `{"type":"product","id":7}`), 0, "", 1},
		"a scope that is not read": {webhook("store/cart/created", own, `{"type":"cart","id":"a-b"}`), 0, "", 0},
		"an archived order":        {webhook("store/order/archived", own, `{"type":"order","id":7}`), 0, "", 0},
		"a subscriber":             {webhook("store/subscriber/created", own, `{"type":"subscriber","id":7}`), 0, "", 0},
		"gone since then":          {webhook("store/product/updated", own, `{"type":"product","id":7}`), 404, "", 0},
		"another store":            {webhook("store/product/updated", "stores/zzz", `{"type":"product","id":7}`), 0, "refused", 0},
		"no store":                 {webhook("store/product/updated", "", `{"type":"product","id":7}`), 0, "refused", 0},
		"a deleted one elsewhere":  {webhook("store/product/deleted", "stores/zzz", `{"type":"product","id":7}`), 0, "refused", 0},
		"no ID":                    {webhook("store/product/updated", own, `{"type":"product"}`), 0, "refused", 0},
		"an ID that is a path":     {webhook("store/product/updated", own, `{"type":"product","id":"7/../../x"}`), 0, "refused", 0},
		"a negative ID":            {webhook("store/product/updated", own, `{"type":"product","id":-7}`), 0, "refused", 0},
		"no scope":                 {`{"detail":{"payload":{"data":{"id":7}}}}`, 0, "refused", 0},
		"not a webhook":            {`[]`, 0, "refused", 0},
		"an outage":                {webhook("store/product/updated", own, `{"type":"product","id":7}`), 503, "again", 0},
		"too many calls":           {webhook("store/product/updated", own, `{"type":"product","id":7}`), 429, "again", 0},
		"a wrong token":            {webhook("store/product/updated", own, `{"type":"product","id":7}`), 401, "again", 0},
	} {
		a := &api{payload: map[string]json.RawMessage{"product": json.RawMessage(`{"id":7,"name":"Anna Marker"}`)}, status: c.status}
		h, q := newHandler(t, a)
		var log bytes.Buffer
		slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
		err := h.take(t.Context(), events.SQSMessage{MessageId: "m", Body: c.body})
		outcome := ""
		if refusal := (*queue.Refused)(nil); errors.As(err, &refusal) {
			outcome = "refused"
			fmt.Fprint(&log, refusal.Faults)
		} else if err != nil {
			outcome = "again"
			log.WriteString(err.Error())
		}
		if outcome != c.outcome || len(q.bodies) != c.messages {
			t.Errorf("%s: %q, %d messages (%v); want %q, %d", name, outcome, len(q.bodies), err, c.outcome, c.messages)
		}
		if outcome == "refused" && a.calls > 0 {
			t.Errorf("%s: the API was asked %d times before the refusal", name, a.calls)
		}
		if strings.Contains(log.String(), "arker") || strings.Contains(log.String(), "the-token") {
			t.Errorf("%s: the log has a value or the token: %s", name, &log)
		}
	}
}

// What is too large for a message is refused, with what to do.
func TestAnOrderThatIsTooLargeIsRefused(t *testing.T) {
	h, q := newHandler(t, &api{payload: map[string]json.RawMessage{"product": json.RawMessage(`{"id":7,"description":"` + strings.Repeat("x", 999_950) + `"}`)}})
	err := h.take(t.Context(), events.SQSMessage{Body: webhook("store/product/updated", "stores/abc123def4", `{"type":"product","id":7}`)})
	refusal := (*queue.Refused)(nil)
	if !errors.As(err, &refusal) || len(q.bodies) != 0 || !strings.Contains(fmt.Sprint(refusal.Faults), "events/README.md") {
		t.Errorf("take fails with %v, %d messages; want a refusal with what to do", err, len(q.bodies))
	}
}

// Until the shop has written the secret, its webhooks wait.
func TestWebhooksWaitForTheSecret(t *testing.T) {
	missing := errors.New("the secret of BigCommerce has no store")
	h := &handler{store: func(context.Context) (store, error) { return nil, missing }, record: &taken{}, now: time.Now}
	answer, err := h.Handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: webhook("store/product/updated", "stores/abc123def4", `{"id":7}`)}}})
	if err != nil || len(answer.BatchItemFailures) != 1 {
		t.Errorf("Handle = %+v, %v; want the message delivered again", answer, err)
	}
}
