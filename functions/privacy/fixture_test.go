package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	local "regulars/infra/local/queue"
	"regulars/infra/local/queue/queuetest"
	"regulars/shared/campaign"
	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/metric"
	"regulars/shared/pricing"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/recommend/live"
	"regulars/shared/retention"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// noon is the time of the erasures. What the shop holds is from the day before.
var (
	noon      = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	yesterday = noon.Add(-24 * time.Hour)
)

// The texts by which the tests find what was not erased. They are in the data
// of Ann, who has an ID, and who ordered as a guest with the same address.
const (
	ann     shop.CustomerID = "191167"
	address                 = "Marker.Ann@Example.com"
	earlier                 = "old.marker@example.com"
	bob     shop.CustomerID = "200842"
)

var markers = []string{"marker", "191167", strings.ToLower(string(intake.Guest(address))), strings.ToLower(string(intake.Guest(earlier)))}

var key = mailbox.Key(strings.Repeat("m", 32))

// fixture is the handler on tables and queues of the local cloud.
type fixture struct {
	*handler
	t      testing.TB
	store  *dynamo.Store
	tables *faulty
	queues *queuetest.Queues
	now    time.Time
	policy shoppolicy.Policy
	out    strings.Builder // metrics
	taken  int             // messages of privacy's own queue that were taken
}

// faulty is the engine in memory, of which one call fails: before it is made or,
// if late is set, after it, so that its answer is lost.
type faulty struct {
	*memory.Engine
	left int // calls until one fails
	late bool
}

var errKilled = errors.New("killed by the test")

func step[T any](f *faulty, call func() (T, error)) (out T, err error) {
	if f.left--; f.left != 0 {
		return call()
	}
	if f.late {
		_, _ = call()
	}
	return out, errKilled
}

func (f *faulty) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return step(f, func() (*dynamodb.PutItemOutput, error) { return f.Engine.PutItem(ctx, in, o...) })
}

func (f *faulty) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return step(f, func() (*dynamodb.TransactWriteItemsOutput, error) { return f.Engine.TransactWriteItems(ctx, in, o...) })
}

func (f *faulty) Scan(ctx context.Context, in *dynamodb.ScanInput, o ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	return step(f, func() (*dynamodb.ScanOutput, error) { return f.Engine.Scan(ctx, in, o...) })
}

func (f *faulty) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return step(f, func() (*dynamodb.QueryOutput, error) { return f.Engine.Query(ctx, in, o...) })
}

var queueNames = []string{"Privacy", "PrivacyDead", "RecordDead", "PlanDead", "JourneyDead", "SendDead", "SettleDead"}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	queues := queuetest.New(t, queueNames...)
	f := &fixture{t: t, tables: &faulty{Engine: memory.New(dynamotest.Definitions()...)}, queues: queues, now: noon}
	f.store = dynamo.New(f.tables, dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"})
	clock := func() time.Time { return f.now }
	ids := 0
	named := queues.Queue
	f.handler = &handler{
		eraser: &privacy.Eraser{
			Customers: f.store, Orders: f.store, Coupons: f.store, Sends: f.store, Decisions: f.store, Positions: f.store, Records: f.store, Broken: f.store,
			Letters: []privacy.Letters{named("RecordDead"), named("PlanDead"), named("JourneyDead"), named("SendDead"), named("SettleDead")}, Own: named("PrivacyDead"),
			Mailbox: key.Mailbox, Name: key.Customer, Now: clock,
			NewID: func() shop.SendID { ids++; return shop.SendID(fmt.Sprintf("anonymous-%d", ids)) },
			Page:  3, // several pages of each table
		},
		requests: f.store, tables: f.store, progress: f.store,
		retention: retention.Job{
			Orders: f.store, Coupons: f.store, Sends: f.store, Positions: f.store, Customers: f.store, Records: f.store, Page: 2,
			NewID: func() shop.SendID { ids++; return shop.SendID(fmt.Sprintf("anonymous-%d", ids)) },
		},
		policy: func(context.Context) (shoppolicy.Policy, error) { return f.policy, nil }, own: named("Privacy"), dead: named("PrivacyDead"),
		metrics: metric.Writer{Out: &f.out, Now: clock}, now: clock,
	}
	return f
}

// fill stores Ann's data in every table and dead-letter queue, and Bob's.
func (f *fixture) fill() {
	t, ctx := f.t, context.Background()
	guest := intake.Guest(address)
	must(t, f.store.EnsureBudget(ctx, "welcome", 1, 100, 2))

	orders := []shop.Order{
		order("o-1", ann, address), order("o-2", ann, earlier), order("o-3", guest, address), order("o-4", intake.Guest(earlier), earlier), order("o-5", bob, "bob@example.com"),
	}
	profiles := map[shop.CustomerID]profile.Profile{}
	f.store.MostBought = 0 // so what they bought is beside the profiles
	for _, o := range orders {
		raised := map[shop.OrderKind][]campaign.Intent{shop.OrderPlaced: {intent(o.Customer, o.ID)}}
		if o.Customer == bob {
			raised = nil
		}
		p := profiles[o.Customer].Update(shop.Order{}, o, shop.OrderFact{Kind: shop.OrderPlaced, Order: o.ID, Placed: o.Placed})
		p.Email = profile.Statement{Value: o.Placed.Customer.Email, At: o.Placed.At, By: o.ID}
		if o.ID == "o-2" { // Ann's profile has the address of her first order; only this order has the earlier one
			p.Email = profiles[ann].Email
		}
		p.Mailbox, p.Bought = key.Mailbox(p.Email.Value), map[shop.ProductID]profile.Units{"MARKER-PRODUCT": {Orders: 1, Units: 1}}
		_, rev, err := f.store.Profile(ctx, o.Customer)
		must(t, err)
		must(t, f.store.SaveFold(ctx, dynamo.Fold{
			Order: o, Raised: raised, Customer: o.Customer, Profile: p, ProfileRev: rev,
			Counted: live.Entry{At: yesterday, Rows: []shop.ProductID{"MARKER-PRODUCT"}, New: []shop.ProductID{"MARKER-PRODUCT"}},
		}))
		profiles[o.Customer] = p
	}
	must(t, f.store.UpdateContact(ctx, ann, func(c frequency.Contact) (frequency.Contact, bool) {
		c = c.WithConsent(shop.TopicPromotions, true, yesterday).WithIssue("o-marker", profile.ServiceIssue{Delayed: &profile.Issue{Since: yesterday}})
		c.Waiting = []frequency.Waiting{{Customer: ann, Campaign: "a", Occasion: "o-marker", NotAfter: noon}}
		return c, true
	}))

	signUp := profile.Profile{ID: shop.SignUpID(key.Mailbox(address)), Email: profile.Statement{Value: address, At: yesterday}, SignUp: &profile.SignUp{At: yesterday}}
	_, err := f.store.SaveSignUp(ctx, signUp, "")
	must(t, err)

	// Sends: one waits, one is claimed, and three were accepted with a coupon.
	waits := send(intent(ann, "o-wait"), claim.Queued)
	waits.Wake = noon.Add(time.Hour)
	must(t, f.store.End(ctx, waits))
	f.claim("o-claimed", "")
	for _, code := range []string{"issued", "held", "redeemed"} {
		must(t, f.store.Accepted(ctx, f.claim(shop.OrderID("o-"+code), code), "ses-marker", yesterday))
	}
	run := campaign.Intent{Campaign: "weekly", Version: 2, Customer: ann, Occasion: "2026-11-20T10:00:00Z", Planned: yesterday, NotAfter: noon}
	must(t, f.store.End(ctx, send(run, claim.Capped)))
	own := campaign.Intent{Campaign: "refill", Version: 1, Customer: ann, Occasion: "replenishment.due/MARKER-PRODUCT/o-1", Run: yesterday, Planned: yesterday, NotAfter: noon}
	must(t, f.store.End(ctx, send(own, claim.Capped)))
	left := campaign.Intent{Campaign: "cart", Version: 1, Customer: ann, Occasion: campaign.CartOccasion("marker-cart"), Planned: yesterday, NotAfter: noon}
	must(t, f.store.End(ctx, send(left, claim.Capped)))
	way := intent(ann, "o-1")
	way.Campaign, way.Occasion, way.Entered = "path_hello", "o-marker/order.delivered", yesterday
	must(t, f.store.End(ctx, send(way, claim.Capped)))
	must(t, f.store.End(ctx, send(intent(bob, "o-5"), claim.Capped)))

	for of, email := range map[shop.CustomerID]string{ann: address, guest: address, signUp.ID: address, bob: "bob@example.com"} {
		made := fmt.Sprintf(`{"profile":{"id":%q,"email":{"value":%q}}}`, of, email)
		must(t, f.store.SaveInputs(ctx, dynamo.Inputs{Customer: of, Send: "s-1", Decided: yesterday, Made: json.RawMessage(made), Gone: noon.AddDate(0, 0, 30)}))
	}

	for _, o := range []struct {
		order shop.OrderID
		code  string
	}{{"o-basket", "held"}, {"o-1", "redeemed"}} {
		r, changes, err := checkout.Redemption{Order: o.order}.Hold(checkout.Redemption{
			Order: o.order, Customer: ann, Uses: []checkout.Use{{Offer: "welcome", Version: 1, Coupon: o.code}, {Offer: "welcome", Version: 1, Shard: 1}},
			Quote: pricing.Quote{Lines: []pricing.PricedLine{{Line: pricing.Line{ID: "MARKER-LINE", Units: 1}}}},
		}, yesterday)
		must(t, err)
		must(t, f.store.SaveRedemption(ctx, dynamo.Checkout{Redemption: r, Changes: changes, Now: yesterday}))
		if o.code == "redeemed" {
			_, rev, err := f.store.Redemption(ctx, o.order)
			must(t, err)
			r, changes, err = r.Redeem(yesterday)
			must(t, err)
			must(t, f.store.SaveRedemption(ctx, dynamo.Checkout{Redemption: r, Rev: rev, Changes: changes, Now: yesterday}))
		}
	}

	must(t, f.store.SavePrivacyRequest(ctx, privacyrequest.New("r-1", privacyrequest.Export, ann, shop.RequestFromShop, yesterday, 0), ""))

	for name, bodies := range deadLetters {
		for _, body := range bodies {
			must(t, f.queues.Enqueue(ctx, local.ARN(name), body, nil, ""))
		}
	}
}

// deadLetters is the dead letters, by queue. Those with "bob" in them stay.
var deadLetters = map[string][]string{
	"RecordDead": {
		`{"detail-type":"order.placed","time":"2026-11-21T12:00:00Z","detail":{"order":"o-7","customer":{"id":"191167","name":"Marker"}}}`,
		`{"detail-type":"order.placed","time":"2026-11-21T12:00:00Z","detail":{"order":"o-8","customer":{"email":"MARKER.ann@example.com"}}}`,
		`{"detail-type":"order.returned","time":"2026-11-21T12:00:00Z","detail":{"order":"o-1","lines":[{"product":"MARKER-PRODUCT"}]}}`,
		`{"detail-type":"shopifyWebhook","detail":{"metadata":{},"payload":{"id":5,"customer":{"id":191167},"line_items":[{"title":"Marker"}]}}}`,
		`{"detail-type":"order.placed","detail":{"customer":{"email":"marker.ann@example.com"}}`,
		`{"detail-type":"order.placed","detail":{"order":"bob-1","customer":{"id":"200842","name":"bob"},"lines":[{"units":191167}]}}`,
	},
	"SendDead": {
		`{"campaign":"thanks","customer":"191167","occasion":"o-marker"}`,
		`{"campaign":"thanks","customer":"bob","occasion":"o-5"}`,
	},
	"PrivacyDead": {
		`{"version":"0","id":"e-0","detail-type":"customer.erase","source":"shop","time":"2026-11-21T12:00:00Z","detail":{"version":"2","customer":{"id":"191167"}}}`,
		`{"erasure":"e-00","at":"2026-11-21T12:00:00Z","customers":["191167"],"pass":1,"stage":"orders"}`,
		`{"erasure":"e-bob","at":"2026-11-21T12:00:00Z","customers":["200842"],"addresses":["bob@example.com"],"pass":1,"stage":"orders"}`,
	},
	"SettleDead": {
		`{"source":"aws.ses","detail":{"mail":{"destination":["Marker Ann <marker.ann@example.com>"],"tags":{}}}}`,
	},
}

func order(id shop.OrderID, customer shop.CustomerID, email string) shop.Order {
	return shop.Order{ID: id, Customer: customer, Placed: &shop.Placed{
		At: yesterday, Revision: yesterday, Total: shop.Money{Minor: 1000, Currency: "EUR"},
		Customer: shop.Customer{ID: customer, Email: email, Name: "Marker Name"},
		Lines:    []shop.Line{{Product: "MARKER-PRODUCT", Title: strings.Repeat("Marker title ", 60), Units: 1, Price: shop.Money{Minor: 1000, Currency: "EUR"}}},
	}}
}

func intent(customer shop.CustomerID, order shop.OrderID) campaign.Intent {
	return campaign.Intent{Campaign: "thanks", Version: 1, Customer: customer, Occasion: string(order), Order: order, Planned: yesterday, NotAfter: noon, Cause: "event-marker"}
}

func send(i campaign.Intent, state claim.State) claim.Send {
	return claim.Send{
		ID: i.SendID("test"), Intent: i, State: state, Class: shop.ClassService, Message: "thanks", Changed: yesterday,
		Also: []shop.OrderID{"o-marker"}, Explained: json.RawMessage(`{"items":["MARKER-PRODUCT"]}`),
	}
}

// claim claims a send about one of Ann's orders, with a coupon if code is set.
func (f *fixture) claim(order shop.OrderID, code string) claim.Send {
	f.t.Helper()
	d := send(intent(ann, order), claim.Sending)
	ctx := context.Background()
	known, err := f.store.Snapshot(ctx, ann)
	must(f.t, err)
	d.Attempt, d.Owner, d.Claimed, d.Mailbox = 1, "w", yesterday, known.Profile.Mailbox
	c := claim.Claim{Send: d, Contact: known.Contact, ContactRev: known.ContactRev}
	c.Contact.Ledger = append(c.Contact.Ledger, frequency.Entry{Send: d.ID, At: yesterday, Class: d.Class, Impressions: []shop.ProductID{"MARKER-PRODUCT"}})
	if code != "" {
		c.Coupon = &coupon.Coupon{Hash: code, Offer: "welcome", Version: 1, Customer: ann, Send: d.ID, Product: "MARKER-PRODUCT", Issued: yesterday, Until: noon.AddDate(0, 0, 7), State: coupon.Issued}
		c.Send.Coupon = c.Coupon
	}
	must(f.t, f.store.Claim(ctx, c))
	return c.Send
}

// deliver gives one message to the handler, and reports whether it was
// processed.
func (f *fixture) deliver(body string) bool {
	f.t.Helper()
	batch, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: body}}})
	must(f.t, err)
	out, err := f.Handle(f.t.Context(), batch)
	must(f.t, err)
	response, _ := out.(events.SQSEventResponse)
	return len(response.BatchItemFailures) == 0
}

// next takes the message of privacy's own queue, delayed or not; "" if there is
// none.
func (f *fixture) next() string {
	f.t.Helper()
	all, err := f.queues.Peek("Privacy", 100)
	must(f.t, err)
	if len(all) == f.taken {
		return ""
	}
	f.taken++
	return all[f.taken-1].Body
}

// texts returns every item of every table, and every message of every queue, as
// lower-case text with its body unpacked.
func (f *fixture) texts() (all []string) {
	f.t.Helper()
	for _, table := range []string{"Customers", "Orders", "Catalogue", "Sends", "Decisions", "Journeys", "Coupons", "Settings"} {
		out, err := f.tables.Engine.Scan(context.Background(), &dynamodb.ScanInput{TableName: &table})
		must(f.t, err)
		for _, item := range out.Items {
			all = append(all, table+" "+strings.ToLower(text(item)))
		}
	}
	for _, name := range queueNames {
		messages, err := f.queues.Peek(name, 1000)
		must(f.t, err)
		if name == "Privacy" {
			messages = messages[f.taken:]
		}
		for _, m := range messages {
			all = append(all, name+" "+strings.ToLower(m.Body))
		}
	}
	return all
}

func text(item map[string]types.AttributeValue) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(item)) {
		switch v := item[name].(type) {
		case *types.AttributeValueMemberS:
			fmt.Fprintf(&b, "%s=%s ", name, v.Value)
		case *types.AttributeValueMemberB:
			plain, _ := dynamo.Unpack(v.Value) // as far as it goes
			fmt.Fprintf(&b, "%s=%s ", name, plain)
		}
	}
	return b.String()
}

// found returns the texts that have a marker, without Bob's.
func (f *fixture) found() (all []string) {
	for _, text := range f.texts() {
		marked := slices.ContainsFunc(markers, func(m string) bool { return strings.Contains(text, m) })
		if marked && !strings.Contains(text, string(bob)) {
			all = append(all, text)
		}
	}
	return all
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
