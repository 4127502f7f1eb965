package main

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	localqueue "regulars/infra/local/queue"
	"regulars/infra/local/queue/queuetest"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// The send and the customer of the events in testdata. SES returns an address
// as the message was addressed.
const (
	ann     shop.CustomerID = "ann"
	sendID  shop.SendID     = "abcdefghijklmnopqrstuvwxyz"
	address                 = "ann@example.com"
)

// bench is the settle function on real tables and queues, with a clock that a
// test moves.
type bench struct {
	*handler
	store  *dynamo.Store
	faults *dynamotest.Faults
	queues *queuetest.Queues

	mu  sync.Mutex
	now time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	store, faults := dynamotest.FaultyStore(t)
	queues := queuetest.New(t, "SendQueue", "SettleDeadLetters")
	b := &bench{store: store, faults: faults, queues: queues, now: noon}
	b.handler = &handler{
		Recorder: &sendoutcome.Recorder{Sends: store, Due: store, Contacts: store, Intents: queues.Queue("SendQueue"), Count: func(string, int) {}, Now: b.clock},
		dead:     queues.Queue("SettleDeadLetters"),
	}
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// claimed stores a send whose worker has claimed the given attempt, after that
// number of unconfirmed attempts.
func (b *bench) claimed(t *testing.T, id shop.SendID, class shop.Class, attempt, unconfirmed int) claim.Send {
	t.Helper()
	d := claim.Send{
		ID: id, State: claim.Sending, Attempt: attempt, Unconfirmed: unconfirmed, Owner: "worker", Claimed: b.clock(), Changed: b.clock(), Class: class, Message: "winter",
		Intent: campaign.Intent{Campaign: "winter", Version: 1, Customer: ann, Occasion: string(id), Planned: noon, NotAfter: noon.AddDate(0, 0, 2)},
	}
	contact, rev, err := b.store.Contact(t.Context(), ann)
	must(t, err)
	contact.Ledger = append(contact.Ledger, frequency.Entry{Send: id, At: b.clock(), Class: class})
	must(t, b.store.Claim(t.Context(), claim.Claim{Send: d, Contact: contact, ContactRev: rev}))
	return d
}

// sample returns an SES event as in the SES developer guide.
func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".json")
	must(t, err)
	return string(b)
}

// receive gives settle an SES event, and returns whether it was acknowledged.
func (b *bench) receive(t testing.TB, event string) bool {
	t.Helper()
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m-1", Body: event}}})
	must(t, err)
	answer, err := b.Handle(t.Context(), payload)
	must(t, err)
	return len(answer.(events.SQSEventResponse).BatchItemFailures) == 0
}

// ticks gives settle a tick of the clock.
func (b *bench) ticks(t *testing.T) {
	t.Helper()
	_, err := b.Handle(t.Context(), json.RawMessage(`{"detail-type":"clock.tick"}`))
	must(t, err)
}

// is fails the test if the send is not in that state, and returns it.
func (b *bench) is(t testing.TB, id shop.SendID, want claim.State) claim.Send {
	t.Helper()
	d, err := b.store.Send(t.Context(), ann, id)
	must(t, err)
	if d.State != want {
		t.Fatalf("the send is %s (%s), want %s", d.State, d.Reason.Text, want)
	}
	return d
}

// receiveAll takes the messages off a queue.
func (b *bench) receiveAll(t *testing.T, name string) []localqueue.Message {
	t.Helper()
	all, err := b.queues.Receive(t.Context(), name, 10, 0, nil)
	must(t, err)
	return all
}

// of changes an event so that it is about another send.
func of(event string, id shop.SendID) string {
	return strings.ReplaceAll(event, string(sendID), string(id))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
