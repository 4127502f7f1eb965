package main

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

	"github.com/google/go-cmp/cmp"

	samples "regulars/events"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/fault"
	"regulars/shared/frequency"
	"regulars/shared/intake"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// forRecord returns the samples of what comes to record: all but slots.
func forRecord() (bodies []string) {
	for _, s := range samples.Samples() {
		if s.DetailType != "campaign.run" {
			bodies = append(bodies, string(s.Envelope))
		}
	}
	return bodies
}

// known fails where the store does not know what an envelope tells: to tell it
// again would change something.
func (h house) known(t *testing.T, envelope string) {
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
				t.Errorf("the profile of %s = %+v, %v, without the word of %s", fact.Customer, p, err, e.At)
			}
		case shop.ProductFact:
			rows, err := h.store.Items(t.Context(), recommend.Model{}, []shop.ProductID{fact.Product.ID})
			if row := rows[fact.Product.ID]; err != nil || row.Title == "" || row.Revision.Before(fact.Product.Revision) {
				t.Errorf("product %s = %+v, %v, want at least revision %s", fact.Product.ID, row, err, fact.Product.Revision)
			}
		case shop.ConsentFact:
			contact, _, err := h.store.Contact(t.Context(), fact.Customer)
			if again := contact.WithConsent(fact.Topic, fact.Given, e.At); err != nil || !reflect.DeepEqual(again, contact) {
				t.Errorf("the contact of %s = %+v, %v, without the word of %s", fact.Customer, contact, err, e.At)
			}
		}
	}
}

// profiled fails where an order that has a customer is not in the profile.
func (h house) profiled(t *testing.T, o shop.Order) {
	t.Helper()
	if o.Customer == "" || o.Placed == nil {
		return
	}
	p, _, err := h.store.Profile(t.Context(), o.Customer)
	at := slices.IndexFunc(p.Orders, func(v profile.Visit) bool { return v.Order == o.ID })
	if err != nil || at < 0 || p.Orders[at].Cancelled != (o.Cancel != nil) {
		t.Errorf("order %s is not in the profile of %s as it is: %+v, %v", o.ID, o.Customer, p.Orders, err)
	}
}

func TestEverySampleIsRecordedOnceHoweverOftenItComes(t *testing.T) {
	h := newHouse(t)
	bodies := forRecord()
	h.takes(t, bodies...)
	for _, body := range bodies {
		h.known(t, body)
	}
	once, intents := h.stored(t), h.raised(t)
	if len(intents) == 0 {
		t.Fatal("the samples give rise to nothing")
	}

	h.takes(t, bodies...)
	if diff := cmp.Diff(once, h.stored(t)); diff != "" {
		t.Errorf("the same batch again changed what is stored:\n%s", diff)
	}
	if diff := cmp.Diff(slices.Compact(sendIDs(intents)), slices.Compact(sendIDs(h.raised(t)))); diff != "" {
		t.Errorf("the same batch again raised other intents (-first +again):\n%s", diff)
	}
}

// knowledge is all that the shop knows, but for what it gave rise to, which
// depends on what was known at the time.
type knowledge struct {
	Profiles map[shop.CustomerID]profile.Profile
	Orders   map[shop.OrderID]shop.Order
	Products map[shop.ProductID]recommend.Item
	Contacts map[shop.CustomerID]frequency.Contact
}

func (h house) told(t *testing.T) knowledge {
	t.Helper()
	all := knowledge{map[shop.CustomerID]profile.Profile{}, map[shop.OrderID]shop.Order{}, map[shop.ProductID]recommend.Item{}, map[shop.CustomerID]frequency.Contact{}}
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

func TestTheSameEventsInAnyOrderGiveTheSame(t *testing.T) {
	bodies := forRecord()
	h := newHouse(t)
	h.takes(t, bodies...)
	want := h.told(t)
	for seed := range uint64(4) {
		shuffled := append(slices.Clone(bodies), bodies[:len(bodies)/2]...) // and some twice
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		h := newHouse(t)
		for batch := range slices.Chunk(shuffled, 10) {
			h.takes(t, batch...)
		}
		if diff := cmp.Diff(want, h.told(t)); diff != "" {
			t.Errorf("shuffled by %d (-as listed +shuffled):\n%s", seed, diff)
		}
	}
}

func TestWhatCannotBeTakenGoesToTheDeadLettersAndTheRestIsRecorded(t *testing.T) {
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
	slot := ""
	for _, s := range samples.Samples() {
		if s.DetailType == "campaign.run" {
			slot = string(s.Envelope)
		}
	}
	bad := map[string]struct {
		body  string
		paths []string
	}{
		"not JSON":            {`{"detail-type": "order.placed", `, []string{""}},
		"a list":              {"[]", []string{""}},
		"a wrong type":        {replace(`"total":"2.00"`, `"total":true`), []string{"/detail/order/total"}},
		"negative units":      {replace(`"units":1`, `"units":-1`), []string{"/detail/order/lines/0/units"}},
		"an unknown currency": {replace(`"currency":"GBP"`, `"currency":"XQX"`), []string{"/detail/order/currency"}},
		"the future":          {replace(`"placed_at":"2026-11-21T12`, `"placed_at":"2026-11-21T19`), []string{"/detail/order/placed_at"}},
		"300 KB":              {order(`,'note':'` + strings.Repeat("x", 300<<10) + `'`), []string{""}},
		"an unknown version":  {replace(`"version":"1"`, `"version":"2"`), []string{"/detail/version"}},
		"an unknown type":     {event("order.eaten", `{'version':'1'}`), []string{"/detail-type"}},
		"three faults at once": {strings.NewReplacer(`"units":1`, `"units":0`, `"id":"o-9"`, `"id":7`, `"total":"2.00"`, `"total":"2.005"`).Replace(order("")), []string{
			"/detail/order/id", "/detail/order/total", "/detail/order/lines/0/units",
		}},
		"what another function takes": {slot, []string{"/detail-type"}},
	}
	h := newHouse(t)
	bodies := []string{sound}
	for _, b := range bad {
		bodies = append(bodies, b.body)
	}
	bodies = append(bodies, placed("o-2", "c-1", map[string]int{"P": 1}))
	if again := h.handle(t, bodies...); len(again) > 0 {
		t.Errorf("the messages %v come again, and would for ever", again)
	}
	for _, id := range []shop.OrderID{"o-1", "o-2"} {
		if _, rev, err := h.store.Order(t.Context(), id); err != nil || rev == "" {
			t.Errorf("order %s is not recorded: %v", id, err)
		}
	}
	if _, rev, _ := h.store.Order(t.Context(), "o-9"); rev != "" {
		t.Error("a refused order is recorded")
	}
	letters := map[string]letter{}
	for _, l := range h.letters(t) {
		letters[l.body] = l
	}
	if len(letters) != len(bad) {
		t.Errorf("%d dead letters, want %d", len(letters), len(bad))
	}
	for phrase, b := range bad {
		l, ok := letters[b.body]
		var faults []fault.Fault
		if err := json.Unmarshal([]byte(l.faults), &faults); !ok || err != nil || l.refused != "2026-11-21T18:00:00Z" {
			t.Errorf("%s: refused at %q with faults %q, %v", phrase, l.refused, l.faults, err)
			continue
		}
		var paths []string
		for _, f := range faults {
			paths = append(paths, f.Path)
			if f.Fault == "" {
				t.Errorf("%s: no fault at %s", phrase, f.Path)
			}
		}
		if !slices.Equal(paths, b.paths) {
			t.Errorf("%s: faults %s, want them at %q", phrase, l.faults, b.paths)
		}
	}
}

// A crash between the fold and the queue: the message comes again, and raises
// what was stored, whatever the profile says by then.
func TestIntentsOutliveACrashBeforeTheQueue(t *testing.T) {
	h := newHouse(t)
	h.policy = withoutCounters(h.policy)
	h.takes(t, bag)
	first := placed("o-1", "c-1", map[string]int{"BAG": 9})
	h.broken.Store(1)
	if again := h.handle(t, first); !slices.Equal(again, []int{0}) {
		t.Fatalf("comes again: %v, want the message", again)
	}
	stored, _, err := h.store.Order(t.Context(), "o-1")
	if err != nil || len(stored.Raised[shop.OrderPlaced]) != 1 || len(h.raised(t)) != 0 {
		t.Fatalf("stored %v, %v, want one intent that is not on the queue", stored.Raised, err)
	}
	h.takes(t, placed("o-2", "c-1", map[string]int{"BAG": 1}))
	if got := names(h.raised(t)); !slices.Equal(got, []string{"reward@2 o-2"}) {
		t.Fatalf("the tenth bag raised %v", got)
	}
	before := h.stored(t)
	h.takes(t, first)
	if diff := cmp.Diff(stored.Raised[shop.OrderPlaced], h.raised(t)); diff != "" {
		t.Errorf("redelivered, it raised (-stored +raised):\n%s", diff)
	}
	if diff := cmp.Diff(before, h.stored(t)); diff != "" {
		t.Errorf("redelivered, it changed:\n%s", diff)
	}
}

// What is refused must not be lost either.
func TestARefusalThatCannotBeToldComesAgain(t *testing.T) {
	h := newHouse(t)
	h.broken.Store(1)
	if again := h.handle(t, "not JSON", placed("o-1", "c-1", map[string]int{"P": 1})); !slices.Equal(again, []int{0}) {
		t.Errorf("comes again: %v, want the first", again)
	}
	if again := h.handle(t, "not JSON"); len(again) > 0 || len(h.letters(t)) != 1 {
		t.Errorf("it did not get to the dead letters in the end")
	}
}

// The answer of the fold is lost, and rivals are in the way: all the same it is
// folded once.
func TestAFoldWhoseAnswerIsLost(t *testing.T) {
	h := newHouse(t)
	store, faults := dynamotest.FaultyStore(t)
	h.orders, h.shop = store, store
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

// A rival that comes between reading and writing costs another try, and not a
// redelivery.
func TestARivalInBetween(t *testing.T) {
	h := newHouse(t)
	store, faults := dynamotest.FaultyStore(t)
	h.orders, h.shop = store, store
	faults.Before("TransactWriteItems", func() { h.takes(t, placed("o-2", "c-1", map[string]int{"P": 1})) })
	h.takes(t, placed("o-1", "c-1", map[string]int{"P": 2}))
	p, _, err := store.Profile(t.Context(), "c-1")
	if totals, bought := p.All(); err != nil || totals.Orders != 2 || bought["P"].Units != 3 {
		t.Errorf("the profile has %d orders and %d units, %v, want 2 and 3", totals.Orders, bought["P"].Units, err)
	}
}

// More orders than a profile keeps whole: when one of the oldest changes, the
// difference goes into the sums, once.
func TestAnOrderThatIsOnlySummedChanges(t *testing.T) {
	h := newHouse(t)
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
		t.Errorf("the sums, %v, of %+v (-want +got):\n%s", err, p.Bought, diff)
	}
}

// Many orders of one customer at once: none is lost, though each changes the
// same profile.
func TestOrdersOfOneCustomerAtOnceAllLand(t *testing.T) {
	const orders = 10
	h := newHouse(t)
	var wg sync.WaitGroup
	for i := range orders {
		wg.Go(func() {
			body := placed(fmt.Sprint("o-", i), "c-1", map[string]int{"P": 1, fmt.Sprint("P", i): 2})
			for range 20 { // what comes again is delivered again
				if len(h.handle(t, body)) == 0 {
					return
				}
			}
			t.Errorf("order o-%d never landed", i)
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

// The same event many times at once, as a queue may deliver it.
func TestOneEventManyTimesAtOnceIsFoldedOnce(t *testing.T) {
	h := newHouse(t)
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
			t.Errorf("raised what is not stored:\n%s", diff)
		}
	}
}

func TestAContradictionIsRefused(t *testing.T) {
	sound := placed("o-1", "c-1", map[string]int{"P": 1})
	for phrase, body := range map[string]string{
		"the order is another's":                strings.ReplaceAll(sound, "c-1", "c-2"),
		"the order was placed at another time":  strings.ReplaceAll(sound, "2026-11-21T12:00:00Z", "2026-11-21T12:00:01Z"),
		"something happened to another's order": event("order.paid", `{'version':'1','order':{'id':'o-1'},'customer':{'id':'c-2'}}`),
	} {
		h := newHouse(t)
		h.takes(t, sound)
		before := h.stored(t)
		if again := h.handle(t, body); len(again) > 0 {
			t.Errorf("%s: it comes again", phrase)
		}
		letters := h.letters(t)
		if len(letters) != 1 || !strings.Contains(letters[0].faults, "contradicts") || letters[0].body != body {
			t.Errorf("%s: dead letters %+v", phrase, letters)
		}
		if diff := cmp.Diff(before, h.stored(t)); diff != "" {
			t.Errorf("%s: it changed\n%s", phrase, diff)
		}
	}
}

// Without rules nothing is recorded: the intents would be lost.
func TestWithoutAPolicyEventsComeAgain(t *testing.T) {
	h := newHouse(t)
	h.policy = func(context.Context) (policy.Policy, error) {
		return policy.Policy{}, errors.New("nothing is published")
	}
	body := placed("o-1", "c-1", map[string]int{"P": 1})
	if again := h.handle(t, body, bag); !slices.Equal(again, []int{0}) {
		t.Errorf("comes again: %v, want the order and not the product", again)
	}
	h.policy = inForce()
	h.takes(t, body)
	if got := names(h.raised(t)); !slices.Equal(got, []string{"thanks@1 o-1"}) {
		t.Errorf("raised %v, want thanks", got)
	}
}
