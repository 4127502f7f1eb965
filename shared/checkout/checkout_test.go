package checkout_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/checkout"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// coupon takes a tenth off the mugs; ship needs no code and gives free shipping.
var (
	coupon = checkout.Use{Offer: "ten", Version: 1, Coupon: "abc"}
	ship   = checkout.Use{Offer: "ship", Version: 1, Shard: 2}
)

func wanted(uses ...checkout.Use) checkout.Redemption { return wantedAt(false, uses...) }

// wantedAt is [wanted] with the tax added to the prices, or in them.
func wantedAt(taxAdded bool, uses ...checkout.Use) checkout.Redemption {
	cart := pricing.Cart{Currency: "EUR", Shipping: 500, Lines: []pricing.Line{
		{ID: "1", Product: "mug", Units: 3, Price: 999, TaxRate: 2000},
		{ID: "2", Product: "bag", Units: 2, Price: 500, TaxRate: 700},
	}, TaxAdded: taxAdded}
	var deals []pricing.Deal
	for _, u := range uses {
		d := pricing.Deal{ID: u.Deal(), Class: string(u.Offer), Percent: 1000, On: func(l pricing.Line) bool { return l.Product == "mug" }}
		if u.Offer == "ship" {
			d = pricing.Deal{ID: u.Deal(), Class: "ship", Shipping: true}
		}
		deals = append(deals, d)
	}
	return checkout.Redemption{Order: "o-1", Customer: "ann", Quote: pricing.Price(cart, deals), Uses: uses}
}

func held(t *testing.T, uses ...checkout.Use) checkout.Redemption {
	t.Helper()
	r, changes, err := checkout.Redemption{Order: "o-1"}.Hold(wanted(uses...), noon)
	if err != nil || len(changes) != len(uses) {
		t.Fatalf("Hold = %v, %v", changes, err)
	}
	return r
}

func redeemed(t *testing.T, uses ...checkout.Use) checkout.Redemption {
	t.Helper()
	r, changes, err := held(t, uses...).Redeem(noon)
	if err != nil || len(changes) != len(uses) {
		t.Fatalf("Redeem = %v, %v", changes, err)
	}
	return r
}

func says(changes []checkout.Change) (text string) {
	for _, c := range changes {
		text += fmt.Sprintf("%s %s;", c.To, c.Use.Offer)
	}
	return text
}

func TestTransitions(t *testing.T) {
	later := noon.Add(time.Minute)
	for name, c := range map[string]struct {
		from    checkout.Redemption
		do      func(checkout.Redemption) (checkout.Redemption, []checkout.Change, error)
		state   checkout.State
		changes string
		err     error
	}{
		"held again with the same cart": {
			held(t, coupon, ship), func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
				return r.Hold(wanted(coupon, ship), later)
			}, checkout.Held, "take ten;", nil,
		},
		"held again without the coupon": {
			held(t, coupon, ship), func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
				return r.Hold(wanted(ship), later)
			}, checkout.Held, "free ten;", nil,
		},
		"held for another customer": {
			held(t, coupon), func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
				bobs := wanted(ship)
				bobs.Customer = "bob"
				return r.Hold(bobs, later)
			}, checkout.Held, "", checkout.ErrAnothers,
		},
		"held after it was released": {
			checkout.Redemption{Order: "o-1", State: checkout.Released, Uses: []checkout.Use{{Offer: "ten", Version: 1, Coupon: "abc", Back: true}}},
			func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
				return r.Hold(wanted(coupon), later)
			}, checkout.Held, "take ten;", nil,
		},
		"held after it was redeemed": {
			redeemed(t, coupon), func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
				return r.Hold(wanted(), later)
			}, checkout.Redeemed, "", checkout.ErrOver,
		},
		"redeemed":                       {held(t, coupon, ship), redeem, checkout.Redeemed, "keep ten;keep ship;", nil},
		"redeemed twice":                 {redeemed(t, coupon), redeem, checkout.Redeemed, "", nil},
		"redeemed without hold":          {checkout.Redemption{Order: "o-1"}, redeem, "", "", checkout.ErrNotHeld},
		"released":                       {held(t, coupon, ship), release, checkout.Released, "free ten;free ship;", nil},
		"released twice":                 {checkout.Redemption{State: checkout.Released}, release, checkout.Released, "", nil},
		"released after it was redeemed": {redeemed(t, coupon), release, checkout.Redeemed, "", checkout.ErrOver},
		"cancelled":                      {redeemed(t, coupon, ship), bring("r-1", nil), checkout.Returned, "free ten;free ship;", nil},
		"a part is returned and the discount is kept": {
			redeemed(t, coupon, ship), bring("r-1", map[string]int{"1": 2, "2": 2}), checkout.Redeemed, "", nil,
		},
		"all units that the coupon was on are returned": {
			redeemed(t, coupon, ship), bring("r-1", map[string]int{"1": 3}), checkout.Redeemed, "free ten;", nil,
		},
		"returned units that it does not have":  {redeemed(t, coupon), bring("r-1", map[string]int{"1": 4}), checkout.Redeemed, "", checkout.ErrUnknownLine},
		"returned a line that it does not have": {redeemed(t, coupon), bring("r-1", map[string]int{"7": 1}), checkout.Redeemed, "", checkout.ErrUnknownLine},
		"returned before it is redeemed":        {held(t, coupon), bring("r-1", nil), checkout.Held, "", checkout.ErrNotHeld},
	} {
		t.Run(name, func(t *testing.T) {
			next, changes, err := c.do(c.from)
			if next.State != c.state || says(changes) != c.changes || !errors.Is(err, c.err) {
				t.Errorf("= %s, %q, %v; want %s, %q, %v", next.State, says(changes), err, c.state, c.changes, c.err)
			}
		})
	}
}

func redeem(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
	return r.Redeem(noon)
}

func release(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
	return r.Release(noon)
}

func bring(id string, units map[string]int) func(checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
	return func(r checkout.Redemption) (checkout.Redemption, []checkout.Change, error) {
		return r.Return(id, units, noon)
	}
}

// An offer without a coupon keeps the shard that it was debited from when it is held
// again. Otherwise a use would be debited twice and credited once.
func TestHoldingAgainDebitsNoBudgetTwice(t *testing.T) {
	other := ship
	other.Shard = 5
	next, changes, err := held(t, ship).Hold(wanted(other), noon)
	if err != nil || len(changes) != 0 || next.Uses[0].Shard != ship.Shard {
		t.Errorf("Hold = %+v, %v, %v; want the use of shard %d, and no change", next.Uses, changes, err, ship.Shard)
	}
}

// The returns of an order in any parts add up to what its lines cost and to the tax
// in it, and each use is given back exactly once.
func TestReturnsInPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, _, err := checkout.Redemption{Order: "o-1"}.Hold(wantedAt(rapid.Bool().Draw(t, "tax on top"), coupon, ship), noon)
		if err == nil {
			r, _, err = r.Redeem(noon)
		}
		if err != nil {
			t.Fatal(err)
		}
		paid, tax, freed := int64(0), int64(0), map[shop.OfferID]int{}
		for n := 0; r.State != checkout.Returned; n++ {
			units := map[string]int{rapid.SampledFrom([]string{"1", "2"}).Draw(t, "line"): rapid.IntRange(1, 3).Draw(t, "units")}
			id := fmt.Sprint("r-", n)
			next, changes, err := r.Return(id, units, noon)
			if errors.Is(err, checkout.ErrUnknownLine) {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				freed[c.Use.Offer]++
			}
			paid, tax = paid+next.Returns[id].Paid, tax+next.Returns[id].Tax
			if r = next; rapid.Bool().Draw(t, "twice") {
				if again, changes, err := r.Return(id, units, noon); err != nil || len(changes) > 0 || len(again.Returns) != len(r.Returns) {
					t.Fatalf("the same return again = %v, %v, want no change", changes, err)
				}
			}
		}
		var cost, owed int64
		for _, l := range r.Quote.Lines {
			cost, owed = cost+l.Net, owed+l.Tax
		}
		if r.Quote.TaxAdded {
			cost += owed
		}
		if tax != owed {
			t.Fatalf("%d of %d tax is paid back", tax, owed)
		}
		if paid != cost || freed["ten"] != 1 || freed["ship"] != 1 {
			t.Fatalf("%d of %d is paid back, and the uses %v are given back", paid, cost, freed)
		}
	})
}

// An order is held, released and held again at one time. The second redemption
// differs from the first, so a write that was decided on the first fails.
func TestNoTwoStepsOfAnOrderAreEqual(t *testing.T) {
	wanted := checkout.Redemption{Order: "o-1", Customer: "ann"}
	first, _, err := checkout.Redemption{}.Hold(wanted, noon)
	if err != nil {
		t.Fatal(err)
	}
	released, _, err := first.Release(noon)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := released.Hold(wanted, noon)
	if err != nil || reflect.DeepEqual(first, second) {
		t.Errorf("held again the redemption is %+v, %v, which equals the first", second, err)
	}
}
