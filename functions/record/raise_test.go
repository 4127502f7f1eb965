package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	samples "regulars/events"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// bag is a product of which every tenth is free.
var bag = event("product.changed", `{'version':'1','product':{'id':'BAG','title':'Lunch bag','currency':'GBP','price':'1.65','category':'Lunch Bag'}}`)

// happened is an event of the order o-1 at that hour of the day.
func happened(kind, hour, more string) string {
	return event(kind, `{'version':'1','order':{'id':'o-1'},'customer':{'id':'c-1'},'occurred_at':'2026-11-21T`+hour+`:00:00Z'`+more+`}`)
}

func TestWhatAnEventGivesRiseTo(t *testing.T) {
	few := placed("o-1", "c-1", map[string]int{"BAG": 9, "P": 12})
	ten := placed("o-1", "c-1", map[string]int{"BAG": 10})
	returned := func(id, cause string) string {
		return happened("order.returned", "13", `,'return_id':'`+id+`','reason':'`+cause+`','lines':[{'product':'BAG','units':1}]`)
	}
	unwanted := happened("order.cancelled", "15", `,'reason':'unwanted'`)
	late := happened("order.delayed", "14", `,'until':'2026-11-27'`)
	edited := func(body string) string {
		return strings.Replace(body, `"placed_at"`, `"updated_at":"2026-11-21T12:30:00Z","placed_at"`, 1)
	}
	h, cases := newHouse(t), 0
	h.takes(t, bag)
	for phrase, c := range map[string]struct {
		before []string
		body   string
		want   []string
	}{
		"an order": {nil, few, []string{"thanks@1 o-1"}},
		"the tenth unit, and one mail of a group": {nil, ten, []string{"reward@2 o-1"}},
		"the tenth unit in all":                   {[]string{placed("o-0", "c-1", map[string]int{"BAG": 1})}, few, []string{"reward@2 o-1"}},
		"the tenth unit of another customer":      {[]string{placed("o-0", "c-2", map[string]int{"BAG": 1})}, few, []string{"thanks@1 o-1"}},
		"the order is edited: one occasion":       {[]string{few}, edited(ten), []string{"thanks@1 o-1"}},
		"nothing is about the payment":            {[]string{few}, happened("order.paid", "13", ""), nil},
		"a defect":                                {[]string{few}, returned("r-1", "defect"), []string{"sorry@1 o-1/order.returned"}},
		"a return without a word":                 {[]string{few}, returned("r-1", "other"), nil},
		"a change of mind":                        {[]string{few}, returned("r-1", "unwanted"), nil},
		"a late parcel":                           {[]string{few}, late, []string{"sorry@1 o-1/order.delayed"}},
		"a late parcel, told again by another event": {
			[]string{few, strings.Replace(late, `"e-1"`, `"e-2"`, 1)}, happened("order.delayed", "16", `,'until':'2026-11-29'`), []string{"sorry@1 o-1/order.delayed"},
		},
		"a late parcel of an order nobody knows yet":     {nil, late, []string{"sorry@1 o-1/order.delayed"}},
		"the shop cancels":                               {[]string{few}, happened("order.cancelled", "15", ""), []string{"sorry@1 o-1/order.cancelled"}},
		"the customer cancels":                           {[]string{few}, unwanted, nil},
		"the customer cancels what is late":              {[]string{few, late}, unwanted, nil},
		"the customer returns what was late":             {[]string{few, late}, returned("r-1", "unwanted"), nil},
		"a defect of what was late is an occasion apart": {[]string{few, late}, returned("r-1", "defect"), []string{"sorry@1 o-1/order.returned"}},
	} {
		t.Run(phrase, func(t *testing.T) {
			cases++
			own := strings.NewReplacer(`"o-`, fmt.Sprintf(`"%d-o-`, cases), `"c-`, fmt.Sprintf(`"%d-c-`, cases)) // orders and customers of its own
			for _, body := range c.before {
				h.takes(t, own.Replace(body))
			}
			h.raised(t)
			h.takes(t, own.Replace(c.body))
			got := names(h.raised(t))
			for i := range got {
				got[i] = strings.Replace(got[i], fmt.Sprintf("%d-o-", cases), "o-", 1)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("raised %v, want %v", got, c.want)
			}
		})
	}
}

func TestAnIntentIsWhole(t *testing.T) {
	h := newHouse(t)
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	h.now = func() time.Time { return evening.Add(123456 * time.Nanosecond).In(time.FixedZone("elsewhere", 3600)) }
	h.takes(t, placed("o-1", "c-1", map[string]int{"P": 1}), happened("order.delayed", "14", ""))
	want := []campaign.Intent{
		{Campaign: "thanks", Version: 1, Customer: "c-1", Occasion: "o-1", Order: "o-1", Planned: evening, NotAfter: noon.Add(48 * time.Hour), Cause: "e-1"},
		{Campaign: "sorry", Version: 1, Customer: "c-1", Occasion: "o-1/order.delayed", Order: "o-1", Planned: evening, NotAfter: noon.Add(74 * time.Hour), Cause: "e-1"},
	}
	if diff := cmp.Diff(want, h.raised(t)); diff != "" {
		t.Errorf("raised (-want +got):\n%s", diff)
	}
	stored, _, err := h.store.Order(t.Context(), "o-1")
	if diff := cmp.Diff(map[shop.OrderKind][]campaign.Intent{shop.OrderPlaced: want[:1], shop.OrderDelayed: want[1:]}, stored.Raised); err != nil || diff != "" {
		t.Errorf("stored, %v (-want +got):\n%s", err, diff)
	}
}

// An intent whose time is over goes on the queue as well: send ends it, with
// the reason, so that it does not vanish.
func TestWhatIsLongPastIsRaisedToo(t *testing.T) {
	h := newHouse(t)
	h.now = func() time.Time { return evening.AddDate(0, 0, 2) }
	h.takes(t, placed("o-1", "c-1", map[string]int{"P": 1}))
	if got := h.raised(t); len(got) != 1 {
		t.Errorf("raised %v, want thanks", names(got))
	}
	if stored, _, err := h.store.Order(t.Context(), "o-1"); err != nil || len(stored.Raised[shop.OrderPlaced]) != 1 {
		t.Errorf("stored %v, %v, want that thanks were due", stored.Raised, err)
	}
}

func sample(t testing.TB, detailType, name string) string {
	t.Helper()
	for _, s := range samples.Samples() {
		if s.DetailType == detailType && s.Name == name {
			return string(s.Envelope)
		}
	}
	t.Fatalf("there is no sample %s/%s", detailType, name)
	return ""
}

func TestATestOrderLeavesNoTrace(t *testing.T) {
	h := newHouse(t)
	h.takes(t, sample(t, "shopifyWebhook", "orders-create-test"))
	if stored, raised := h.stored(t), h.raised(t); len(stored) > 0 || len(raised) > 0 {
		t.Errorf("it stored %v and raised %v", stored, raised)
	}
}

// An order of nobody counts for what is bought together, and gives rise to
// nothing; when its customer becomes known, it is theirs.
func TestAnOrderOfNobody(t *testing.T) {
	for _, body := range []string{sample(t, "order.placed", "nobody"), sample(t, "shopifyWebhook", "orders-create-till")} {
		h := newHouse(t)
		h.takes(t, body)
		told := h.told(t)
		if len(told.Orders) != 1 || len(told.Profiles) != 0 || len(h.raised(t)) > 0 {
			t.Errorf("an order of nobody: %+v", told)
		}
	}

	h := newHouse(t)
	theirs := placed("o-1", "c-1", map[string]int{"P": 1})
	nobodys := strings.Replace(theirs, `"customer":{"id":"c-1","email":"c-1@example.com"}`, `"customer":null`, 1)
	h.takes(t, nobodys, strings.Replace(theirs, `"placed_at"`, `"updated_at":"2026-11-21T12:30:00Z","placed_at"`, 1))
	p, _, err := h.store.Profile(t.Context(), "c-1")
	if err != nil || len(p.Orders) != 1 || p.Email.Value != "c-1@example.com" {
		t.Errorf("the profile = %+v, %v, want the order in it", p, err)
	}
	if got := names(h.raised(t)); !slices.Equal(got, []string{"thanks@1 o-1"}) {
		t.Errorf("raised %v, want thanks, once it is known whom to thank", got)
	}
}

// A cancellation that overtakes its order does not say whose it is. Nothing is
// forgotten over that, though the queue breaks in between.
func TestWhatOvertakesItsOrderGivesRiseToTheSame(t *testing.T) {
	h := newHouse(t)
	nobodys := func(body string) string {
		return strings.Replace(body, `"customer":{"id":"c-1"},`, "", 1)
	}
	h.takes(t, nobodys(happened("order.cancelled", "15", "")), nobodys(happened("order.paid", "13", "")),
		nobodys(happened("order.returned", "16", `,'return_id':'r-2','reason':'unwanted','lines':[{'product':'P','units':1}]`)),
		nobodys(happened("order.returned", "14", `,'return_id':'r-1','reason':'defect','lines':[{'product':'P','units':1}]`)))
	if got := h.raised(t); len(got) > 0 {
		t.Fatalf("raised %v for nobody", names(got))
	}
	order := placed("o-1", "c-1", map[string]int{"P": 3})
	h.broken.Store(1)
	if again := h.handle(t, order); len(again) != 1 {
		t.Fatal("it does not come again")
	}
	want := []string{"sorry@1 o-1/order.cancelled", "sorry@1 o-1/order.returned", "thanks@1 o-1"}
	for range 2 {
		h.takes(t, order)
		intents := h.raised(t)
		if got := names(intents); !slices.Equal(got, want) {
			t.Errorf("raised %v, want %v", got, want)
		}
		for _, i := range intents {
			at := map[string]int{"o-1": 12 + 48, "o-1/order.cancelled": 15 + 72, "o-1/order.returned": 14 + 72}[i.Occasion]
			if wanted := time.Date(2026, 11, 21, at, 0, 0, 0, time.UTC); !i.NotAfter.Equal(wanted) {
				t.Errorf("%s expires at %s, want %s", i.Occasion, i.NotAfter, wanted)
			}
		}
	}
	h.takes(t, happened("order.cancelled", "15", ""))
	if got := names(h.raised(t)); !slices.Equal(got, want[:1]) {
		t.Errorf("the cancellation again raised %v, want %v", got, want[:1])
	}
}

// A refund that comes before its order waits for it.
func TestARefundBeforeItsOrder(t *testing.T) {
	h := newHouse(t)
	h.takes(t, sample(t, "shopifyWebhook", "refunds-create"))
	if told := h.told(t); len(told.Profiles) != 0 {
		t.Errorf("it is somebody's already: %+v", told.Profiles)
	}
	h.takes(t, sample(t, "shopifyWebhook", "orders-create"))
	p, _, err := h.store.Profile(t.Context(), "7012345678901")
	if err != nil || len(p.Orders) != 1 || p.Orders[0].Net.Minor != 3564-678 || p.ServiceIssues["5600000000001"].Returned == nil {
		t.Errorf("the profile = %+v, %v, want the order less its refund, and the trouble", p, err)
	}
}

func TestConsentOfAGuestIsTheirs(t *testing.T) {
	h := newHouse(t)
	h.takes(t, sample(t, "order.placed", "guest"), sample(t, "consent.withdrawn", "guest"))
	told := h.told(t)
	for id := range told.Profiles {
		if word, said := told.Contacts[id].Consents[shop.TopicPromotions]; !said || word.Given {
			t.Errorf("the guest %s said no, and the contact says %+v", id, told.Contacts[id])
		} else if want := time.Date(2026, 11, 20, 19, 45, 0, 0, time.UTC); !word.At.Equal(want) {
			t.Errorf("the guest said so at %s, the contact says at %s", want, word.At)
		}
	}
	if len(told.Profiles) != 1 {
		t.Errorf("%d profiles, want the guest's", len(told.Profiles))
	}
}

// A birthday that is told stands in the profile, with whatever orders told, and
// goes when it is taken back.
func TestABirthdayIsKeptUntilItIsTakenBack(t *testing.T) {
	h := newHouse(t)
	born := sample(t, "customer.changed", "birthday")
	h.takes(t, born, sample(t, "order.placed", "first-order"))
	p, _, err := h.store.Profile(t.Context(), "17850")
	if err != nil || p.Birthday.Value != "02-29" {
		t.Errorf("the profile = %+v, %v, want the birthday", p, err)
	}
	later := strings.Replace(sample(t, "customer.changed", "withdrawn"), "19:45:00Z", "19:50:00Z", 1)
	h.takes(t, later, born)
	if p, _, err = h.store.Profile(t.Context(), "17850"); err != nil || p.Birthday.Value != "" {
		t.Errorf("the profile = %+v, %v, want no birthday: it was taken back", p, err)
	}
}

// What was learned of a product survives that it changes.
func TestAChangedProductKeepsWhatWasLearned(t *testing.T) {
	h := newHouse(t)
	h.takes(t, bag)
	if err := h.store.SaveLearned(t.Context(), dynamo.Versions{Writing: "v1"}, maps.All(map[shop.ProductID]recommend.Learned{"BAG": {Customers: 7}})); err != nil {
		t.Fatal(err)
	}
	dearer := strings.NewReplacer("1.65", "1.95", "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z").Replace(bag)
	h.takes(t, dearer, bag)
	rows, err := h.store.Items(t.Context(), recommend.Model{Version: "v1"}, []shop.ProductID{"BAG"})
	if row := rows["BAG"]; err != nil || row.Price.Minor != 195 || row.Customers != 7 {
		t.Errorf("the row = %+v, %v, want the later price and what was learned", row, err)
	}
}
