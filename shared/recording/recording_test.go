package recording

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	samples "regulars/events"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/inputfault"
	"regulars/shared/intake"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// forRecord returns the samples that come to record: all except requests for
// runs.
func forRecord() (bodies []string) {
	for _, s := range samples.Samples() {
		if s.DetailType != "campaign.run" {
			bodies = append(bodies, string(s.Envelope))
		}
	}
	return bodies
}

// recorded fails the test if the store does not contain the envelope's facts,
// that is, if adding them again would change it.
func (h fixture) recorded(t *testing.T, envelope string) {
	t.Helper()
	parsed, err := intake.Parse([]byte(envelope), evening)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range parsed.Events {
		switch fact := e.Fact.(type) {
		case shop.OrderFact:
			stored, rev, err := h.store.Order(t.Context(), fact.Order)
			if err != nil {
				t.Fatal(err)
			}
			again, err := profile.Merge(stored.Order, fact, e.At)
			if diff := cmp.Diff(stored.Order, again); err != nil || rev == "" || diff != "" {
				t.Errorf("event %s is not in its order: %v\n%s", e.ID, err, diff)
			}
			h.profiled(t, stored.Order)
		case shop.CustomerFact:
			p, _, err := h.store.Profile(t.Context(), fact.Customer)
			if again := p.WithCustomerFact(fact, e.At); err != nil || !reflect.DeepEqual(again, p) {
				t.Errorf("the profile of %s = %+v, %v, want the data of %s in it", fact.Customer, p, err, e.At)
			}
		case shop.ContactFact:
			p, _, err := h.store.Profile(t.Context(), fact.Customer.ID)
			if again := p.WithContactFact(fact.Customer, e.At); err != nil || !reflect.DeepEqual(again, p) {
				t.Errorf("the profile of %s = %+v, %v, want the data of %s in it", fact.Customer.ID, p, err, e.At)
			}
			contact, _, err := h.store.Contact(t.Context(), fact.Customer.ID)
			for _, said := range fact.Consents {
				if again := contact.WithStatement(said); err != nil || !reflect.DeepEqual(again, contact) {
					t.Errorf("the contact of %s = %+v, %v, want the consents of %s in it", fact.Customer.ID, contact, err, e.At)
				}
			}
		case shop.ProductFact:
			rows, err := h.store.Items(t.Context(), recommend.Model{}, []shop.ProductID{fact.Product.ID})
			if row := rows[fact.Product.ID]; err != nil || row.Title == "" || row.Revision.Before(fact.Product.Revision) {
				t.Errorf("product %s = %+v, %v, want at least revision %s", fact.Product.ID, row, err, fact.Product.Revision)
			}
		case shop.ConsentFact:
			contact, _, err := h.store.Contact(t.Context(), fact.Customer)
			if again := contact.WithConsent(fact.Topic, fact.Given, e.At); err != nil || !reflect.DeepEqual(again, contact) {
				t.Errorf("the contact of %s = %+v, %v, want the consent of %s in it", fact.Customer, contact, err, e.At)
			}
		}
	}
}

// profiled fails the test if a placed order of a known customer is not in the
// customer's profile.
func (h fixture) profiled(t *testing.T, o shop.Order) {
	t.Helper()
	if o.Customer == "" || o.Placed == nil {
		return
	}
	p, _, err := h.store.Profile(t.Context(), o.Customer)
	at := slices.IndexFunc(p.Orders, func(v profile.Visit) bool { return v.Order == o.ID })
	if err != nil || at < 0 || p.Orders[at].Cancelled != (o.Cancel != nil) {
		t.Errorf("order %s is not in the profile of %s, or not in its current state: %+v, %v", o.ID, o.Customer, p.Orders, err)
	}
}

func TestASampleThatComesTwiceIsRecordedOnce(t *testing.T) {
	h := newFixture(t)
	bodies := forRecord()
	h.takes(t, bodies...)
	for _, body := range bodies {
		h.recorded(t, body)
	}
	once, intents := h.stored(t), h.raised(t)
	if len(intents) == 0 {
		t.Fatal("the samples raise no intents")
	}

	h.takes(t, bodies...)
	if diff := cmp.Diff(once, h.stored(t)); diff != "" {
		t.Errorf("the same batch again changed what is stored:\n%s", diff)
	}
	if diff := cmp.Diff(slices.Compact(sendIDs(intents)), slices.Compact(sendIDs(h.raised(t)))); diff != "" {
		t.Errorf("the same batch again raised other intents (-first +again):\n%s", diff)
	}
}

// state is all that record stores, except the intents, which depend on the
// order in which the events come.
type state struct {
	Profiles map[shop.CustomerID]profile.Profile
	Orders   map[shop.OrderID]shop.Order
	Products map[shop.ProductID]recommend.Item
	Contacts map[shop.CustomerID]frequency.Contact
}

// state reads the state from the tables; of the contacts, those of the samples.
func (h fixture) state(t *testing.T) state {
	t.Helper()
	all := state{map[shop.CustomerID]profile.Profile{}, map[shop.OrderID]shop.Order{}, map[shop.ProductID]recommend.Item{}, map[shop.CustomerID]frequency.Contact{}}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = h.store.Profiles(t.Context(), page, func(p profile.Profile) error { all.Profiles[p.ID] = p; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = h.store.Orders(t.Context(), page, func(o shop.Order) error { all.Orders[o.ID] = o; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = h.store.Products(t.Context(), page, func(i recommend.Item) error { all.Products[i.ID] = i; return nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range append([]shop.CustomerID{intake.Guest("guest.15311@example.com")}, "17850") {
		contact, _, err := h.store.Contact(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		all.Contacts[id] = contact
	}
	return all
}

func TestTheSameEventsInAnyOrderGiveTheSameState(t *testing.T) {
	bodies := forRecord()
	h := newFixture(t)
	h.takes(t, bodies...)
	want := h.state(t)
	for seed := range uint64(4) {
		shuffled := append(slices.Clone(bodies), bodies[:len(bodies)/2]...) // some of them twice
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		h := newFixture(t)
		for batch := range slices.Chunk(shuffled, 10) {
			h.takes(t, batch...)
		}
		if diff := cmp.Diff(want, h.state(t)); diff != "" {
			t.Errorf("shuffled by %d (-as listed +shuffled):\n%s", seed, diff)
		}
	}
}

func TestARefusedEventGoesToTheDeadLettersAndTheOthersAreRecorded(t *testing.T) {
	sound := placed("o-1", "c-1", map[string]int{"P": 1})
	order := func(more string) string {
		return event("order.placed", `{'version':'1','order':{'id':'o-9','placed_at':'2026-11-21T12:00:00Z','currency':'GBP','total':'2.00','lines':[{'product':'P','units':1,'price':'2.00'}]},'customer':{'id':'c-9'}`+more+`}`)
	}
	replace := func(old, new string) string {
		if !strings.Contains(order(""), old) {
			t.Fatalf("the order has no %s", old)
		}
		return strings.Replace(order(""), old, new, 1)
	}
	run := ""
	for _, s := range samples.Samples() {
		if s.DetailType == "campaign.run" {
			run = string(s.Envelope)
		}
	}
	bad := map[string]struct {
		body  string
		paths []string
	}{
		"not JSON":               {`{"detail-type": "order.placed", `, []string{""}},
		"an array":               {"[]", []string{""}},
		"a wrong type":           {replace(`"total":"2.00"`, `"total":true`), []string{"/detail/order/total"}},
		"negative units":         {replace(`"units":1`, `"units":-1`), []string{"/detail/order/lines/0/units"}},
		"an unknown currency":    {replace(`"currency":"GBP"`, `"currency":"XQX"`), []string{"/detail/order/currency"}},
		"a time in the future":   {replace(`"placed_at":"2026-11-21T12`, `"placed_at":"2026-11-21T19`), []string{"/detail/order/placed_at"}},
		"an unknown version":     {replace(`"version":"1"`, `"version":"2"`), []string{"/detail/version"}},
		"an unknown detail-type": {event("order.eaten", `{'version':'1'}`), []string{"/detail-type"}},
		"three faults at once": {strings.NewReplacer(`"units":1`, `"units":0`, `"id":"o-9"`, `"id":7`, `"total":"2.00"`, `"total":"2.005"`).Replace(order("")), []string{
			"/detail/order/id", "/detail/order/total", "/detail/order/lines/0/units",
		}},
		"an event for function plan": {run, []string{"/detail-type"}},
	}
	h := newFixture(t)
	bodies := []string{sound}
	for _, b := range bad {
		bodies = append(bodies, b.body)
	}
	bodies = append(bodies, placed("o-2", "c-1", map[string]int{"P": 1}))
	if again := h.handle(t, bodies...); len(again) > 0 {
		t.Errorf("the messages %v failed, want them refused", again)
	}
	for _, id := range []shop.OrderID{"o-1", "o-2"} {
		if _, rev, err := h.store.Order(t.Context(), id); err != nil || rev == "" {
			t.Errorf("order %s is not recorded: %v", id, err)
		}
	}
	if _, rev, _ := h.store.Order(t.Context(), "o-9"); rev != "" {
		t.Error("a refused order is recorded")
	}
	letters := map[string]deadLetter{}
	for _, l := range h.deadLetters(t) {
		letters[l.body] = l
	}
	if len(letters) != len(bad) {
		t.Errorf("%d dead letters, want %d", len(letters), len(bad))
	}
	for name, b := range bad {
		l, ok := letters[b.body]
		var faults []inputfault.Fault
		if err := json.Unmarshal([]byte(l.faults), &faults); !ok || err != nil || l.refused != "2026-11-21T18:00:00Z" {
			t.Errorf("%s: refused at %q with faults %q, %v, want it refused at the time of the test", name, l.refused, l.faults, err)
			continue
		}
		var paths []string
		for _, f := range faults {
			paths = append(paths, f.Path)
			if f.Fault == "" {
				t.Errorf("%s: the fault at %s has no text", name, f.Path)
			}
		}
		if !slices.Equal(paths, b.paths) {
			t.Errorf("%s: faults %s, want them at %q", name, l.faults, b.paths)
		}
	}
}

// The function dies after the fold and before the queue. The message is
// delivered again, and raises the stored intents, although the profile has
// changed by then.
func TestStoredIntentsAreRaisedAfterACrashBeforeTheQueue(t *testing.T) {
	h := newFixture(t)
	h.Policy = withoutCounters(h.Policy)
	h.takes(t, bag)
	first := placed("o-1", "c-1", map[string]int{"BAG": 9})
	h.queues.Broken.Store(1)
	if again := h.handle(t, first); !slices.Equal(again, []int{0}) {
		t.Fatalf("failed: %v, want the message", again)
	}
	stored, _, err := h.store.Order(t.Context(), "o-1")
	if err != nil || len(stored.Raised[shop.OrderPlaced]) != 1 || len(h.raised(t)) != 0 {
		t.Fatalf("stored %v, %v, want one intent, which is not on the queue", stored.Raised, err)
	}
	h.takes(t, placed("o-2", "c-1", map[string]int{"BAG": 1}))
	if got := names(h.raised(t)); !slices.Equal(got, []string{"reward@2 o-2"}) {
		t.Fatalf("the tenth bag raised %v, want the reward", got)
	}
	before := h.stored(t)
	h.takes(t, first)
	if diff := cmp.Diff(stored.Raised[shop.OrderPlaced], h.raised(t)); diff != "" {
		t.Errorf("delivered again, it raised other intents (-stored +raised):\n%s", diff)
	}
	if diff := cmp.Diff(before, h.stored(t)); diff != "" {
		t.Errorf("delivered again, it changed what is stored:\n%s", diff)
	}
}

func TestARefusalThatTheQueueDoesNotAcceptIsRetried(t *testing.T) {
	h := newFixture(t)
	h.queues.Broken.Store(1)
	if again := h.handle(t, "not JSON", placed("o-1", "c-1", map[string]int{"P": 1})); !slices.Equal(again, []int{0}) {
		t.Errorf("failed: %v, want the first", again)
	}
	if again := h.handle(t, "not JSON"); len(again) > 0 || len(h.deadLetters(t)) != 1 {
		t.Errorf("the refused message failed again or is not among the dead letters")
	}
}

func TestAFoldWhoseAnswerIsLostIsFoldedOnce(t *testing.T) {
	h := newFixture(t)
	store, faults := dynamotest.FaultyStore(t)
	h.Orders, h.Shop = store, store
	faults.Lose("TransactWriteItems", dynamotest.SDKAttempts)
	for range 3 {
		if again := h.handle(t, placed("o-1", "c-1", map[string]int{"P": 2})); len(again) == 0 {
			break
		}
	}
	p, _, err := store.Profile(t.Context(), "c-1")
	if totals, bought := p.All(); err != nil || totals.Orders != 1 || bought["P"].Units != 2 {
		t.Errorf("the profile has %d orders and %d units, %v, want 1 and 2", totals.Orders, bought["P"].Units, err)
	}
	if got := names(h.raised(t)); len(slices.Compact(got)) != 1 {
		t.Errorf("raised %v, want thanks", got)
	}
}

// Another call changes the profile between reading and writing. The fold is
// retried, and the message does not fail.
func TestAConflictIsRetried(t *testing.T) {
	h := newFixture(t)
	store, faults := dynamotest.FaultyStore(t)
	h.Orders, h.Shop = store, store
	faults.Before("TransactWriteItems", func() { h.takes(t, placed("o-2", "c-1", map[string]int{"P": 1})) })
	h.takes(t, placed("o-1", "c-1", map[string]int{"P": 2}))
	p, _, err := store.Profile(t.Context(), "c-1")
	if totals, bought := p.All(); err != nil || totals.Orders != 2 || bought["P"].Units != 3 {
		t.Errorf("the profile has %d orders and %d units, %v, want 2 and 3", totals.Orders, bought["P"].Units, err)
	}
}

// conflicting is a store in which another call changes the order before each write.
type conflicting struct {
	*dynamo.Store
	saves int
}

func (c *conflicting) SaveFold(context.Context, dynamo.Fold) error {
	c.saves++
	return dynamo.ErrConflict
}

func TestAnOrderThatIsAlwaysInConflictFailsAfterAllAttempts(t *testing.T) {
	h := newFixture(t)
	store := &conflicting{Store: h.store}
	h.Orders = store
	message, _, err := h.read(t.Context(), events.SQSMessage{Body: placed("o-1", "c-1", map[string]int{"P": 1})})
	must(t, err)
	err = h.record(t.Context(), message)
	if !errors.Is(err, dynamo.ErrConflict) || !strings.Contains(err.Error(), "order o-1 was changed by other calls 8 times; retry") {
		t.Errorf("record = %v, want the conflict with the number of attempts", err)
	}
	if store.saves != dynamo.Attempts || len(h.raised(t)) != 0 {
		t.Errorf("%d writes, want %d and no intent on the queue", store.saves, dynamo.Attempts)
	}
}

// The order is older than those that the profile keeps whole.
func TestAChangeOfAnOldOrderChangesTheSumsOnce(t *testing.T) {
	h := newFixture(t)
	var bodies []string
	for i := range profile.Recent + 2 {
		day := evening.AddDate(0, 0, i-40).Format("2006-01-02")
		bodies = append(bodies, strings.ReplaceAll(placed(fmt.Sprint("o-", i), "c-1", map[string]int{"P": 2}), "2026-11-21", day))
	}
	h.takes(t, bodies...)
	back := event("order.returned", `{'version':'1','order':{'id':'o-0'},'customer':{'id':'c-1'},'return_id':'r-1','reason':'defect','lines':[{'product':'P','units':1}]}`)
	paid := event("order.refunded", `{'version':'1','order':{'id':'o-0'},'customer':{'id':'c-1'},'refund_id':'r-1','amount':'5.00','currency':'GBP'}`)
	h.takes(t, back, paid, back, paid)
	p, _, err := h.store.Profile(t.Context(), "c-1")
	want := profile.Totals{Orders: 2, Net: map[shop.Currency]int64{"GBP": 3500}, First: evening.AddDate(0, 0, -40).Add(-6 * time.Hour)}
	if diff := cmp.Diff(want, p.Earlier); err != nil || diff != "" || p.Bought["P"] != (profile.Units{Orders: 2, Units: 4, Returned: 1}) {
		t.Errorf("the sums differ, %v, bought %+v (-want +got):\n%s", err, p.Bought, diff)
	}
}

// All of them change the same profile.
func TestOrdersOfOneCustomerAtTheSameTimeAreAllRecorded(t *testing.T) {
	const orders = 10
	h := newFixture(t)
	var wg sync.WaitGroup
	for i := range orders {
		wg.Go(func() {
			body := placed(fmt.Sprint("o-", i), "c-1", map[string]int{"P": 1, fmt.Sprint("P", i): 2})
			for range 20 { // a failed message is delivered again
				if len(h.handle(t, body)) == 0 {
					return
				}
			}
			t.Errorf("order o-%d is not recorded after 20 deliveries", i)
		})
	}
	wg.Wait()
	p, _, err := h.store.Profile(t.Context(), "c-1")
	if err != nil {
		t.Fatal(err)
	}
	totals, bought := p.All()
	if totals.Orders != orders || totals.Net["GBP"] != orders*2000 || bought["P"].Units != orders || len(bought) != orders+1 {
		t.Errorf("the profile has %d orders of %d pence, %d units of P and %d products", totals.Orders, totals.Net["GBP"], bought["P"].Units, len(bought))
	}
	if got := slices.Compact(sendIDs(h.raised(t))); len(got) != orders {
		t.Errorf("%d sends were raised, want %d", len(got), orders)
	}
}

func TestOneEventSeveralTimesAtTheSameTimeIsFoldedOnce(t *testing.T) {
	h := newFixture(t)
	body := placed("o-1", "c-1", map[string]int{"P": 3})
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() { h.handle(t, body) })
	}
	wg.Wait()
	h.takes(t, body)
	p, _, err := h.store.Profile(t.Context(), "c-1")
	if totals, bought := p.All(); err != nil || totals.Orders != 1 || bought["P"].Units != 3 {
		t.Errorf("the profile has %d orders and %d units, %v, want 1 and 3", totals.Orders, bought["P"].Units, err)
	}
	stored, _, err := h.store.Order(t.Context(), "o-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range h.raised(t) {
		if diff := cmp.Diff(stored.Raised[shop.OrderPlaced], []campaign.Intent{i}); diff != "" {
			t.Errorf("raised an intent that is not stored (-stored +raised):\n%s", diff)
		}
	}
}

func TestAContradictionIsRefused(t *testing.T) {
	sound := placed("o-1", "c-1", map[string]int{"P": 1})
	for name, body := range map[string]string{
		"the order has another customer":       strings.ReplaceAll(sound, "c-1", "c-2"),
		"the order was placed at another time": strings.ReplaceAll(sound, "2026-11-21T12:00:00Z", "2026-11-21T12:00:01Z"),
		"a later event has another customer":   event("order.paid", `{'version':'1','order':{'id':'o-1'},'customer':{'id':'c-2'}}`),
	} {
		h := newFixture(t)
		h.takes(t, sound)
		before := h.stored(t)
		if again := h.handle(t, body); len(again) > 0 {
			t.Errorf("%s: it failed, want it refused", name)
		}
		letters := h.deadLetters(t)
		if len(letters) != 1 || !strings.Contains(letters[0].faults, "contradicts") || letters[0].body != body {
			t.Errorf("%s: the dead letters are %+v, want the event with the contradiction", name, letters)
		}
		if diff := cmp.Diff(before, h.stored(t)); diff != "" {
			t.Errorf("%s: it changed what is stored\n%s", name, diff)
		}
	}
}

// An order is not recorded without a policy, because its intents would be lost.
func TestAnOrderEventFailsWithoutAPolicy(t *testing.T) {
	h := newFixture(t)
	h.Policy = func(context.Context) (shoppolicy.Policy, error) {
		return shoppolicy.Policy{}, fmt.Errorf("nothing is published: %w", dynamo.ErrNotFound)
	}
	body := placed("o-1", "c-1", map[string]int{"P": 1})
	if again := h.handle(t, body, bag); !slices.Equal(again, []int{0}) {
		t.Errorf("failed: %v, want the order and not the product", again)
	}
	h.Policy = inForce()
	h.takes(t, body)
	if got := names(h.raised(t)); !slices.Equal(got, []string{"thanks@1 o-1"}) {
		t.Errorf("raised %v, want thanks", got)
	}
}
