package webhook

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/webhook/webhooktest"
)

const medusaBody = `{"event":"order.placed","order":{"id":"order_01"}}`

func TestMedusasSignatureHoldsForFiveMinutes(t *testing.T) {
	good := webhooktest.Signers["medusa"](medusaBody, key)["regulars-signature"]
	stamp, mac, _ := strings.Cut(good, ",")
	for name, c := range map[string]struct {
		signature, body string
		after           time.Duration
		holds           bool
	}{
		"at once":                        {good, medusaBody, 0, true},
		"five minutes later":             {good, medusaBody, 5 * time.Minute, true},
		"by a clock that is slow":        {good, medusaBody, -5 * time.Minute, true},
		"a little more than that later":  {good, medusaBody, 5*time.Minute + time.Second, false},
		"by a clock that is very slow":   {good, medusaBody, -6 * time.Minute, false},
		"with another time":              {"t=1795348801," + mac, medusaBody, 0, false},
		"with a time in another writing": {"t=+" + stamp[2:] + "," + mac, medusaBody, 0, false},
		"with no time":                   {mac, medusaBody, 0, false},
		"another body":                   {good, medusaBody + " ", 0, false},
		"in capitals":                    {stamp + ",v1=" + strings.ToUpper(mac[3:]), medusaBody, 0, false},
		"a part of it":                   {good[:40], medusaBody, 0, false},
		"more after it":                  {good + ",v1=00", medusaBody, 0, false},
		"without it":                     {"", medusaBody, 0, false},
	} {
		r := request{map[string]string{"regulars-signature": c.signature}, c.body, noon.Add(c.after)}
		if got := medusaSigned(r, []byte(key)); got != c.holds {
			t.Errorf("%s: %v, want %v", name, got, c.holds)
		}
	}
}

// The subscriber in docs/medusa.md, run by Node, posts what hooks takes.
func TestMedusasSubscriberSigns(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node on this machine")
	}
	page, err := os.ReadFile("../../docs/medusa.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("(?s)```ts\n// src/lib/regulars.ts\n(.*?)```").FindSubmatch(page)
	if code == nil {
		t.Fatal("docs/medusa.md has no block with src/lib/regulars.ts")
	}
	plain := regexp.MustCompile(`: (string|object)\b`).ReplaceAll(code[1], nil) // Node 20 reads no types
	h, q := newHandler()
	h.Now = time.Now
	answers := make(chan int, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		call := events.LambdaFunctionURLRequest{RawPath: r.URL.Path, Body: string(body), Headers: map[string]string{"regulars-signature": r.Header.Get("Regulars-Signature")}}
		call.RequestContext.HTTP.Method, call.RequestContext.RequestID = r.Method, "request-1"
		answer, _ := h.Handle(r.Context(), call)
		answers <- answer.StatusCode
		w.WriteHeader(answer.StatusCode)
	}))
	defer server.Close()
	script := filepath.Join(t.TempDir(), "regulars.mjs")
	call := "\nawait post(\"order.placed\", { order: { id: \"order_01\", email: \"zoë@example.com\" } })\n"
	if err := os.WriteFile(script, append(plain, call...), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(key string) (status int, said string) {
		command := exec.CommandContext(t.Context(), node, script)
		command.Env = []string{"REGULARS_URL=" + server.URL + "/medusa", "REGULARS_KEY=" + key}
		out, _ := command.CombinedOutput()
		select {
		case status = <-answers:
		default: // it posted nothing
		}
		return status, string(out)
	}
	if status, out := run(key); status != http.StatusOK || len(q.envelopes) != 1 || !strings.Contains(string(q.envelopes[0].Detail.Payload), `"zoë@example.com"`) {
		t.Errorf("status %d, %d messages, node said %q; want 200 and one", status, len(q.envelopes), out)
	}
	if status, out := run("another key with enough characters"); status != http.StatusUnauthorized || len(q.envelopes) != 1 || !strings.Contains(out, "401") {
		t.Errorf("with another key: status %d, %d messages, node said %q; want 401, and an error that names it", status, len(q.envelopes), out)
	}
}
