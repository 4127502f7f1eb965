package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/httpapi"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// rewardingBench is a bench whose shop gives a free bag for every ten that a
// customer keeps, 5.00 off for an order of 100.00 or more, and a tenth off the
// second order.
func rewardingBench(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	b.policy.Offers = []offer.Offer{
		{ID: "free-bag", Version: 1, Effect: offer.Effect{Kind: offer.KindNth, Nth: &offer.Nth{N: 10}}, Budget: offer.Budget{Uses: 100, Shards: 1}},
		{
			ID: "spender", Version: 1, When: compile(t, `customer.spent >= money("100.00")`),
			Effect: offer.Effect{Kind: offer.KindAmount, Amount: eur(500)}, Budget: offer.Budget{Uses: 100, Shards: 1},
		},
		{
			ID: "welcome", Version: 1, When: compile(t, `customer.orders == 1`),
			Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, Budget: offer.Budget{Uses: 100, Shards: 1},
		},
	}
	for _, o := range b.policy.Offers {
		must(t, b.store.EnsureBudget(t.Context(), o.ID, o.Version, o.Budget.Uses, o.Budget.Shards))
	}
	return b
}

// happens folds a fact of one of ann's orders, as function record does.
func (b *bench) happens(t *testing.T, at time.Time, fact shop.OrderFact) {
	t.Helper()
	fact.Customer = "ann"
	old, orderRev, err := b.store.Order(t.Context(), fact.Order)
	must(t, err)
	order, err := profile.Merge(old.Order, fact, at)
	must(t, err)
	p, rev, err := b.store.Profile(t.Context(), "ann")
	must(t, err)
	next := p.Update(old.Order, order, fact)
	next.Points.Ledger = b.policy.Points.Fold(p.Points.Ledger, order)
	must(t, b.store.SaveFold(t.Context(), dynamo.Fold{Order: order, OrderRev: orderRev, Customer: "ann", Profile: next, ProfileRev: rev}))
}

// Facts of ann's orders; the bags cost 50.00 each.
func ordered(id shop.OrderID, bags int) shop.OrderFact {
	at := noon.Add(-time.Hour)
	if id != "first" {
		at = noon.Add(time.Minute)
	}
	return shop.OrderFact{Kind: shop.OrderPlaced, Order: id, Placed: &shop.Placed{
		At: at, Revision: at, Total: eur(int64(bags) * 5000), Customer: shop.Customer{ID: "ann"},
		Lines: []shop.Line{{Product: "bag-1", Units: bags, Price: eur(5000)}},
	}}
}

func paid(id shop.OrderID) shop.OrderFact { return shop.OrderFact{Kind: shop.OrderPaid, Order: id} }

func cancelled(id shop.OrderID) shop.OrderFact {
	return shop.OrderFact{Kind: shop.OrderCancelled, Order: id, Cancel: &shop.Cancel{At: noon, Cause: shop.CauseUnwanted}}
}

func returned(id shop.OrderID, bags int) shop.OrderFact {
	return shop.OrderFact{Kind: shop.OrderReturned, Order: id, Ref: "r", Return: &shop.Return{At: noon, Units: map[shop.ProductID]int{"bag-1": bags}, Cause: shop.CauseUnwanted}}
}

func refunded(id shop.OrderID, minor int64) shop.OrderFact {
	return shop.OrderFact{Kind: shop.OrderRefunded, Order: id, Ref: "r", Refund: &shop.Refund{At: noon, Amount: eur(minor)}}
}

// The first order earns a coupon, whose code is in the customer's inbox. Then
// something happens to their orders.
func TestCouponStandsAsLongAsTheOrderThatEarnedItStands(t *testing.T) {
	for name, c := range map[string]struct {
		bags  int // of the first order
		of    shop.OfferID
		then  []shop.OrderFact
		falls bool
	}{
		"a free unit":                                              {10, "free-bag", nil, false},
		"a free unit, the order is cancelled":                      {10, "free-bag", []shop.OrderFact{cancelled("first")}, true},
		"a free unit, all ten are returned and refunded":           {10, "free-bag", []shop.OrderFact{returned("first", 10), refunded("first", 50_000)}, true},
		"a free unit, one of ten is returned":                      {10, "free-bag", []shop.OrderFact{returned("first", 1)}, true},
		"a free unit, one of eleven is returned":                   {11, "free-bag", []shop.OrderFact{returned("first", 1)}, false},
		"a free unit, one of ten is returned and another bought":   {10, "free-bag", []shop.OrderFact{returned("first", 1), ordered("second", 1), paid("second")}, false},
		"a free unit, one of ten is returned and another not paid": {10, "free-bag", []shop.OrderFact{returned("first", 1), ordered("second", 1)}, true},

		"a welcome":                                       {2, "welcome", nil, false},
		"a welcome, and the second order":                 {2, "welcome", []shop.OrderFact{ordered("second", 1), paid("second")}, false},
		"a welcome, the order is cancelled":               {2, "welcome", []shop.OrderFact{cancelled("first")}, true},
		"a welcome, all is returned":                      {2, "welcome", []shop.OrderFact{returned("first", 2)}, true},
		"a welcome, all is refunded":                      {2, "welcome", []shop.OrderFact{refunded("first", 10_000)}, true},
		"a welcome, a part is returned and refunded":      {2, "welcome", []shop.OrderFact{returned("first", 1), refunded("first", 5_000)}, false},
		"a welcome, cancelled, and another order is paid": {2, "welcome", []shop.OrderFact{cancelled("first"), ordered("second", 1), paid("second")}, false},
		"a welcome, cancelled, and another is not paid":   {2, "welcome", []shop.OrderFact{cancelled("first"), ordered("second", 1)}, true},

		"for 100.00 or more":                                      {3, "spender", nil, false},
		"for 100.00 or more, 100.00 are left":                     {3, "spender", []shop.OrderFact{returned("first", 1), refunded("first", 5_000)}, false},
		"for 100.00 or more, 50.00 are left":                      {3, "spender", []shop.OrderFact{returned("first", 2), refunded("first", 10_000)}, true},
		"for 100.00 or more, 50.00 are left and 50.00 are bought": {3, "spender", []shop.OrderFact{refunded("first", 10_000), ordered("second", 1), paid("second")}, false},
		"for 100.00 or more, cancelled":                           {3, "spender", []shop.OrderFact{cancelled("first")}, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := rewardingBench(t)
			b.happens(t, noon.Add(-time.Hour), ordered("first", c.bags))
			b.happens(t, noon.Add(-time.Hour), paid("first"))
			code := b.issue(t, "ann", c.of, 1, func(k *coupon.Coupon) {
				k.Earned = "first"
				if c.of == "free-bag" {
					k.Product, k.Key = "bag-1", "bag-1/10"
				}
			})
			for _, fact := range c.then {
				b.happens(t, noon.Add(time.Minute), fact)
			}
			b.now = noon.Add(time.Hour)
			for _, got := range []quoted{b.quote(t, cart("ann", code)), b.hold(t, "next", cart("ann", code))} {
				one := got.Codes[0]
				if c.falls && (one.Taken || got.Off != 0 || one.Reason != "order-fell-away" || one.Text != reasons()["en"]["order-fell-away"]) {
					t.Errorf("the code is answered with %+v, %d off; want order-fell-away with its text, and nothing off", one, got.Off)
				}
				if !c.falls && !one.Taken {
					t.Errorf("the code is answered with %+v, want it taken", one)
				}
			}
		})
	}
}

// The order that earned a coupon is cancelled while the customer pays for the
// next one. The redemption is refused with the reason, the next hold prices the
// cart without the coupon, and the coupon is not used up.
func TestRedemptionIsRefusedIfTheEarningOrderFellAfterTheHold(t *testing.T) {
	b := rewardingBench(t)
	b.happens(t, noon.Add(-time.Hour), ordered("first", 10))
	b.happens(t, noon.Add(-time.Hour), paid("first"))
	code := b.issue(t, "ann", "free-bag", 1, func(k *coupon.Coupon) { k.Product, k.Key, k.Earned = "bag-1", "bag-1/10", "first" })
	if held := b.hold(t, "next", cart("ann", code)); held.Off != 1000 {
		t.Fatalf("the hold is %+v, want one bag free", held)
	}
	b.happens(t, noon.Add(time.Minute), cancelled("first"))
	var problem httpapi.Problem
	if status := b.call(t, http.MethodPut, "/orders/next/redemption", "", &problem); status != http.StatusConflict || problem.Reason != "order-fell-away" {
		t.Errorf("the redemption is answered with %d, %+v; want 409 and order-fell-away", status, problem)
	}
	if again := b.hold(t, "next", cart("ann", code)); again.Off != 0 || again.Codes[0].Reason != "order-fell-away" {
		t.Errorf("held again: %+v, want nothing off", again)
	}
	if s, status := b.step(t, http.MethodPut, "/orders/next/redemption", ""); status != http.StatusOK || s.State != "REDEEMED" || s.Off != 0 {
		t.Errorf("redeemed without the coupon: %d, %+v", status, s)
	}
	if k, err := b.store.Coupon(t.Context(), offer.Hash(code)); err != nil || k.State != coupon.Issued {
		t.Errorf("the coupon is %+v, %v; want it issued: a later order may earn it again", k, err)
	}
}

// What was redeemed stays redeemed: nothing is charged after the fact.
func TestRedeemedCouponStaysRedeemedIfItsOrderFalls(t *testing.T) {
	b := rewardingBench(t)
	b.happens(t, noon.Add(-time.Hour), ordered("first", 10))
	b.happens(t, noon.Add(-time.Hour), paid("first"))
	code := b.issue(t, "ann", "free-bag", 1, func(k *coupon.Coupon) { k.Product, k.Key, k.Earned = "bag-1", "bag-1/10", "first" })
	b.hold(t, "next", cart("ann", code))
	b.step(t, http.MethodPut, "/orders/next/redemption", "")
	b.happens(t, noon.Add(time.Minute), cancelled("first"))
	for range 2 {
		if s, status := b.step(t, http.MethodPut, "/orders/next/redemption", ""); status != http.StatusOK || s.State != "REDEEMED" || s.Off != 1000 {
			t.Errorf("redeemed again: %d, %+v; want the same answer as before", status, s)
		}
	}
}

// Two mugs for the price of one: returning one of them pays back nothing, since
// the customer would have paid for the one that stays; returning the other one as
// well pays back all that was paid.
func TestReturnOfAPaidUnitDoesNotLeaveAFreeOne(t *testing.T) {
	b := newBench(t)
	b.policy.Offers[0] = offer.Offer{
		ID: "pair", Version: 1, Automatic: true, Effect: offer.Effect{Kind: offer.KindBuyGet, BuyGet: &offer.BuyGet{Buy: 1, Get: 1, Percent: 10_000}},
		On: compile(t, `line.product == "mug-1"`), Budget: offer.Budget{Uses: 100, Shards: 1},
	}
	must(t, b.store.EnsureBudget(t.Context(), "pair", 1, 100, 1))
	if held := b.hold(t, "o-1", cart("ann")); held.Off != 1000 {
		t.Fatalf("the hold is %+v, want one mug free", held)
	}
	b.step(t, http.MethodPut, "/orders/o-1/redemption", "")
	for i, want := range []int64{0, 1000} {
		id := fmt.Sprint("r-", i)
		s, _ := b.step(t, http.MethodPut, "/orders/o-1/returns/"+id, map[string]any{"lines": map[string]int{"1": 1}})
		if got := s.Returns[id].Paid; got != want {
			t.Errorf("mug %d came back: %d is paid back, want %d", i+1, got, want)
		}
	}
}
