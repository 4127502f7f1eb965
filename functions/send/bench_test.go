package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	localqueue "regulars/infra/local/queue"
	"regulars/infra/local/queue/queuetest"
	"regulars/infra/local/trail"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/policycache"
	"regulars/shared/profile"
	"regulars/shared/queue"
	"regulars/shared/ses"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// noon is when every test begins: a Sunday, outside the quiet hours everywhere
// in Europe.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const ann shop.CustomerID = "ann"

// bench is the send function on real tables, with a real dead-letter queue, a
// clock that a test moves, and an SES whose answers a test sets.
type bench struct {
	*handler
	store  *dynamo.Store
	faults *dynamotest.Faults
	ses    *mailbox
	clock  *clock
	queues *localqueue.Service
}

func newBench(t *testing.T, edit ...func(*shoppolicy.Policy)) *bench {
	t.Helper()
	store, faults := dynamotest.FaultyStore(t)
	p := smallShop()
	for _, e := range edit {
		e(&p)
	}
	publish(t, store, p)
	must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{aRegular(ann)}}))

	links, err := linktoken.New(map[string][]byte{"k1": signingKey}, "k1")
	must(t, err)
	b := &bench{store: store, faults: faults, ses: &mailbox{}, clock: &clock{now: noon}}
	var dead *queue.Queue
	dead, b.queues = deadLetters(t)
	b.handler = &handler{
		dispatch: &dispatch.Dispatcher{
			Claims: store, Attempts: store,
			Reader: &dispatch.Reader{
				Customers: store, InForce: policycache.New(store, b.clock.Now, message.Renderer{}),
				Tenant: "test", Links: links, CodeKeys: [][]byte{signingKey}, BaseURL: "https://preferences.example.com/",
			},
			SES: b.ses, Now: b.clock.Now, Owner: rand.Text,
		},
		dead: dead, now: b.clock.Now,
	}
	return b
}

var signingKey = []byte(strings.Repeat("n", 64))

// deadLetters returns send's dead-letter queue, on the local cloud's SQS.
func deadLetters(t *testing.T) (*queue.Queue, *localqueue.Service) {
	t.Helper()
	queues := queuetest.New(t, "SendDeadLetters")
	return queues.Queue("SendDeadLetters"), queues.Service
}

type silent struct{}

func (silent) Record(trail.Step) {}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// answer is what SES does with one message.
type answer struct {
	took bool  // SES accepts the message
	err  error // SES's answer to the caller
	dies bool  // the worker is killed before it gets an answer
}

var (
	accepts     = answer{took: true}
	refuses     = answer{err: &ses.Refused{Code: "MessageRejected", Text: "because"}}
	busy        = answer{err: &ses.Wait{Code: "TooManyRequestsException", Text: "slow down"}}
	paused      = answer{err: &ses.Wait{Code: "SendingPausedException", Text: "paused", Account: true}}
	lostTaken   = answer{took: true, err: &ses.Unknown{Err: http.ErrHandlerTimeout}}
	lostUntaken = answer{err: &ses.Unknown{Err: http.ErrHandlerTimeout}}
	diesBefore  = answer{dies: true}
	diesAfter   = answer{took: true, dies: true}
)

// mailbox is SES: it records the messages that it accepted. Its answers come
// from the given function; without one it accepts all.
type mailbox struct {
	mu     sync.Mutex
	calls  int
	taken  []content.Mail
	answer func(content.Mail) answer
}

func (s *mailbox) Send(_ context.Context, m content.Mail) (string, error) {
	s.mu.Lock()
	s.calls++
	a := accepts
	if s.answer != nil {
		a = s.answer(m)
	}
	if a.took {
		s.taken = append(s.taken, m)
	}
	s.mu.Unlock()
	if a.dies {
		panic(killed{})
	}
	if a.err != nil {
		return "", a.err
	}
	return "ses-" + m.Tags["send_id"], nil
}

type killed struct{}

// always makes SES give this answer until another is set.
func (s *mailbox) always(a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = func(content.Mail) answer { return a }
}

func (s *mailbox) all() []content.Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]content.Mail(nil), s.taken...)
}

// deliver gives the intent to send as SQS does, for the nth time, and returns
// whether it was acknowledged. It is not if the worker is killed.
func (b *bench) deliver(t *testing.T, i campaign.Intent, nth string) (acknowledged bool) {
	t.Helper()
	return b.deliverBody(t, t.Context(), i, nth)
}

func (b *bench) deliverBody(t *testing.T, ctx context.Context, body any, nth string) (acknowledged bool) {
	t.Helper()
	text, isText := body.(string)
	if !isText {
		marshalled, err := json.Marshal(body)
		must(t, err)
		text = string(marshalled)
	}
	defer func() {
		switch cause := recover(); cause.(type) {
		case nil, killed:
		default:
			panic(cause)
		}
	}()
	answer, err := b.Handle(ctx, events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m-1", Body: text, Attributes: map[string]string{"ApproximateReceiveCount": nth},
	}}})
	if err != nil {
		t.Error("Handle:", err)
	}
	return len(answer.BatchItemFailures) == 0
}

// is fails the test if the intent's send is not in that state, and returns it.
func (b *bench) is(t *testing.T, i campaign.Intent, want claim.State) claim.Send {
	t.Helper()
	d, err := b.store.Send(t.Context(), i.Customer, i.SendID("test"))
	if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
		t.Fatal(err)
	}
	if d.State != want {
		t.Fatalf("the send of %s for %s is %q (%s), want %q", i.Campaign, i.Occasion, d.State, d.Reason.Text, want)
	}
	return d
}

// due returns the sends that are due now.
func (b *bench) due(t *testing.T) (due []claim.Send) {
	t.Helper()
	for _, shard := range slices.Concat(dynamo.DueShards(dynamo.LaneTransactional), dynamo.DueShards(dynamo.LaneMarketing)) {
		_, err := b.store.Due(t.Context(), b.clock.Now(), shard, "", 1_000, func(d claim.Send) error {
			due = append(due, d)
			return nil
		})
		must(t, err)
	}
	return due
}

// took fails the test if SES did not accept exactly that number of messages.
func (b *bench) took(t *testing.T, want int) {
	t.Helper()
	if got := len(b.ses.all()); got != want {
		t.Errorf("SES accepted %d messages, want %d", got, want)
	}
}

// holds fails the test if the customer does not have that number of
// reservations and grants.
func (b *bench) holds(t *testing.T, reservations, grants int) {
	t.Helper()
	c, _, err := b.store.Contact(t.Context(), ann)
	must(t, err)
	if len(c.Ledger) != reservations || len(c.Granted["ten"]) != grants {
		t.Errorf("the contact has %d reservations and %d grants, want %d and %d", len(c.Ledger), len(c.Granted["ten"]), reservations, grants)
	}
}

// left returns how many uses the budget has left.
func (b *bench) left(t *testing.T) (sum int) {
	t.Helper()
	shards, err := b.store.Budget(t.Context(), "ten", 1)
	must(t, err)
	for _, n := range shards {
		sum += n
	}
	return sum
}

var codes = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}`)

// coupon returns the code that the message contains and its coupon's state, or
// "" and "" if the message contains no code.
func (b *bench) coupon(t *testing.T, m content.Mail) (code, state string) {
	t.Helper()
	if code = codes.FindString(m.Text); code == "" {
		return "", ""
	}
	c, err := b.store.Coupon(t.Context(), offer.Hash(code))
	must(t, err)
	return code, string(c.State)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
