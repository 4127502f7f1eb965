package recording

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/condition"
	"regulars/shared/offer"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	samples "regulars/events"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// bag is the event of a product of which every tenth unit is free.
var bag = event("product.changed", `{'version':'1','product':{'id':'BAG','title':'Lunch bag','currency':'GBP','price':'1.65','category':'Lunch Bag'}}`)

// happened returns an event of order o-1 at this hour of the day.
func happened(kind, hour, more string) string {
	return event(kind, `{'version':'1','order':{'id':'o-1'},'customer':{'id':'c-1'},'occurred_at':'2026-11-21T`+hour+`:00:00Z'`+more+`}`)
}

func TestIntentsThatAnEventRaises(t *testing.T) {
	few := placed("o-1", "c-1", map[string]int{"BAG": 9, "P": 12})
	ten := placed("o-1", "c-1", map[string]int{"BAG": 10})
	returned := func(id, cause string) string {
		return happened("order.returned", "13", `,'return_id':'`+id+`','reason':'`+cause+`','lines':[{'product':'BAG','units':1}]`)
	}
	unwanted := happened("order.cancelled", "15", `,'reason':'unwanted'`)
	refundedAt := func(hour, amount string) string {
		return happened("order.refunded", hour, `,'refund_id':'f-1','currency':'GBP','amount':'`+amount+`'`)
	}
	late := happened("order.delayed", "14", `,'until':'2026-11-27'`)
	edited := func(body string) string {
		return strings.Replace(body, `"placed_at"`, `"updated_at":"2026-11-21T12:30:00Z","placed_at"`, 1)
	}
	h, cases := newFixture(t), 0
	h.takes(t, bag)
	for name, c := range map[string]struct {
		before []string
		body   string
		want   []string
	}{
		"a placed order": {nil, few, []string{"thanks@1 o-1"}},
		"the tenth unit, and one campaign of a group": {nil, ten, []string{"reward@2 o-1"}},
		"the tenth unit of two orders":                {[]string{placed("o-0", "c-1", map[string]int{"BAG": 1})}, few, []string{"reward@2 o-1"}},
		"the tenth unit of another customer":          {[]string{placed("o-0", "c-2", map[string]int{"BAG": 1})}, few, []string{"thanks@1 o-1"}},
		"an edited order is the same occasion":        {[]string{few}, edited(ten), []string{"thanks@1 o-1"}},
		"a payment, which starts no campaign":         {[]string{few}, happened("order.paid", "13", ""), nil},
		"a return because of a defect":                {[]string{few}, returned("r-1", "defect"), []string{"sorry@1 o-1/order.returned"}},
		"a return with the cause other":               {[]string{few}, returned("r-1", "other"), nil},
		"a return by a change of mind":                {[]string{few}, returned("r-1", "unwanted"), nil},
		"a delay":                                     {[]string{few}, late, []string{"sorry@1 o-1/order.delayed"}},
		"a second delay is the same occasion": {
			[]string{few, strings.Replace(late, `"e-1"`, `"e-2"`, 1)}, happened("order.delayed", "16", `,'until':'2026-11-29'`), []string{"sorry@1 o-1/order.delayed"},
		},
		"a delay before its order":                                       {nil, late, []string{"sorry@1 o-1/order.delayed"}},
		"a cancellation by the shop":                                     {[]string{few}, happened("order.cancelled", "15", ""), []string{"sorry@1 o-1/order.cancelled"}},
		"a cancellation by the customer":                                 {[]string{few}, unwanted, nil},
		"a cancellation for fraud":                                       {[]string{few}, happened("order.cancelled", "15", `,'reason':'fraud'`), nil},
		"a cancellation for a declined card":                             {[]string{few}, happened("order.cancelled", "15", `,'reason':'declined'`), nil},
		"an order after its cancellation":                                {[]string{unwanted}, ten, nil},
		"an order after its delivery":                                    {[]string{happened("order.delivered", "15", "")}, few, nil},
		"an order after its shipment":                                    {[]string{happened("order.shipped", "15", "")}, few, []string{"thanks@1 o-1"}},
		"an order after a return":                                        {[]string{returned("r-1", "unwanted")}, few, nil},
		"an order after a refund in part":                                {[]string{refundedAt("15", "19.99")}, few, []string{"thanks@1 o-1"}},
		"an order after a refund in full":                                {[]string{refundedAt("15", "20.00")}, few, nil},
		"a delay after the delivery":                                     {[]string{few, happened("order.delivered", "15", "")}, late, nil},
		"a cancellation by the customer after a delay":                   {[]string{few, late}, unwanted, nil},
		"a return by a change of mind after a delay":                     {[]string{few, late}, returned("r-1", "unwanted"), nil},
		"a return because of a defect after a delay is another occasion": {[]string{few, late}, returned("r-1", "defect"), []string{"sorry@1 o-1/order.returned"}},
	} {
		t.Run(name, func(t *testing.T) {
			cases++
			own := strings.NewReplacer(`"o-`, fmt.Sprintf(`"%d-o-`, cases), `"c-`, fmt.Sprintf(`"%d-c-`, cases)) // each case has its own orders and customers
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

// Nine bags are ordered and not paid, then one that is paid: nothing is earned
// until the nine are paid too. A payment before its order, and one that comes
// twice, raise the same intent.
func TestRewardIsRaisedWhenTheOrderIsPaid(t *testing.T) {
	h := newFixture(t)
	p, err := inForce()(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Shop.RewardsOnPlacing = false
	p.Campaigns[0].On = []shop.OrderKind{shop.OrderPaid}
	h.Policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
	h.takes(t, bag)
	paid := func(order string) string { return strings.Replace(happened("order.paid", "13", ""), "o-1", order, 1) }
	for _, step := range []struct {
		body string
		want []string
	}{
		{placed("o-1", "c-1", map[string]int{"BAG": 9}), []string{"thanks@1 o-1"}},
		{paid("o-2"), nil},
		{placed("o-2", "c-1", map[string]int{"BAG": 1}), []string{"thanks@1 o-2"}},
		{paid("o-1"), []string{"reward@2 o-1/order.paid"}},
		{paid("o-1"), []string{"reward@2 o-1/order.paid"}},
		{paid("o-3"), nil},
		{placed("o-3", "c-1", map[string]int{"BAG": 10}), []string{"reward@2 o-3/order.paid", "thanks@1 o-3"}},
		{paid("o-3"), []string{"reward@2 o-3/order.paid"}},
	} {
		h.takes(t, step.body)
		if got := names(h.raised(t)); !slices.Equal(got, step.want) {
			t.Errorf("raised %v, want %v", got, step.want)
		}
	}
}

func TestARaisedIntentHasAllFields(t *testing.T) {
	h := newFixture(t)
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	h.Now = func() time.Time { return evening.Add(123456 * time.Nanosecond).In(time.FixedZone("elsewhere", 3600)) }
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

// Function send ends it, with the reason, so that each intent has an end state.
func TestAnExpiredIntentIsRaisedToo(t *testing.T) {
	h := newFixture(t)
	h.Now = func() time.Time { return evening.AddDate(0, 0, 2) }
	h.takes(t, placed("o-1", "c-1", map[string]int{"P": 1}))
	if got := h.raised(t); len(got) != 1 {
		t.Errorf("raised %v, want thanks", names(got))
	}
	if stored, _, err := h.store.Order(t.Context(), "o-1"); err != nil || len(stored.Raised[shop.OrderPlaced]) != 1 {
		t.Errorf("stored %v, %v, want the intent of thanks", stored.Raised, err)
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

func TestATestOrderIsIgnored(t *testing.T) {
	h := newFixture(t)
	h.takes(t, sample(t, "shopifyWebhook", "orders-create-test"))
	if stored, raised := h.stored(t), h.raised(t); len(stored) > 0 || len(raised) > 0 {
		t.Errorf("stored %v and raised %v, want nothing", stored, raised)
	}
}

// The order is stored, because it counts for the products that are bought
// together. When its customer becomes known, it joins their profile and raises
// its intents.
func TestAnOrderWithoutACustomerIsStoredAndRaisesNothing(t *testing.T) {
	for _, body := range []string{
		sample(t, "order.placed", "nobody"), //words:allow the name of the sample's file
		sample(t, "shopifyWebhook", "orders-create-till"),
	} {
		h := newFixture(t)
		h.takes(t, body)
		stored := h.state(t)
		if len(stored.Orders) != 1 || len(stored.Profiles) != 0 || len(h.raised(t)) > 0 {
			t.Errorf("an order without a customer: stored %+v, want the order without a profile and without an intent", stored)
		}
	}

	h := newFixture(t)
	known := placed("o-1", "c-1", map[string]int{"P": 1})
	unknown := strings.Replace(known, `"customer":{"id":"c-1","email":"c-1@example.com"}`, `"customer":null`, 1)
	h.takes(t, unknown, strings.Replace(known, `"placed_at"`, `"updated_at":"2026-11-21T12:30:00Z","placed_at"`, 1))
	p, _, err := h.store.Profile(t.Context(), "c-1")
	if err != nil || len(p.Orders) != 1 || p.Email.Value != "c-1@example.com" {
		t.Errorf("the profile = %+v, %v, want the order in it", p, err)
	}
	if got := names(h.raised(t)); !slices.Equal(got, []string{"thanks@1 o-1"}) {
		t.Errorf("raised %v, want thanks when the customer is known", got)
	}
}

// One webhook of Shopify has all that happened to its order. It raises what the
// order is after all of it, and the same webhook again raises the same.
func TestTheFirstWebhookOfAnOrderRaisesWhatTheOrderIs(t *testing.T) {
	cancelled := sample(t, "shopifyWebhook", "orders-cancelled")
	because := func(reason string) string {
		return strings.Replace(cancelled, `"cancel_reason": "customer"`, `"cancel_reason": "`+reason+`"`, 1)
	}
	created := sample(t, "shopifyWebhook", "orders-create")
	arrived := strings.NewReplacer(`"fulfillment_status": null`, `"fulfillment_status": "fulfilled"`, `"fulfillments": []`,
		`"fulfillments": [{"status": "success", "shipment_status": "delivered", "created_at": "2026-11-20T14:00:00+01:00"}]`).Replace(created)
	refunded := strings.Replace(created, `"refunds": []`, `"refunds": [{"id": 1, "created_at": "2026-11-20T14:00:00+01:00",
		"transactions": [{"kind": "refund", "status": "success", "amount": "35.64", "currency": "GBP"}]}]`, 1)
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"created":                           {created, []string{"thanks@1 5600000000001"}},
		"cancelled by the customer":         {cancelled, nil},
		"cancelled by the staff":            {because("staff"), []string{"sorry@1 5600000000006/order.cancelled"}},
		"cancelled for another reason":      {because("other"), []string{"sorry@1 5600000000006/order.cancelled"}},
		"cancelled, because it is sold out": {because("inventory"), []string{"sorry@1 5600000000006/order.cancelled"}},
		"cancelled for fraud":               {because("fraud"), nil},
		"cancelled for a declined card":     {because("declined"), nil},
		"delivered":                         {arrived, nil},
		"refunded in full":                  {refunded, nil},
		"returned in part":                  {sample(t, "shopifyWebhook", "orders-updated"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			h.queues.Broken.Store(1) // the queue fails once
			if again := h.handle(t, c.body); len(again) != min(len(c.want), 1) {
				t.Fatalf("%d messages failed with the queue, want those with intents", len(again))
			}
			h.queues.Broken.Store(0)
			for range 2 {
				h.takes(t, c.body)
				if got := names(h.raised(t)); !slices.Equal(got, c.want) {
					t.Errorf("raised %v, want %v", got, c.want)
				}
			}
		})
	}
}

// The earlier events do not name the customer. Their intents are raised with
// the order, even if the queue fails once.
func TestEventsBeforeTheirOrderRaiseTheSameIntents(t *testing.T) {
	h := newFixture(t)
	anonymous := func(body string) string {
		return strings.Replace(body, `"customer":{"id":"c-1"},`, "", 1)
	}
	h.takes(t, anonymous(happened("order.cancelled", "15", "")), anonymous(happened("order.paid", "13", "")),
		anonymous(happened("order.returned", "16", `,'return_id':'r-2','reason':'unwanted','lines':[{'product':'P','units':1}]`)),
		anonymous(happened("order.returned", "14", `,'return_id':'r-1','reason':'defect','lines':[{'product':'P','units':1}]`)))
	if got := h.raised(t); len(got) > 0 {
		t.Fatalf("raised %v before the customer is known, want none", names(got))
	}
	order := placed("o-1", "c-1", map[string]int{"P": 3})
	h.queues.Broken.Store(1)
	if again := h.handle(t, order); len(again) != 1 {
		t.Fatal("the order's message succeeded, want it to fail with the queue")
	}
	want := []string{"sorry@1 o-1/order.cancelled", "sorry@1 o-1/order.returned"} // no thanks for a cancelled order
	for range 2 {
		h.takes(t, order)
		intents := h.raised(t)
		if got := names(intents); !slices.Equal(got, want) {
			t.Errorf("raised %v, want %v", got, want)
		}
		for _, i := range intents {
			at := map[string]int{"o-1/order.cancelled": 15 + 72, "o-1/order.returned": 14 + 72}[i.Occasion]
			if wanted := time.Date(2026, 11, 21, at, 0, 0, 0, time.UTC); !i.NotAfter.Equal(wanted) {
				t.Errorf("the intent of %s expires at %s, want %s", i.Occasion, i.NotAfter, wanted)
			}
		}
	}
	h.takes(t, happened("order.cancelled", "15", ""))
	if got := names(h.raised(t)); !slices.Equal(got, want[:1]) {
		t.Errorf("the cancellation again raised %v, want %v", got, want[:1])
	}
	if got := h.planned(t); got != len(want) {
		t.Errorf("the reconciliation counts %d planned intents, want %d", got, len(want))
	}
}

// planned returns the number of intents of orders that the reconciliation counts.
func (h fixture) planned(t *testing.T) (n int) {
	t.Helper()
	_, err := h.store.Raised(t.Context(), dynamo.Page{}, func(intents []campaign.Intent) error {
		n += len(intents)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestARefundBeforeItsOrderIsInTheProfileWithTheOrder(t *testing.T) {
	h := newFixture(t)
	h.takes(t, sample(t, "shopifyWebhook", "refunds-create"))
	if stored := h.state(t); len(stored.Profiles) != 0 {
		t.Errorf("a refund without an order is in a profile: %+v", stored.Profiles)
	}
	h.takes(t, sample(t, "shopifyWebhook", "orders-create"))
	p, _, err := h.store.Profile(t.Context(), "7012345678901")
	if err != nil || len(p.Orders) != 1 || p.Orders[0].Net.Minor != 3564-678 || p.ServiceIssues["5600000000001"].Returned == nil {
		t.Errorf("the profile = %+v, %v, want the order less its refund, and the service issue", p, err)
	}
}

func TestAGuestsOptOutIsInTheGuestsContact(t *testing.T) {
	h := newFixture(t)
	h.takes(t, sample(t, "order.placed", "guest"), sample(t, "consent.withdrawn", "guest"))
	stored := h.state(t)
	for id := range stored.Profiles {
		if consent, ok := stored.Contacts[id].Consents[shop.TopicPromotions]; !ok || consent.Given {
			t.Errorf("the contact of guest %s is %+v, want an opt-out", id, stored.Contacts[id])
		} else if want := time.Date(2026, 11, 20, 19, 45, 0, 0, time.UTC); !consent.At.Equal(want) {
			t.Errorf("the opt-out has the time %s, want %s", consent.At, want)
		}
	}
	if len(stored.Profiles) != 1 {
		t.Errorf("%d profiles, want the guest's one", len(stored.Profiles))
	}
}

func TestABirthdayIsStoredUntilItIsWithdrawn(t *testing.T) {
	h := newFixture(t)
	born := sample(t, "customer.changed", "birthday")
	h.takes(t, born, sample(t, "order.placed", "first-order"))
	p, _, err := h.store.Profile(t.Context(), "17850")
	if err != nil || p.Birthday.Value != "02-29" {
		t.Errorf("the profile = %+v, %v, want the birthday", p, err)
	}
	later := strings.Replace(sample(t, "customer.changed", "withdrawn"), "19:45:00Z", "19:50:00Z", 1)
	h.takes(t, later, born)
	if p, _, err = h.store.Profile(t.Context(), "17850"); err != nil || p.Birthday.Value != "" {
		t.Errorf("the profile = %+v, %v, want no birthday, because it was withdrawn", p, err)
	}
}

func TestAChangedProductKeepsItsLearnedValues(t *testing.T) {
	h := newFixture(t)
	h.takes(t, bag)
	if err := h.store.SaveLearned(t.Context(), dynamo.Versions{Writing: "v1"}, maps.All(map[shop.ProductID]recommend.Learned{"BAG": {Customers: 7}})); err != nil {
		t.Fatal(err)
	}
	dearer := strings.NewReplacer("1.65", "1.95", "2026-11-21T12:00:00Z", "2026-11-21T13:00:00Z").Replace(bag)
	h.takes(t, dearer, bag)
	rows, err := h.store.Items(t.Context(), recommend.Model{Version: "v1"}, []shop.ProductID{"BAG"})
	if row := rows["BAG"]; err != nil || row.Price.Minor != 195 || row.Customers != 7 {
		t.Errorf("the row = %+v, %v, want the later price and the learned values", row, err)
	}
}

// A broken row of the catalogue costs the order nothing but what is counted
// with that product.
func TestAnOrderWithAnUnreadableProductIsRecorded(t *testing.T) {
	h := newFixture(t)
	h.takes(t, bag)
	if _, err := h.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
		TableName: &h.tables.Catalogue, Key: map[string]types.AttributeValue{"product": &types.AttributeValueMemberS{Value: "BAG"}},
		UpdateExpression: aws.String("SET body = :b"), ExpressionAttributeValues: map[string]types.AttributeValue{":b": &types.AttributeValueMemberS{Value: ""}},
	}); err != nil {
		t.Fatal(err)
	}
	h.takes(t, placed("o-1", "c-1", map[string]int{"BAG": 10}))
	if got, want := names(h.raised(t)), []string{"thanks@1 o-1"}; !slices.Equal(got, want) {
		t.Errorf("raised %v, want %v", got, want)
	}
}

// The earlier return was imported with the shop's history, so it raised nothing.
func TestAReturnIsJudgedByItselfAfterAnImportedOne(t *testing.T) {
	for cause, want := range map[string][]string{"defect": {"sorry@1 o-1/order.returned"}, "unwanted": nil} {
		t.Run(cause, func(t *testing.T) {
			h := newFixture(t)
			h.takes(t, placed("o-1", "c-1", map[string]int{"P": 3}))
			h.raised(t)
			o, _, err := h.store.Order(t.Context(), "o-1")
			if err != nil {
				t.Fatal(err)
			}
			early := shop.Return{At: evening.AddDate(0, -6, 0), Cause: map[string]shop.Cause{"defect": shop.CauseUnwanted, "unwanted": shop.CauseDefect}[cause], Units: map[shop.ProductID]int{"P": 1}}
			o.Returns = map[string]shop.Return{"r-0": early}
			if err := h.store.Import(t.Context(), dynamo.History{Orders: []shop.Order{o.Order}}); err != nil {
				t.Fatal(err)
			}
			h.takes(t, happened("order.returned", "13", `,'return_id':'r-1','reason':'`+cause+`','lines':[{'product':'P','units':1}]`))
			raised := h.raised(t)
			if got := names(raised); !slices.Equal(got, want) {
				t.Fatalf("raised %v, want %v", got, want)
			}
			if len(raised) > 0 && raised[0].NotAfter.Before(evening) {
				t.Errorf("the apology expired at %s", raised[0].NotAfter)
			}
		})
	}
}

// An event whose campaigns ask for no category reads no row of the catalogue; with
// "every tenth unit free" it reads products of which the customer keeps ten.
func TestCatalogueIsReadForCategoriesOnly(t *testing.T) {
	on := func(kind shop.OrderKind, text string, nth *offer.Nth) campaign.Campaign {
		when, err := condition.Parse(text, "GBP")
		must(t, err)
		return campaign.Campaign{On: []shop.OrderKind{kind}, If: when, Nth: nth}
	}
	bags := func(n int) *offer.Nth { return &offer.Nth{N: n, Categories: []string{"lunch bag"}} }
	for phrase, c := range map[string]struct {
		all  []campaign.Campaign
		want int
	}{
		"no campaign":                       {nil, 0},
		"no condition":                      {[]campaign.Campaign{on(shop.OrderPaid, "", nil)}, 0},
		"units of a product":                {[]campaign.Campaign{on(shop.OrderPaid, `customer.units_of["BAG"] > 3`, nil)}, 0},
		"units of a category":               {[]campaign.Campaign{on(shop.OrderPaid, "", bags(10)), on(shop.OrderPaid, `customer.units["lunch bag"] > 3`, nil)}, 1},
		"units of a category in this order": {[]campaign.Campaign{on(shop.OrderPaid, `order.units["lunch bag"] > 3`, nil)}, 1},
		"every tenth, and every fifth":      {[]campaign.Campaign{on(shop.OrderPaid, "", bags(10)), on(shop.OrderPaid, "", bags(5))}, 5},
		"every tenth of some products":      {[]campaign.Campaign{on(shop.OrderPaid, "", &offer.Nth{N: 10, Products: []shop.ProductID{"BAG"}})}, 0},
		"of another kind of event":          {[]campaign.Campaign{on(shop.OrderPlaced, "", bags(10))}, 0},
	} {
		if got := leastUnits(c.all, shop.OrderPaid); got != c.want {
			t.Errorf("%s: %d units, want %d", phrase, got, c.want)
		}
	}
}
