package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"go.etcd.io/bbolt"

	local "regulars/infra/local/queue"
	"regulars/infra/local/trail"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/metric"
	"regulars/shared/offer"
	"regulars/shared/policy"
	"regulars/shared/queue"
	"regulars/shared/shop"
)

// evening is when every test takes place: after all samples, and before the
// messages that they give rise to expire.
var evening = time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)

// house is a handler between real tables and real queues.
type house struct {
	*handler
	store  *dynamo.Store
	client *dynamodb.Client
	tables dynamo.Tables
	queues *local.Service
	broken *atomic.Int32 // so many calls of SQS fail
}

func newHouse(t testing.TB) house {
	t.Helper()
	client := dynamotest.Client(t)
	return furnish(t, client, dynamotest.CreateTables(t, client))
}

func furnish(t testing.TB, client *dynamodb.Client, tables dynamo.Tables) house {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "queues"), 0o600, &bbolt.Options{NoSync: true, Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	queues, err := local.New(db, "http://127.0.0.1:4566", []local.Config{{Name: "Send"}, {Name: "DeadLetters"}}, deaf{})
	if err != nil {
		t.Fatal(err)
	}
	broken := &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if broken.Add(-1) >= 0 {
			http.Error(w, "by order of a test", http.StatusServiceUnavailable)
			return
		}
		queues.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { server.Close(); queues.Close(); _ = db.Close() })
	sqsClient := sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	})
	store := dynamo.New(client, tables)
	return house{
		handler: &handler{
			orders: store, shop: store, contacts: store, policy: inForce(),
			intents: queue.New(sqsClient, queues.URL("Send")), dead: queue.New(sqsClient, queues.URL("DeadLetters")),
			now:     func() time.Time { return evening },
			metrics: metric.Writer{Out: io.Discard, Now: time.Now},
		},
		store: store, client: client, tables: tables, queues: queues, broken: broken,
	}
}

// deaf is a recorder that nobody reads.
type deaf struct{}

func (deaf) Record(trail.Step) {}

// inForce is a policy with the campaigns of infra/shop that events start, and
// one that a schedule starts.
func inForce() func(context.Context) (policy.Policy, error) {
	checker, err := condition.NewChecker("GBP")
	if err != nil {
		panic(err)
	}
	wrong, err := checker.Compile(`order.event == "order.delayed"
		|| order.event == "order.cancelled" && order.cause != "unwanted"
		|| order.event == "order.returned" && order.cause in ["defect", "wrong", "late"]`)
	if err != nil {
		panic(err)
	}
	placed := []shop.OrderKind{shop.OrderPlaced}
	p := policy.Policy{Shop: policy.Shop{Currency: "GBP", Zone: "Europe/London"}, Campaigns: []campaign.Campaign{
		{ID: "reward", Version: 2, On: placed, Group: "order", Rank: 10, Nth: &offer.Nth{N: 10, Categories: []string{"lunch bag"}}, Class: shop.ClassPromise, NotAfter: 48 * time.Hour},
		{
			ID: "sorry", Version: 1, On: []shop.OrderKind{shop.OrderReturned, shop.OrderDelayed, shop.OrderCancelled}, If: wrong,
			Class: shop.ClassRecovery, NotAfter: 72 * time.Hour,
		},
		{ID: "thanks", Version: 1, On: placed, Group: "order", Rank: 100, Class: shop.ClassService, NotAfter: 48 * time.Hour},
		{ID: "weekly", Version: 1, Schedule: "0 10 * * 6", Class: shop.ClassPromotion, NotAfter: 36 * time.Hour},
	}}
	return func(context.Context) (policy.Policy, error) { return p, nil }
}

// handle gives the bodies to the handler as one batch, and returns which are to
// come again, by their place.
func (h house) handle(t testing.TB, bodies ...string) (again []int) {
	t.Helper()
	var batch events.SQSEvent
	for i, body := range bodies {
		batch.Records = append(batch.Records, events.SQSMessage{MessageId: fmt.Sprint(i), Body: body})
	}
	answer, err := h.Handle(t.Context(), batch)
	if err != nil {
		t.Fatal(err)
	}
	for _, failed := range answer.BatchItemFailures {
		at := slices.IndexFunc(batch.Records, func(m events.SQSMessage) bool { return m.MessageId == failed.ItemIdentifier })
		again = append(again, at)
	}
	return again
}

// takes is handle where nothing may come again and nothing may be refused.
func (h house) takes(t testing.TB, bodies ...string) {
	t.Helper()
	if again := h.handle(t, bodies...); len(again) > 0 {
		t.Fatalf("the messages %v come again", again)
	}
	if dead := h.letters(t); len(dead) > 0 {
		t.Fatalf("%d messages were refused: %s", len(dead), dead[0].faults)
	}
}

// raised takes what is on send's queue off it.
func (h house) raised(t testing.TB) (intents []campaign.Intent) {
	t.Helper()
	for {
		messages, err := h.queues.Receive(t.Context(), "Send", 10, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(messages) == 0 {
			return intents
		}
		for _, m := range messages {
			intent, faults := campaign.ReadIntent([]byte(m.Body))
			if len(faults) > 0 {
				t.Fatalf("the intent %s has faults: %v", m.Body, faults)
			}
			intents = append(intents, intent)
		}
	}
}

// names returns the sends that intents can lead to, sorted, one for each
// intent.
func names(intents []campaign.Intent) (all []string) {
	for _, i := range intents {
		all = append(all, fmt.Sprintf("%s@%d %s", i.Campaign, i.Version, i.Occasion))
	}
	slices.Sort(all)
	return all
}

func sendIDs(intents []campaign.Intent) (all []shop.SendID) {
	for _, i := range intents {
		all = append(all, i.SendID("test"))
	}
	slices.Sort(all)
	return all
}

// letter is a refused message.
type letter struct{ body, faults, refused string }

// letters takes what is on the dead letters off them.
func (h house) letters(t testing.TB) (all []letter) {
	t.Helper()
	for {
		messages, err := h.queues.Receive(t.Context(), "DeadLetters", 10, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(messages) == 0 {
			return all
		}
		for _, m := range messages {
			l := letter{body: m.Body}
			for name, into := range map[string]*string{"Faults": &l.faults, "Refused": &l.refused} {
				if value := m.Attributes[name].StringValue; value != nil {
					*into = *value
				}
			}
			all = append(all, l)
		}
	}
}

// stored returns every item of every table, as DynamoDB has it.
func (h house) stored(t testing.TB) (items []string) {
	t.Helper()
	for _, table := range []string{h.tables.Customers, h.tables.Orders, h.tables.Catalogue, h.tables.Sends, h.tables.Coupons, h.tables.Settings} {
		out, err := h.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table, ConsistentRead: new(true)})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items {
			var plain map[string]any
			if err := attributevalue.UnmarshalMap(item, &plain); err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(plain)
			if err != nil {
				t.Fatal(err)
			}
			items = append(items, string(text))
		}
	}
	slices.Sort(items)
	return items
}

// event is a native envelope. The detail is written as JSON with ' for ".
func event(detailType, detail string) string {
	return fmt.Sprintf(`{"version":"0","id":"e-1","detail-type":%q,"source":"shop","time":"2026-11-21T12:00:00Z","detail":%s}`, detailType, strings.ReplaceAll(detail, "'", `"`))
}

// placed is a customer's order of so many units of some products, at noon.
func placed(order, customer string, units map[string]int) string {
	var lines []string
	for _, product := range slices.Sorted(maps.Keys(units)) {
		lines = append(lines, fmt.Sprintf(`{'product':'%s','units':%d,'price':'1.65'}`, product, units[product]))
	}
	return event("order.placed", fmt.Sprintf(`{'version':'1','order':{'id':'%s','placed_at':'2026-11-21T12:00:00Z','currency':'GBP','total':'20.00','lines':[%s]},
		'customer':{'id':'%s','email':'%s@example.com'}}`, order, strings.Join(lines, ","), customer, customer))
}
