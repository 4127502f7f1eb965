package ses

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"regulars/shared/content"
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

var plain = content.Mail{To: "ann@example.com", Subject: "s", HTML: "<p>h</p>", Text: "t"}

func TestMailThatCouldForgeAHeaderIsRefused(t *testing.T) {
	for name, spoil := range map[string]func(*content.Mail){
		"two recipients":                  func(m *content.Mail) { m.To = "a@example.com,b@example.com" },
		"no address":                      func(m *content.Mail) { m.To = "ann" },
		"two addresses for answers":       func(m *content.Mail) { m.ReplyTo = "a@example.com,b@example.com" },
		"a break in the answers' address": func(m *content.Mail) { m.ReplyTo = "a@example.com\r\nBcc: b@example.com" },
		"a break in the sender's name":    func(m *content.Mail) { m.From = "Shop\r\nBcc: b@example.com" },
		"a break in the subject":          func(m *content.Mail) { m.Subject = "hi\r\nBcc: b@example.com" },
		"a break in a header":             func(m *content.Mail) { m.Headers = map[string]string{"List-Unsubscribe": "<x>\nBcc: b@example.com"} },
		"a NUL in a header":               func(m *content.Mail) { m.Headers = map[string]string{"X-Y": "a\x00"} },
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

// The name is the mail's, the address always the client's: the permission
// ses:SendEmail is bound to it.
func TestSenderHasTheNameOfTheMailAndTheAddressOfTheClient(t *testing.T) {
	for _, c := range []struct{ from, name, want string }{
		{"hello@shop.example.com", "Corner & Leaf", `"Corner & Leaf" <hello@shop.example.com>`},
		{"Regulars <hello@shop.example.com>", "Corner", `"Corner" <hello@shop.example.com>`},
		{"Regulars <hello@shop.example.com>", "", "Regulars <hello@shop.example.com>"},
		{"hello@shop.example.com", "Żółw", "=?utf-8?q?=C5=BB=C3=B3=C5=82w?= <hello@shop.example.com>"},
		{"hello@shop.example.com", `Eve" <eve@evil.example>, "x`, `"Eve\" <eve@evil.example>, \"x" <hello@shop.example.com>`},
	} {
		var sent struct {
			FromEmailAddress string
			ReplyToAddresses []string
		}
		g, _ := clientTo(t, func(w http.ResponseWriter, r *http.Request) {
			if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
				t.Error(err)
			}
			fmt.Fprint(w, `{"MessageId":"m1"}`)
		})
		g.from, g.address = c.from, addressOf(c.from)
		m := plain
		m.From, m.ReplyTo = c.name, "help@shop.example.com"
		if _, err := g.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if sent.FromEmailAddress != c.want || !slices.Equal(sent.ReplyToAddresses, []string{"help@shop.example.com"}) {
			t.Errorf("from %q with the name %q: SES got From %q and Reply-To %q, want From %q", c.from, c.name, sent.FromEmailAddress, sent.ReplyToAddresses, c.want)
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
