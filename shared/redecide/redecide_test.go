package redecide

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/customervalue"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func newStore() *dynamo.Store {
	return dynamo.New(memory.New(dynamotest.Definitions()...), dynamo.Tables{Decisions: "Decisions", Settings: "Settings"})
}

func newArchive(t *testing.T, store *dynamo.Store, m decide.Made) *Archive {
	t.Helper()
	links, err := linktoken.New(map[string][]byte{"k": []byte(strings.Repeat("k", 64))}, "k")
	if err != nil {
		t.Fatal(err)
	}
	a := New(store, message.Renderer{}, links, [][]byte{[]byte("another key")})
	a.Policy = func(_ context.Context, version string) (shoppolicy.Policy, error) {
		if version != m.Config.Version {
			return shoppolicy.Policy{}, dynamo.ErrNotFound
		}
		p := m.Config.Policy
		p.CustomerValue = customervalue.Model{}
		p.Campaigns = []campaign.Campaign{{ID: "weekly", Measured: true, Value: 1}} // as its file states it
		return p, nil
	}
	return a
}

// full returns a decision with something in every field that decisions are made from.
func full() decide.Made {
	i := campaign.Intent{Campaign: "weekly", Version: 1, Customer: "ann", Occasion: "2026-11-22T10:00:00Z", NotAfter: noon.Add(time.Hour)}
	id, other := i.SendID("shop"), i
	other.Campaign = "other"
	key := []byte("key of the shop")
	m := decide.Made{
		Now: noon, Intent: i, Yields: &other,
		Snapshot: decide.Snapshot{
			Profile: profile.Profile{ID: "ann", Mailbox: "m"}, Contact: frequency.Contact{Waiting: []frequency.Waiting{{Customer: "ann", Campaign: "weekly"}}},
			Items: map[shop.ProductID]recommend.Item{"P1": item("P1"), "P2": item("P2")},
			Spent: map[shop.OfferID]bool{"o": true}, First: map[shop.SendID]shop.CampaignID{"s": "first"},
			Kept:   map[shop.SendID]claim.Send{id: {ID: id, Coupon: &coupon.Coupon{Hash: offer.Hash(offer.Code(key, id)), Offer: "o"}}},
			Merged: map[shop.SendID][]campaign.Intent{id: {other}},
		},
		Config: decide.Config{
			Policy: shoppolicy.Policy{
				Version: "v1", CustomerValue: customervalue.Model{Version: "2026-11-22T03:00:00Z", Currency: "GBP"},
				Campaigns: []campaign.Campaign{{ID: "weekly", Measured: true, Value: 17, Known: true, Allocation: variant.Allocation{Names: []string{"a", "b"}}}}, Privacy: shoppolicy.Privacy{Keep: shoppolicy.KeepDays{Inputs: 30}},
			},
			Tenant: "shop", Model: recommend.Model{Version: "2026-11-22T03:00:00Z", Customers: 7}, BaseURL: "https://mail.example.com/", ClickURL: "https://go.example.com/",
			Breakers: breaker.Now{Account: &breaker.Breaker{Since: noon, Why: "bounces"}}, CodeKeys: [][]byte{key},
		},
	}
	m.Decision = decide.Decision{Send: claim.Send{ID: id, Intent: i, State: claim.Sending}}
	return m
}

func item(id shop.ProductID) recommend.Item {
	return recommend.Item{Product: shop.Product{ID: id, Title: "A " + string(id)}, Live: []recommend.Neighbour{{Product: "P9", Score: 1 / 3., Customers: 2}}}
}

// TestEveryInputIsStored compares each field of what a decision is made from with what is
// read back. A field that is added to the snapshot or the configuration has to be stored
// as well, or this test names it.
func TestEveryInputIsStored(t *testing.T) {
	m, store := full(), newStore()
	(&Keeper{Store: store, Count: func(string, int) { t.Error("the inputs were not stored") }}).Keep(t.Context(), m)
	in, err := store.Inputs(t.Context(), "ann", m.Decision.Send.ID)
	if err != nil {
		t.Fatal(err)
	}
	a := newArchive(t, store, m)
	got, print, err := a.read(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if differs := m.Fingerprint().Differs(print); len(differs) > 0 {
		t.Errorf("the stored fingerprint differs in %v", differs)
	}
	kept := got.Snapshot.Kept[m.Decision.Send.ID]
	if kept.Coupon == nil || kept.Coupon.Hash != offer.Hash(offer.Code(a.codeKeys[0], m.Decision.Send.ID)) {
		t.Errorf("the kept coupon is %+v; want one whose code the archive's key derives", kept.Coupon)
	}
	got.Snapshot.Kept = m.Snapshot.Kept // but for that, as it was
	keys := map[string]bool{"Links": true, "CodeKeys": true}
	for _, both := range []struct {
		name      string
		want, got any
	}{{"Made", m, got}, {"Snapshot", m.Snapshot, got.Snapshot}, {"Config", m.Config, got.Config}} {
		want, stored := reflect.ValueOf(both.want), reflect.ValueOf(both.got)
		for i := range want.NumField() {
			name := want.Type().Field(i).Name
			switch {
			case keys[name] || both.name == "Made" && (name == "Decision" || name == "Snapshot" || name == "Config"):
			case want.Field(i).IsZero():
				t.Errorf("%s.%s is empty in this test, so the test cannot see whether it is stored", both.name, name)
			case !reflect.DeepEqual(want.Field(i).Interface(), stored.Field(i).Interface()):
				t.Errorf("%s.%s is %+v when it is read back, want %+v", both.name, name, stored.Field(i), want.Field(i))
			}
		}
	}
}

// TestWhatIsAddedToAPolicyIsStored names the fields of a policy and of a campaign that
// publishing does not store: they have to be stored with the inputs, or follow from them.
func TestWhatIsAddedToAPolicyIsStored(t *testing.T) {
	known := map[string]string{
		"Policy.Version": "a field of form", "Policy.CustomerValue": "a content", "Policy.Segments": "part of the conditions",
		"Campaign.Allocation": "ofNight", "Campaign.Known": "ofNight", "Campaign.Variant": "follows from the customer", "Campaign.Drawn": "follows from Allocation",
	}
	for _, of := range []reflect.Type{reflect.TypeFor[shoppolicy.Policy](), reflect.TypeFor[campaign.Campaign]()} {
		for i := range of.NumField() {
			name := of.Name() + "." + of.Field(i).Name
			if of.Field(i).Tag.Get("json") == "-" && known[name] == "" {
				t.Errorf("%s is not part of the stored policy: store it with the inputs of a decision (form.go), or say here from what it follows", name)
			}
		}
	}
}

// counting counts the calls to the store, and fails those from a given one on.
type counting struct {
	*dynamo.Store
	calls, failFrom int
	wrote           int // contents
}

var errDown = errors.New("the table cannot be reached")

func (c *counting) next() error {
	if c.calls++; c.failFrom > 0 && c.calls >= c.failFrom {
		return errDown
	}
	return nil
}

func (c *counting) SaveInputs(ctx context.Context, in dynamo.Inputs) error {
	return errors.Join(c.next(), c.Store.SaveInputs(ctx, in))
}

func (c *counting) Contents(ctx context.Context, revs []dynamo.Rev) (map[dynamo.Rev]dynamo.Content, map[dynamo.Rev]time.Time, error) {
	if err := c.next(); err != nil {
		return nil, nil, err
	}
	return c.Store.Contents(ctx, revs)
}

func (c *counting) SaveContents(ctx context.Context, all map[dynamo.Rev]dynamo.Content, gone time.Time) error {
	if err := c.next(); err != nil {
		return err
	}
	c.wrote += len(all)
	return c.Store.SaveContents(ctx, all, gone)
}

// TestContentsAreStoredOnce: what a worker knows to be stored costs nothing more, what
// another has stored costs a read, and what would be gone before the inputs is stored
// again.
func TestContentsAreStoredOnce(t *testing.T) {
	store := newStore()
	first, second := &counting{Store: store}, &counting{Store: store}
	keeper, other := &Keeper{Store: first}, &Keeper{Store: second}
	m := full()
	for _, c := range []struct {
		what         string
		by           *Keeper
		at           time.Time
		calls, wrote int // in all
	}{
		{"the first decision", keeper, noon, 3, 4}, // a list of two rows, two models, a night
		{"the next one", keeper, noon.Add(time.Minute), 4, 4},
		{"one of another worker", other, noon, 2, 0},
		{"the next one of the other worker", other, noon.Add(6 * 24 * time.Hour), 3, 0},
		{"one after a week", other, noon.Add(8 * 24 * time.Hour), 6, 4},
		{"one of the first worker after that", keeper, noon.Add(8 * 24 * time.Hour), 6, 4},
	} {
		m.Now = c.at
		c.by.Keep(t.Context(), m)
		did := first
		if c.by == other {
			did = second
		}
		if did.calls != c.calls || did.wrote != c.wrote {
			t.Errorf("after %s: %d calls and %d contents stored, want %d and %d", c.what, did.calls, did.wrote, c.calls, c.wrote)
		}
	}
}

// stale is a store whose reads find no contents.
type stale struct{ *dynamo.Store }

func (stale) Contents(context.Context, []dynamo.Rev) (map[dynamo.Rev]dynamo.Content, map[dynamo.Rev]time.Time, error) {
	return nil, map[dynamo.Rev]time.Time{}, nil
}

// TestAShorterPolicyLeavesContentsAsLongAsOthersNeedThem: a container that still has a
// former policy, by which inputs are kept for fewer days, stores the same contents later.
func TestAShorterPolicyLeavesContentsAsLongAsOthersNeedThem(t *testing.T) {
	store, m := newStore(), full()
	_, rev := dynamo.RevOf(m.Config.Model)
	until := func() time.Time {
		_, all, err := store.Contents(t.Context(), []dynamo.Rev{rev})
		if err != nil {
			t.Fatal(err)
		}
		return all[rev]
	}
	(&Keeper{Store: store}).Keep(t.Context(), m)
	first := until()
	m.Config.Privacy.Keep.Inputs = 1
	(&Keeper{Store: stale{store}}).Keep(t.Context(), m)
	if got := until(); first.IsZero() || !got.Equal(first) {
		t.Errorf("the model is stored until %v, want %v as before", got, first)
	}
	m.Config.Privacy.Keep.Inputs = 40
	(&Keeper{Store: stale{store}}).Keep(t.Context(), m)
	if got, want := until(), noon.Add(40*24*time.Hour); got.Before(want) {
		t.Errorf("the model is stored until %v, want %v at least", got, want)
	}
}

// TestAKeeperThatDiesLeavesNothingBroken: after each call that fails, the inputs are
// either not stored, which is counted, or complete.
func TestAKeeperThatDiesLeavesNothingBroken(t *testing.T) {
	for failFrom := 1; failFrom <= 3; failFrom++ {
		store, counted := newStore(), ""
		m := full()
		keeper := &Keeper{Store: &counting{Store: store, failFrom: failFrom}, Count: func(metric string, _ int) { counted += metric }}
		keeper.Keep(t.Context(), m)
		if counted != "InputsNotKept" {
			t.Errorf("call %d failed, and %q was counted", failFrom, counted)
		}
		all, err := newArchive(t, store, m).All(t.Context(), store, func(Count) {})
		if err != nil || all.Incomplete > 0 {
			t.Errorf("call %d failed, and then: %+v, %v", failFrom, all, err)
		}
	}
}

func TestNothingIsStoredForNoDays(t *testing.T) {
	store := &counting{Store: newStore()}
	m := full()
	m.Config.Privacy.Keep.Inputs = 0
	(&Keeper{Store: store}).Keep(t.Context(), m)
	if store.calls > 0 {
		t.Errorf("%d calls for a policy that keeps no inputs", store.calls)
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	m := full()
	_, rows := dynamo.RevOf([]recommend.Item{m.Snapshot.Items["P1"], m.Snapshot.Items["P2"]})
	stored := func(in *dynamo.Inputs, what, instead string) {
		in.Made = []byte(strings.Replace(string(in.Made), what, instead, 1))
	}
	for what, change := range map[string]func(*dynamo.Store, *dynamo.Inputs, *Archive){
		"rows of the catalogue (X": func(_ *dynamo.Store, in *dynamo.Inputs, _ *Archive) {
			stored(in, rows, "XXXXXXXXXXXXXXXX")
		},
		"rows of the catalogue (" + rows: func(_ *dynamo.Store, in *dynamo.Inputs, _ *Archive) {
			stored(in, `":[0,1]`, `":[0,2]`) // the list has two
		},
		"rows of the catalogue (" + rows + ")": func(store *dynamo.Store, _ *dynamo.Inputs, _ *Archive) {
			other := map[dynamo.Rev]dynamo.Content{rows: dynamo.Content(`[{"id":"P1","title":"Changed by hand"},{"id":"P2"}]`)}
			if err := store.SaveContents(t.Context(), other, noon.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
		},
		"policy v1": func(_ *dynamo.Store, _ *dynamo.Inputs, a *Archive) { a.Policy = a.published },
		"the learned model": func(_ *dynamo.Store, in *dynamo.Inputs, _ *Archive) {
			stored(in, `"model":"`, `"model":"x`)
		},
	} {
		store := newStore()
		(&Keeper{Store: store}).Keep(t.Context(), m)
		in, err := store.Inputs(t.Context(), "ann", m.Decision.Send.ID)
		if err != nil {
			t.Fatal(err)
		}
		a := newArchive(t, store, m)
		change(store, &in, a)
		_, err = a.Again(t.Context(), in)
		if incomplete := (*Incomplete)(nil); !errors.As(err, &incomplete) || !strings.HasPrefix(incomplete.What, what) {
			t.Errorf("%s is missing or changed, and the error is %v", what, err)
		}
	}
}

// TestInputsOfTheEarlierFormAreIncomplete: without the rows, which that form named in an
// attribute, the decision would be another one.
func TestInputsOfTheEarlierFormAreIncomplete(t *testing.T) {
	engine := memory.New(dynamotest.Definitions()...)
	store := dynamo.New(engine, dynamo.Tables{Decisions: "Decisions"})
	m := full()
	(&Keeper{Store: store}).Keep(t.Context(), m)
	all, err := engine.Scan(t.Context(), &dynamodb.ScanInput{TableName: new("Decisions")})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range all.Items {
		if item["decided"] == nil {
			continue // a content
		}
		item["rows"] = &types.AttributeValueMemberB{Value: make([]byte, 24)}
		if _, err := engine.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: new("Decisions"), Item: item}); err != nil {
			t.Fatal(err)
		}
	}
	count, err := newArchive(t, store, m).All(t.Context(), store, func(Count) {})
	if err != nil || count.Incomplete != 1 || count.Total() != 1 || !strings.Contains(count.Found[0].What, "a release before") {
		t.Errorf("the decision made again: %+v, %v; want it incomplete, with the reason", count, err)
	}
}

// TestDecisionsAtOnceStoreTheirOwnRows: decisions of one batch share rows with each other
// and with those before, and each is read back with its own.
func TestDecisionsAtOnceStoreTheirOwnRows(t *testing.T) {
	store := newStore()
	keeper := &Keeper{Store: store, Count: func(string, int) { t.Error("inputs were not stored") }}
	all := make([]decide.Made, 40)
	for n := range all {
		m := full()
		m.Intent.Customer = shop.CustomerID(fmt.Sprint("c-", n))
		m.Decision.Send.Intent, m.Decision.Send.ID = m.Intent, m.Intent.SendID("shop")
		m.Snapshot.Items = map[shop.ProductID]recommend.Item{}
		for i := range 6 {
			row := item(shop.ProductID(fmt.Sprint("P", n/4+i)))
			row.Rev = string(row.ID)
			m.Snapshot.Items[row.ID] = row
		}
		all[n] = m
	}
	var batch errgroup.Group
	batch.SetLimit(10)
	for _, m := range all {
		batch.Go(func() error { keeper.Keep(t.Context(), m); return nil })
	}
	_ = batch.Wait()
	a := newArchive(t, store, all[0])
	for _, m := range all {
		in, err := store.Inputs(t.Context(), m.Intent.Customer, m.Decision.Send.ID)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := a.read(t.Context(), in)
		for id, row := range m.Snapshot.Items {
			row.Rev = "" // is not part of what a decision reads
			m.Snapshot.Items[id] = row
		}
		if err != nil || !reflect.DeepEqual(got.Snapshot.Items, m.Snapshot.Items) {
			t.Errorf("%s: the rows are %+v, %v; want %+v", m.Intent.Customer, got.Snapshot.Items, err, m.Snapshot.Items)
		}
	}
}
