package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"go.etcd.io/bbolt"

	localses "regulars/infra/local/ses"
	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/policycache"
	"regulars/shared/profile"
	"regulars/shared/sendrate"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// strict is the local cloud's SES with a send rate. It counts the calls that
// were too fast.
type strict struct {
	*localses.Server
	tooFast atomic.Int32
	url     string
}

func strictSES(t *testing.T, perSecond, perDay float64) *strict {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "mailbox"), 0o600, &bbolt.Options{NoSync: true, Timeout: time.Second})
	must(t, err)
	account, err := localses.New(db, noBus{}, silent{}, localses.Config{
		Identities: []localses.Identity{{Name: "example.com"}}, ConfigurationSets: []localses.ConfigurationSet{{Name: "regulars"}},
		MaxSendRate: perSecond, Max24HourSend: perDay,
	})
	must(t, err)
	s := &strict{Server: account}
	web := httptest.NewServer(s)
	t.Cleanup(func() { web.Close(); _ = db.Close() })
	s.url = web.URL
	return s
}

func (s *strict) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.Server.ServeHTTP(&counting{w, s}, r)
}

// counting counts the answers with status 429.
type counting struct {
	http.ResponseWriter
	ses *strict
}

func (w *counting) WriteHeader(status int) {
	if status == http.StatusTooManyRequests {
		w.ses.tooFast.Add(1)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (s *strict) client() *ses.Client {
	return ses.New(aws.Config{
		Region: "us-east-1", BaseEndpoint: &s.url, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}, "regulars", "The Shop <shop@example.com>")
}

// workers returns n dispatchers, each with its own view of the shared rate,
// on a running clock.
func (b *bench) workers(account *strict, n int, paced bool) (all []*dispatch.Dispatcher) {
	began := time.Now()
	now := func() time.Time { return noon.Add(time.Since(began)) }
	for range n {
		out := account.client()
		d := &dispatch.Dispatcher{Claims: b.store, Attempts: b.store, Reader: b.dispatch.Reader, SES: out, Now: now, Owner: b.dispatch.Owner}
		if paced {
			d.Pace = &sendrate.Pacer{Store: b.store, Quota: out.Quota, Now: now, By: rand.Text}
		}
		all = append(all, d)
	}
	return all
}

// sendAll gives the workers one promotion for each customer, and returns how
// many were accepted and how many wait.
func (b *bench) sendAll(t *testing.T, all []*dispatch.Dispatcher, customers []shop.CustomerID) (accepted, waiting int) {
	t.Helper()
	work := make(chan shop.CustomerID)
	var done sync.WaitGroup
	for _, d := range all {
		done.Go(func() {
			for id := range work {
				if err := d.Take(context.Background(), anIntent("plain", id, "run-1"), false); err != nil {
					t.Errorf("the message of %s failed: %v", id, err)
				}
			}
		})
	}
	for _, id := range customers {
		work <- id
	}
	close(work)
	done.Wait()
	for _, id := range customers {
		d, err := b.store.Send(t.Context(), id, anIntent("plain", id, "run-1").SendID("test"))
		must(t, err)
		switch d.State {
		case claim.Accepted:
			accepted++
		case claim.Queued:
			waiting++
		default:
			t.Errorf("the send of %s is %s (%s)", id, d.State, d.Reason.Text)
		}
	}
	return accepted, waiting
}

func (b *bench) regulars(t *testing.T, n int) (ids []shop.CustomerID) {
	t.Helper()
	var all []profile.Profile
	for i := range n {
		id := shop.CustomerID(fmt.Sprintf("c-%03d", i))
		ids, all = append(ids, id), append(all, aRegular(id))
	}
	must(t, b.store.Import(t.Context(), dynamo.History{Profiles: all}))
	return ids
}

// Ten workers together send at most ten messages a second, with real calls
// over HTTP: SES never answers 429, and all messages are sent.
func TestManyWorkersStayWithinTheSendRate(t *testing.T) {
	const perSecond, messages = 10, 40
	b := newBench(t)
	customers := b.regulars(t, messages+1)
	account := strictSES(t, perSecond, 0)
	all := b.workers(account, 10, true)
	if accepted, _ := b.sendAll(t, all[:1], customers[:1]); accepted != 1 { // reads the quota
		t.Error("the first message was not accepted")
	}
	began := time.Now()
	accepted, waiting := b.sendAll(t, all, customers[1:])
	took := time.Since(began)
	t.Logf("%d accepted, %d wait, %d answers 429, in %s", accepted, waiting, account.tooFast.Load(), took.Round(time.Millisecond))
	if accepted != messages || account.tooFast.Load() > 0 {
		t.Errorf("of %d messages %d were accepted, and SES answered 429 %d times; want all accepted, and no 429", messages, accepted, account.tooFast.Load())
	}
	if least := time.Duration(float64(messages-1) / (0.8 * perSecond) * 0.9 * float64(time.Second)); took < least {
		t.Errorf("sending took %s, want %s at least: promotions have four fifths of the rate", took, least)
	}
}

// Without a shared rate the test above would fail.
func TestWorkersWithoutASharedRateAreTooFast(t *testing.T) {
	b := newBench(t)
	account := strictSES(t, 5, 0)
	accepted, waiting := b.sendAll(t, b.workers(account, 10, false), b.regulars(t, 30))
	if account.tooFast.Load() == 0 || waiting == 0 {
		t.Errorf("%d accepted, %d wait, SES answered 429 %d times; want some 429, or the test of the shared rate tests nothing", accepted, waiting, account.tooFast.Load())
	}
}

// paced gives the bench a send rate, on the bench's own clock, which Sleep
// moves.
func (b *bench) paced(q sendrate.Quota) *[]time.Duration {
	var slept []time.Duration
	b.dispatch.Pace = &sendrate.Pacer{Store: b.store, Quota: func(context.Context) (sendrate.Quota, error) { return q, nil }, Now: b.clock.Now, By: rand.Text}
	b.dispatch.Sleep = func(_ context.Context, d time.Duration) error {
		slept = append(slept, d)
		b.clock.pass(d)
		return nil
	}
	return &slept
}

func TestMessageWaitsUntilItsPermitIsValid(t *testing.T) {
	b := newBench(t)
	customers := b.regulars(t, 3)
	slept := b.paced(sendrate.Quota{PerSecond: 2, PerDay: 1000})
	for _, id := range customers {
		b.deliver(t, anIntent("plain", id, "run-1"), "1")
	}
	b.took(t, 3)
	if len(*slept) != 2 { // the first is sent at once
		t.Errorf("the dispatcher slept %v, want twice", *slept)
	}
}

// The customer opts out while the message waits for its permit: it is decided
// again, and the next message gets the permit.
func TestOptOutDuringTheWaitForAPermitIsRespected(t *testing.T) {
	b := newBench(t)
	customers := b.regulars(t, 2)
	slept := b.paced(sendrate.Quota{PerSecond: 2, PerDay: 1000})
	b.deliver(t, anIntent("plain", customers[0], "run-1"), "1")
	i := anIntent("plain", ann, "run-1")
	sleep := b.dispatch.Sleep
	b.dispatch.Sleep = func(ctx context.Context, d time.Duration) error {
		must(t, b.store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
			return c.WithConsent(shop.TopicPromotions, false, b.clock.Now()), true
		}))
		return sleep(ctx, d)
	}
	b.deliver(t, i, "1")
	b.is(t, i, claim.Suppressed)
	b.took(t, 1)
	b.deliver(t, anIntent("plain", customers[1], "run-1"), "1")
	b.took(t, 2)
	if len(*slept) != 1 {
		t.Errorf("the dispatcher slept %v, want once: the next message has its permit", *slept)
	}
}

// The quiet hours begin while the message waits for its permit.
func TestMessageIsDecidedAgainAfterTheWaitForAPermit(t *testing.T) {
	b := newBench(t)
	b.paced(sendrate.Quota{PerSecond: 2, PerDay: 1000})
	b.clock.pass(9*time.Hour - 100*time.Millisecond)
	b.deliver(t, anIntent("plain", b.regulars(t, 1)[0], "run-1"), "1")
	i := anIntent("plain", ann, "run-1")
	b.deliver(t, i, "1")
	if d := b.is(t, i, claim.Queued); d.Reason.Code != "quiet-hours" {
		t.Errorf("the send waits because of %q, want quiet-hours", d.Reason.Code)
	}
}

func TestMessageWithoutAPermitIsStoredAsWaiting(t *testing.T) {
	b := newBench(t)
	b.paced(sendrate.Quota{PerSecond: 5, PerDay: 100, Sent: 80})
	learn := b.regulars(t, 1)[0]
	b.deliver(t, anIntent("plain", learn, "run-1"), "1") // reads the quota, and uses the last permit that is open to promotions
	i := anIntent("plain", ann, "run-1")
	if !b.deliver(t, i, "1") {
		t.Error("the message was not acknowledged; the send rate alone would move it to the dead-letter queue")
	}
	d := b.is(t, i, claim.Queued)
	if d.Reason.Code != "quota:day" || !d.Wake.Equal(b.clock.Now().Add(time.Hour)) || d.ReservationKept {
		t.Errorf("the send waits for %q until %s (reservation kept: %t), want quota:day, an hour, and no reservation", d.Reason.Code, d.Wake, d.ReservationKept)
	}
	b.holds(t, 0, 0)
	service := anIntent("late", ann, "o-1")
	b.deliver(t, service, "1")
	b.is(t, service, claim.Accepted)
}

// A message that expires before its wait would end has the wait's reason.
func TestExpiredMessageHasTheSendRateAsItsReason(t *testing.T) {
	b := newBench(t)
	b.paced(sendrate.Quota{PerSecond: 5, PerDay: 100, Sent: 100})
	b.deliver(t, anIntent("plain", b.regulars(t, 1)[0], "run-1"), "1")
	i := anIntent("plain", ann, "run-1")
	i.NotAfter = noon.Add(90 * time.Second)
	b.deliver(t, i, "1")
	if d := b.is(t, i, claim.Expired); d.Reason.Code != "quota:day" {
		t.Errorf("the reason is %q, want quota:day", d.Reason.Code)
	}
}

func TestTooFastSlowsAllFunctionsDown(t *testing.T) {
	b := newBench(t)
	b.paced(sendrate.Quota{PerSecond: 100, PerDay: 1e6})
	b.deliver(t, anIntent("plain", b.regulars(t, 1)[0], "run-1"), "1")
	b.ses.always(busy)
	b.deliver(t, anIntent("plain", ann, "run-1"), "1")
	b.is(t, anIntent("plain", ann, "run-1"), claim.Queued)
	state, _, err := b.store.SendRate(t.Context(), 0)
	must(t, err)
	if got := state.PerMinute(b.clock.Now()); got != 100*60*8/10/2 {
		t.Errorf("after an answer 429 the pace of promotions is %d a minute, want half of 4800", got)
	}
}

// keeper gives the bench its breakers.
func (b *bench) keeper() {
	inForce := policycache.New(b.store, b.clock.Now, message.Renderer{})
	b.dispatch.Reader.InForce, b.dispatch.Reader.Breakers = inForce, inForce
	b.dispatch.Breaker = &breaker.Keeper{Store: b.store, Now: b.clock.Now}
}

// SES pauses the account: one message is refused, the others are held, and
// every 15 minutes one message tries again, until SES accepts it.
func TestOneMessageProbesAPausedAccount(t *testing.T) {
	b := newBench(t)
	b.keeper()
	customers := b.regulars(t, 4)
	b.ses.always(paused)
	deliver := func() {
		for _, id := range customers {
			b.deliver(t, anIntent("plain", id, "run-1"), "2")
		}
	}
	deliver()
	if b.ses.calls != 1 {
		t.Errorf("SES was called %d times, want once: then all messages are held", b.ses.calls)
	}
	for n := range 2 {
		b.clock.pass(breaker.ProbeInterval)
		deliver()
		if want := n + 2; b.ses.calls != want {
			t.Errorf("15 minutes later SES was called %d times in all, want %d", b.ses.calls, want)
		}
	}
	b.ses.always(accepts)
	b.clock.pass(5 * time.Minute)
	deliver()
	b.took(t, 0)
	b.clock.pass(10 * time.Minute)
	deliver()
	b.took(t, 4)
	now, err := b.store.Breakers(t.Context())
	if must(t, err); now.Tripped() != 0 {
		t.Errorf("SES accepts messages, but the tripped breakers are %+v", now)
	}
}

func TestCampaignStopsIfSESRejectsItsMessages(t *testing.T) {
	b := newBench(t)
	b.keeper()
	b.ses.always(refuses)
	customers := b.regulars(t, 6)
	for _, id := range customers {
		b.deliver(t, anIntent("plain", id, "run-1"), "1")
		b.clock.pass(policycache.Fresh)
	}
	if b.ses.calls != 3 {
		t.Errorf("SES rejected %d messages before the campaign stopped, want 3", b.ses.calls)
	}
	last := customers[5]
	d, err := b.store.Send(t.Context(), last, anIntent("plain", last, "run-1").SendID("test"))
	if must(t, err); d.State != claim.Queued || d.Reason.Code != "breaker:campaign" {
		t.Errorf("the next send is %s for %q, want it held by the campaign's breaker", d.State, d.Reason.Code)
	}
}

// A plain promotion takes six write units and two read units from its decision
// to SES's answer, including its permit (see the package comment of
// shared/dynamo).
func TestCostOfAPlainPromotion(t *testing.T) {
	b := newBench(t)
	b.keeper()
	b.paced(sendrate.Quota{PerSecond: 14, PerDay: 50_000})
	customers := b.regulars(t, 3)
	b.deliver(t, anIntent("plain", customers[0], "run-1"), "1") // reads the policy, the breakers and the quota
	for _, id := range customers[1:] {
		b.clock.pass(2 * time.Second) // the cached policy and breakers are still fresh
		var read, write float64
		b.store.Meter = func(_ string, r, w float64) { read, write = read+r, write+w }
		b.deliver(t, anIntent("plain", id, "run-1"), "1")
		if t.Logf("%g read units, %g write units", read, write); read > 2 || write > 6 {
			t.Errorf("a plain promotion took %g read and %g write units, want at most 2 and 6", read, write)
		}
	}
	b.took(t, 3)
}
