package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/offer"
	"regulars/shared/redemption"
	"regulars/shared/rescue"
	"regulars/shared/shop"
)

// interruption makes other calls once in the course of a call: looking before
// it looks for a shard that has a use left, stored after it tried to store its
// step.
type interruption struct {
	redemption.Redemptions
	redemption.Budgets
	looking, stored func()
}

func once(do *func()) {
	if now := *do; now != nil {
		*do = nil
		now()
	}
}

func (i *interruption) FundedShard(ctx context.Context, of shop.OfferID, version, start int) (int, error) {
	once(&i.looking)
	return i.Budgets.FundedShard(ctx, of, version, start)
}

func (i *interruption) SaveRedemption(ctx context.Context, c dynamo.Checkout) error {
	err := i.Redemptions.SaveRedemption(ctx, c)
	once(&i.stored)
	return err
}

// interrupt makes the bench's next call be interrupted.
func (b *bench) interrupt(by interruption) {
	by.Redemptions, by.Budgets = b.store, b.store
	b.service.Redemptions, b.service.Budgets = &by, &by
}

// Another order takes the last use and gives it back, and a second call for
// this order holds it then. The first call must not take it away again.
func TestUseThatAnotherCallHoldsForTheOrderIsNotRefused(t *testing.T) {
	b := newBench(t)
	first := newHandler(b.store, b, func() time.Time { return b.now })
	other := &bench{handler: first, store: b.store}
	b.interrupt(interruption{looking: func() {
		other.step(t, http.MethodDelete, "/orders/o-2/hold", "")
		other.hold(t, "o-1", cart("ann"))
	}})
	other.hold(t, "o-2", cart("bob"))
	if got := b.hold(t, "o-1", cart("ann")); got.ShippingOff != 500 {
		t.Errorf("the order got %+v, want the free shipping that it held", got)
	}
}

// A hold has lapsed, and another order has the coupon. It gives the coupon back
// while the first order holds again. If the answer says that the coupon is
// taken, it must be held.
func TestCouponReleasedDuringAHoldIsHeld(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	b.hold(t, "o-1", cart("ann", code))
	b.now = noon.Add(15*time.Minute + time.Millisecond)
	b.hold(t, "o-2", cart("ann", code))
	other := &bench{handler: newHandler(b.store, b, func() time.Time { return b.now }), store: b.store}
	b.interrupt(interruption{stored: func() { other.step(t, http.MethodDelete, "/orders/o-2/hold", "") }})

	got := b.hold(t, "o-1", cart("ann", code))
	stored, err := b.store.Coupon(t.Context(), offer.Hash(code))
	must(t, err)
	if !got.Codes[0].Taken || stored.State != coupon.Held || stored.Order != "o-1" {
		t.Errorf("the answer is %+v, and the coupon is %s for %q", got.Codes[0], stored.State, stored.Order)
	}
	if s, status := b.step(t, http.MethodPut, "/orders/o-1/redemption", ""); s.State != "REDEEMED" {
		t.Errorf("the redemption was answered with %d, %+v", status, s)
	}
}

// The coupon's end and grace pass while the customer pays. The sweep does not
// expire it before the hold ends.
func TestSweepDoesNotExpireHeldCoupons(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	b.now = noon.AddDate(0, 0, 14).Add(coupon.Grace)
	b.hold(t, "o-1", cart("ann", code))
	b.now = b.now.Add(10 * time.Minute)
	must(t, b.service.Sweep(t.Context()))
	if s, status := b.step(t, http.MethodPut, "/orders/o-1/redemption", ""); s.State != "REDEEMED" {
		t.Errorf("the redemption was answered with %d, %+v", status, s)
	}
}

// The same code typed in two ways is one coupon.
func TestCodeTypedTwiceIsTakenOnce(t *testing.T) {
	b := newBench(t)
	code := b.issue(t, "ann", "ten", 2)
	got := b.hold(t, "o-1", cart("ann", code, strings.ToLower(code)))
	if got.Off != 200+500 || !got.Codes[0].Taken || got.Codes[1].Taken || got.Codes[1].Reason != "twice" {
		t.Errorf("the hold is %+v", got)
	}
}

// A thousand buyers compete for the last ten uses of an offer that needs no
// code, through the handler. Exactly ten get one, and can redeem it.
func TestAThousandBuyersGetExactlyTheLastTenUses(t *testing.T) {
	b := newBench(t)
	last := &b.policy.Offers[0]
	last.Version, last.Budget = 2, offer.Budget{Uses: 10, Shards: 4}
	must(t, b.store.EnsureBudget(t.Context(), last.ID, last.Version, last.Budget.Uses, last.Budget.Shards))
	buyers := 1_000
	if testing.Short() {
		buyers = 100
	}
	put := func(path, body string, into any) (int, error) {
		request := events.LambdaFunctionURLRequest{RawPath: path, Body: body}
		request.RequestContext.HTTP.Method = http.MethodPut
		payload, err := json.Marshal(request)
		if err != nil {
			return 0, err
		}
		answered, err := b.Handle(t.Context(), payload)
		if err != nil {
			return 0, err
		}
		answer := answered.(events.LambdaFunctionURLResponse)
		return answer.StatusCode, json.Unmarshal([]byte(answer.Body), into)
	}
	var sold, refused, again atomic.Int64
	buy := func(n int) error {
		body, err := json.Marshal(cart(shop.CustomerID(fmt.Sprint("c-", n))))
		if err != nil {
			return err
		}
		order := fmt.Sprint("/orders/o-", n)
		var got quoted
		for {
			status, err := put(order+"/hold", string(body), &got)
			if err != nil {
				return err
			}
			if status == http.StatusOK {
				break
			}
			if again.Add(1); status != http.StatusServiceUnavailable {
				return fmt.Errorf("order %d was answered with %d", n, status)
			}
		}
		if got.ShippingOff == 0 {
			refused.Add(1)
			return nil
		}
		sold.Add(1)
		var s state
		status, err := put(order+"/redemption", "", &s)
		if err == nil && s.State != "REDEEMED" {
			err = fmt.Errorf("order %d has a use, and its redemption was answered with %d, %+v", n, status, s)
		}
		return err
	}
	var wait sync.WaitGroup
	queue := make(chan int)
	for range 32 {
		wait.Go(func() {
			for n := range queue {
				if err := buy(n); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for n := range buyers {
		queue <- n
	}
	close(queue)
	wait.Wait()
	left, err := b.store.Budget(t.Context(), last.ID, last.Version)
	must(t, err)
	t.Logf("%d buyers: %d have a use, %d have none, %d calls were retried; %v are left", buyers, sold.Load(), refused.Load(), again.Load(), left)
	if sold.Load() != 10 || refused.Load() != int64(buyers-10) {
		t.Errorf("of %d buyers %d have one of ten uses, and %v are left", buyers, sold.Load(), left)
	}
}

// contended refuses every step because another call changed the order.
type contended struct {
	redemption.Redemptions
	tried int
}

func (c *contended) SaveRedemption(context.Context, dynamo.Checkout) error {
	c.tried++
	return fmt.Errorf("save: %w", &dynamo.CheckoutRefused{Order: true})
}

func TestCallThatConflictsEveryTimeIsAnsweredWith503(t *testing.T) {
	b := newBench(t)
	b.hold(t, "1027", cart("ann"))
	c := &contended{Redemptions: b.store}
	b.service.Redemptions = c
	const want = "order 1027 was changed by other calls 8 times; retry: "
	if _, err := b.service.Redeem(t.Context(), "1027"); err == nil || !strings.HasPrefix(err.Error(), want) || !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("a redemption fails with %v, want %s…", err, want)
	}
	var answer struct{ Error string }
	if status := b.call(t, http.MethodPut, "/orders/1027/hold", cart("ann"), &answer); status != http.StatusServiceUnavailable || answer.Error == "" {
		t.Errorf("a hold is answered with %d, %+v, want 503", status, answer)
	}
	if c.tried != 2*dynamo.Attempts {
		t.Errorf("two calls made %d attempts, want %d each", c.tried, dynamo.Attempts)
	}
}

// panicking panics if an order is saved.
type panicking struct {
	redemption.Redemptions
	order shop.OrderID
}

func (p panicking) SaveRedemption(ctx context.Context, c dynamo.Checkout) error {
	if c.Redemption.Order == p.order {
		panic("a bug that one order causes")
	}
	return p.Redemptions.SaveRedemption(ctx, c)
}

func TestAPanicOfOneLapsedHoldFailsOnlyThatHold(t *testing.T) {
	b := newBench(t)
	for _, id := range []string{"o-1", "o-2", "o-3"} {
		b.hold(t, id, cart("ann"))
	}
	b.now = noon.Add(time.Hour)
	b.service.Redemptions = panicking{b.store, "o-2"}
	if err := b.service.Sweep(t.Context()); !errors.Is(err, rescue.ErrPanic) {
		t.Errorf("Sweep = %v, want the panic as an error", err)
	}
	for id, want := range map[string]string{"o-1": "RELEASED", "o-2": "HELD", "o-3": "RELEASED"} {
		if s, _ := b.step(t, http.MethodGet, "/orders/"+id, ""); s.State != want {
			t.Errorf("order %s is %s, want %s", id, s.State, want)
		}
	}
}
