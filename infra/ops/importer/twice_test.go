package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/contactchange"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/metric"
	"regulars/shared/points"
	"regulars/shared/profile"
	"regulars/shared/recording"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// earning is a policy with points.
var earning = shoppolicy.Policy{Points: points.Scheme{Earn: map[shop.Currency]int64{"GBP": 100}, Lives: 300 * 24 * time.Hour}}

// line is an event of an order, as a line of a file and as the bus has it.
func line(kind string, at time.Time, customer, more string) string {
	return fmt.Sprintf(`{"detail-type":%q,"detail":{"version":"1","occurred_at":%q,"customer":{%s},%s}}`+"\n", kind, at.Format(time.RFC3339), customer, more)
}

// ordered returns the lines of the nth order of a customer: every sixth is returned in
// part and refunded, and every ninth cancelled.
func ordered(n int, customer, product string) (lines []string) {
	at := now.AddDate(0, 0, -300).Add(time.Duration(n) * 37 * time.Hour)
	id := fmt.Sprintf(`"order":{"id":"%s-%02d"`, product[:1], n)
	lines = append(lines, line("order.placed", at, customer, fmt.Sprintf(`%s,"placed_at":%q,"currency":"GBP","total":"%d.00","lines":[{"product":%q,"units":%d,"price":"2.00"}]}`, id, at.Format(time.RFC3339), 2+n%5, product, 1+n%3)))
	if n%4 > 0 {
		lines = append(lines, line("order.paid", at.Add(time.Hour), customer, id+"}"))
	}
	if n%6 == 0 {
		lines = append(lines, line("order.returned", at.Add(50*time.Hour), customer, id+fmt.Sprintf(`},"return_id":"r-1","reason":"defect","lines":[{"product":%q,"units":1}]`, product)),
			line("order.refunded", at.Add(60*time.Hour), customer, id+`},"refund_id":"f-1","amount":"1.00","currency":"GBP"`))
	}
	if n%9 == 0 {
		lines = append(lines, line("order.cancelled", at.Add(70*time.Hour), customer, id+`},"reason":"other"`))
	}
	return lines
}

// live records lines as the function record does.
func (c cloud) live(t *testing.T, lines ...string) {
	t.Helper()
	r := recording.Recorder{
		Orders: c.Store, Shop: c.Store, Erasures: c.Store, Name: key.Customer, Contacts: contactchange.Keeper{Store: c.Store, Mailbox: key.Mailbox},
		Intents: nowhere{}, Entries: nowhere{}, Runs: nowhere{}, Now: func() time.Time { return now }, Metrics: metric.Writer{Out: io.Discard, Now: time.Now},
		Policy: func(context.Context) (shoppolicy.Policy, error) {
			p := earning
			p.Shop = shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London", NoCounters: true}
			return p, nil
		},
	}
	for _, l := range lines {
		kind, detail, _ := strings.Cut(strings.TrimPrefix(strings.TrimSuffix(l, "}\n"), `{"detail-type":"`), `","detail":`)
		of, err := intake.Parse(fmt.Appendf(nil, `{"version":"0","id":"e-1","detail-type":%q,"source":"shop","time":%q,"detail":%s}`, kind, now.Format(time.RFC3339), detail), now)
		if err != nil {
			t.Fatalf("%v: %s", err, l)
		}
		for _, event := range of.Events {
			if err := r.Take(t.Context(), []shop.Event{event}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type nowhere struct{}

func (nowhere) Put(context.Context, ...any) error { return nil }

// state is what the tables have of some customers, without the form in which it is
// stored: profiles, contacts, and orders.
type state struct {
	Profiles map[shop.CustomerID]profile.Profile
	Contacts map[shop.CustomerID]frequency.Contact
	Orders   map[shop.OrderID]shop.Order
}

func (c cloud) state(t *testing.T, ids ...shop.CustomerID) state {
	t.Helper()
	s := state{map[shop.CustomerID]profile.Profile{}, map[shop.CustomerID]frequency.Contact{}, map[shop.OrderID]shop.Order{}}
	for _, id := range ids {
		of, err := c.Snapshot(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		of.Contact.Issues = nil // events store them by order and imports as sums
		s.Profiles[id], s.Contacts[id] = of.Profile.Whole(), of.Contact
	}
	_, err := c.Orders(t.Context(), dynamo.Page{}, func(o shop.Order) error {
		o.Imported = false
		s.Orders[o.ID] = o
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Imports of one history, once or again, whole or in part, before live events and after
// them, give the tables that one import into empty ones gives: with few products in a
// profile, so that most sums are beside it.
func TestImportsAndLiveEventsInAnySequenceGiveOneState(t *testing.T) {
	ann, bob := `"id":"c-1","email":"ann@example.com"`, `"email":"bob@example.com"`
	ids := []shop.CustomerID{"c-1", intake.Guest("bob@example.com")}
	imports := func(t *testing.T, c cloud, lines []string) string {
		t.Helper()
		out, err := c.imports(t, "-orders", c.file(t, "orders.jsonl", strings.Join(lines, "")), "-apply")
		must(t, err)
		return out
	}
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			var lines []string
			for n := range profile.Recent + 7 + random.IntN(7) {
				lines = append(append(lines, ordered(n, ann, fmt.Sprint("A", n*5%7))...), ordered(n, bob, fmt.Sprint("B", n%5))...)
			}
			some := func() []string {
				at := random.IntN(len(lines))
				return lines[at:min(len(lines), at+1+random.IntN(len(lines)))]
			}
			once, c := newCloudOf(t, earning), newCloudOf(t, earning)
			c.MostBought = random.IntN(5)
			imports(t, once, lines)
			want := once.state(t, ids...)
			for range random.IntN(5) {
				if random.IntN(2) == 0 {
					c.live(t, some()...)
				} else {
					imports(t, c, some())
				}
			}
			imports(t, c, lines)
			c.live(t, some()...)
			if out := imports(t, c, lines); !strings.Contains(out, "orders     new 0, changed 0, ") {
				t.Errorf("the last import changed something; it printed:\n%s", out)
			}
			if diff := cmp.Diff(want, c.state(t, ids...), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the tables (-once +in several steps):\n%s", diff)
			}
			if bought := want.Profiles["c-1"].Bought; len(bought) < 3 {
				t.Errorf("the sums are of %d products: the test proves nothing", len(bought))
			}
		})
	}
}

// An order that is only in a guest's sums leaves them once, whatever happens while a file
// gives it to the guest's account.
func TestAnImportTakesAnOrderOutOfAGuestsSumsOnce(t *testing.T) {
	const all, moved = profile.Recent + 6, 3
	guest, account := `"email":"ann@example.com"`, `"id":"c-1","email":"ann@example.com"`
	some := func(of string, from, to int) (lines []string) {
		for n := from; n < to; n++ {
			lines = append(lines, ordered(n, of, fmt.Sprint("A", n%5))...)
		}
		return lines
	}
	counts := func(c cloud) (all [2]struct{ Orders, Units, Points int }) {
		for i, id := range []shop.CustomerID{intake.Guest("ann@example.com"), "c-1"} {
			p, _, err := c.Profile(t.Context(), id)
			must(t, err)
			totals, bought := p.All()
			all[i].Orders, all[i].Points = totals.Orders+totals.Cancelled, p.Points.Ledger.At(now).Sum
			for _, u := range bought {
				all[i].Units += u.Units
			}
		}
		return all
	}
	for name, also := range map[string][]string{"nothing else happens": nil, "the guest orders again": some(guest, all, all+1), "the account orders": some(account, all, all+1)} {
		t.Run(name, func(t *testing.T) {
			other := newCloudOf(t, earning)
			other.live(t, slices.Concat(some(account, 0, moved), some(guest, moved, all), also)...)
			want := counts(other)
			for writes := int64(0); ; writes++ {
				c := newCloudOf(t, earning)
				c.MostBought = 1
				c.live(t, some(guest, 0, all)...)
				args := []string{"-contacts", c.file(t, "contacts.csv", "id,email\nc-1,ann@example.com\n"), "-orders", c.file(t, "old.jsonl", strings.Join(some(guest, 0, moved), "")), "-apply"}
				var times, left atomic.Int64
				times.Store(1)
				left.Store(writes)
				with := func(client dynamo.Client) cloud {
					of := c
					of.Store = dynamo.New(client, c.tables)
					of.MostBought, of.Pause = c.MostBought, c.Pause
					return of
				}
				_, killed := with(stops{c.client, &left}).imports(t, args...)
				if _, err := with(rival{c.client, &times, func() { c.live(t, also...) }}).imports(t, args...); err != nil {
					t.Fatal(err)
				}
				if times.Load() > 0 { // all was imported before
					c.live(t, also...)
				}
				out, err := c.imports(t, args...)
				if must(t, err); !strings.Contains(out, "orders     new 0, changed 0, ") {
					t.Errorf("killed after %d writes and repeated, the import changes something again:\n%s", writes, out)
				}
				if got := counts(c); got != want {
					t.Errorf("killed after %d writes and repeated, the guest and the account have %+v, want %+v", writes, got, want)
				}
				if killed == nil {
					break
				}
			}
		})
	}
}

// An event's service issue is in the contact under its order, also if the profile has it as
// a sum by now. A file that says that it was resolved ends its pause.
func TestAFileThatResolvesAnOlderServiceIssueEndsItsPause(t *testing.T) {
	c, ann := newCloud(t), `"id":"c-1","email":"ann@example.com"`
	at := now.AddDate(0, 0, -200)
	order := `"order":{"id":"A-00"`
	first := []string{
		line("order.placed", at, ann, fmt.Sprintf(`%s,"placed_at":%q,"currency":"GBP","total":"5.00","lines":[{"product":"A0","units":1,"price":"5.00"}]}`, order, at.Format(time.RFC3339))),
		line("order.paid", at, ann, order+"}"), line("order.cancelled", at.Add(time.Hour), ann, order+`},"reason":"other"`),
	}
	c.live(t, first...)
	for n := 75; n < 75+profile.Recent; n++ {
		c.live(t, ordered(n, ann, "B1")[0])
	}
	if issue := c.contact(t, "ann@example.com").Issues["A-00"].Cancelled; issue == nil || !issue.Resolved.IsZero() {
		t.Fatalf("the contact has the issue %+v, want an open cancellation", issue)
	}
	refund := line("order.refunded", at.Add(2*time.Hour), ann, order+`},"refund_id":"f-1","amount":"5.00","currency":"GBP"`)
	_, err := c.imports(t, "-orders", c.file(t, "orders.jsonl", strings.Join(append(first, refund), "")), "-apply")
	must(t, err)
	for id, issue := range c.contact(t, "ann@example.com").Issues {
		if issue.Cancelled.Resolved.IsZero() {
			t.Errorf("the contact has the open issue %q of %v", id, issue.Cancelled.Since)
		}
	}
}

// A stored row that cannot be read costs its customer only: the others are imported.
func TestARowThatCannotBeReadCostsOnlyItsCustomer(t *testing.T) {
	for row, c := range map[string]struct {
		table string
		key   [2]string
	}{
		"profile": {"Customers", [2]string{"c-1", "PROFILE"}},
		"contact": {"Customers", [2]string{"mailbox:" + string(key.Mailbox("ann@example.com")), "CONTACT"}},
		"order":   {"Orders", [2]string{"o-1", ""}},
	} {
		t.Run(row, func(t *testing.T) {
			cloud := newCloud(t)
			_, err := cloud.imports(t, append(cloud.all(t), "-apply")...)
			must(t, err)
			text := func(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }
			item := map[string]types.AttributeValue{"customer": text(c.key[0]), "kind": text(c.key[1]), "rev": text("r"), "body": text(`{"id":`)}
			if c.table == "Orders" {
				item = map[string]types.AttributeValue{"order": text(c.key[0]), "rev": text("r"), "body": text(`{"id":`)}
			}
			_, err = cloud.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &c.table, Item: item})
			must(t, err)
			contacts := cloud.file(t, "more.csv", people+"c-9,new@example.com,New,en,GB,yes,2026-11-01T10:00:00Z,form,\n")
			out, err := cloud.imports(t, "-contacts", contacts, "-orders", cloud.file(t, "orders.csv", bought), "-apply")
			must(t, err)
			if !strings.Contains(out, "contacts   new 1, changed 1, equal 1, refused 1") || !strings.Contains(out, "cannot be read, and stays as it is") {
				t.Errorf("it printed:\n%s", out)
			}
		})
	}
}
