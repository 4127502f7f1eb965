package profile

import (
	"encoding/json"
	"errors"
	"math/rand"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/shop"
)

const guestA, guestB = shop.CustomerID("guest:a"), shop.CustomerID("guest:b")

// placedBy returns the fact of an order in a revision: hours after day0.
func placedBy(order shop.OrderID, customer shop.CustomerID, revision int) shop.OrderFact {
	return shop.OrderFact{Kind: shop.OrderPlaced, Order: order, Customer: customer, Placed: &shop.Placed{
		At: day0, Revision: day0.Add(time.Duration(revision) * time.Hour),
		Customer: shop.Customer{ID: customer, Email: string(customer) + "@example.com", Name: "Name of " + string(order)},
		Lines:    []shop.Line{{Product: "p1", Units: 2, Price: shop.Money{Minor: 100, Currency: "GBP"}}},
		Total:    shop.Money{Minor: 200, Currency: "GBP"},
	}}
}

func later(order shop.OrderID, kind shop.OrderKind, customer shop.CustomerID) shop.OrderFact {
	f := shop.OrderFact{Kind: kind, Order: order, Customer: customer}
	switch kind {
	case shop.OrderDelayed:
		f.Delay = &shop.Delay{At: day0.Add(time.Hour)}
	case shop.OrderCancelled:
		f.Cancel = &shop.Cancel{At: day0.Add(time.Hour), Cause: shop.CauseOther}
	case shop.OrderReturned:
		f.Ref, f.Return = "r1", &shop.Return{At: day0.Add(2 * time.Hour), Cause: shop.CauseDefect, Units: map[shop.ProductID]int{"p1": 1}}
	case shop.OrderRefunded:
		f.Ref, f.Refund = "f1", &shop.Refund{At: day0.Add(3 * time.Hour), Amount: shop.Money{Minor: 50, Currency: "GBP"}}
	}
	return f
}

func TestTheOrdersOwnCustomerWins(t *testing.T) {
	for name, c := range map[string]struct {
		facts []shop.OrderFact
		want  shop.CustomerID // "": a contradiction
	}{
		"a guest's corrected address on a return":     {[]shop.OrderFact{placedBy("o1", guestA, 0), later("o1", shop.OrderReturned, guestB)}, guestA},
		"an address on the shipment of a customer":    {[]shop.OrderFact{placedBy("o1", "c1", 0), later("o1", shop.OrderShipped, guestA)}, "c1"},
		"an address on a shipment, then the customer": {[]shop.OrderFact{later("o1", shop.OrderShipped, guestA), placedBy("o1", "c1", 0)}, "c1"},
		"an ID on a shipment of a guest":              {[]shop.OrderFact{placedBy("o1", guestA, 0), later("o1", shop.OrderShipped, "c1")}, "c1"},
		"a revision with an ID":                       {[]shop.OrderFact{placedBy("o1", guestA, 0), placedBy("o1", "c1", 1)}, "c1"},
		"a revision with an address only":             {[]shop.OrderFact{placedBy("o1", "c1", 0), placedBy("o1", guestA, 1)}, "c1"},
		"a revision with a corrected address":         {[]shop.OrderFact{placedBy("o1", guestA, 0), placedBy("o1", guestB, 1)}, guestB},
		"an old revision after the corrected one":     {[]shop.OrderFact{placedBy("o1", guestB, 1), placedBy("o1", guestA, 0)}, guestB},
		"two IDs":                           {[]shop.OrderFact{placedBy("o1", "c1", 0), placedBy("o1", "c2", 1)}, ""},
		"two IDs, the second on a shipment": {[]shop.OrderFact{placedBy("o1", "c1", 0), later("o1", shop.OrderShipped, "c2")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var order shop.Order
			var err error
			for _, fact := range c.facts {
				if order, err = Merge(order, fact, day0); err != nil {
					break
				}
			}
			if c.want == "" {
				if !errors.Is(err, ErrContradiction) {
					t.Errorf("Merge = %v, want a contradiction", err)
				}
				return
			}
			if err != nil || order.Customer != c.want {
				t.Errorf("the order is of %q, %v; want %q", order.Customer, err, c.want)
			}
		})
	}
}

// foldAll merges facts into orders and profiles as function record does, and
// returns the profiles that have orders, as JSON.
func foldAll(t interface{ Fatalf(string, ...any) }, facts []shop.OrderFact) map[shop.CustomerID]string {
	orders, profiles := map[shop.OrderID]shop.Order{}, map[shop.CustomerID]Profile{}
	for _, fact := range facts {
		old := orders[fact.Order]
		merged, err := Merge(old, fact, day0.Add(4*time.Hour))
		if err != nil {
			t.Fatalf("Merge: %v", err)
		}
		orders[fact.Order] = merged
		if merged.Customer == "" {
			continue
		}
		if guest := old.Customer; guest != "" && guest != merged.Customer {
			var rest []shop.Order
			for _, v := range profiles[guest].Orders {
				if v.Order != fact.Order {
					rest = append(rest, orders[v.Order])
				}
			}
			profiles[guest] = profiles[guest].Without(old, rest)
		}
		profiles[merged.Customer] = profiles[merged.Customer].Update(old, merged, fact)
	}
	all := map[shop.CustomerID]string{}
	for id, p := range profiles {
		if len(p.Orders) > 0 {
			all[id] = string(canonical(p))
		}
	}
	return all
}

// An order that is a guest's until an event names the customer, or until its
// address is corrected, counts for one of them only, whatever comes first.
func TestFactsOfSeveralCustomersGiveTheSameProfilesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := []shop.OrderFact{placedBy("of a", guestA, 0), placedBy("of b", guestB, 0), placedBy("of c", "c1", 0)}
		for revision := range rapid.IntRange(1, 3).Draw(t, "revisions") {
			who := rapid.SampledFrom([]shop.CustomerID{guestA, guestB, "c1"}).Draw(t, "who")
			facts = append(facts, placedBy("o1", who, revision))
		}
		for range rapid.IntRange(0, 4).Draw(t, "more") {
			kind := rapid.SampledFrom([]shop.OrderKind{
				shop.OrderPaid, shop.OrderShipped, shop.OrderDelayed, shop.OrderDelivered, shop.OrderCancelled, shop.OrderReturned, shop.OrderRefunded,
			}).Draw(t, "kind")
			facts = append(facts, later("o1", kind, rapid.SampledFrom([]shop.CustomerID{"", guestA, guestB, "c1"}).Draw(t, "of")))
		}
		want := foldAll(t, facts)
		count := 0
		for _, p := range want {
			var got Profile
			if err := json.Unmarshal([]byte(p), &got); err != nil {
				t.Fatal(err)
			}
			count += len(got.Orders)
		}
		if count != 4 {
			t.Fatalf("the four orders are counted %d times: %v", count, want)
		}
		again := append([]shop.OrderFact{}, facts...)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(facts)-1), 0, 5).Draw(t, "duplicates") {
			again = append(again, facts[i])
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		got := foldAll(t, again)
		for _, id := range []shop.CustomerID{guestA, guestB, "c1"} {
			if got[id] != want[id] {
				t.Fatalf("the profile of %s depends on the order of the facts\nin order: %s\nshuffled: %s", id, want[id], got[id])
			}
		}
	})
}

func TestZonesOfTheCustomer(t *testing.T) {
	placed := func(revision int, zone, country, province string) shop.OrderFact {
		f := placedBy("o1", "c1", revision)
		f.Placed.Customer.Zone, f.Placed.Customer.Country, f.Placed.Customer.Province = zone, country, province
		return f
	}
	for name, c := range map[string]struct {
		facts []shop.OrderFact
		want  string
	}{
		"nothing is known":                  {[]shop.OrderFact{placed(0, "", "", "")}, ""},
		"a province":                        {[]shop.OrderFact{placed(0, "", "US", "US-CA")}, "America/Los_Angeles"},
		"a stated zone":                     {[]shop.OrderFact{placed(0, "Europe/London", "US", "US-CA")}, "Europe/London"},
		"a zone that was stated before":     {[]shop.OrderFact{placed(0, "Europe/London", "", ""), placed(1, "", "US", "US-CA")}, "Europe/London"},
		"a country without a province":      {[]shop.OrderFact{placed(0, "", "ES", "")}, "Atlantic/Canary Europe/Madrid"},
		"a move from California to England": {[]shop.OrderFact{placed(0, "", "US", "US-CA"), placed(1, "", "GB", "")}, "Europe/London"},
	} {
		var order shop.Order
		var p Profile
		for _, fact := range c.facts {
			merged, err := Merge(order, fact, day0)
			if err != nil {
				t.Fatal(err)
			}
			p, order = p.Update(order, merged, fact), merged
		}
		if got := strings.Join(p.Zones(), " "); got != c.want {
			t.Errorf("%s: the zones are %q, want %q", name, got, c.want)
		}
	}
}
