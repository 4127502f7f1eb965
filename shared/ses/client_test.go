package ses

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

	"regulars/shared/message"
	"regulars/shared/sendrate"
)

func clientTo(t *testing.T, answer http.HandlerFunc) (*Client, *atomic.Int32) {
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

var plain = message.Mail{To: "ann@example.com", Subject: "s", HTML: "<p>h</p>", Text: "t"}

func TestMailThatCouldForgeAHeaderIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*message.Mail){
		"two recipients":         func(m *message.Mail) { m.To = "a@example.com,b@example.com" },
		"no address":             func(m *message.Mail) { m.To = "ann" },
		"a break in the subject": func(m *message.Mail) { m.Subject = "hi\r\nBcc: b@example.com" },
		"a break in a header":    func(m *message.Mail) { m.Headers = map[string]string{"List-Unsubscribe": "<x>\nBcc: b@example.com"} },
		"a NUL in a header":      func(m *message.Mail) { m.Headers = map[string]string{"X-Y": "a\x00"} },
	} {
		g, calls := clientTo(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"MessageId":"m1"}`) })
		m := plain
		spoil(&m)
		_, err := g.Send(context.Background(), m)
		if refused := (*Refused)(nil); !errors.As(err, &refused) || calls.Load() != 0 {
			t.Errorf("%s: Send = %v after %d calls, want refused before any", name, err, calls.Load())
		}
		if err != nil && strings.Contains(err.Error(), "example.com") {
			t.Errorf("%s: the error contains an address: %v", name, err)
		}
	}
}

func TestQuotaIsReadFromSES(t *testing.T) {
	for phrase, c := range map[string]struct {
		status int
		body   string
		want   sendrate.Quota
		fails  bool
	}{
		"a quota":        {200, `{"SendQuota":{"MaxSendRate":14,"Max24HourSend":50000,"SentLast24Hours":321},"SendingEnabled":true}`, sendrate.Quota{PerSecond: 14, PerDay: 50_000, Sent: 321}, false},
		"no permission":  {403, `{"message":"no"}`, sendrate.Quota{}, true},
		"no quota in it": {200, `{}`, sendrate.Quota{}, true},
	} {
		g, calls := clientTo(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		})
		got, err := g.Quota(context.Background())
		if got != c.want || (err != nil) != c.fails || calls.Load() != 1 {
			t.Errorf("%s: Quota = %+v, %v, after %d calls", phrase, got, err, calls.Load())
		}
	}
}

func TestWaitSaysWhichLimitWasReached(t *testing.T) {
	for _, c := range []struct {
		wait        Wait
		paused, day bool
	}{
		{Wait{Code: "TooManyRequestsException", Text: "Maximum sending rate exceeded."}, false, false},
		{Wait{Code: "TooManyRequestsException", Text: "Daily message quota exceeded."}, false, true},
		{Wait{Code: "LimitExceededException"}, false, true},
		{Wait{Code: "SendingPausedException", Account: true}, true, false},
		{Wait{Code: "AccountSuspendedException", Account: true}, true, false},
		{Wait{Code: "AccessDeniedException", Account: true}, false, false},
	} {
		if c.wait.Paused() != c.paused || c.wait.Day() != c.day {
			t.Errorf("%s (%s): Paused %t, Day %t, want %t, %t", c.wait.Code, c.wait.Text, c.wait.Paused(), c.wait.Day(), c.paused, c.day)
		}
	}
}
