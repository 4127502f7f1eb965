//go:build !race

package recording

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"regulars/infra/demo"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/contactchange"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/linktoken"
	"regulars/shared/mailbox"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/recommend/learning"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// dayNow is when the day of the demo is played: all of its orders are placed.
var dayNow = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// day is the deployed path from an event to SES, on tables in memory, with the
// shop of infra/shop and the demo's real orders: record takes the events, and
// send's dispatcher their intents.
type day struct {
	fixture
	*dispatch.Dispatcher
	t      *testing.T
	policy shoppolicy.Policy
	model  recommend.Model

	mails   []content.Mail        // that SES accepted
	stopped map[shop.SendID]error // sends whose intent failed, as in the dead letters
	intents map[shop.SendID]campaign.Intent

	sends func(take func()) // calls what send does with an intent; nil: at once
}

func (d *day) Policy(context.Context) (shoppolicy.Policy, error) { return d.policy, nil }
func (d *day) Look(context.Context) (shoppolicy.Policy, error)   { return d.policy, nil }
func (d *day) Model(context.Context) (recommend.Model, error)    { return d.model, nil }

// Send is SES.
func (d *day) Send(_ context.Context, m content.Mail) (string, error) {
	d.mails = append(d.mails, m)
	return "ses-" + m.Tags["send_id"], nil
}

// PutEvents is the event bus: record takes each event at once, and send the
// intents that it raises.
func (d *day) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	for i, e := range in.Entries {
		if *e.DetailType == "campaign.run" { // it goes to plan
			continue
		}
		body, err := json.Marshal(map[string]any{
			"version": "0", "id": fmt.Sprint("demo-", len(d.intents), "-", i), "detail-type": e.DetailType, "source": e.Source, "account": "123456789012",
			"time": e.Time, "region": "eu-west-1", "resources": []string{}, "detail": json.RawMessage(*e.Detail),
		})
		if err != nil {
			return nil, err
		}
		d.deliver(string(body)) // one by one: what belongs to an order is derived in the order of the events
	}
	return &eventbridge.PutEventsOutput{Entries: make([]types.PutEventsResultEntry, len(in.Entries))}, nil
}

// deliver gives the events to record, and send the intents that they raise.
func (d *day) deliver(bodies ...string) {
	d.t.Helper()
	d.takes(d.t, bodies...)
	for _, intent := range d.raised(d.t) {
		id := intent.SendID("demo")
		d.intents[id] = intent
		take := func() {
			if err := d.Take(context.Background(), intent, false); err != nil {
				d.stopped[id] = err
			}
		}
		if d.sends != nil {
			d.sends(take)
		} else {
			take()
		}
	}
}

// playDay plays the events over a shop whose policy was changed by change, and
// returns what became of them.
func playDay(t *testing.T, story demo.Story, change func(*shoppolicy.Policy)) *day {
	t.Helper()
	d := newDay(t, change)
	story.Points = d.policy.Points
	must(t, demo.Import(t.Context(), story, d.store, d.Contacts.Mailbox, nil))
	d.learn()
	must(t, demo.Play(t.Context(), story.Live, 0, time.Millisecond, d, "default", func(int) error { return nil }, nil))
	return d
}

// packedShop returns the policy of infra/shop as publish stores it. Compiling its
// messages takes seconds.
var packedShop = sync.OnceValues(func() ([]byte, error) {
	loaded, err := policyfiles.Load(os.DirFS("../../infra/shop"), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		return nil, err
	}
	return shoppolicy.Encode(loaded)
})

// newDay returns the day of a shop without events, whose policy was changed by
// change.
func newDay(t *testing.T, change func(*shoppolicy.Policy)) *day {
	t.Helper()
	packed, err := packedShop()
	must(t, err)
	policy, err := shoppolicy.Decode(packed, message.Renderer{}) // as the functions read it
	must(t, err)
	change(&policy)
	return newDayOf(t, policy)
}

// newDayOf is newDay with a policy that no test changes any more.
func newDayOf(t *testing.T, policy shoppolicy.Policy) *day {
	t.Helper()
	tables := dynamo.Tables{Customers: "Customers", Orders: "Orders", Catalogue: "Catalogue", Sends: "Sends", Decisions: "Decisions", Journeys: "Journeys", Coupons: "Coupons", Settings: "Settings"}
	store := dynamo.New(memory.New(dynamotest.Definitions()...), tables)
	for _, o := range policy.Offers {
		must(t, store.EnsureBudget(t.Context(), o.ID, o.Version, o.Budget.Uses, o.Budget.Shards))
	}
	key, err := mailbox.NewKey(strings.Repeat("m", 64))
	must(t, err)
	links, err := linktoken.New(map[string][]byte{"k1": []byte(strings.Repeat("n", 64))}, "k1")
	must(t, err)
	d := &day{fixture: fixtureOn(t, nil, tables), t: t, policy: policy, stopped: map[shop.SendID]error{}, intents: map[shop.SendID]campaign.Intent{}}
	d.store, d.Orders, d.Shop, d.Erasures, d.Contacts = store, store, store, store, contactchange.Keeper{Store: store, Mailbox: key.Mailbox}
	d.Recorder.Policy, d.Recorder.Now = d.Policy, func() time.Time { return dayNow }
	claims := 0
	d.Dispatcher = &dispatch.Dispatcher{
		Claims: store, Attempts: store, SES: d, Now: d.Recorder.Now,
		Reader: &dispatch.Reader{Customers: store, InForce: d, Tenant: "demo", Links: links, CodeKeys: [][]byte{[]byte(strings.Repeat("k", 32))}, BaseURL: "https://mail.example.com/"},
		Owner:  func() string { claims++; return fmt.Sprint("worker-", claims) },
	}
	return d
}

// learn gives the messages products to recommend: those bought together, and the
// popular ones.
func (d *day) learn() {
	d.t.Helper()
	learner := learning.NewLearner(dayNow.Add(-learning.RecentWindow))
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		next, err := d.store.Profiles(d.t.Context(), page, func(p profile.Profile) error {
			var bought []learning.Purchase
			for _, visit := range p.Orders {
				for _, line := range visit.Lines {
					bought = append(bought, learning.Purchase{Product: line.Product, At: visit.At})
				}
			}
			learner.Add(bought)
			return nil
		})
		if err != nil {
			d.t.Fatal(err)
		}
		page.After = next
	}
	learned := map[shop.ProductID]recommend.Learned{}
	for id, near := range learner.Together(20) {
		learned[id] = recommend.Learned{Neighbours: near}
	}
	d.model = recommend.Model{Version: "v1", Popular: learner.Popular(recommend.MostPopular)}
	if err := d.store.SaveLearned(d.t.Context(), dynamo.Versions{Writing: d.model.Version}, maps.All(learned)); err != nil {
		d.t.Fatal(err)
	}
}

// belongs is a message that belongs to an order: its campaign and its occasion.
type belongs struct{ campaign, occasion string }

// fate is what may become of a message.
type fate string

const (
	accepted fate = "accepted" // by SES, once
	quiet    fate = "QUEUED quiet-hours: quiet hours from 21:00 to 09:00"
	paused   fate = "paused" // because of a service issue
	noOffer  fate = "no offer"
	noOptIn  fate = "no opt-in"
)

// rules derives the messages that belong to the events of a day, by number of
// the order. It reads the shop's rules as a person does, and shares no code with
// the engine:
//
//   - thanks.yaml: each order that is placed
//   - sorry.yaml: each order that is late, or of which something came back
//     because it was defective, wrong or late
//   - reward.yaml: each payment that completes the next ten units of a lunch bag
//     that the customer keeps; order-coupon.yaml: each other payment. Both sell,
//     so they need an opt-in, and pause while the customer has a service issue.
type rules struct {
	bags   map[shop.ProductID]shop.Product // the lunch bags
	orders map[shop.CustomerID]map[shop.OrderID]*taken
	yes    map[shop.CustomerID]bool      // the customer's last word on promotions
	issue  map[shop.CustomerID]time.Time // when an order was late or something came back last
	may    map[belongs][]fate            // what may become of each message
	silent map[belongs]bool              // the messages that must not sell
}

// taken is an order with the units of each product that the customer kept.
type taken struct {
	units, kept map[shop.ProductID]int
	paid        bool
}

// classes is the class of each campaign.
var classes = map[string]shop.Class{"thanks": shop.ClassService, "sorry": shop.ClassRecovery, "reward": shop.ClassPromise, "order-coupon": shop.ClassPromise, "abandoned-cart": shop.ClassPromotion}

func rulesOf(story demo.Story) rules {
	r := rules{map[shop.ProductID]shop.Product{}, map[shop.CustomerID]map[shop.OrderID]*taken{}, map[shop.CustomerID]bool{}, map[shop.CustomerID]time.Time{}, map[belongs][]fate{}, map[belongs]bool{}}
	for _, p := range story.Products {
		r.product(p)
	}
	for _, event := range story.History {
		r.happens(event)
	}
	clear(r.may) // the history was imported: nothing is sent for it
	for _, event := range story.Live {
		r.happens(event)
	}
	return r
}

func (r rules) product(p shop.Product) {
	if strings.EqualFold(p.Category, "lunch bag") {
		r.bags[p.ID] = p
	}
}

func (r rules) happens(event shop.Event) {
	switch fact := event.Fact.(type) {
	case shop.ProductFact:
		r.product(fact.Product)
	case shop.ConsentFact:
		r.yes[fact.Customer] = fact.Given
	case shop.OrderFact:
		r.order(fact, event.At)
	case shop.CartFact: // of a customer whose night it may be
		r.may[belongs{"abandoned-cart", campaign.CartOccasion(fact.Cart.ID)}] = []fate{accepted, quiet}
	}
}

func (r rules) order(fact shop.OrderFact, at time.Time) {
	if r.orders[fact.Customer] == nil {
		r.orders[fact.Customer] = map[shop.OrderID]*taken{}
	}
	o := r.orders[fact.Customer][fact.Order]
	if o == nil {
		o = &taken{units: map[shop.ProductID]int{}, kept: map[shop.ProductID]int{}}
		r.orders[fact.Customer][fact.Order] = o
	}
	sorry := belongs{"sorry", fmt.Sprintf("%s/%s", fact.Order, fact.Kind)}
	switch fact.Kind {
	case shop.OrderPlaced:
		for _, line := range fact.Placed.Lines {
			o.units[line.Product] += line.Units
			o.kept[line.Product] += line.Units
		}
		r.yes[fact.Customer] = *fact.Placed.Consent // each customer of the demo answers each time alike
		thanks := belongs{"thanks", string(fact.Order)}
		r.may[thanks], r.silent[thanks] = []fate{accepted}, !r.yes[fact.Customer]
	case shop.OrderPaid:
		o.paid = true
		r.earns(fact, o)
	case shop.OrderDelayed:
		r.issue[fact.Customer] = at
		r.may[sorry] = []fate{accepted}
	case shop.OrderReturned:
		r.issue[fact.Customer] = at
		for product, units := range fact.Return.Units {
			o.kept[product] -= units
		}
		if slices.Contains([]shop.Cause{shop.CauseDefect, shop.CauseWrong, shop.CauseLate}, fact.Return.Cause) {
			r.may[sorry] = []fate{accepted}
		}
	case shop.OrderCancelled:
		panic("the demo has a cancelled order: say here what belongs to it")
	}
}

// earns adds the message that belongs to the payment of an order.
func (r rules) earns(fact shop.OrderFact, o *taken) {
	b, may := belongs{"order-coupon", fmt.Sprintf("%s/%s", fact.Order, fact.Kind)}, []fate{accepted, noOffer}
	for product, units := range o.units {
		bag, is := r.bags[product]
		kept := 0
		for _, of := range r.orders[fact.Customer] {
			if of.paid {
				kept += of.kept[product]
			}
		}
		if !is || kept/10 <= max(0, kept-units)/10 {
			continue
		}
		if b.campaign != "reward" {
			b.campaign, may = "reward", []fate{noOffer} // if each is sold out
		}
		if *bag.Stock > 0 {
			may = []fate{accepted}
		}
	}
	if !r.yes[fact.Customer] {
		may = []fate{noOptIn}
	}
	if r.issue[fact.Customer].After(dayNow.AddDate(0, 0, -60-14)) { // it is open for 60 days at most, and pauses for 14 more
		may = append(may, paused)
	}
	r.may[b] = may
}

// fates returns what became of each intent of the day.
func (d *day) fates() map[belongs][]fate {
	mails := map[shop.SendID]int{}
	for _, m := range d.mails {
		mails[shop.SendID(m.Tags["send_id"])]++
	}
	fates := map[belongs][]fate{}
	for id, intent := range d.intents {
		if intent.Campaign == "early-access" { // it belongs to no single order
			continue
		}
		b := belongs{string(intent.Campaign), intent.Occasion}
		send, err := d.store.Send(d.t.Context(), intent.Customer, id)
		if err != nil {
			fates[b] = append(fates[b], fate(fmt.Sprintf("not stored (%v): %v", err, d.stopped[id])))
			continue
		}
		is := fate(fmt.Sprintf("%s %s: %s", send.State, send.Reason.Code, send.Reason.Text))
		switch code := send.Reason.Code; {
		case send.State == claim.Accepted && mails[id] == 1:
			is = accepted
		case strings.HasPrefix(code, "service-issue:"):
			is = paused
		case code == "no-offer":
			is = noOffer
		case code == "no-consent", code == "unsubscribed":
			is = noOptIn
		}
		fates[b] = append(fates[b], is)
	}
	return fates
}

// differences returns a line for each message that did not become what it may,
// sorted by the order's number.
func (r rules) differences(d *day) (wrong []string) {
	fates := d.fates()
	for b, may := range r.may {
		if got := fates[b]; len(got) != 1 || !slices.Contains(may, got[0]) {
			wrong = append(wrong, fmt.Sprintf("order %s: %s is %q, want one of %q", b.occasion, b.campaign, got, may))
		}
	}
	for b, got := range fates {
		if _, known := r.may[b]; !known {
			wrong = append(wrong, fmt.Sprintf("order %s: %s is %q, and does not belong to it", b.occasion, b.campaign, got))
		}
	}
	for _, m := range d.mails {
		intent := d.intents[shop.SendID(m.Tags["send_id"])]
		if intent.Campaign == "early-access" {
			continue
		}
		b := belongs{m.Tags["campaign"], intent.Occasion}
		if m.Tags["class"] != string(classes[b.campaign]) {
			wrong = append(wrong, fmt.Sprintf("order %s: %s is of class %s, want %s", b.occasion, b.campaign, m.Tags["class"], classes[b.campaign]))
		}
		if b.campaign != "reward" && b.campaign != "order-coupon" && !strings.Contains(m.Text, string(intent.Order)) {
			wrong = append(wrong, fmt.Sprintf("order %s: %s does not name the order", b.occasion, b.campaign))
		}
		if r.silent[b] && strings.Contains(m.Text, "https://shop.example.com/p/") {
			wrong = append(wrong, fmt.Sprintf("order %s: %s sells to a customer who has not opted in", b.occasion, b.campaign))
		}
	}
	slices.Sort(wrong)
	return wrong
}

// A lint once refused 244 of 599 messages, and no test saw it.
func TestEachOrderOfTheDayHasItsMessages(t *testing.T) {
	story, err := demo.Tell(dayNow)
	if err != nil {
		t.Fatal(err)
	}
	want := rulesOf(story)
	d := playDay(t, story, func(*shoppolicy.Policy) {})
	for _, wrong := range want.differences(d) {
		t.Error(wrong)
	}
	got := map[string]int{}
	for b, fates := range d.fates() {
		for _, f := range fates {
			got[b.campaign+" "+string(f)]++
		}
	}
	t.Log(got)
	tiers := 0
	for _, m := range d.mails {
		if m.Tags["campaign"] == "early-access" {
			tiers++
		}
	}
	if tiers == 0 {
		t.Error("no order of the day lifts a customer to silver or gold, want one at least")
	}
	for what, least := range map[string]int{"thanks accepted": 100, "abandoned-cart accepted": 8, "sorry accepted": 5, "reward accepted": 5, "order-coupon accepted": 20, "order-coupon no opt-in": 5} {
		if got[what] < least {
			t.Errorf("%s: %d, want %d at least, so that the day proves something", what, got[what], least)
		}
	}
	if t.Failed() {
		return
	}

	refused := playDay(t, story, func(p *shoppolicy.Policy) {
		thanks := p.Messages.Messages["thanks"]
		thanks.Text += "\nNow for £12,345.67!" // no data have this price, so the lint refuses the message
		p.Messages.Messages["thanks"] = thanks
	})
	wrong := want.differences(refused)
	if len(wrong) != got["thanks accepted"] || !strings.Contains(wrong[0], "does not pass the lint") {
		t.Errorf("the lint refused %d messages, and %d are missed, the first: %q", got["thanks accepted"], len(wrong), wrong[:min(1, len(wrong))])
	}
}
