package recording

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/infra/local/queue/queuetest"
	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/mailbox"
	"regulars/shared/metric"
	"regulars/shared/offer"
	"regulars/shared/queue"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// evening is the time of the tests: after the events of all samples, and before
// the intents that they raise expire.
var evening = time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)

// mailboxes is the key of the tests.
var mailboxes = mailbox.Key(strings.Repeat("m", 32))

// fixture is a handler with tables and queues of the local cloud.
type fixture struct {
	*Recorder
	store  *dynamo.Store
	client *dynamodb.Client
	tables dynamo.Tables
	queues *queuetest.Queues
	own    *queue.Queue // of record, to which hooks puts webhooks
}

func newFixture(t testing.TB) fixture {
	t.Helper()
	client := dynamotest.Client(t)
	return fixtureOn(t, client, dynamotest.CreateTables(t, client))
}

func fixtureOn(t testing.TB, client *dynamodb.Client, tables dynamo.Tables) fixture {
	t.Helper()
	queues := queuetest.New(t, "Record", "Journey", "Send", "Plan", "DeadLetters")
	store := dynamo.New(client, tables)
	return fixture{
		Recorder: &Recorder{
			Orders: store, Shop: store, Contacts: contactchange.Keeper{Store: store, Mailbox: mailboxes.Mailbox}, Policy: inForce(),
			Erasures: store, Name: mailboxes.Customer,
			Intents: queues.Queue("Send"), Runs: queues.Queue("Plan"), Entries: queues.Queue("Journey"), Dead: queues.Queue("DeadLetters"),
			Now:     func() time.Time { return evening },
			Metrics: metric.Writer{Out: io.Discard, Now: time.Now},
		},
		store: store, client: client, tables: tables, queues: queues, own: queues.Queue("Record"),
	}
}

// inForce returns a policy with the triggered campaigns of infra/shop and a
// scheduled one. Its orders earn when they are placed.
func inForce() func(context.Context) (shoppolicy.Policy, error) {
	issue, err := condition.Parse(`order.event == "order.delayed"
		|| order.event == "order.cancelled" && !(order.cause in ["unwanted", "fraud", "declined"])
		|| order.event == "order.returned" && order.cause in ["defect", "wrong", "late"]`, "GBP")
	if err != nil {
		panic(err)
	}
	placed := []shop.OrderKind{shop.OrderPlaced}
	p := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", RewardsOnPlacing: true}, Campaigns: []campaign.Campaign{
		{ID: "reward", Version: 2, On: placed, Group: "order", Rank: 10, Nth: &offer.Nth{N: 10, Categories: []string{"lunch bag"}}, Class: shop.ClassPromise, NotAfter: 48 * time.Hour},
		{
			ID: "sorry", Version: 1, On: []shop.OrderKind{shop.OrderReturned, shop.OrderDelayed, shop.OrderCancelled}, If: issue,
			Class: shop.ClassRecovery, NotAfter: 72 * time.Hour,
		},
		{ID: "thanks", Version: 1, On: placed, Group: "order", Rank: 100, Class: shop.ClassService, NotAfter: 48 * time.Hour},
		{ID: "weekly", Version: 1, Schedule: "0 10 * * 6", Class: shop.ClassPromotion, NotAfter: 36 * time.Hour},
	}}
	return func(context.Context) (shoppolicy.Policy, error) { return p, nil }
}

// handle gives the bodies to the handler as one batch, and returns the indexes
// of those that the handler reports as failed, which the queue delivers again.
func (h fixture) handle(t testing.TB, bodies ...string) (again []int) {
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

// takes is handle for bodies of which none may fail and none may be refused.
func (h fixture) takes(t testing.TB, bodies ...string) {
	t.Helper()
	if again := h.handle(t, bodies...); len(again) > 0 {
		t.Fatalf("the messages %v failed, want none", again)
	}
	if dead := h.deadLetters(t); len(dead) > 0 {
		t.Fatalf("%d messages were refused, want none: %s", len(dead), dead[0].faults)
	}
}

// raised takes all intents off send's queue.
func (h fixture) raised(t testing.TB) (intents []campaign.Intent) {
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

// names returns campaign, version and occasion of each intent, sorted.
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

// deadLetter is a refused message.
type deadLetter struct{ body, faults, refused string }

// deadLetters takes all messages off the dead-letter queue.
func (h fixture) deadLetters(t testing.TB) (all []deadLetter) {
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
			l := deadLetter{body: m.Body}
			for name, into := range map[string]*string{"Faults": &l.faults, "Refused": &l.refused} {
				if value := m.Attributes[name].StringValue; value != nil {
					*into = *value
				}
			}
			all = append(all, l)
		}
	}
}

// stored returns all items of all tables as JSON, sorted.
func (h fixture) stored(t testing.TB) (items []string) {
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

// event returns a native envelope. The detail is JSON with ' in place of ".
func event(detailType, detail string) string {
	return fmt.Sprintf(`{"version":"0","id":"e-1","detail-type":%q,"source":"shop","time":"2026-11-21T12:00:00Z","detail":%s}`, detailType, strings.ReplaceAll(detail, "'", `"`))
}

// placed returns the event of a customer's order at noon, with these units of
// each product.
func placed(order, customer string, units map[string]int) string {
	var lines []string
	for _, product := range slices.Sorted(maps.Keys(units)) {
		lines = append(lines, fmt.Sprintf(`{'product':'%s','units':%d,'price':'1.65'}`, product, units[product]))
	}
	return event("order.placed", fmt.Sprintf(`{'version':'1','order':{'id':'%s','placed_at':'2026-11-21T12:00:00Z','currency':'GBP','total':'20.00','lines':[%s]},
		'customer':{'id':'%s','email':'%s@example.com'}}`, order, strings.Join(lines, ","), customer, customer))
}
