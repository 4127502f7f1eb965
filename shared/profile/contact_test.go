package profile

import (
	"fmt"
	"math/rand"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/shop"
)

// What is said of a person with and without an order gives one profile, in any
// order of the events, also if one comes twice. The latest of each counts.
func TestContactsAndOrdersGiveTheSameProfileInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type step func(Profile) Profile
		var steps []step
		texts := rapid.SampledFrom([]string{"", "one", "two"})
		person := func() shop.Customer {
			return shop.Customer{
				ID: "c1", Email: texts.Draw(t, "email"), Name: texts.Draw(t, "name"), Locale: texts.Draw(t, "locale"),
				Zone: texts.Draw(t, "zone"), Country: texts.Draw(t, "country"), Province: texts.Draw(t, "province"),
			}
		}
		hour := func() time.Time { return day0.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hour")) * time.Hour) }
		for range rapid.IntRange(1, 6).Draw(t, "contacts") {
			of, at := person(), hour()
			once := func(p Profile) Profile { return p.WithContactFact(of, at) }
			steps = append(steps, once, once)
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "orders") {
			fact := placedBy(shop.OrderID(fmt.Sprint("o", i)), "c1", 0)
			fact.Placed.Customer, fact.Placed.Revision = person(), hour()
			order, err := Merge(shop.Order{}, fact, day0)
			if err != nil {
				t.Fatal(err)
			}
			steps = append(steps, func(p Profile) Profile { return p.Update(shop.Order{}, order, fact) })
		}
		fold := func(order []int) string {
			p := Profile{}
			for _, i := range order {
				p = steps[i](p)
			}
			return string(canonical(p))
		}
		var forward []int
		for i := range steps {
			forward = append(forward, i)
		}
		again := rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Perm(len(steps))
		if got, want := fold(again), fold(forward); got != want {
			t.Fatalf("the profile depends on the order of the events\nin order: %s\nshuffled: %s", want, got)
		}
	})
}
