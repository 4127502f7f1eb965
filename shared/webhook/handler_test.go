package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	samples "regulars/events"
	"regulars/shared/intake"
	"regulars/shared/webhook/webhooktest"
)

var (
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	flips = flag.Int("flips", 100_000, "flipped bits of each platform's webhook")
)

const (
	key   = "a-key-of-the-platform-with-48-characters-000000"
	older = "an-older-key-of-the-platform-with-48-characters"
)

// taken is a queue in memory.
type taken struct {
	envelopes []envelope
	err       error
}

func (q *taken) Put(_ context.Context, values ...any) error {
	for _, v := range values {
		q.envelopes = append(q.envelopes, v.(envelope))
	}
	return q.err
}

func newHandler() (*Handler, *taken) {
	q, keys := &taken{}, map[string][][]byte{}
	for name := range platforms {
		keys[name] = [][]byte{[]byte(webhooktest.Key(name, key)), []byte(older)}
	}
	return &Handler{Keys: keys, Record: q, Fetch: q, Now: func() time.Time { return noon }}, q
}

func call(method, path, body string, headers map[string]string) events.LambdaFunctionURLRequest {
	r := events.LambdaFunctionURLRequest{RawPath: path, Body: body, Headers: headers}
	r.RequestContext.HTTP.Method, r.RequestContext.RequestID = method, "request-1"
	return r
}

func TestEachPlatformHasASigner(t *testing.T) {
	if want, got := slices.Sorted(maps.Keys(platforms)), slices.Sorted(maps.Keys(webhooktest.Signers)); !slices.Equal(want, got) {
		t.Errorf("platforms %q, signers %q", want, got)
	}
}

// WooCommerce's signature, as its own code computes it: base64 of HMAC-SHA256.
// The value was computed with openssl dgst -sha256 -hmac.
func TestASignatureThatAnotherProgramComputedHolds(t *testing.T) {
	h, q := newHandler()
	status, _ := h.take(t.Context(), call(http.MethodPost, "/woocommerce", `{"id":727}`, map[string]string{
		"x-wc-webhook-signature": "OlrWjZ3juxIx567Y+5rBJQvMCOaEn9yOYSpeXJzUkCE=", "x-wc-webhook-topic": "order.deleted",
	}))
	if status != http.StatusOK || len(q.envelopes) != 1 {
		t.Errorf("status %d, %d messages; want 200 and one", status, len(q.envelopes))
	}
}

func TestHandleAnswersEachRequest(t *testing.T) {
	body := `{"id":727,"name":"Anna Marker","html":"<p>"}`
	good := webhooktest.Signers["woocommerce"](body, key)
	without := maps.Clone(good)
	delete(without, "x-wc-webhook-signature")
	with := func(signature string) map[string]string {
		m := maps.Clone(good)
		m["x-wc-webhook-signature"] = signature
		return m
	}
	text := "not JSON, of Anna Marker"
	large := `{"a":"` + strings.Repeat("x", maxBody) + `"}`
	for name, c := range map[string]struct {
		method, path, body string
		headers            map[string]string
		failing            error
		status, messages   int
	}{
		"a signed webhook":                      {http.MethodPost, "/woocommerce", body, good, nil, 200, 1},
		"with a slash at the end":               {http.MethodPost, "/woocommerce/", body, good, nil, 200, 1},
		"signed with the older key":             {http.MethodPost, "/woocommerce", body, webhooktest.Signers["woocommerce"](body, older), nil, 200, 1},
		"signed with another key":               {http.MethodPost, "/woocommerce", body, webhooktest.Signers["woocommerce"](body, "another key"), nil, 401, 0},
		"signed with an empty key":              {http.MethodPost, "/woocommerce", body, webhooktest.Signers["woocommerce"](body, ""), nil, 401, 0},
		"without a signature":                   {http.MethodPost, "/woocommerce", body, without, nil, 401, 0},
		"an empty signature":                    {http.MethodPost, "/woocommerce", body, with(""), nil, 401, 0},
		"a signature that is no base64":         {http.MethodPost, "/woocommerce", body, with("Anna Marker"), nil, 401, 0},
		"a part of the signature":               {http.MethodPost, "/woocommerce", body, with(good["x-wc-webhook-signature"][:20]), nil, 401, 0},
		"another body":                          {http.MethodPost, "/woocommerce", body + " ", good, nil, 401, 0},
		"a ping":                                {http.MethodPost, "/woocommerce", "webhook_id=12", nil, nil, 200, 0},
		"more than a ping":                      {http.MethodPost, "/woocommerce", "webhook_id=12&a=b", nil, nil, 401, 0},
		"an unknown platform":                   {http.MethodPost, "/marker", body, good, nil, 404, 0},
		"no platform":                           {http.MethodPost, "/", body, good, nil, 404, 0},
		"GET":                                   {http.MethodGet, "/woocommerce", body, good, nil, 405, 0},
		"HEAD":                                  {http.MethodHead, "/woocommerce", "", good, nil, 405, 0},
		"signed, and not JSON":                  {http.MethodPost, "/woocommerce", text, webhooktest.Signers["woocommerce"](text, key), nil, 400, 0},
		"signed, and a list":                    {http.MethodPost, "/woocommerce", "[]", webhooktest.Signers["woocommerce"]("[]", key), nil, 400, 0},
		"signed, and empty":                     {http.MethodPost, "/woocommerce", "", webhooktest.Signers["woocommerce"]("", key), nil, 400, 0},
		"larger than 1 MB":                      {http.MethodPost, "/woocommerce", large, webhooktest.Signers["woocommerce"](large, key), nil, 413, 0},
		"the queue fails":                       {http.MethodPost, "/woocommerce", body, good, errors.New("throttled"), 503, 1},
		"signed, with bytes that are not UTF-8": {http.MethodPost, "/woocommerce", "{\"a\":\"\xff\"}", webhooktest.Signers["woocommerce"]("{\"a\":\"\xff\"}", key), nil, 200, 1},
	} {
		var log bytes.Buffer
		slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
		h, q := newHandler()
		q.err = c.failing
		answer, err := h.Handle(t.Context(), call(c.method, c.path, c.body, c.headers))
		if err != nil || answer.StatusCode != c.status || len(q.envelopes) != c.messages {
			t.Errorf("%s: status %d, %d messages, error %v; want %d and %d", name, answer.StatusCode, len(q.envelopes), err, c.status, c.messages)
		}
		if told := log.String() + answer.Body; strings.Contains(told, "arker") {
			t.Errorf("%s: the log or the answer repeats a value: %s", name, told)
		}
	}
}

func TestAPlatformWithoutAKeyTakesNothing(t *testing.T) {
	for name, sign := range webhooktest.Signers {
		q := &taken{}
		h := &Handler{Keys: map[string][][]byte{}, Record: q, Fetch: q, Now: time.Now}
		if status, _ := h.take(t.Context(), call(http.MethodPost, "/"+name, "{}", sign("{}", ""))); status != http.StatusNotFound || len(q.envelopes) != 0 {
			t.Errorf("%s: status %d, %d messages; want 404 and none", name, status, len(q.envelopes))
		}
	}
}

func TestRecordReadsTheEnvelopeOfEachWebhook(t *testing.T) {
	own := func() (intake.Shop, error) {
		return intake.Shop{Currency: "GBP", URL: "https://shop.example.com"}, nil
	}
	read := map[string]int{}
	for _, s := range samples.Samples() {
		for name, p := range platforms {
			if p.detailType != s.DetailType {
				continue
			}
			var sample struct{ Detail detail }
			if err := json.Unmarshal(s.Envelope, &sample); err != nil {
				t.Fatal(err)
			}
			body := string(sample.Detail.Payload)
			headers := webhooktest.Signers[name](body, key)
			for header, value := range sample.Detail.Metadata {
				headers[strings.ToLower(header)] = value
			}
			h, q := newHandler()
			if status, problem := h.take(t.Context(), call(http.MethodPost, "/"+name, body, headers)); status != http.StatusOK {
				t.Errorf("%s: status %d %s", s.Name, status, problem)
				continue
			}
			put, err := json.Marshal(q.envelopes[0])
			if err != nil {
				t.Fatal(err)
			}
			got, err := intake.ParseFor(put, noon, own)
			if err != nil {
				t.Errorf("%s/%s: %v", s.DetailType, s.Name, err)
			}
			if want, _ := intake.ParseFor(s.Envelope, noon, own); len(got.Events) != len(want.Events) || got.Ignored != want.Ignored {
				t.Errorf("%s/%s: %d events, %q; want %d, %q", s.DetailType, s.Name, len(got.Events), got.Ignored, len(want.Events), want.Ignored)
			}
			read[name]++
		}
	}
	for name := range platforms {
		if read[name] == 0 {
			t.Errorf("%s has no sample", name)
		}
	}
}

// One bit of the body or of the signature is flipped. -flips 1000000 flips as
// many for each platform.
func TestNoFlippedBitIsAccepted(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	const body = `{"id":727,"status":"processing","total":"13.80"}`
	for name, sign := range webhooktest.Signers {
		h, q := newHandler()
		random := rand.New(rand.NewPCG(1, 2))
		good := sign(body, key)
		signature := ""
		for header := range good {
			if strings.Contains(header, "signature") {
				signature = header
			}
		}
		for i := range *flips {
			headers, changed := maps.Clone(good), []byte(body)
			if i%2 == 0 {
				changed[random.IntN(len(changed))] ^= 1 << random.IntN(8)
			} else {
				text := []byte(headers[signature])
				text[random.IntN(len(text))] ^= 1 << random.IntN(8)
				headers[signature] = string(text)
			}
			if p := platforms[name]; signed(p, request{headers, string(changed), noon}, h.Keys[name]) {
				t.Fatalf("%s: flip %d is accepted: body %q, signature %q", name, i, changed, headers[signature])
			}
		}
		if status, _ := h.take(t.Context(), call(http.MethodPost, "/"+name, body, good)); status != http.StatusOK || len(q.envelopes) != 1 {
			t.Errorf("%s: without a flip: status %d; want 200", name, status)
		}
	}
}
