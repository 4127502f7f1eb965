package offer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

var now = time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)

func gbp(minor int64) shop.Money { return shop.Money{Minor: minor, Currency: "GBP"} }

func when(text string) condition.Condition {
	condition, err := condition.Parse(text, "GBP")
	if err != nil {
		panic(err)
	}
	return condition
}

func percent(id shop.OfferID, bp int, condition string) offer.Offer {
	return offer.Offer{ID: id, Version: 1, When: when(condition), Effect: offer.Effect{Kind: offer.KindPercent, Percent: bp}, Days: 14, Budget: offer.Budget{Uses: 10, Shards: 2}}
}

func amount(id shop.OfferID, minor int64) offer.Offer {
	return offer.Offer{ID: id, Version: 1, Effect: offer.Effect{Kind: offer.KindAmount, Amount: gbp(minor)}, Days: 14, Budget: offer.Budget{Uses: 10, Shards: 2}}
}

func tenth(id shop.OfferID) offer.Offer {
	return offer.Offer{ID: id, Version: 1, Effect: offer.Effect{Kind: offer.KindNth, Nth: &offer.Nth{N: 10, Categories: []string{"lunch bag"}}}, Days: 60, Budget: offer.Budget{Uses: 10, Shards: 2}}
}

func bag(units int, price int64) condition.Bought {
	return condition.Bought{Units: units, Title: "Lunch bag", Category: "Lunch Bag", Price: gbp(price)}
}

// answer is the result of Best in a short form.
type answer struct {
	Offer    shop.OfferID
	Key      string
	Refusals string
}

func TestBestIsTheOfferThatIsWorthMost(t *testing.T) {
	regular := condition.Customer{Orders: 3, Average: gbp(10_000)}
	for what, test := range map[string]struct {
		offers  []offer.Offer
		facts   condition.Facts
		granted map[shop.OfferID][]frequency.Grant
		spent   map[shop.OfferID]bool
		want    answer
	}{
		"no offers": {},
		"the greater percentage": {
			offers: []offer.Offer{percent("five", 500, ""), percent("ten", 1000, "")}, facts: condition.Facts{Customer: regular},
			want: answer{"ten", "", "[five outbid]"},
		},
		"ten per cent of a large basket is worth more than five pounds": {
			offers: []offer.Offer{amount("five-pounds", 500), percent("ten", 1000, "")}, facts: condition.Facts{Customer: regular},
			want: answer{"ten", "", "[five-pounds outbid]"},
		},
		"five pounds is worth more than ten per cent of a small basket": {
			offers: []offer.Offer{amount("five-pounds", 500), percent("ten", 1000, "")}, facts: condition.Facts{Customer: condition.Customer{Average: gbp(3_000)}},
			want: answer{"five-pounds", "", "[ten outbid]"},
		},
		"without an average the order is the basket": {
			offers: []offer.Offer{amount("five-pounds", 500), percent("ten", 1000, "")}, facts: condition.Facts{Order: condition.Order{Total: gbp(9_000)}},
			want: answer{"ten", "", "[five-pounds outbid]"},
		},
		"of equal worth the lower rank": {
			offers: []offer.Offer{{ID: "a", Rank: 20, Effect: amount("", 500).Effect}, {ID: "b", Rank: 10, Effect: amount("", 500).Effect}},
			want:   answer{"b", "", "[a outbid]"},
		},
		"of equal worth and rank the first ID": {
			offers: []offer.Offer{amount("b", 500), amount("a", 500)},
			want:   answer{"a", "", "[b outbid]"},
		},
		"a condition that does not hold": {
			offers: []offer.Offer{percent("ten", 1000, "customer.orders == 1")}, facts: condition.Facts{Customer: regular},
			want: answer{"", "", "[ten condition]"},
		},
		"the limit per customer is reached": {
			offers:  []offer.Offer{{ID: "once", PerCustomer: 1, Effect: amount("", 500).Effect}},
			granted: map[shop.OfferID][]frequency.Grant{"once": {{At: now.AddDate(-1, 0, 0)}}},
			want:    answer{"", "", "[once per-customer]"},
		},
		"one day before the cool-down ends": {
			offers:  []offer.Offer{{ID: "rare", CoolDown: 30, Effect: amount("", 500).Effect}},
			granted: map[shop.OfferID][]frequency.Grant{"rare": {{At: now.AddDate(0, 0, -29)}, {At: now.AddDate(0, 0, -80)}}},
			want:    answer{"", "", "[rare cool-down]"},
		},
		"when the cool-down has ended": {
			offers:  []offer.Offer{{ID: "rare", CoolDown: 30, Effect: amount("", 500).Effect}},
			granted: map[shop.OfferID][]frequency.Grant{"rare": {{At: now.AddDate(0, 0, -30)}}},
			want:    answer{"rare", "", "[]"},
		},
		"a budget that is used up": {
			offers: []offer.Offer{amount("gone", 500), amount("there", 100)}, spent: map[shop.OfferID]bool{"gone": true},
			want: answer{"there", "", "[gone budget]"},
		},
		"nine units earn nothing": {
			offers: []offer.Offer{tenth("tenth")}, facts: condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": bag(9, 165)}}},
			want: answer{"", "", "[tenth not-earned]"},
		},
		"ten units earn one": {
			offers: []offer.Offer{tenth("tenth")}, facts: condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": bag(10, 165)}}},
			want: answer{"tenth", "BAG/10", "[]"},
		},
		"of two earned units the newest": {
			offers: []offer.Offer{tenth("tenth")}, facts: condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": bag(23, 165)}}},
			want: answer{"tenth", "BAG/20", "[]"},
		},
		"a unit is granted once": {
			offers:  []offer.Offer{tenth("tenth")},
			facts:   condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": bag(12, 165)}}},
			granted: map[shop.OfferID][]frequency.Grant{"tenth": {{Key: "BAG/10"}}},
			want:    answer{"", "", "[tenth already-granted]"},
		},
		"bought again after a return, a unit is still granted once": {
			offers:  []offer.Offer{tenth("tenth")},
			facts:   condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": bag(14, 165)}}},
			granted: map[shop.OfferID][]frequency.Grant{"tenth": {{Key: "BAG/20"}}},
			want:    answer{"", "", "[tenth already-granted]"},
		},
		"of two products the more expensive": {
			offers: []offer.Offer{tenth("tenth")}, facts: condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG/A": bag(10, 165), "BAG/B": bag(10, 295)}}},
			want: answer{"tenth", "BAG/B/10", "[]"},
		},
		"a granted product with a slash in its ID": {
			offers:  []offer.Offer{tenth("tenth")},
			facts:   condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG/A": bag(10, 165), "BAG/B": bag(10, 295)}}},
			granted: map[shop.OfferID][]frequency.Grant{"tenth": {{Key: "BAG/B/10"}}},
			want:    answer{"tenth", "BAG/A/10", "[]"},
		},
		"another category": {
			offers: []offer.Offer{tenth("tenth")}, facts: condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"MUG": {Units: 30, Category: "mug", Price: gbp(500)}}}},
			want: answer{"", "", "[tenth not-earned]"},
		},
		"with an order, the products of that order": {
			offers: []offer.Offer{tenth("tenth")},
			facts: condition.Facts{
				Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"OLD": bag(40, 900), "NEW": bag(10, 165)}},
				Order:    condition.Order{Lines: map[shop.ProductID]int{"NEW": 2}},
			},
			want: answer{"tenth", "NEW/10", "[]"},
		},
		"a free unit without a price": {
			offers: []offer.Offer{tenth("tenth")}, facts: condition.Facts{Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": bag(10, 0)}}},
			want: answer{"", "", "[tenth worth-nothing]"},
		},
		"an effect that is not known": {
			offers: []offer.Offer{{ID: "magic", Effect: offer.Effect{Kind: "magic"}}},
			want:   answer{"", "", "[magic worth-nothing]"},
		},
	} {
		best, refusals := offer.Best(test.offers, offer.Case{Now: now, Facts: test.facts, Granted: test.granted, Spent: test.spent})
		got := answer{Refusals: "["}
		if best != nil {
			got.Offer, got.Key = best.Offer.ID, best.Key
		}
		for i, r := range refusals {
			if i > 0 {
				got.Refusals += " "
			}
			got.Refusals += fmt.Sprintf("%s %s", r.Offer, r.Code)
			if r.Text == "" {
				t.Errorf("%s: the refusal of %s has no words", what, r.Offer)
			}
		}
		got.Refusals += "]"
		if test.want.Refusals == "" {
			test.want.Refusals = "[]"
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: Best (-want +got):\n%s", what, diff)
		}
	}
}

// Every offer is either granted or refused, once, and no order of the offers
// changes the answer.
func TestBestAnswersForEveryOffer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		offers := []offer.Offer{amount("a", 500), percent("b", 500, "customer.orders >= 1"), percent("c", 1000, ""), tenth("d")}
		facts := condition.Facts{Customer: condition.Customer{
			Orders: rapid.IntRange(0, 2).Draw(t, "orders"), Average: gbp(rapid.Int64Range(0, 20_000).Draw(t, "average")),
			Bought: map[shop.ProductID]condition.Bought{"BAG": bag(rapid.IntRange(1, 30).Draw(t, "units"), 1000)},
		}}
		best, refusals := offer.Best(offers, offer.Case{Now: now, Facts: facts})
		seen := map[shop.OfferID]int{}
		for _, r := range refusals {
			seen[r.Offer]++
		}
		if best != nil {
			seen[best.Offer.ID]++
		}
		for _, o := range offers {
			if seen[o.ID] != 1 {
				t.Fatalf("%s is answered for %d times", o.ID, seen[o.ID])
			}
		}
		again, refused := offer.Best(rapid.Permutation(offers).Draw(t, "offers"), offer.Case{Now: now, Facts: facts})
		plain := cmp.Comparer(func(a, b condition.Condition) bool { return a.Text() == b.Text() })
		if diff := cmp.Diff(best, again, plain); diff != "" {
			t.Fatalf("the answer depends on the order of the offers:\n%s", diff)
		}
		if diff := cmp.Diff(refusals, refused); diff != "" {
			t.Fatalf("the refusals depend on the order of the offers:\n%s", diff)
		}
	})
}

func TestCouponEndsAtTheEndOfTheCustomersDay(t *testing.T) {
	for what, test := range map[string]struct {
		zone, now string
		days      int
		want      string
	}{
		"by day in London":              {"Europe/London", "2026-11-22T15:00:00Z", 14, "2026-12-06T23:59:59.999Z"},
		"late in the evening":           {"Europe/London", "2026-11-22T23:59:59Z", 14, "2026-12-06T23:59:59.999Z"},
		"in the next day of Auckland":   {"Pacific/Auckland", "2026-11-22T15:00:00Z", 1, "2026-11-24T10:59:59.999Z"},
		"into summer":                   {"Europe/London", "2026-03-28T12:00:00Z", 1, "2026-03-29T22:59:59.999Z"},
		"out of summer":                 {"Europe/London", "2026-10-24T12:00:00Z", 1, "2026-10-25T23:59:59.999Z"},
		"before a day without midnight": {"Africa/Cairo", "2026-04-22T12:00:00Z", 1, "2026-04-23T21:59:59.999Z"},
		"on a day without midnight":     {"Africa/Cairo", "2026-04-23T12:00:00Z", 1, "2026-04-24T20:59:59.999Z"},
		"over the end of the year":      {"Asia/Tokyo", "2026-12-31T16:00:00Z", 30, "2027-01-31T14:59:59.999Z"},
	} {
		zone, err := time.LoadLocation(test.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		o := amount("o", 500)
		o.Days = test.days
		best, _ := offer.Best([]offer.Offer{o}, offer.Case{Now: at, Zone: zone})
		if got := best.Until.Format("2006-01-02T15:04:05.999Z07:00"); got != test.want {
			t.Errorf("%s: until = %s, want %s", what, got, test.want)
		}
	}
}

func TestEarnsWhenTheOrderReachesAMultiple(t *testing.T) {
	nth := offer.Nth{N: 10, Categories: []string{"lunch bag"}}
	for what, test := range map[string]struct {
		kept, ordered int
		want          bool
	}{
		"past ten":                   {12, 4, true},
		"to exactly ten":             {10, 1, true},
		"not yet":                    {9, 9, false},
		"was past ten before":        {14, 2, false},
		"past two multiples at once": {24, 24, true},
		"units returned since then":  {3, 12, false},
	} {
		f := condition.Facts{
			Customer: condition.Customer{Bought: map[shop.ProductID]condition.Bought{"BAG": bag(test.kept, 165)}},
			Order:    condition.Order{Lines: map[shop.ProductID]int{"BAG": test.ordered}},
		}
		if got := nth.Earns(f); got != test.want {
			t.Errorf("%s: Earns(%d kept, %d ordered) = %v, want %v", what, test.kept, test.ordered, got, test.want)
		}
	}
}

func TestSharesOfABudgetAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := offer.Budget{Uses: rapid.IntRange(1, 1000).Draw(t, "uses")}
		b.Shards = rapid.IntRange(1, min(64, b.Uses)).Draw(t, "shards")
		sum := 0
		for shard := range b.Shards {
			if b.Share(shard) < 1 {
				t.Fatalf("Share(%d) of %+v = %d, want at least 1", shard, b, b.Share(shard))
			}
			sum += b.Share(shard)
		}
		if sum != b.Uses || b.Share(-1) != 0 || b.Share(b.Shards) != 0 {
			t.Fatalf("the shares of %+v add up to %d", b, sum)
		}
		if s := b.Shard(shop.SendID(rapid.String().Draw(t, "send"))); s < 0 || s >= b.Shards {
			t.Fatalf("Shard = %d of %d", s, b.Shards)
		}
	})
}

func ExampleBest() {
	offers := []offer.Offer{
		{ID: "welcome", Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, Days: 14, PerCustomer: 1},
		{ID: "two-pounds", Effect: offer.Effect{Kind: offer.KindAmount, Amount: gbp(200)}, Days: 14},
	}
	best, refusals := offer.Best(offers, offer.Case{
		Now:   time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC),
		Facts: condition.Facts{Customer: condition.Customer{Orders: 1, Average: gbp(5_000)}},
	})
	fmt.Println(best.Offer.ID, best.Value.Minor, best.Until.Format(time.DateOnly))
	fmt.Println(refusals[0].Offer, refusals[0].Code, "-", refusals[0].Text)
	// Output:
	// welcome 500 2026-12-06
	// two-pounds outbid - welcome is worth more to this customer
}
