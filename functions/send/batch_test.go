package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// A batch is worked side by side: SES gets the messages of several customers at the
// same time. The cap of two promotions holds for one customer with three intents, and
// for two customers who share an address and have four.
func TestABatchIsSentSideBySideWithinTheCaps(t *testing.T) {
	b := newBench(t)
	at := func(id shop.CustomerID, address string) profile.Profile {
		p := aRegular(id)
		p.Email.Value, p.Mailbox = address+"@example.com", shop.Mailbox("m-"+address)
		return p
	}
	must(t, b.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{at("bob", "home"), at("bea", "home"), at("cleo", "cleo"), at("dan", "dan"), at("eva", "eva")}}))
	var batch events.SQSEvent
	put := func(i campaign.Intent) {
		body, err := json.Marshal(i)
		must(t, err)
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: fmt.Sprint("m-", len(batch.Records)), Body: string(body), Attributes: map[string]string{"ApproximateReceiveCount": "1"}})
	}
	for n := range 3 {
		put(anIntent("plain", ann, fmt.Sprint("run-", n)))
	}
	for n := range 2 {
		put(anIntent("plain", "bob", fmt.Sprint("run-", n)))
		put(anIntent("plain", "bea", fmt.Sprint("run-", n)))
	}
	put(anIntent("plain", "cleo", "run-0"))
	put(anIntent("plain", "dan", "run-0"))
	put(anIntent("plain", "eva", "run-0"))

	b.dispatch.SES = &meeting{SES: b.ses, missing: 3, met: make(chan struct{})}
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, nil)))
	defer slog.SetDefault(before)
	got, err := b.Handle(t.Context(), batch)
	must(t, err)
	var line struct{ To map[claim.State]int }
	if err := json.Unmarshal(logged.Bytes(), &line); err != nil || line.To[claim.Accepted] != 7 {
		t.Errorf("the log of the batch is %s, want one line that says that SES accepted 7", &logged)
	}
	if len(got.BatchItemFailures) > 0 {
		t.Errorf("%v failed, want none", got.BatchItemFailures)
	}
	mails := map[string]int{}
	for _, m := range b.ses.all() {
		mails[m.To]++
	}
	for address, want := range map[string]int{"ann": 2, "home": 2, "cleo": 1, "dan": 1, "eva": 1} {
		if n := mails[address+"@example.com"]; n != want {
			t.Errorf("%s got %d messages, want %d", address, n, want)
		}
	}
	for _, c := range []shop.CustomerID{ann, "bob", "bea"} {
		for n := range 2 { // every intent has ended or waits for the cap
			if d, err := b.store.Send(t.Context(), c, anIntent("plain", c, fmt.Sprint("run-", n)).SendID("test")); err != nil || d.State == "" {
				t.Errorf("intent %d of %s has no record: %v", n, c, err)
			}
		}
	}
}

// meeting is an SES that answers only when messages to several addresses have come.
type meeting struct {
	dispatch.SES
	mu      sync.Mutex
	came    map[string]bool
	missing int // addresses
	met     chan struct{}
}

func (s *meeting) Send(ctx context.Context, m content.Mail) (string, error) {
	s.mu.Lock()
	if s.came == nil {
		s.came = map[string]bool{}
	}
	if !s.came[m.To] && s.missing > 0 {
		s.came[m.To] = true
		if s.missing--; s.missing == 0 {
			close(s.met)
		}
	}
	s.mu.Unlock()
	select {
	case <-s.met:
		return s.SES.Send(ctx, m)
	case <-time.After(20 * time.Second):
		return "", errors.New("no messages to other addresses came within 20 seconds")
	}
}
