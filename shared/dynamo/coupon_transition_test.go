package dynamo_test

import (
	"os"
	"reflect"
	"testing"
	"time"

	"regulars/shared/coupon"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/shop"
)

// The store accepts a transition if and only if package coupon does, and then
// leaves the same coupon behind: for every state, and each field that a guard
// looks at before, at and after its edge. The engine in memory checks every
// combination; an engine behind HTTP, which takes a millisecond for each call,
// checks one in eleven.
func TestStoreAcceptsTheTransitionsThatPackageCouponAccepts(t *testing.T) {
	store := dynamotest.Store(t)
	now := checkoutNoon.Add(300 * time.Microsecond) // stored times are cut to milliseconds
	transitions := map[string]coupon.Transition{
		"hold":    coupon.Hold("ann", "o-1", now.Add(coupon.HoldTime), now),
		"redeem":  coupon.Redeem("o-1"),
		"release": coupon.Release("o-1"),
		"void":    coupon.Void(),
		"expire":  coupon.Expire(now),

		"hold for an order without ID":   coupon.Hold("ann", "", now.Add(coupon.HoldTime), now),
		"redeem an order without ID":     coupon.Redeem(""),
		"release of an order without ID": coupon.Release(""),
	}
	for i, c := range allCoupons(checkoutNoon) {
		if i%11 != 0 && os.Getenv("DYNAMODB_ENDPOINT") != "memory" {
			continue
		}
		for name, transition := range transitions {
			must(t, store.PutCoupon(t.Context(), c))
			before, err := store.Coupon(t.Context(), c.Hash)
			must(t, err)
			want, accepted := before, transition.Accepts(before)
			if accepted {
				want = transition.Apply(before)
			}
			moved, err := store.MoveCoupon(t.Context(), c.Hash, transition)
			must(t, err)
			if moved != accepted {
				t.Errorf("%s of %+v: the store accepts it: %t; package coupon: %t", name, before, moved, accepted)
			}
			if after, err := store.Coupon(t.Context(), c.Hash); err != nil || !reflect.DeepEqual(after, want) {
				t.Errorf("%s of %+v leaves %+v, %v, want %+v", name, before, after, err, want)
			}
		}
	}
}

// allCoupons returns a coupon for each combination of state, customer, order,
// end of the hold and printed end, the times around what decides at now.
func allCoupons(now time.Time) (all []coupon.Coupon) {
	around := func(edge time.Time) []time.Time {
		return []time.Time{edge.Add(-time.Millisecond), edge, edge.Add(time.Millisecond)}
	}
	for _, state := range []coupon.State{coupon.Issued, coupon.Held, coupon.Redeemed, coupon.Voided, coupon.Expired} {
		for _, customer := range []shop.CustomerID{"ann", "bob"} {
			for _, order := range []shop.OrderID{"", "o-1", "o-2"} {
				for _, heldUntil := range append(around(now), time.Time{}) {
					for _, until := range around(now.Add(-coupon.Grace)) {
						all = append(all, coupon.Coupon{
							Hash: "abc", Offer: "welcome", Version: 1, Customer: customer, Send: "s-1",
							Issued: now.AddDate(0, 0, -7), Until: until, State: state, Order: order, HeldUntil: heldUntil,
						})
					}
				}
			}
		}
	}
	return all
}
