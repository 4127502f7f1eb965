package profile

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/shop"
)

// foldBeside folds the facts, and puts sums beside the profile after each as the store
// does. It returns the whole profile as JSON, and the profile as it would be stored.
func foldBeside(t *rapid.T, facts []timedFact, most int) (string, Profile) {
	orders := map[shop.OrderID]shop.Order{}
	var p Profile
	beside := map[int]map[shop.ProductID]Units{}
	for _, f := range facts {
		old := orders[f.fact.Order]
		merged, err := Merge(old, f.fact, f.at)
		if err != nil {
			t.Fatal(err)
		}
		orders[f.fact.Order] = merged
		var moved map[int]map[shop.ProductID]Units
		p, moved = p.Update(old, merged, f.fact).PutBeside(most)
		for part, sums := range moved {
			for id := range sums {
				if Part(id) != part {
					t.Fatalf("%s was moved to part %d, want %d", id, part, Part(id))
				}
			}
			beside[part] = Add(beside[part], sums)
		}
		if len(p.Bought) > most {
			t.Fatalf("the profile has %d products, want %d at most", len(p.Bought), most)
		}
	}
	stored := p
	p.Read = map[shop.ProductID]Units{}
	for _, sums := range beside {
		p.Read = Add(p.Read, sums)
	}
	whole := p.Whole()
	if len(whole.Bought) == 0 {
		whole.Bought = nil
	}
	text, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), stored
}

// manyOrders draws facts of more orders than a profile keeps whole, of few products, so
// that a product is bought and comes back again and again.
func manyOrders(t *rapid.T) (facts []timedFact) {
	for i := range rapid.IntRange(Recent, Recent+15).Draw(t, "orders") {
		id, at := shop.OrderID(fmt.Sprint("o-", i)), day0.Add(time.Duration(i)*time.Hour)
		product := shop.ProductID(fmt.Sprint("P", rapid.IntRange(0, 8).Draw(t, "product")))
		units := rapid.IntRange(1, 3).Draw(t, "units")
		placed := &shop.Placed{At: at, Revision: at, Customer: shop.Customer{ID: "c1"}, Total: shop.Money{Minor: 9, Currency: "GBP"}, Lines: []shop.Line{{Product: product, Units: units}}}
		facts = append(facts, timedFact{shop.OrderFact{Kind: shop.OrderPlaced, Order: id, Customer: "c1", Placed: placed}, at})
		switch rapid.IntRange(0, 3).Draw(t, "then") {
		case 1:
			back := &shop.Return{At: at.Add(time.Minute), Units: map[shop.ProductID]int{product: 1}}
			facts = append(facts, timedFact{shop.OrderFact{Kind: shop.OrderReturned, Order: id, Customer: "c1", Ref: "r", Return: back}, back.At})
		case 2:
			facts = append(facts, timedFact{shop.OrderFact{Kind: shop.OrderCancelled, Order: id, Customer: "c1", Cancel: &shop.Cancel{At: at.Add(time.Minute)}}, at.Add(time.Minute)})
		}
	}
	return facts
}

// The profile with what is beside it is the same, byte for byte, as one that keeps all
// sums itself, in any order of the facts and with any repetitions.
func TestSumsBesideTheProfileAreTheSameInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := manyOrders(t)
		want, _ := foldBeside(t, facts, len(facts))
		again := append([]timedFact{}, facts...)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(facts)-1), 0, 10).Draw(t, "duplicates") {
			again = append(again, facts[i])
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got, _ := foldBeside(t, again, rapid.IntRange(0, 4).Draw(t, "most")); got != want {
			t.Fatalf("with sums beside it the whole profile is\n%s\nwant\n%s", got, want)
		}
	})
}

func TestAProfileWithFewProductsPutsNothingBeside(t *testing.T) {
	p := Profile{Bought: map[shop.ProductID]Units{"A": {Orders: 1, Units: 1}, "B": {Orders: 1, Units: 2}}}
	if same, moved := p.PutBeside(2); len(moved) > 0 || same.Beside != 0 || len(same.Bought) != 2 {
		t.Errorf("PutBeside(2) = %+v, %v, want the profile as it was", same, moved)
	}
}

// A change of Part or Parts loses what is stored.
func TestProductsStayInTheirParts(t *testing.T) {
	for id, want := range map[shop.ProductID]int{"20001": 18, "MUG-1": 2, "": 5} {
		if got := Part(id); got != want {
			t.Errorf("Part(%q) = %d, want %d", id, got, want)
		}
	}
}
