package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

var (
	now = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	key = mailbox.Key(strings.Repeat("k", 32))
)

// cloud is tables in memory with a policy in force.
type cloud struct {
	*dynamo.Store
	client *memory.Engine
	tables dynamo.Tables
	folder string
}

func newCloud(t *testing.T) cloud {
	t.Helper()
	return newCloudOf(t, shoppolicy.Policy{})
}

// newCloudOf has that policy in force, with a shop in London.
func newCloudOf(t *testing.T, policy shoppolicy.Policy) cloud {
	t.Helper()
	policy.Shop = shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", URL: "https://shop.example.com"}
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	client := memory.New(dynamotest.Definitions()...)
	c := cloud{dynamo.New(client, tables), client, tables, t.TempDir()}
	c.Pause = func(context.Context, int) error { return nil }
	packed, err := shoppolicy.Encode(policy)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SavePolicy(t.Context(), "v1", packed); err != nil {
		t.Fatal(err)
	}
	return c
}

// file writes a file, dated a week ago, and returns its path.
func (c cloud) file(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(c.folder, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	week := now.AddDate(0, 0, -7)
	if err := os.Chtimes(path, week, week); err != nil {
		t.Fatal(err)
	}
	return path
}

// imports runs the command and returns what it printed.
func (c cloud) imports(t *testing.T, args ...string) (string, error) {
	t.Helper()
	t.Chdir(c.folder)
	var out strings.Builder
	o, err := parse(args, &out)
	if err != nil {
		t.Fatal(err)
	}
	err = command{out: &out, now: func() time.Time { return now }}.into(t.Context(), o, c.Store, key)
	return out.String(), err
}

// dump returns all items of the tables, as text.
func (c cloud) dump(t *testing.T) string {
	t.Helper()
	return strings.Join(dumpOf(t, c.client, c.tables), "\n")
}

// dumpOf returns all items that an import writes, as sorted texts.
func dumpOf(t *testing.T, client dynamo.Client, tables dynamo.Tables) (all []string) {
	t.Helper()
	for name, table := range map[string]string{"Customers": tables.Customers, "Orders": tables.Orders, "Catalogue": tables.Catalogue} {
		pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: &table})
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			must(t, err)
			for _, item := range page.Items {
				text, err := json.Marshal(item)
				must(t, err)
				all = append(all, name+" "+string(text))
			}
		}
	}
	slices.Sort(all)
	return all
}

func (c cloud) contact(t *testing.T, address string) frequency.Contact {
	t.Helper()
	contact, _, err := c.MailboxContact(t.Context(), key.Mailbox(address))
	if err != nil {
		t.Fatal(err)
	}
	return contact
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const (
	people = "id,email,first name,language,country,consent,consent at,consent source,consent wording\n" +
		"c-1,Ann@example.com,Ann,en,United Kingdom,yes,2025-03-01T10:00:00Z,form,Send me offers\n" +
		",bob@example.com,Bob,de,DE,no,2025-04-01T10:00:00Z,,\n" +
		"c-3,eve@example.com,Eve,,,yes,2026-01-01T10:00:00Z,checkout,\n"
	bought = "order id,number,email,placed at,paid at,currency,total,product,title,quantity,price\n" +
		"o-1,#1,ann@example.com,2025-05-01 10:00:00 +0100,2025-05-01 10:01:00 +0100,GBP,20.00,MUG,A mug,2,7.50\n" +
		"o-1,,,,,,,POT,A pot,1,5.00\n" +
		"o-2,#2,bob@example.com,2025-06-01 10:00:00 +0100,,GBP,\"1,234.50\",MUG,A mug,164,7.50\n"
	sold      = "sku,title,price,stock,updated at\nMUG,A mug,£7.50,3,2026-01-01\nPOT,A pot,5.00,,2026-01-01\n"
	forbidden = "Email,Reason,Date\neve@example.com,unsubscribed,2025-12-01\nzed@example.com,Hard bounce,2025-12-01\n"
)

func (c cloud) all(t *testing.T) []string {
	return []string{
		"-contacts", c.file(t, "contacts.csv", people), "-orders", c.file(t, "orders.csv", bought),
		"-products", c.file(t, "products.csv", sold), "-suppressed", c.file(t, "suppressed.csv", forbidden),
	}
}

func TestADryRunCountsAndWritesNothing(t *testing.T) {
	c := newCloud(t)
	before := c.dump(t)
	out, err := c.imports(t, c.all(t)...)
	must(t, err)
	for _, want := range []string{"contacts   new 3,", "orders     new 2,", "products   new 2,", "suppressed new 2, changed 0", "This was a dry run"} {
		if !strings.Contains(out, want) {
			t.Errorf("it printed no %q:\n%s", want, out)
		}
	}
	if c.dump(t) != before {
		t.Error("the dry run wrote")
	}
}

func TestAnImportIsStoredAndTheSecondOneChangesNothing(t *testing.T) {
	c := newCloud(t)
	_, err := c.imports(t, append(c.all(t), "-apply")...)
	must(t, err)
	ann, _, err := c.Profile(t.Context(), "c-1")
	must(t, err)
	if ann.Email.Value != "Ann@example.com" && ann.Email.Value != "ann@example.com" || ann.Name.Value != "Ann" || ann.Country.Value != "GB" || len(ann.Orders) != 1 || ann.Orders[0].Net.Minor != 2000 || ann.Orders[0].Unpaid {
		t.Errorf("Ann is %+v", ann)
	}
	if said := c.contact(t, "ann@example.com").Consents[shop.TopicPromotions]; !said.Given || said.Source != shop.SourceSignUpForm || said.Wording != "Send me offers" || !said.At.Equal(time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)) {
		t.Errorf("Ann said %+v", said)
	}
	if said := c.contact(t, "bob@example.com").Consents[shop.TopicPromotions]; said.Given || said.At.IsZero() {
		t.Errorf("Bob said %+v", said)
	}
	if said := c.contact(t, "eve@example.com").Consents[shop.TopicPromotions]; said.Given || said.At.IsZero() {
		t.Errorf("Eve, who is in the list of suppressed addresses, said %+v", said)
	}
	if s := c.contact(t, "zed@example.com").SuppressedFor("zed@example.com"); s == nil || s.Reason != frequency.SuppressedBounce {
		t.Errorf("Zed's address is %+v, want a bounce", s)
	}
	before := c.dump(t)
	out, err := c.imports(t, append(c.all(t), "-apply")...)
	must(t, err)
	if c.dump(t) != before {
		t.Error("the second import changed the tables")
	}
	for _, want := range []string{"contacts   new 0, changed 0, equal 3", "orders     new 0, changed 0, equal 2", "products   new 0, changed 0, equal 2", "suppressed new 0, changed 0, equal 2"} {
		if !strings.Contains(out, want) {
			t.Errorf("it printed no %q:\n%s", want, out)
		}
	}
}

func TestNothingIsWrittenIfAFileHasAFault(t *testing.T) {
	c := newCloud(t)
	bad := c.file(t, "contacts.csv", people+"c-4,no address,Zebedee,en,GB,perhaps,03/04/2025,,\n")
	before := c.dump(t)
	out, err := c.imports(t, "-contacts", bad, "-apply")
	if err == nil || c.dump(t) != before {
		t.Errorf("the import of a file with faults = %v, and it may have written", err)
	}
	for _, want := range []string{"contacts.csv:5:30: consent is no word for a consent", "contacts.csv:5:38: consent_at can be read as two days; say DATES=dmy"} {
		if !strings.Contains(out, want) {
			t.Errorf("it printed no %q:\n%s", want, out)
		}
	}
	for _, secret := range []string{"Zebedee", "perhaps", "03/04"} {
		if strings.Contains(out, secret) {
			t.Errorf("it printed the value %q:\n%s", secret, out)
		}
	}
	out, err = c.imports(t, "-contacts", bad, "-apply", "-skip-faulty")
	must(t, err)
	if refused, err := os.ReadFile(bad + ".refused.csv"); err != nil || !strings.Contains(string(refused), "5,\"consent_at can") || !strings.Contains(string(refused), "Zebedee") {
		t.Errorf("the refused rows are %q, %v", refused, err)
	}
	if p, _, err := c.Profile(t.Context(), "c-1"); err != nil || p.Name.Value != "Ann" {
		t.Errorf("with SKIP_FAULTY Ann is %+v, %v:\n%s", p, err, out)
	}
}

func TestAnOlderImportNeverOverridesANewerConsent(t *testing.T) {
	c := newCloud(t)
	later := now.AddDate(0, 0, -1)
	must(t, c.UpdateMailbox(t.Context(), key.Mailbox("ann@example.com"), func(f frequency.Contact) (frequency.Contact, bool) {
		return f.WithConsent(shop.TopicPromotions, false, later), true
	}))
	_, err := c.imports(t, append(c.all(t), "-apply")...)
	must(t, err)
	if said := c.contact(t, "ann@example.com").Consents[shop.TopicPromotions]; said.Given || !said.At.Equal(later) {
		t.Errorf("Ann said %+v, want her later no", said)
	}
	undated := c.file(t, "undated.csv", "email,accepts email marketing\nann@example.com,yes\nnew@example.com,yes\n")
	_, err = c.imports(t, "-contacts", undated, "-as-of", "2026-11-29", "-apply")
	must(t, err)
	if said := c.contact(t, "ann@example.com").Consents[shop.TopicPromotions]; said.Given {
		t.Errorf("a yes without a time outweighs Ann's no: %+v", said)
	}
	if said := c.contact(t, "new@example.com").Consents[shop.TopicPromotions]; !said.Given {
		t.Errorf("a yes without a time says nothing: %+v", said)
	}
}

func TestAnErasedMailboxStaysSuppressed(t *testing.T) {
	c := newCloud(t)
	must(t, c.SaveErased(t.Context(), key.Customer("c-3"), now.AddDate(0, 0, -2)))
	must(t, c.UpdateMailbox(t.Context(), key.Mailbox("ann@example.com"), func(f frequency.Contact) (frequency.Contact, bool) {
		return f.Erased(now.AddDate(0, 0, -2)), true
	}))
	before := c.dump(t)
	contacts := c.file(t, "contacts.csv", people+"c-9,ann@example.com,Ann again,en,GB,yes,2026-11-29,form,\n")
	suppressed := c.file(t, "suppressed.csv", "email,reason\nann@example.com,bounce\n")
	out, err := c.imports(t, "-contacts", contacts, "-orders", c.file(t, "orders.csv", bought), "-suppressed", suppressed, "-apply")
	must(t, err)
	if !strings.Contains(out, "contacts   new 1, changed 0, equal 0, refused 0, erased 3") || !strings.Contains(out, "orders     new 1, changed 0, equal 0, refused 0, erased 1") {
		t.Errorf("it printed:\n%s", out)
	}
	for _, id := range []shop.CustomerID{"c-1", "c-3", "c-9"} {
		if _, rev, err := c.Profile(t.Context(), id); err != nil || rev != "" {
			t.Errorf("the erased customer %s has a profile (%v)", id, err)
		}
	}
	if s := c.contact(t, "ann@example.com").Suppressed; s == nil || s.Reason != frequency.SuppressedErased {
		t.Errorf("Ann's mailbox is %+v", s)
	}
	if after := c.dump(t); len(after) <= len(before) {
		t.Error("nothing was imported")
	}
}

// The stub of an erased order no longer says whose it was, so a row can bring it under any
// address, or under none.
func TestErasedOrdersAreCountedAsErased(t *testing.T) {
	c := newCloud(t)
	for _, id := range []shop.OrderID{"o-1", "o-2"} {
		must(t, c.SaveErasedOrder(t.Context(), dynamo.Order{Order: shop.Order{ID: id}}.Stub(now), ""))
	}
	orders := c.file(t, "orders.csv", strings.ReplaceAll(bought, "bob@example.com", ""))
	for _, write := range []string{"-apply=false", "-apply"} {
		out, err := c.imports(t, "-orders", orders, write)
		must(t, err)
		if !strings.Contains(out, "orders     new 0, changed 0, equal 0, refused 0, erased 2") || strings.Contains(out, "stays so") {
			t.Errorf("with %s it printed:\n%s", write, out)
		}
	}
}

// stops is a client that fails for good after some writes, as a process that was
// killed.
type stops struct {
	*memory.Engine
	after *atomic.Int64
}

func (s stops) dead() error {
	if s.after.Add(-1) < 0 {
		return fmt.Errorf("killed")
	}
	return nil
}

func (s stops) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if err := s.dead(); err != nil {
		return nil, err
	}
	return s.Engine.PutItem(ctx, in, o...)
}

func (s stops) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if err := s.dead(); err != nil {
		return nil, err
	}
	return s.Engine.TransactWriteItems(ctx, in, o...)
}

func TestAKilledImportThatIsRepeatedGivesTheSameTables(t *testing.T) {
	want := newCloud(t)
	files := generated(100, 300)
	args := func(c cloud) (all []string) {
		for _, kind := range kinds {
			all = append(all, "-"+string(kind), c.file(t, string(kind)+".csv", files[kind]))
		}
		return append(all, "-apply")
	}
	counted, writes := want, atomic.Int64{}
	counted.Store = dynamo.New(stops{want.client, &writes}, want.tables)
	const enough = 1 << 30
	writes.Store(enough)
	_, err := counted.imports(t, args(want)...)
	must(t, err)
	for n := range int64(5) {
		after := (enough - writes.Load()) * n / 5
		c := newCloud(t)
		killed, left := c, atomic.Int64{}
		left.Store(after)
		killed.Store = dynamo.New(stops{c.client, &left}, c.tables)
		if _, err := killed.imports(t, args(c)...); err == nil {
			t.Fatalf("killed after %d writes: the import ended", after)
		}
		_, err := c.imports(t, args(c)...)
		must(t, err)
		if got, want := c.dump(t), want.dump(t); got != want {
			t.Errorf("killed after %d writes and repeated, the tables have %d bytes, want %d", after, len(got), len(want))
		}
	}
}

// rival is a client that changes a contact, as a live event does, before each
// transaction, a number of times.
type rival struct {
	*memory.Engine
	times *atomic.Int64
	do    func()
}

func (r rival) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if r.times.Add(-1) >= 0 {
		r.do()
	}
	return r.Engine.TransactWriteItems(ctx, in, o...)
}

func TestLiveEventsDuringAnImportAreKept(t *testing.T) {
	c := newCloud(t)
	_, err := c.imports(t, append(c.all(t), "-apply")...)
	must(t, err)
	again := c.file(t, "again.csv", "id,email,first name,consent,consent at\nc-1,ann@example.com,Anna,yes,2025-03-02T10:00:00Z\n")
	var times atomic.Int64
	times.Store(3)
	at := now
	busy := c
	busy.Store = dynamo.New(rival{c.client, &times, func() {
		at = at.Add(time.Millisecond)
		must(t, c.UpdateMailbox(t.Context(), key.Mailbox("ann@example.com"), func(f frequency.Contact) (frequency.Contact, bool) {
			return f.WithConsent(shop.TopicPromotions, false, at), true
		}))
	}}, c.tables)
	busy.Pause = c.Pause
	_, err = busy.imports(t, "-contacts", again, "-as-of", "2026-11-28", "-apply")
	must(t, err)
	if p, _, err := c.Profile(t.Context(), "c-1"); err != nil || p.Name.Value != "Anna" {
		t.Errorf("the import's name is lost: %+v (%v)", p.Name, err)
	}
	if said := c.contact(t, "ann@example.com").Consents[shop.TopicPromotions]; said.Given || !said.At.Equal(at) {
		t.Errorf("Ann's live opt-out is lost: %+v", said)
	}
}

func TestAnOrderOfLiveEventsStaysTheirs(t *testing.T) {
	c := newCloud(t)
	placed := shop.OrderFact{Kind: shop.OrderPlaced, Order: "o-1", Customer: "c-1", Placed: &shop.Placed{
		At: time.Date(2025, 5, 1, 9, 0, 0, 0, time.UTC), Revision: time.Date(2025, 5, 1, 9, 0, 0, 0, time.UTC), Customer: shop.Customer{ID: "c-1", Email: "ann@example.com"},
		Lines: []shop.Line{{Product: "MUG", Units: 2, Price: shop.Money{Minor: 750, Currency: "GBP"}}}, Total: shop.Money{Minor: 2000, Currency: "GBP"},
	}}
	order, err := profile.Merge(shop.Order{}, placed, placed.Placed.At)
	must(t, err)
	raised := map[shop.OrderKind][]campaign.Intent{shop.OrderPlaced: {{Campaign: "thanks", Customer: "c-1", Order: "o-1"}}}
	must(t, c.SaveFold(t.Context(), dynamo.Fold{Order: order, Raised: raised, Customer: "c-1", Profile: profile.Profile{}.Update(shop.Order{}, order, placed)}))
	_, err = c.imports(t, append(c.all(t), "-apply")...)
	must(t, err)
	o, _, err := c.Order(t.Context(), "o-1")
	must(t, err)
	if o.Imported || len(o.Raised[shop.OrderPlaced]) != 1 || o.Paid.IsZero() {
		t.Errorf("the order is %+v, want its intent, the payment of the import, and no mark of an import", o)
	}
	if p, _, err := c.Profile(t.Context(), "c-1"); err != nil || len(p.Orders) != 1 {
		t.Errorf("Ann has the orders %+v (%v), want one", p.Orders, err)
	}
}

// A first import has no contacts, so the orders are a guest's; a second one names
// the customer.
func TestOrdersOfAGuestBecomeTheCustomersWhomALaterFileNames(t *testing.T) {
	c := newCloud(t)
	orders := c.file(t, "orders.csv", bought)
	_, err := c.imports(t, "-orders", orders, "-apply")
	must(t, err)
	guest := intake.Guest("ann@example.com")
	if p, _, err := c.Profile(t.Context(), guest); err != nil || len(p.Orders) != 1 {
		t.Fatalf("the guest has %d orders (%v), want one", len(p.Orders), err)
	}
	contacts := c.file(t, "contacts.csv", people)
	for _, want := range []string{"orders     new 0, changed 1, equal 1, refused 0", "orders     new 0, changed 0, equal 2, refused 0"} {
		out, err := c.imports(t, "-contacts", contacts, "-orders", orders, "-apply")
		must(t, err)
		if !strings.Contains(out, want) {
			t.Errorf("it printed no %q:\n%s", want, out)
		}
		was, _, err := c.Profile(t.Context(), guest)
		must(t, err)
		is, _, err := c.Profile(t.Context(), "c-1")
		must(t, err)
		if o, _, err := c.Order(t.Context(), "o-1"); err != nil || o.Customer != "c-1" || len(was.Orders) != 0 || len(is.Orders) != 1 {
			t.Errorf("the order is %s's, the guest has %d orders and the customer %d (%v)", o.Customer, len(was.Orders), len(is.Orders), err)
		}
	}
	out, err := c.imports(t, "-orders", orders, "-apply")
	must(t, err)
	if !strings.Contains(out, "give the contacts with their customer IDs in the same import") {
		t.Errorf("an order of a customer was given to a guest, or without advice:\n%s", out)
	}
}

func TestAKillWhileAnOrderMovesFromAGuestLosesNothing(t *testing.T) {
	imported := func(after int64) (cloud, error) {
		c := newCloud(t)
		orders, contacts := c.file(t, "orders.csv", bought), c.file(t, "contacts.csv", people)
		_, err := c.imports(t, "-orders", orders, "-apply")
		must(t, err)
		killed, left := c, atomic.Int64{}
		left.Store(after)
		killed.Store = dynamo.New(stops{c.client, &left}, c.tables)
		_, stopped := killed.imports(t, "-contacts", contacts, "-orders", orders, "-apply")
		_, err = c.imports(t, "-contacts", contacts, "-orders", orders, "-apply")
		must(t, err)
		return c, stopped
	}
	whole, err := imported(1 << 30)
	must(t, err)
	for after := int64(0); ; after++ {
		c, stopped := imported(after)
		if stopped == nil {
			break
		}
		if got, want := c.dump(t), whole.dump(t); got != want {
			t.Errorf("killed after %d writes and repeated, the tables are\n%s\nwant\n%s", after, got, want)
		}
	}
}

// The events of an order of a guest, in any sequence.
func TestLinesOfEventsOfAnOrderComeTogether(t *testing.T) {
	c := newCloud(t)
	line := func(kind, more string) string {
		return `{"detail-type":"` + kind + `","detail":{"version":"1","customer":{"email":"ann@example.com"},"occurred_at":"2025-01-02T10:05:00Z",` + more + "}}\n"
	}
	lines := line("order.paid", `"order":{"id":"o-1"}`) + line("order.placed", `"order":{"id":"o-1","placed_at":"2025-01-02T10:00:00Z","currency":"GBP","total":"5.00","lines":[{"product":"MUG","units":1,"price":"5.00"}]}`) +
		line("order.returned", `"order":{"id":"o-1"},"return_id":"r-1","lines":[{"product":"MUG","units":1}]`)
	contacts := c.file(t, "contacts.csv", "id,email\nc-1,ann@example.com\n")
	for _, want := range []string{"orders     new 1, changed 0, equal 0, refused 0", "orders     new 0, changed 0, equal 1, refused 0"} {
		out, err := c.imports(t, "-contacts", contacts, "-orders", c.file(t, "orders.jsonl", lines), "-apply")
		must(t, err)
		if !strings.Contains(out, want) {
			t.Errorf("it printed no %q:\n%s", want, out)
		}
	}
	if o, _, err := c.Order(t.Context(), "o-1"); err != nil || o.Customer != "c-1" || o.Paid.IsZero() || len(o.Returns) != 1 || !o.Imported {
		t.Errorf("the order is %+v, %v", o, err)
	}
	all := strings.SplitAfter(lines, "\n")
	slices.Reverse(all)
	other := newCloud(t)
	_, err := other.imports(t, "-contacts", contacts, "-orders", other.file(t, "orders.jsonl", strings.Join(all, "")), "-apply")
	must(t, err)
	if got, want := other.dump(t), c.dump(t); got != want {
		t.Errorf("the lines in reverse give\n%s\nwant\n%s", got, want)
	}
}

// Two customers can have one mailbox: an order that names only the address is
// neither's.
func TestAnOrderOfAnAddressOfTwoCustomersIsAGuests(t *testing.T) {
	c := newCloud(t)
	_, err := c.imports(t, "-contacts", c.file(t, "contacts.csv", people+"c-9,ANN@example.com,Al,,,,,,\n"), "-orders", c.file(t, "orders.csv", bought), "-apply")
	must(t, err)
	if o, _, err := c.Order(t.Context(), "o-1"); err != nil || !o.Customer.IsGuest() {
		t.Errorf("the order is %s's (%v), want a guest's", o.Customer, err)
	}
}

// A return pauses promotions, also if it is imported after the contacts.
func TestAnImportedReturnPausesThePromotionsOfTheMailbox(t *testing.T) {
	c := newCloud(t)
	contacts := c.file(t, "contacts.csv", "id,email\nc-1,ann@example.com\n")
	_, err := c.imports(t, "-contacts", contacts, "-apply")
	must(t, err)
	orders := c.file(t, "orders.jsonl", `{"order":{"id":"o-1","placed_at":"2026-11-02T10:00:00Z","currency":"GBP","total":"5.00","lines":[{"product":"MUG","units":1,"price":"5.00"}]},"customer":{"id":"c-1","email":"ann@example.com"}}`+"\n"+
		`{"detail-type":"order.returned","detail":{"version":"1","customer":{"id":"c-1","email":"ann@example.com"},"occurred_at":"2026-11-20T10:05:00Z","order":{"id":"o-1"},"return_id":"r-1","lines":[{"product":"MUG","units":1}]}}`+"\n")
	_, err = c.imports(t, "-orders", orders, "-apply")
	must(t, err)
	if issues := c.contact(t, "ann@example.com").Issues; issues["o-1"].Returned == nil {
		t.Errorf("the mailbox has the service issues %+v, want the return of o-1", issues)
	}
}

// An event that names no customer says nothing of whose the order is.
func TestALineWithoutACustomerDoesNotChangeACustomersOrder(t *testing.T) {
	c := newCloud(t)
	_, err := c.imports(t, append(c.all(t), "-apply")...)
	must(t, err)
	before := c.dump(t)
	out, err := c.imports(t, "-orders", c.file(t, "lines.jsonl", `{"detail-type":"order.cancelled","detail":{"version":"1","occurred_at":"2025-06-02T10:05:00Z","order":{"id":"o-1"}}}`+"\n"), "-apply")
	must(t, err)
	if c.dump(t) != before || !strings.Contains(out, "refused 1") {
		t.Errorf("the order was changed, and its customer's profile was not:\n%s", out)
	}
}

func TestRowsOfAnOrderThatStandApartAreRefused(t *testing.T) {
	c := newCloud(t)
	out, err := c.imports(t, "-orders", c.file(t, "orders.csv", "order id,email,placed at,total,product,quantity,price\n"+
		"o-1,ann@example.com,2025-01-01,5.00,MUG,1,5.00\no-2,ann@example.com,2025-01-02,5.00,MUG,1,5.00\no-1,ann@example.com,2025-01-01,5.00,POT,1,5.00\n"))
	must(t, err)
	if !strings.Contains(out, "orders.csv:4: the rows of this order do not stand together") || !strings.Contains(out, "new 2, changed 0, equal 0, refused 1") {
		t.Errorf("it printed:\n%s", out)
	}
}

// More orders than a transaction holds, and than a profile keeps whole.
func TestALoyalCustomerIsImportedInParts(t *testing.T) {
	rows := "order id,customer id,email,placed at,total,product,quantity,price\n"
	for i := range 60 {
		rows += fmt.Sprintf("o-%02d,c-1,ann@example.com,2025-01-01 10:%02d:00,5.00,MUG,1,5.00\n", i, i)
	}
	c := newCloud(t)
	out, err := c.imports(t, "-orders", c.file(t, "orders.csv", rows), "-apply")
	must(t, err)
	p, _, err := c.Profile(t.Context(), "c-1")
	must(t, err)
	if p.Earlier.Orders+len(p.Orders) != 60 || !strings.Contains(out, "orders     new 60,") {
		t.Errorf("the profile has %d orders and the sum of %d more; it printed:\n%s", len(p.Orders), p.Earlier.Orders, out)
	}
}

func TestImportedOrdersEarnPointsOnce(t *testing.T) {
	c := newCloudOf(t, shoppolicy.Policy{Points: points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Lives: 10 * 365 * 24 * time.Hour}})
	for range 2 {
		_, err := c.imports(t, append(c.all(t), "-apply")...)
		must(t, err)
		if p, _, err := c.Profile(t.Context(), "c-1"); err != nil || p.Points.Ledger.At(now).Active != 20 {
			t.Errorf("for an order of 20.00 Ann has %d points (%v), want 20", p.Points.Ledger.At(now).Active, err)
		}
	}
}

func TestBirthdaysAreImported(t *testing.T) {
	c := newCloud(t)
	csv := c.file(t, "contacts.csv", "id,email,birthday\nc-1,ann@example.com,1990-05-17\n")
	lines := c.file(t, "contacts.jsonl", `{"detail-type":"customer.changed","detail":{"version":"1","occurred_at":"2025-01-02T10:00:00Z","customer":{"id":"c-2","email":"bob@example.com"},"birthday":"02-29"}}`+"\n")
	for _, want := range []string{"contacts   new 2,", "contacts   new 0, changed 0, equal 2"} {
		out, err := c.imports(t, "-contacts", csv+","+lines, "-apply")
		must(t, err)
		if !strings.Contains(out, want) {
			t.Errorf("it printed no %q:\n%s", want, out)
		}
	}
	for id, want := range map[shop.CustomerID]string{"c-1": "05-17", "c-2": "02-29"} {
		if p, _, err := c.Profile(t.Context(), id); err != nil || p.Birthday.Value != want {
			t.Errorf("%s has the birthday %q (%v), want %q", id, p.Birthday.Value, err, want)
		}
	}
}

// SKIP_FAULTY imports the sound rows, but of this file they are not known.
func TestAFileThatCannotBeReadToItsEndIsNotImported(t *testing.T) {
	c := newCloud(t)
	before := c.dump(t)
	out, err := c.imports(t, "-contacts", c.file(t, "contacts.csv", people+"c-4,\"dan@example.com,Dan\nc-5,eli@example.com,Eli\n"), "-apply", "-skip-faulty")
	if err == nil || c.dump(t) != before || !strings.Contains(out, "contacts.csv: line 5 has a quotation mark that is not closed") {
		t.Errorf("the import ended with %v, and may have written; it printed:\n%s", err, out)
	}
}

func TestManyFaultsAreCountedByTheirText(t *testing.T) {
	rows := "id,email,consent,consent at,notes\n"
	for n := range 300 {
		rows += fmt.Sprintf("c-%d,c%d@example.com,%s,2025-01-01,x\n", n, n, []string{"perhaps", "yes", "ja"}[n%3])
	}
	c := newCloud(t)
	out, err := c.imports(t, "-contacts", c.file(t, "contacts.csv", rows))
	must(t, err)
	for _, want := range []string{
		"contacts.csv:2:20: consent is no word", "contacts.csv: 100 times: consent is no word", "300 rows of contacts", "100 with faults", "; not read: notes)",
		"contacts   new 200,", "Mend the faults; or write all other rows with APPLY=1 SKIP_FAULTY=1",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("it printed no %q:\n%s", want, out[len(out)-1000:])
		}
	}
	for _, other := range []string{"orders ", "Write it with APPLY=1"} {
		if strings.Contains(out, other) {
			t.Errorf("it printed %q, and there is none", other)
		}
	}
}

func TestLinesOfEventsAndUnknownTopics(t *testing.T) {
	c := newCloud(t)
	lines := c.file(t, "contacts.jsonl", `{"customer":{"id":"c-1","email":"ann@example.com","name":"Ann"},"consents":[{"topic":"promotions","given":true,"at":"2025-01-01T10:00:00Z","source":"in_store"}],"occurred_at":"2025-01-01T10:00:00Z"}`+"\n"+
		`{"customer":{"id":"c-2","email":"bob@example.com"},"consents":[{"topic":"sailing","given":true}],"occurred_at":"2025-01-01T10:00:00Z"}`+"\n")
	out, err := c.imports(t, "-contacts", lines, "-apply", "-skip-faulty")
	must(t, err)
	if said := c.contact(t, "ann@example.com").Consents[shop.TopicPromotions]; !said.Given || said.Source != shop.SourceInStore {
		t.Errorf("Ann said %+v:\n%s", said, out)
	}
	if !strings.Contains(out, "contacts.jsonl:2: topic is no topic of the shop") {
		t.Errorf("the unknown topic is no fault:\n%s", out)
	}
}
