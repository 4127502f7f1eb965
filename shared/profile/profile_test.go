package profile

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"regulars/shared/shop"
)

var day0 = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// timedFact is a fact with the time at which it happened.
type timedFact struct {
	fact shop.OrderFact
	at   time.Time
}

// history draws one customer's facts: orders with revisions and with every kind
// of later event, up to 8 more orders than a profile keeps whole.
func history(t *rapid.T) []timedFact {
	var facts []timedFact
	hours := func(label string) time.Duration {
		return time.Duration(rapid.IntRange(0, 40).Draw(t, label)) * time.Hour
	}
	orders := rapid.IntRange(1, Recent+8).Draw(t, "orders")
	for i := range orders {
		id := shop.OrderID(fmt.Sprintf("o%02d", i))
		at := day0.Add(hours("placed") * 24)
		base := shop.OrderFact{Order: id, Customer: "c1"}
		for range rapid.IntRange(1, 2).Draw(t, "revisions") {
			placed := &shop.Placed{
				At: at, Revision: at.Add(hours("revision")),
				Customer: shop.Customer{ID: "c1", Email: rapid.SampledFrom([]string{"", "a@example.com", "b@example.com"}).Draw(t, "email")},
				Total:    shop.Money{Minor: int64(rapid.IntRange(1, 5000).Draw(t, "total")), Currency: "GBP"},
			}
			if rapid.Bool().Draw(t, "with consent") {
				yes := rapid.Bool().Draw(t, "consent")
				placed.Consent = &yes
			}
			for range rapid.IntRange(1, 3).Draw(t, "lines") {
				placed.Lines = append(placed.Lines, shop.Line{
					Product: shop.ProductID(rapid.SampledFrom([]string{"p1", "p2", "p3"}).Draw(t, "product")),
					Units:   rapid.IntRange(1, 12).Draw(t, "units"), Price: shop.Money{Minor: 100, Currency: "GBP"},
				})
			}
			f := base
			f.Kind, f.Placed = shop.OrderPlaced, placed
			facts = append(facts, timedFact{f, placed.Revision})
		}
		for range rapid.IntRange(0, 3).Draw(t, "more") {
			f, when := base, at.Add(hours("when"))
			ref := rapid.SampledFrom([]string{"r1", "r2"}).Draw(t, "ref")
			parcel := func() {
				if f.Ref = "p" + ref; !rapid.Bool().Draw(t, "of a parcel") {
					f.Ref = ""
					return
				}
				f.Parcel = &shop.Parcel{}
				for _, product := range rapid.SliceOfN(rapid.SampledFrom([]shop.ProductID{"p1", "p2", "p3"}), 0, 3).Draw(t, "in it") {
					f.Parcel.Units = map[shop.ProductID]int{"p1": 12, "p2": 12, product: 24}
				}
				if f.Kind == shop.OrderDelivered {
					f.Parcel.Delivered = when
				}
			}
			switch f.Kind = rapid.SampledFrom([]shop.OrderKind{
				shop.OrderPaid, shop.OrderShipped, shop.OrderDelayed, shop.OrderDelivered,
				shop.OrderCancelled, shop.OrderEdited, shop.OrderReturned, shop.OrderRefunded,
			}).Draw(t, "kind"); f.Kind {
			case shop.OrderShipped, shop.OrderDelivered:
				parcel()
			case shop.OrderDelayed:
				f.Delay = &shop.Delay{At: when, Until: when.Add(hours("until"))}
			case shop.OrderCancelled:
				f.Cancel = &shop.Cancel{At: when, Cause: rapid.SampledFrom([]shop.Cause{shop.CauseUnwanted, shop.CauseOther}).Draw(t, "cause")}
			case shop.OrderEdited:
				f.Ref, f.Edit = "e"+ref, &shop.Edit{
					At: when, Units: map[shop.ProductID]int{"p1": rapid.IntRange(1, 3).Draw(t, "taken out")},
					Worth: shop.Worth{Price: shop.Money{Minor: int64(rapid.IntRange(0, 900).Draw(t, "worth")), Currency: "GBP"}},
				}
			case shop.OrderReturned:
				f.Ref, f.Return = ref, &shop.Return{
					At: when, Cause: rapid.SampledFrom([]shop.Cause{shop.CauseDefect, shop.CauseWrong}).Draw(t, "cause"),
					Units: map[shop.ProductID]int{"p1": rapid.IntRange(1, 3).Draw(t, "back")},
				}
			case shop.OrderRefunded:
				f.Ref, f.Refund = ref, &shop.Refund{At: when, Amount: shop.Money{Minor: int64(rapid.IntRange(1, 900).Draw(t, "refund")), Currency: "GBP"}}
				f.Customer = "" // as in a Shopify refund
			}
			facts = append(facts, timedFact{f, when})
		}
	}
	return facts
}

// fold merges a stream of facts as function record does, and returns the
// profile as JSON.
func fold(t interface{ Fatalf(string, ...any) }, facts []timedFact) string {
	orders, p := map[shop.OrderID]shop.Order{}, Profile{}
	for _, f := range facts {
		old := orders[f.fact.Order]
		merged, err := Merge(old, f.fact, f.at)
		if err != nil {
			t.Fatalf("Merge: %v", err)
		}
		orders[f.fact.Order] = merged
		if merged.Customer != "" {
			p = p.Update(old, merged, f.fact)
		}
	}
	return string(canonical(p))
}

func TestSameFactsGiveTheSameProfileInAnyOrderAndNumber(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := history(t)
		want := fold(t, facts)
		again := append([]timedFact{}, facts...)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(facts)-1), 0, 10).Draw(t, "duplicates") {
			again = append(again, facts[i])
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := fold(t, again); got != want {
			t.Fatalf("the profile depends on the order of its facts or on duplicates\nin order: %s\nshuffled: %s", want, got)
		}
	})
}

func TestTheLatestAddressWinsWhereverItWasStated(t *testing.T) {
	order := shop.OrderFact{Kind: shop.OrderPlaced, Order: "o1", Customer: "c1", Placed: &shop.Placed{
		At: day0, Revision: day0, Customer: shop.Customer{ID: "c1", Email: "old@example.com"},
	}}
	merged, err := Merge(shop.Order{}, order, day0)
	if err != nil {
		t.Fatal(err)
	}
	born := shop.Birthday("05-17")
	told := shop.CustomerFact{Customer: "c1", Email: "new@example.com", Birthday: &born}
	silent := shop.CustomerFact{Customer: "c1"}
	at := day0.Add(time.Hour)
	one := Profile{}.Update(shop.Order{}, merged, order).WithCustomerFact(told, at).WithCustomerFact(silent, at.Add(time.Hour))
	two := Profile{}.WithCustomerFact(silent, at.Add(time.Hour)).WithCustomerFact(told, at).Update(shop.Order{}, merged, order)
	for _, p := range []Profile{one, two} {
		if p.Email.Value != "new@example.com" || p.Birthday.Value != "05-17" {
			t.Errorf("the profile has the address %q and the birthday %q, want the later address and the only birthday", p.Email.Value, p.Birthday.Value)
		}
	}
}

// A deleted birthday stays deleted when the event that stated it arrives late, also if
// the profile was stored and read in between.
func TestADeletedBirthdayDoesNotComeBack(t *testing.T) {
	born, gone := shop.Birthday("05-17"), shop.Birthday("")
	stated := func(p Profile) Profile {
		return p.WithCustomerFact(shop.CustomerFact{Customer: "c1", Birthday: &born}, day0)
	}
	deleted := func(p Profile) Profile {
		return p.WithCustomerFact(shop.CustomerFact{Customer: "c1", Birthday: &gone}, day0.Add(time.Minute))
	}
	for name, first := range map[string]Profile{"in order": deleted(stated(Profile{})), "the deletion first": deleted(Profile{})} {
		stored, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		var read Profile
		if err := json.Unmarshal(stored, &read); err != nil {
			t.Fatal(err)
		}
		if got := stated(read).Birthday.Value; got != "" {
			t.Errorf("%s: the birthday is %q, want none", name, got)
		}
	}
}

func TestAllSumsTheOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := history(t)
		orders := map[shop.OrderID]shop.Order{}
		for _, f := range facts {
			orders[f.fact.Order], _ = Merge(orders[f.fact.Order], f.fact, f.at)
		}
		wantTotals, wantBought := counted(orders)
		var got Profile
		if err := json.Unmarshal([]byte(fold(t, facts)), &got); err != nil {
			t.Fatal(err)
		}
		totals, bought := got.All()
		if diff := cmp.Diff(wantTotals, totals, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("totals (-counted +All):\n%s", diff)
		}
		if diff := cmp.Diff(wantBought, bought, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("products (-counted +All):\n%s", diff)
		}
	})
}

// counted is the oracle of [Profile.All]: it computes the sums from the orders,
// without the code under test.
func counted(orders map[shop.OrderID]shop.Order) (Totals, map[shop.ProductID]Units) {
	totals, bought := Totals{Net: map[shop.Currency]int64{}}, map[shop.ProductID]Units{}
	for _, o := range orders {
		if totals.First.IsZero() || o.Placed.At.Before(totals.First) {
			totals.First = o.Placed.At
		}
		if o.Cancel != nil {
			totals.Cancelled++
			continue
		}
		totals.Orders++
		net, owed, settled := o.Placed.Total.Minor, int64(0), int64(0)
		ordered, returned := map[shop.ProductID]int{}, map[shop.ProductID]int{}
		for _, line := range o.Placed.Lines {
			ordered[line.Product] += line.Units
		}
		for _, edit := range o.Edits {
			net -= edit.Worth.Price.Minor
			if !o.Paid.IsZero() && !edit.At.Before(o.Paid) {
				owed += edit.Worth.Price.Minor
			}
			for product, units := range edit.Units {
				ordered[product] -= min(units, ordered[product])
			}
		}
		net = max(net, 0)
		for ref, refund := range o.Refunds {
			net -= refund.Amount.Minor
			if _, ok := o.Returns[ref]; !ok {
				settled += refund.Amount.Minor
			}
		}
		if net += min(owed, settled); net > 0 {
			totals.Net[o.Placed.Total.Currency] += net
		}
		for _, r := range o.Returns {
			for product, units := range r.Units {
				returned[product] += units
			}
		}
		for product, units := range ordered {
			if units == 0 {
				continue
			}
			sum := bought[product]
			sum.Orders, sum.Units, sum.Returned = sum.Orders+1, sum.Units+units, sum.Returned+min(returned[product], units)
			bought[product] = sum
		}
	}
	return totals, bought
}

func TestMergeRefusesAContradiction(t *testing.T) {
	placed := func(customer shop.CustomerID, at time.Time) shop.OrderFact {
		return shop.OrderFact{Kind: shop.OrderPlaced, Order: "o1", Customer: customer, Placed: &shop.Placed{At: at, Revision: at}}
	}
	order, err := Merge(shop.Order{}, placed("c1", day0), day0)
	if err != nil {
		t.Fatal(err)
	}
	for name, fact := range map[string]shop.OrderFact{
		"another customer": placed("c2", day0),
		"another time":     placed("c1", day0.Add(time.Hour)),
		"an unknown kind":  {Kind: "order.teleported", Order: "o1"},
	} {
		if _, err := Merge(order, fact, day0); err == nil {
			t.Errorf("%s: Merge = nil, want an error", name)
		}
	}
}

func TestServiceIssueOf(t *testing.T) {
	at := func(h int) time.Time { return day0.Add(time.Duration(h) * time.Hour) }
	back := map[string]shop.Return{"r1": {At: at(5), Cause: shop.CauseDefect}}
	for name, c := range map[string]struct {
		order shop.Order
		want  string
	}{
		"a delivered order":                         {shop.Order{Delivered: at(3)}, `{}`},
		"a return":                                  {shop.Order{Returns: back}, `{"returned":{"since":"2026-03-01T14:00:00Z","cause":"defect"}}`},
		"a return refunded at the same time":        {shop.Order{Returns: back, Refunds: map[string]shop.Refund{"f": {At: at(5)}}}, `{"returned":{"since":"2026-03-01T14:00:00Z","right":"2026-03-01T14:00:00Z","cause":"defect"}}`},
		"a refund before the return":                {shop.Order{Returns: back, Refunds: map[string]shop.Refund{"f": {At: at(4)}}}, `{"returned":{"since":"2026-03-01T14:00:00Z","cause":"defect"}}`},
		"a delay, then the delivery":                {shop.Order{Delay: &shop.Delay{At: at(1)}, Delivered: at(3)}, `{"delayed":{"since":"2026-03-01T10:00:00Z","right":"2026-03-01T12:00:00Z","cause":"late"}}`},
		"a delivery before the delay was announced": {shop.Order{Delay: &shop.Delay{At: at(4)}, Delivered: at(3)}, `{}`},
		"a cancellation by the customer":            {shop.Order{Cancel: &shop.Cancel{At: at(1), Cause: shop.CauseUnwanted}}, `{}`},
		"a cancellation for fraud":                  {shop.Order{Paid: at(0), Cancel: &shop.Cancel{At: at(1), Cause: shop.CauseFraud}}, `{}`},
		"a cancellation for a declined card":        {shop.Order{Cancel: &shop.Cancel{At: at(1), Cause: shop.CauseDeclined}}, `{}`},
		"an edit":                                   {shop.Order{Edits: map[string]shop.Edit{"e": {At: at(1), Units: map[shop.ProductID]int{"P": 1}}}}, `{}`},
		"a cancellation by the shop before payment": {shop.Order{Cancel: &shop.Cancel{At: at(1), Cause: shop.CauseOther}}, `{"cancelled":{"since":"2026-03-01T10:00:00Z","right":"2026-03-01T10:00:00Z","cause":"other"}}`},
		"a cancellation by the shop after payment":  {shop.Order{Paid: at(0), Cancel: &shop.Cancel{At: at(1), Cause: shop.CauseOther}}, `{"cancelled":{"since":"2026-03-01T10:00:00Z","cause":"other"}}`},
	} {
		if got := string(canonical(serviceIssueOf(c.order))); got != c.want {
			t.Errorf("%s: serviceIssueOf = %s, want %s", name, got, c.want)
		}
	}
}
