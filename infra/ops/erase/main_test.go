package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddb "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/mailbox"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var key = mailbox.Key(strings.Repeat("m", 32))

// fakeBus keeps the events, and does what privacy does with its record.
type fakeBus struct {
	store  *dynamo.Store
	client *dynamodb.Client
	tables dynamo.Tables
	put    []string
}

func (b *fakeBus) PutEvents(ctx context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	b.put = append(b.put, *in.Entries[0].Source+" "+*in.Entries[0].DetailType+" "+*in.Entries[0].Detail)
	err := b.store.SaveErasure(ctx, dynamo.Erasure{Request: "e-1", At: noon, Passes: 1, Names: []string{key.Customer("c-1")}, Erased: map[string]int{"orders": 2}}, "")
	return &eventbridge.PutEventsOutput{Entries: []types.PutEventsResultEntry{{EventId: new("e-1")}}}, err
}

// setup returns the command on the tables of an engine, and what it has put and
// printed.
func setup(t *testing.T) (c command, bus *fakeBus, out *strings.Builder) {
	t.Helper()
	client := dynamotest.Client(t)
	tables := dynamotest.CreateTables(t, client)
	env := map[string]string{
		"AWS_ENDPOINT_URL": *client.Options().BaseEndpoint, "CUSTOMERS_TABLE": tables.Customers, "ORDERS_TABLE": tables.Orders, "SETTINGS_TABLE": tables.Settings,
		"SENDS_TABLE": tables.Sends, "DECISIONS_TABLE": tables.Decisions, "JOURNEYS_TABLE": tables.Journeys, "COUPONS_TABLE": tables.Coupons,
	}
	bus, out = &fakeBus{store: dynamo.New(client, tables), client: client, tables: tables}, &strings.Builder{}
	return command{
		getenv: func(name string) string { return env[name] }, out: out, now: func() time.Time { return noon }, every: time.Millisecond,
		most: time.Minute, bus: bus, key: func(context.Context, bool) (mailbox.Key, error) { return key, nil },
	}, bus, out
}

func TestEraseAsksForTheCustomerAndPrintsWhatWasErased(t *testing.T) {
	for customer, want := range map[string]string{
		"c-1":               `shop customer.erase {"customer":{"id":"c-1"},"source":"operator","version":"1"}`,
		"guest@example.com": `shop customer.erase {"customer":{"email":"guest@example.com"},"source":"operator","version":"1"}`,
	} {
		c, bus, out := setup(t)
		must(t, bus.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "c-1"}, {ID: "c-2", Email: profile.Statement{Value: "Guest@example.com"}}}}))
		must(t, c.run(t.Context(), []string{"-customer", customer}))
		if len(bus.put) != 1 || bus.put[0] != want {
			t.Errorf("the events are %q, want %q", bus.put, want)
		}
		if !strings.Contains(out.String(), "erased: orders: 2\ntheir profile and contact, if they had any, are erased too\n") {
			t.Errorf("it prints %q, want the counts", out)
		}
	}
}

// Of a customer about whom nothing is stored, the event is put only if that is wanted,
// or if they have asked.
func TestEraseOfAnUnknownCustomerFailsAndPutsNothing(t *testing.T) {
	c, bus, _ := setup(t)
	must(t, bus.store.Import(t.Context(), dynamo.History{Orders: []shop.Order{{ID: "o-1", Customer: "c-1"}}}))
	must(t, bus.store.SavePrivacyRequest(t.Context(), privacyrequest.New("e-8", privacyrequest.Erase, "c-17", shop.RequestFromOperator, noon, 0), ""))
	for customer, want := range map[string]string{
		"c-17":              "nothing is stored about the customer c-17, and nothing was written; look for the right ID or address. UNKNOWN=1 ",
		"guest@example.com": "nothing is stored about the customer guest@example.com, ",
		"o-1":               "it is the ID of an order: CUSTOMER=c-1 placed it",
	} {
		if err := c.run(t.Context(), []string{"-customer", customer}); err == nil || !strings.Contains(err.Error(), want) || len(bus.put) > 0 {
			t.Errorf("%s: %v and the events %q, want %q and none", customer, err, bus.put, want)
		}
	}
	must(t, bus.store.SavePrivacyRequest(t.Context(), privacyrequest.New("e-9", privacyrequest.Erase, "c-9", shop.RequestFromShop, noon, 0), ""))
	for i, args := range [][]string{{"-customer", "c-1"}, {"-customer", "c-9"}, {"-unknown", "-customer", "c-17"}} {
		if must(t, c.run(t.Context(), args)); len(bus.put) != i+1 {
			t.Errorf("%v: the events are %q, want one more", args, bus.put)
		}
	}
}

func TestEraseListsErasuresWithoutNames(t *testing.T) {
	c, bus, out := setup(t)
	must(t, c.run(t.Context(), nil))
	if !strings.Contains(out.String(), "no customer was erased yet") {
		t.Errorf("without erasures it prints %q", out)
	}
	must(t, bus.store.SaveErasure(t.Context(), dynamo.Erasure{Request: "e-7", At: noon, Done: noon.Add(time.Hour), Names: []string{"n"}, Unattributed: 2}, ""))
	must(t, bus.store.SavePrivacyRequest(t.Context(), privacyrequest.New("e-9", privacyrequest.Erase, "c-9", shop.RequestFromShop, noon.Add(time.Hour).Add(-privacyrequest.DefaultTerm), 0), ""))
	must(t, bus.store.SavePrivacyRequest(t.Context(), privacyrequest.New("e-8", privacyrequest.Export, "c-9", shop.RequestFromShop, noon, 0).Close(noon, privacyrequest.ByHand), ""))
	out.Reset()
	must(t, c.run(t.Context(), nil))
	if want := "open: erase  the last day, answer by 2026-11-22  c-9  asked 2026-10-23 (shop)  e-9\n2026-11-22T12:00:00Z  e-7  done 2026-11-22T13:00:00Z; 2 rows could not be attributed: docs/runbooks/erasure.md says what to do  nothing was stored but the suppression\n"; out.String() != want {
		t.Errorf("it prints %q, want %q", out, want)
	}
}

// A customer whose profile cannot be read is known, and is found again after a restore.
func TestEraseOfACustomerWhoseProfileCannotBeRead(t *testing.T) {
	for _, args := range [][]string{{"-customer", "c-1"}, {"-since", "2026-11-22"}} {
		c, bus, _ := setup(t)
		must(t, bus.store.SaveErasure(t.Context(), dynamo.Erasure{Request: "e-7", At: noon, Names: []string{key.Customer("c-1")}}, ""))
		must(t, bus.store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "c-1"}, {ID: "c-3"}}}))
		text := func(text string) ddb.AttributeValue { return &ddb.AttributeValueMemberS{Value: text} }
		_, err := bus.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &bus.tables.Customers, Item: map[string]ddb.AttributeValue{
			"customer": text("c-1"), "kind": text("PROFILE"), "rev": text("r"), "body": text(`{"id":`),
		}})
		must(t, err)
		if must(t, c.run(t.Context(), args)); len(bus.put) != 1 || !strings.Contains(bus.put[0], `"c-1"`) {
			t.Errorf("%v: the events are %q, want one about c-1", args, bus.put)
		}
	}
}

func TestEraseSinceADayThatHasNotComeIsRefused(t *testing.T) {
	c, bus, _ := setup(t)
	for _, day := range []string{"2099-01-01", "2026-13-01", "yesterday"} {
		if err := c.run(t.Context(), []string{"-since", day}); err == nil || !strings.Contains(err.Error(), "SINCE="+day) || len(bus.put) > 0 {
			t.Errorf("SINCE=%s: %v and the events %q, want a refusal and none", day, err, bus.put)
		}
	}
}

// After a restore: of three customers in the tables one was erased that day, one
// before it, and one never.
func TestEraseSinceRepeatsTheErasuresOfCustomersWhoAreBack(t *testing.T) {
	c, bus, out := setup(t)
	for id, at := range map[shop.CustomerID]time.Time{"c-1": noon, "c-2": noon.AddDate(0, 0, -1), "gone": noon} {
		must(t, bus.store.SaveErasure(t.Context(), dynamo.Erasure{Request: shop.EventID("e-" + id), At: at, Names: []string{key.Customer(id)}}, ""))
	}
	must(t, bus.store.Import(t.Context(), dynamo.History{
		Profiles: []profile.Profile{{ID: "c-2"}, {ID: "c-3"}},
		Orders:   []shop.Order{{ID: "o-1", Customer: "c-1"}, {ID: "o-3", Customer: "c-3"}},
	}))
	must(t, c.run(t.Context(), []string{"-since", "2026-11-22"}))
	var detail struct{ Customer struct{ ID string } }
	if len(bus.put) != 1 {
		t.Fatalf("the events are %q, want one", bus.put)
	}
	_, text, _ := strings.Cut(bus.put[0], "customer.erase ")
	must(t, json.Unmarshal([]byte(text), &detail))
	if detail.Customer.ID != "c-1" || !strings.Contains(out.String(), "erasure of 1 customers") {
		t.Errorf("the event is %q, and it prints %q, want c-1", bus.put, out)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
