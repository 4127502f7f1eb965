package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Each fault has the effect of its name: how often the call is made, and what the
// caller is answered.
func TestFaults(t *testing.T) {
	const put, transact, query = "DynamoDB_20120810.PutItem", "DynamoDB_20120810.TransactWriteItems", "DynamoDB_20120810.Query"
	tests := map[string]struct {
		target string // X-Amz-Target; empty: SendEmail
		done   int
		status int // 0: no answer
		says   string
	}{
		"dynamodb.lost-before": {put, 0, 0, ""},
		"dynamodb.lost-after":  {put, 1, 0, ""},
		"dynamodb.throttle":    {query, 0, 400, "ProvisionedThroughputExceededException"},
		"dynamodb.conflict":    {transact, 0, 400, "TransactionCanceledException"},
		"dynamodb.500":         {put, 0, 500, "InternalServerError"},
		"dynamodb.500-after":   {put, 1, 500, "InternalServerError"},
		"ses.lost-before":      {"", 0, 0, ""},
		"ses.lost-after":       {"", 1, 0, ""},
		"ses.throttle":         {"", 0, 429, "rate exceeded"},
		"ses.refuse":           {"", 0, 400, "does not like"},
		"ses.500":              {"", 0, 500, "not done"},
		"ses.500-after":        {"", 1, 500, "was done"},
		"sqs.lost-before":      {"AmazonSQS.SendMessageBatch", 0, 0, ""},
		"sqs.lost-after":       {"AmazonSQS.SendMessageBatch", 1, 0, ""},
		"sqs.twice":            {"AmazonSQS.SendMessageBatch", 2, 200, "ok"},
		"sqs.500":              {"AmazonSQS.SendMessage", 0, 500, "not done"},
	}
	for name, test := range tests {
		f := newFaults()
		f.seed(1)
		f.resume()
		for _, k := range f.kinds {
			k.rate = 0
			if k.name == name {
				k.rate = 1
			}
		}
		done := 0
		server := httptest.NewServer(front(f)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if body, _ := io.ReadAll(r.Body); string(body) == "the call" {
				done++
			}
			_, _ = io.WriteString(w, "ok")
		})))
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v2/email/outbound-emails", strings.NewReader("the call"))
		if test.target != "" {
			r.URL.Path = "/"
			r.Header.Set("X-Amz-Target", test.target)
		}
		status, text := 0, []byte(nil)
		if response, err := http.DefaultClient.Do(r); err == nil {
			status = response.StatusCode
			text, _ = io.ReadAll(response.Body)
			response.Body.Close()
		}
		server.Close() // waits for the call
		if done != test.done || status != test.status || !strings.Contains(string(text), test.says) {
			t.Errorf("%s: done %d times, answered %d %q; want %d times, %d, %q", name, done, status, text, test.done, test.status, test.says)
		}
		if by, all := f.counts(); by[name] != 1 || all != 1 {
			t.Errorf("%s: counted %v, want it once", name, by)
		}
	}
}

// Calls outside of AWS's protocols, and all calls after heal, pass unchanged.
func TestNoFault(t *testing.T) {
	f := newFaults()
	f.seed(1)
	f.resume()
	for _, k := range f.kinds {
		k.rate = 1
	}
	h := front(f)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	ask := func(path, target string) string {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, nil)
		r.Header.Set("X-Amz-Target", target)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Body.String()
	}
	if got := ask("/lambda-url/Preferences/u/x", ""); got != "ok" {
		t.Errorf("a click = %q, want ok", got)
	}
	f.heal()
	if got := ask("/", "DynamoDB_20120810.PutItem"); got != "ok" {
		t.Errorf("a write after healing = %q, want ok", got)
	}
}
