//go:build !race

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/checkout"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/offer"
	"regulars/shared/redemption"
	"regulars/shared/shop"
)

// caller calls the checkout as a shop's back end does, and loses some of the
// answers. Now and then it issues a coupon, as the function send does, or lets
// time pass. Its handler is the deployed one, on tables behind an unreliable
// network.
type caller struct {
	*history
	id      int
	random  *rand.Rand
	client  *dynamotest.Lossy
	store   *dynamo.Store
	handler *handler

	known [mostOrders]checkout.State // by the last answer

	looked   int64     // the latest time that the current call has read
	attempts []attempt // of the current call
	expired  []expiry  // by the current call
}

// attempt is one attempt of a call to store its step.
type attempt struct {
	what     dynamo.Checkout
	from, to int64
	err      error
	lost     bool // answers were lost in it
}

// expiry is one attempt to expire a coupon.
type expiry struct {
	coupon   int
	now      int64
	from, to int64
	ok, lost bool
}

func (h *history) caller(id int, random *rand.Rand, turn func()) *caller {
	c := &caller{history: h, id: id, random: random}
	c.client = &dynamotest.Lossy{Client: h.engine, Random: random, Turn: turn, Wire: &h.wire, Name: "history", Rivals: true}
	c.connect(watched{c.client, c}, turn)
	return c
}

func (c *caller) connect(client dynamo.Client, turn func()) {
	c.store = dynamo.New(client, tablesAsDefined)
	c.store.Pause = func(context.Context, int) error { turn(); return nil }
	c.handler = newHandler(c.store, c.history, c.now)
	c.handler.service.Redemptions = recorded{c.handler.service.Redemptions, c}
}

func (c *caller) now() time.Time {
	c.looked = c.time
	return c.history.now()
}

// recorded records what the handler tries to store.
type recorded struct {
	redemption.Redemptions
	*caller
}

func (r recorded) SaveRedemption(ctx context.Context, what dynamo.Checkout) error {
	from := r.tick()
	r.client.Lost = 0
	err := r.Redemptions.SaveRedemption(ctx, what)
	r.attempts = append(r.attempts, attempt{what, from, r.tick(), err, r.client.Lost > 0})
	return err
}

// watched records which coupons the handler expires.
type watched struct {
	dynamo.Client
	*caller
}

func (w watched) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	coupon := -1
	if first := in.TransactItems[0].Update; first != nil && first.Key["coupon"] != nil {
		hash := strings.TrimPrefix(first.Key["coupon"].(*types.AttributeValueMemberS).Value, "code#")
		coupon = slices.Index(w.hashes[:], hash)
	}
	from, now := w.tick(), w.time
	w.client.Lost = 0
	out, err := w.Client.TransactWriteItems(ctx, in, o...)
	if coupon >= 0 {
		w.expired = append(w.expired, expiry{coupon, now, from, w.tick(), err == nil, w.client.Lost > 0})
	}
	return out, err
}

func (c *caller) run() {
	for range tasksEach {
		c.task()
	}
}

func (c *caller) task() {
	order := c.random.IntN(mostOrders)
	switch n := c.random.IntN(20); {
	case n < 12:
		c.continueOrder(order)
	case n == 12:
		c.transition("look at order", order, http.MethodGet, "", "")
	case n == 13:
		customer := c.customer(order)
		c.quote(customer, c.codes(customer))
	case n == 14:
		c.issue(c.random.IntN(mostCoupons))
	case n == 15:
		c.void(c.random.IntN(mostCoupons))
	case n < 18:
		c.sweep()
	default:
		c.wait()
	}
}

// wait lets time pass: mostly as much as makes a difference to a hold, or to
// what is left of the coupons' grace.
func (c *caller) wait() {
	lastMinutes := time.Duration(couponsEnd+grace-c.time)*time.Millisecond - 5*time.Minute
	waits := []time.Duration{time.Millisecond, time.Minute, 10 * time.Minute, 15 * time.Minute, 16 * time.Minute, max(lastMinutes, 10*time.Minute), 26 * time.Hour}
	c.pass(waits[c.random.IntN(len(waits))])
}

// continueOrder makes the next call for an order, as far as the caller knows
// its state, or any call.
func (c *caller) continueOrder(order int) {
	n := c.random.IntN(10)
	switch known := c.known[order]; {
	case n == 0, n < 6 && known == checkout.Held:
		c.withRetries(func() int { return c.transition("redeem", order, http.MethodPut, "redemption", "") })
	case n == 1, n < 7 && known == checkout.Held:
		c.withRetries(func() int { return c.transition("release", order, http.MethodDelete, "hold", "") })
	case n == 2, n < 8 && known == checkout.Redeemed:
		id, units := c.random.IntN(mostReturns), [2]int{}
		if c.random.IntN(3) > 0 {
			units = [2]int{c.random.IntN(3), c.random.IntN(2)}
		}
		c.withRetries(func() int { return c.bringBack(order, id, units) })
	default:
		customer := c.customer(order)
		c.withRetries(func() int { return c.hold(order, customer, c.codes(customer), c.random.IntN(2)*spending) })
	}
}

// withRetries makes a call, and retries it if it failed, as a shop should.
func (c *caller) withRetries(call func() (status int)) {
	for range 3 {
		if c.random.IntN(12) == 0 {
			c.client.DieAt = 1 + c.random.IntN(12)
		}
		status := call()
		c.client.Revive()
		if status < http.StatusInternalServerError || c.random.IntN(3) == 0 {
			return
		}
	}
}

// customer returns the customer of the order, and sometimes the other one.
func (c *caller) customer(order int) int {
	whose := [mostOrders]int{0, 0, 1}[order]
	if c.random.IntN(8) == 0 {
		whose = 1 - whose
	}
	return whose
}

// codes returns what is typed: coupons by their numbers, most of them the
// customer's own, or -1 for a text that is no code.
func (c *caller) codes(customer int) (typed []int) {
	for range c.random.IntN(4) {
		switch n := c.random.IntN(20); {
		case n == 0:
			typed = append(typed, -1)
		case n < 4:
			typed = append(typed, c.random.IntN(mostCoupons))
		default:
			typed = append(typed, 2*customer+c.random.IntN(2))
		}
	}
	return typed
}

func (c *caller) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.time += d.Milliseconds()
}

func (c *caller) note(in input, out output, from int64) { c.noteUntil(in, out, from, c.tick()) }

func (c *caller) noteUntil(in input, out output, from, to int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.operations = append(c.operations, porcupine.Operation{ClientId: c.id, Input: in, Call: from, Output: out, Return: to})
}

func (c *caller) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = errors.Join(c.broken, err)
}

func (c *caller) tick() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock++
	return c.clock
}

func cartOf(customer int, typed []int, points int) string {
	r := request{
		Customer: customerNamed(customer), Currency: "EUR", Language: "en", Shipping: 500, Points: points,
		Lines: []line{{ID: "0", Product: "mug-1", Units: unitsEach[0], Price: 1000}, {ID: "1", Product: "bag-1", Units: unitsEach[1], Price: 1000}},
	}
	for _, k := range typed {
		if k < 0 {
			r.Codes = append(r.Codes, "hello")
		} else {
			r.Codes = append(r.Codes, codes[k])
		}
	}
	text, err := json.Marshal(r)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Sub(noon).Milliseconds()
}

func at(ms int64) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }

func customerNamed(i int) shop.CustomerID { return shop.CustomerID(fmt.Sprint("c-", i)) }

func sendNamed(coupon int) shop.SendID { return shop.SendID(fmt.Sprint("send-", coupon)) }

// numberOf returns the number in such a name.
func numberOf(name string) int {
	var n int
	if _, err := fmt.Sscanf(name[strings.IndexByte(name, '-')+1:], "%d", &n); err != nil {
		panic(err)
	}
	return n
}

// The names of the offers and coupons of a history.
var (
	automatic = [automatics]shop.OfferID{"ship", "treat"}
	withCode  = [kindsOfCode]shop.OfferID{"ten", "five"}
	codes     = func() (codes [mostCoupons]string) {
		for k := range codes {
			codes[k] = offer.Code([]byte("a key for tests that is long enough"), sendNamed(k))
		}
		return codes
	}()
	hashes = func() (hashes [mostCoupons]string) {
		for k := range hashes {
			hashes[k] = offer.Hash(codes[k])
		}
		return hashes
	}()
)
