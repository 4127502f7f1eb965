package main

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.etcd.io/bbolt"

	local "regulars/infra/local/aws"
	localses "regulars/infra/local/ses"
	"regulars/shared/claim"
	"regulars/shared/ses"
)

type noBus struct{}

func (noBus) Put(context.Context, string, local.Event, string) error { return nil }

// The real ses.Client calls the local cloud's SES over HTTP.
func TestAnswersOfSESOverHTTP(t *testing.T) {
	for name, c := range map[string]struct {
		fault *localses.Fault
		state claim.State
		code  string // of the reason
		mails int
		kept  int // reservations and grants afterwards
	}{
		"accepted":             {nil, claim.Accepted, "", 1, 1},
		"rejected":             {&localses.Fault{Status: 400, Code: "MessageRejected", Text: "no"}, claim.Refused, "ses:MessageRejected", 0, 0},
		"too fast":             {&localses.Fault{Status: 429, Code: "TooManyRequestsException", Text: "slow down"}, claim.Queued, "ses:TooManyRequestsException", 0, 1},
		"paused":               {&localses.Fault{Status: 400, Code: "SendingPausedException", Text: "paused"}, claim.Queued, "ses:SendingPausedException", 0, 1},
		"SES failed":           {&localses.Fault{Status: 500, Code: "InternalFailure", Text: "oops"}, claim.Sending, "", 0, 1},
		"the answer was lost":  {&localses.Fault{DropAfter: true}, claim.Sending, "", 1, 1},
		"the request was lost": {&localses.Fault{DropBefore: true}, claim.Sending, "", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b, i := newBench(t), anIntent("winter", ann, "run-1")
			account := openAccount(t)
			var calls atomic.Int32
			account.Fault = func(string) *localses.Fault { calls.Add(1); return c.fault }
			web := httptest.NewServer(account)
			defer web.Close()
			b.dispatch.SES = ses.New(aws.Config{
				Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
			}, "regulars", "The Shop <shop@example.com>")

			for _, nth := range []string{"1", "2"} {
				if !b.deliver(t, i, nth) {
					t.Error("the message was not acknowledged")
				}
			}
			d := b.is(t, i, c.state)
			if d.Reason.Code != c.code {
				t.Errorf("the reason is %q, want %q", d.Reason.Code, c.code)
			}
			if mails := account.Messages(localses.Filter{}).Total; mails != c.mails {
				t.Errorf("the mailbox has %d messages, want %d", mails, c.mails)
			}
			if n := calls.Load(); c.state != claim.Queued && n != 1 {
				t.Errorf("SES was called %d times, want once", n)
			}
			b.holds(t, c.kept, c.kept)
		})
	}
}

// openAccount returns an SES account that may send from example.com.
func openAccount(t *testing.T) *localses.Server {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "mailbox"), 0o600, &bbolt.Options{NoSync: true, Timeout: time.Second})
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	account, err := localses.New(db, noBus{}, silent{}, localses.Config{
		Identities: []localses.Identity{{Name: "example.com"}}, ConfigurationSets: []localses.ConfigurationSet{{Name: "regulars"}},
	})
	must(t, err)
	return account
}
