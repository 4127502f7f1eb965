package gate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

func gateTo(t *testing.T, answer http.HandlerFunc) (*Gate, *atomic.Int32) {
	t.Helper()
	var calls atomic.Int32
	ses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		answer(w, r)
	}))
	t.Cleanup(ses.Close)
	return New(aws.Config{
		Region: "us-east-1", BaseEndpoint: &ses.URL,
		Credentials: credentials.NewStaticCredentialsProvider("x", "y", ""),
	}, "set", "shop@example.com"), &calls
}

var plain = Message{To: "ann@example.com", Subject: "s", HTML: "<p>h</p>", Text: "t"}

func TestEveryAnswerOfSESIsSorted(t *testing.T) {
	failing := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Amzn-Errortype", code)
			w.WriteHeader(status)
			fmt.Fprint(w, `{"message":"because"}`)
		}
	}
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"accepted":             {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"MessageId":"m1"}`) }, "m1"},
		"rejected":             {failing(400, "MessageRejected"), "*gate.Refused"},
		"bad request":          {failing(400, "BadRequestException"), "*gate.Refused"},
		"no configuration set": {failing(404, "NotFoundException"), "*gate.Refused"},
		"too many requests":    {failing(429, "TooManyRequestsException"), "*gate.Wait"},
		"daily quota":          {failing(400, "LimitExceededException"), "*gate.Wait"},
		"sending paused":       {failing(400, "SendingPausedException"), "*gate.Wait account"},
		"account suspended":    {failing(400, "AccountSuspendedException"), "*gate.Wait account"},
		"no permission":        {failing(403, "AccessDeniedException"), "*gate.Wait account"},
		"no identity":          {failing(400, "MailFromDomainNotVerifiedException"), "*gate.Wait account"},
		"request time-out":     {failing(408, "RequestTimeout"), "*gate.Unknown"},
		"internal error":       {failing(500, "InternalFailure"), "*gate.Unknown"},
		"unavailable":          {failing(503, "ServiceUnavailable"), "*gate.Unknown"},
		"an answer of something else": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "<html>")
		}, "*gate.Unknown"},
		"the connection is cut": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "*gate.Unknown"},
	} {
		g, calls := gateTo(t, c.answer)
		got, err := g.Send(context.Background(), plain)
		if err != nil {
			got = fmt.Sprintf("%T", err)
			if wait := (*Wait)(nil); errors.As(err, &wait) && wait.Account {
				got += " account"
			}
		}
		if got != c.want {
			t.Errorf("%s: Send = %s (%v), want %s", name, got, err, c.want)
		}
		if calls.Load() != 1 {
			t.Errorf("%s: SES was called %d times, want once: a second call may be a second message", name, calls.Load())
		}
	}
}

func TestWhatCouldForgeAHeaderNeverReachesSES(t *testing.T) {
	for name, spoil := range map[string]func(*Message){
		"two recipients":         func(m *Message) { m.To = "a@example.com,b@example.com" },
		"no address":             func(m *Message) { m.To = "ann" },
		"a break in the subject": func(m *Message) { m.Subject = "hi\r\nBcc: b@example.com" },
		"a break in a header":    func(m *Message) { m.Headers = map[string]string{"List-Unsubscribe": "<x>\nBcc: b@example.com"} },
		"a NUL in a header":      func(m *Message) { m.Headers = map[string]string{"X-Y": "a\x00"} },
	} {
		g, calls := gateTo(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"MessageId":"m1"}`) })
		m := plain
		spoil(&m)
		_, err := g.Send(context.Background(), m)
		if refused := (*Refused)(nil); !errors.As(err, &refused) || calls.Load() != 0 {
			t.Errorf("%s: Send = %v after %d calls, want refused before any", name, err, calls.Load())
		}
		if err != nil && strings.Contains(err.Error(), "example.com") {
			t.Errorf("%s: the error tells an address: %v", name, err)
		}
	}
}
