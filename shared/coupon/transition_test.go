package coupon_test

import (
	"testing"
	"time"

	"regulars/shared/coupon"
	"regulars/shared/shop"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// issued is Ann's coupon; it ends in a week.
var issued = coupon.Coupon{Hash: "abc", Offer: "ten", Customer: "ann", Until: now.AddDate(0, 0, 7), State: coupon.Issued}

func inState(s coupon.State) coupon.Coupon {
	c := issued
	c.State = s
	return c
}

func held(order shop.OrderID, until time.Time) coupon.Coupon {
	c := inState(coupon.Held)
	c.Order, c.HeldUntil = order, until
	return c
}

func redeemed(order shop.OrderID) coupon.Coupon {
	c := inState(coupon.Redeemed)
	c.Order = order
	return c
}

// lastMillisecond returns the coupon at the end of its grace, over one millisecond
// later.
func lastMillisecond(c coupon.Coupon) coupon.Coupon {
	c.Until = now.Add(-coupon.Grace)
	return c
}

func over(c coupon.Coupon) coupon.Coupon {
	c.Until = now.Add(-coupon.Grace - time.Millisecond)
	return c
}

func bobs(c coupon.Coupon) coupon.Coupon {
	c.Customer = "bob"
	return c
}

// lapsed and running are the ends of a hold that has just lapsed, and of one in
// its last millisecond.
var lapsed, running = now.Add(-time.Millisecond), now

type example struct {
	coupon   coupon.Coupon
	accepted bool
}

func check(t *testing.T, transition coupon.Transition, after coupon.Coupon, examples map[string]example) {
	t.Helper()
	for name, e := range examples {
		if got := transition.Accepts(e.coupon); got != e.accepted {
			t.Errorf("%s: accepted: %t, want %t", name, got, e.accepted)
		}
		if !e.accepted {
			continue
		}
		want := e.coupon
		want.State, want.Order, want.HeldUntil = after.State, after.Order, after.HeldUntil
		if got := transition.Apply(e.coupon); got != want {
			t.Errorf("%s: it becomes %+v, want %+v", name, got, want)
		}
	}
}

func TestHold(t *testing.T) {
	until := now.Add(coupon.HoldTime)
	check(t, coupon.Hold("ann", "o-1", until, now), held("o-1", until), map[string]example{
		"issued":                     {issued, true},
		"issued to another customer": {bobs(issued), false},
		"issued, in the last millisecond of its grace": {lastMillisecond(issued), true},
		"issued, over":                             {over(issued), false},
		"held by this order":                       {held("o-1", running), true},
		"held by this order, lapsed":               {held("o-1", lapsed), true},
		"held by this order, over":                 {over(held("o-1", running)), true},
		"held by this order for another customer":  {bobs(held("o-1", running)), false},
		"held by another order":                    {held("o-2", running), false},
		"held by another order, lapsed":            {held("o-2", lapsed), true},
		"held by another order, lapsed, last time": {lastMillisecond(held("o-2", lapsed)), true},
		"held by another order, lapsed, over":      {over(held("o-2", lapsed)), false},
		"held for another customer, lapsed":        {bobs(held("o-2", lapsed)), false},
		"redeemed by this order":                   {redeemed("o-1"), false},
		"redeemed by another order":                {redeemed("o-2"), false},
		"voided":                                   {inState(coupon.Voided), false},
		"expired":                                  {inState(coupon.Expired), false},
	})
}

func TestHoldComparesWholeMilliseconds(t *testing.T) {
	late := now.Add(999 * time.Microsecond)
	hold := coupon.Hold("ann", "o-1", late.Add(coupon.HoldTime), late)
	if hold.Accepts(held("o-2", now)) || !hold.Accepts(lastMillisecond(issued)) {
		t.Error("a part of a millisecond decides; no such part is stored")
	}
	if got, want := hold.Apply(issued).HeldUntil, now.Add(coupon.HoldTime); !got.Equal(want) {
		t.Errorf("the hold ends at %s, want %s", got, want)
	}
}

func TestRedeem(t *testing.T) {
	check(t, coupon.Redeem("o-1"), redeemed("o-1"), map[string]example{
		"issued":                     {issued, false},
		"held by this order":         {held("o-1", running), true},
		"held by this order, lapsed": {held("o-1", lapsed), true},
		"held by this order, over":   {over(held("o-1", running)), true},
		"held by another order":      {held("o-2", running), false},
		"redeemed by this order":     {redeemed("o-1"), false},
		"redeemed by another order":  {redeemed("o-2"), false},
		"voided":                     {inState(coupon.Voided), false},
		"expired":                    {inState(coupon.Expired), false},
	})
}

func TestRelease(t *testing.T) {
	check(t, coupon.Release("o-1"), issued, map[string]example{
		"issued":                       {issued, false},
		"held by this order":           {held("o-1", running), true},
		"held by this order, lapsed":   {held("o-1", lapsed), true},
		"held by another order":        {held("o-2", running), false},
		"redeemed by this order":       {redeemed("o-1"), true},
		"redeemed by this order, over": {over(redeemed("o-1")), true},
		"redeemed by another order":    {redeemed("o-2"), false},
		"voided":                       {inState(coupon.Voided), false},
		"expired":                      {inState(coupon.Expired), false},
	})
}

func TestVoid(t *testing.T) {
	check(t, coupon.Void(), inState(coupon.Voided), map[string]example{
		"issued":       {issued, true},
		"issued, over": {over(issued), true},
		"held":         {held("o-1", running), false},
		"held, lapsed": {held("o-1", lapsed), false},
		"redeemed":     {redeemed("o-1"), false},
		"voided":       {inState(coupon.Voided), false},
		"expired":      {inState(coupon.Expired), false},
	})
}

func TestExpire(t *testing.T) {
	check(t, coupon.Expire(now), inState(coupon.Expired), map[string]example{
		"issued": {issued, false},
		"issued, in the last millisecond of its grace": {lastMillisecond(issued), false},
		"issued, over":           {over(issued), true},
		"held, over":             {over(held("o-1", running)), false},
		"held, lapsed":           {held("o-1", lapsed), false},
		"held, lapsed, over":     {over(held("o-1", lapsed)), true},
		"held without end, over": {over(held("o-1", time.Time{})), false},
		"redeemed, over":         {over(redeemed("o-1")), false},
		"voided, over":           {over(inState(coupon.Voided)), false},
		"expired, over":          {over(inState(coupon.Expired)), false},
	})
}

// An item without order is not "held by the order without ID".
func TestOrderWithoutIDHasNoCoupon(t *testing.T) {
	for name, transition := range map[string]coupon.Transition{
		"redeem": coupon.Redeem(""), "release": coupon.Release(""), "hold": coupon.Hold("ann", "", now, now),
	} {
		if transition.Accepts(held("", running)) {
			t.Errorf("%s for an order without ID accepts a held coupon", name)
		}
	}
}
