package decide_test

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func ago(days int) time.Time { return noon.AddDate(0, 0, -days) }

// pounds is the policy of a shop without a customer value model.
var pounds = shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP"}}

// withoutHabits ignores the fields that TestHabits, TestOutlook, TestFactsOfTheOrdersDays
// and TestFactsOfConsents check.
var withoutHabits = cmpopts.IgnoreFields(condition.Customer{}, "First", "Last", "Placed", "Sources", "Rhythm", "Gap", "FullPrice", "Coupons", "SinceGot", "Alive", "Expected", "Worth", "Late")

func TestFactsOfTheCustomer(t *testing.T) {
	visit := func(id shop.OrderID, days int, net shop.Money, lines ...profile.VisitProduct) profile.Visit {
		return profile.Visit{Order: id, At: ago(days), Net: net, Lines: lines}
	}
	cancelled := func(v profile.Visit) profile.Visit { v.Cancelled, v.Net.Minor = true, 0; return v }
	none := shop.Money{Currency: "GBP"}
	for name, c := range map[string]struct {
		profile profile.Profile
		contact frequency.Contact
		want    condition.Customer
	}{
		"an empty profile": {want: condition.Customer{Spent: none, Average: none}},
		"a first order today": {
			profile: profile.Profile{ID: ann, Country: stated("GB"), Locale: stated("en-GB"), Orders: []profile.Visit{visit("o-1", 0, gbp(999), profile.VisitProduct{Product: "MUG", Units: 2})}},
			want: condition.Customer{
				Orders: 1, Spent: gbp(999), Average: gbp(999), Country: "GB", Language: "en-GB",
				Bought: map[shop.ProductID]condition.Bought{"MUG": {Units: 2, Title: "Red mug", Category: "Mug", Price: gbp(450)}},
			},
		},
		"a guest": {profile: profile.Profile{ID: "guest:8ced7f56"}, want: condition.Customer{Spent: none, Average: none, Guest: true}},
		"two orders with returns": {
			profile: profile.Profile{
				Orders: []profile.Visit{
					visit("o-1", 40, gbp(1000), profile.VisitProduct{Product: "MUG", Units: 6, Returned: 6}, profile.VisitProduct{Product: "OLD", Units: 2}),
					visit("o-2", 10, gbp(501), profile.VisitProduct{Product: "TEA", Units: 3, Returned: 1}),
				},
				ServiceIssues: map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: resolved(30, 2)}, "o-2": {Delayed: since(5)}},
			},
			want: condition.Customer{
				Orders: 2, Spent: gbp(1501), Average: gbp(750), SinceOne: 40, SinceLast: 10, Returns: 1,
				Bought: map[shop.ProductID]condition.Bought{"OLD": {Units: 2}, "TEA": {Units: 2, Title: "Earl Grey", Price: gbp(700)}},
			},
		},
		"a cancelled order does not count": {
			profile: profile.Profile{Orders: []profile.Visit{
				visit("o-1", 20, gbp(1000), profile.VisitProduct{Product: "MUG", Units: 1}),
				cancelled(visit("o-2", 5, gbp(9000), profile.VisitProduct{Product: "MUG", Units: 9})),
			}},
			want: condition.Customer{
				Orders: 1, Spent: gbp(1000), Average: gbp(1000), SinceOne: 20, SinceLast: 20,
				Bought: map[shop.ProductID]condition.Bought{"MUG": {Units: 1, Title: "Red mug", Category: "Mug", Price: gbp(450)}},
			},
		},
		"orders in another currency are counted and not summed": {
			profile: profile.Profile{Orders: []profile.Visit{visit("o-1", 20, gbp(1000)), visit("o-2", 10, shop.Money{Minor: 2870, Currency: "JPY"})}},
			want:    condition.Customer{Orders: 2, Spent: gbp(1000), Average: gbp(500), SinceOne: 20, SinceLast: 10},
		},
		"orders that the profile only sums": {
			profile: profile.Profile{
				Earlier: profile.Totals{Orders: 30, Cancelled: 2, Net: map[shop.Currency]int64{"GBP": 90_000, "EUR": 5}, First: ago(700)},
				Bought:  map[shop.ProductID]profile.Units{"MUG": {Orders: 9, Units: 9, Returned: 2}, "TEA": {Orders: 1, Units: 1, Returned: 1}},
				Orders:  []profile.Visit{visit("o-1", 3, gbp(3000), profile.VisitProduct{Product: "MUG", Units: 1})},
			},
			want: condition.Customer{
				Orders: 31, Spent: gbp(93_000), Average: gbp(3000), SinceOne: 700, SinceLast: 3,
				Bought: map[shop.ProductID]condition.Bought{"MUG": {Units: 8, Title: "Red mug", Category: "Mug", Price: gbp(450)}},
			},
		},
		"an order with a time in the future": {
			profile: profile.Profile{Orders: []profile.Visit{{Order: "o-1", At: noon.Add(4 * time.Minute), Net: gbp(1000)}}},
			want:    condition.Customer{Orders: 1, Spent: gbp(1000), Average: gbp(1000)},
		},
		"a birthday in a zone that has the next day already": {
			profile: profile.Profile{Birthday: stated("11-23"), Zone: stated("Pacific/Kiritimati")},
			want:    condition.Customer{Spent: none, Average: none, Birthday: 0, Born: true},
		},
		"a birthday in the shop's zone": {profile: profile.Profile{Birthday: stated("11-23")}, want: condition.Customer{Spent: none, Average: none, Birthday: 1, Born: true}},
		"a ticked box":                  {profile: profile.Profile{Consent: stated("yes")}, want: condition.Customer{Spent: none, Average: none, Consents: []shop.Topic{shop.TopicPromotions}}},
		"an empty box":                  {profile: profile.Profile{Consent: stated("no")}, want: condition.Customer{Spent: none, Average: none}},
		"a ticked box and an opt-out":   {profile: profile.Profile{Consent: stated("yes")}, contact: frequency.Contact{}.WithConsent(shop.TopicPromotions, false, noon), want: condition.Customer{Spent: none, Average: none}},
		"an empty box and an opt-in":    {profile: profile.Profile{Consent: stated("no")}, contact: frequency.Contact{}.WithConsent(shop.TopicPromotions, true, noon), want: condition.Customer{Spent: none, Average: none, Consents: []shop.Topic{shop.TopicPromotions}}},
		"a return of a cancelled order": {profile: profile.Profile{ServiceIssues: map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: since(1), Cancelled: since(2)}}}, want: condition.Customer{Spent: none, Average: none, Returns: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			got := decide.Facts(noon, c.profile, c.contact, aCase().snapshot.Items, pounds, decide.Occasion{})
			if diff := cmp.Diff(condition.Facts{Customer: c.want}, got, cmpopts.EquateEmpty(), withoutHabits); diff != "" {
				t.Errorf("Facts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFactsOfTheOrdersDays(t *testing.T) {
	p := profile.Profile{
		Zone:    stated("Pacific/Kiritimati"),
		Earlier: profile.Totals{Orders: 2, Net: map[shop.Currency]int64{"GBP": 900}, First: ago(700)},
		Orders: []profile.Visit{
			{Order: "o-1", At: ago(90), Net: gbp(1000)}, {Order: "o-2", At: ago(4), Net: gbp(300)}, {Order: "o-3", At: ago(1), Cancelled: true},
		},
	}
	got := decide.Facts(noon, p, frequency.Contact{}, nil, pounds, decide.Occasion{}).Customer
	if diff := cmp.Diff([]condition.Placed{{Days: 90, Net: gbp(1000)}, {Days: 4, Net: gbp(300)}}, got.Placed); diff != "" {
		t.Errorf("Placed (-want +got):\n%s", diff)
	}
	for what, days := range map[string][2]string{ // noon in London is two in the morning of the next day there
		"first": {got.First.Format(time.DateOnly), ago(699).Format(time.DateOnly)},
		"last":  {got.Last.Format(time.DateOnly), ago(3).Format(time.DateOnly)},
	} {
		if days[0] != days[1] {
			t.Errorf("the day of the %s order is %s, want %s", what, days[0], days[1])
		}
	}
}

func TestFactsOfConsents(t *testing.T) {
	news := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP", Topics: []shoppolicy.Topic{{ID: "news"}}}}
	yes := frequency.Contact{}.WithConsentFrom("news", true, shop.SourceSignUpForm, noon)
	for what, c := range map[string]struct {
		contact frequency.Contact
		want    []shop.Topic
		sources map[shop.Topic]shop.ConsentSource
	}{
		"the box alone":                   {frequency.Contact{}, []shop.Topic{"promotions"}, map[shop.Topic]shop.ConsentSource{"promotions": shop.SourceCheckout}},
		"the box and a form":              {yes, []shop.Topic{"promotions", "news"}, map[shop.Topic]shop.ConsentSource{"promotions": shop.SourceCheckout, "news": shop.SourceSignUpForm}},
		"an opt-out of all afterwards":    {yes.WithConsent("promotions", false, noon.Add(1)), nil, nil},
		"a yes whose source is not known": {frequency.Contact{}.WithConsent("promotions", true, noon), []shop.Topic{"promotions"}, nil},
	} {
		got := decide.Facts(noon, profile.Profile{Consent: stated("yes")}, c.contact, nil, news, decide.Occasion{}).Customer
		if diff := cmp.Diff(c.want, got.Consents, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: Consents (-want +got):\n%s", what, diff)
		}
		if diff := cmp.Diff(c.sources, got.Sources, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: Sources (-want +got):\n%s", what, diff)
		}
	}
}

func TestFactsOfTheOrder(t *testing.T) {
	p := profile.Profile{
		Orders: []profile.Visit{
			{Order: "o-1", At: ago(9), Net: gbp(1000), Lines: []profile.VisitProduct{{Product: "MUG", Units: 6, Returned: 1}, {Product: "TEA", Units: 1}}},
			{Order: "o-2", At: ago(2), Net: shop.Money{Minor: 2870, Currency: "JPY"}},
		},
		ServiceIssues: map[shop.OrderID]profile.ServiceIssue{
			"o-1": {Delayed: &profile.Issue{Since: ago(5), Cause: shop.CauseLate}, Returned: &profile.Issue{Since: ago(1), Cause: shop.CauseDefect}},
			"o-2": {Delayed: &profile.Issue{Since: ago(1), Cause: shop.CauseLate}},
		},
	}
	older := p
	older.Earlier = profile.Totals{Cancelled: 1}
	for name, c := range map[string]struct {
		profile  profile.Profile
		occasion decide.Occasion
		want     condition.Order
	}{
		"no order": {p, decide.Occasion{}, condition.Order{}},
		"the first order, with a return": {p, decide.Occasion{Order: "o-1", Event: shop.OrderReturned}, condition.Order{
			Event: shop.OrderReturned, Total: gbp(1000), First: true, Back: true, Cause: shop.CauseDefect, Lines: map[shop.ProductID]int{"MUG": 6, "TEA": 1},
		}},
		"not the first, because the profile sums an older one": {older, decide.Occasion{Order: "o-1"}, condition.Order{
			Total: gbp(1000), Back: true, Cause: shop.CauseDefect, Lines: map[shop.ProductID]int{"MUG": 6, "TEA": 1},
		}},
		"in another currency":                     {p, decide.Occasion{Order: "o-2"}, condition.Order{Total: shop.Money{Currency: "GBP"}, Last: true, Cause: shop.CauseLate}},
		"the event's own cause":                   {p, decide.Occasion{Order: "o-2", Event: shop.OrderCancelled, Cause: shop.CauseUnwanted}, condition.Order{Event: shop.OrderCancelled, Total: shop.Money{Currency: "GBP"}, Last: true, Cause: shop.CauseUnwanted}},
		"an order that the profile does not have": {p, decide.Occasion{Order: "o-0", Event: shop.OrderPaid}, condition.Order{Event: shop.OrderPaid, Total: shop.Money{Currency: "GBP"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := decide.Facts(noon, c.profile, frequency.Contact{}, nil, pounds, c.occasion)
			if diff := cmp.Diff(c.want, got.Order, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("Facts.Order (-want +got):\n%s", diff)
			}
		})
	}
}

func TestServiceIssue(t *testing.T) {
	const day = 24 * time.Hour
	pause := aCase().config.PromotionPause // 14 days after a refund, 3 after a late delivery, 10 after a cancellation
	for name, c := range map[string]struct {
		issues map[shop.OrderID]profile.ServiceIssue
		want   string
		until  time.Time
	}{
		"no service issue":                     {},
		"an order with an empty service issue": {issues: map[shop.OrderID]profile.ServiceIssue{"o-1": {}}},
		"an open return":                       {map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: since(3)}}, "returned", ago(3).Add(60 * day)},
		"an open delay, in its last day":       {map[shop.OrderID]profile.ServiceIssue{"o-1": {Delayed: since(59)}}, "delayed", ago(59).Add(60 * day)},
		"open issues of 60 days and more":      {issues: map[shop.OrderID]profile.ServiceIssue{"o-1": {Delayed: since(60), Returned: since(61), Cancelled: since(400)}}},
		"a refund today":                       {map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: resolved(5, 5)}}, "returned", ago(-14)},
		"a refund a week ago":                  {map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: resolved(9, 2)}}, "returned", ago(-7)},
		"a refund whose pause is over":         {issues: map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: resolved(16, 2)}}},
		"a refund yesterday of a return 90 days ago": {
			map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: resolved(90, 89)}}, "returned", ago(1).AddDate(0, 0, 14),
		},
		"a late delivery":                  {map[shop.OrderID]profile.ServiceIssue{"o-1": {Delayed: resolved(4, 2)}}, "delayed", ago(-1)},
		"a cancellation that was refunded": {map[shop.OrderID]profile.ServiceIssue{"o-1": {Cancelled: resolved(4, 1)}}, "cancelled", ago(-7)},
		"several issues: the longest pause": {
			map[shop.OrderID]profile.ServiceIssue{"o-1": {Delayed: resolved(2, 1), Returned: resolved(2, 1)}, "o-2": {Cancelled: since(1)}, "o-3": {Returned: since(30)}},
			"cancelled", ago(1).Add(60 * day),
		},
		"two pauses of equal length: always the same kind": {
			map[shop.OrderID]profile.ServiceIssue{"o-1": {Returned: since(1)}, "o-2": {Cancelled: since(1)}, "o-3": {Delayed: since(1)}}, "cancelled", ago(1).Add(60 * day),
		},
	} {
		t.Run(name, func(t *testing.T) {
			for range 5 { // the iteration order of maps is random
				kind, until := decide.ServiceIssue(noon, maps.Clone(c.issues), pause)
				if kind != c.want || !until.Equal(c.until) {
					t.Errorf("ServiceIssue = %q until %s, want %q until %s", kind, until, c.want, c.until)
				}
			}
		})
	}
}
