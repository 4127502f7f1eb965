//go:build !race

package main

// This file makes each call of a caller, and records its answer as operations.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/campaign"
	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
)

// call makes one call, reads its answer into into, and returns its status: 504
// if the worker died before it answered.
func (c *caller) call(method, path, body string, into any) int {
	request := events.LambdaFunctionURLRequest{RawPath: path, Body: body}
	request.RequestContext.HTTP.Method = method
	payload, err := json.Marshal(request)
	var answered any
	if err == nil {
		answered, err = c.handler.Handle(context.Background(), payload)
	}
	if err != nil {
		c.fail(fmt.Errorf("%s %s: %w", method, path, err))
		return http.StatusInternalServerError
	}
	answer := answered.(events.LambdaFunctionURLResponse)
	switch {
	case c.client.Died():
		return http.StatusGatewayTimeout
	case answer.StatusCode >= http.StatusInternalServerError:
		return answer.StatusCode
	}
	if err := json.Unmarshal([]byte(answer.Body), into); err != nil {
		c.fail(fmt.Errorf("%s %s: %w", method, path, err))
	}
	return answer.StatusCode
}

// begin starts a call, and returns the time on the history's clock.
func (c *caller) begin() int64 {
	c.attempts, c.expired = nil, nil
	c.client.Lost = 0
	c.total.calls.Add(1)
	return c.tick()
}

// noteUnknown records the attempts of the call whose outcome is unknown. It
// returns the attempt that is known to be stored, if any.
func (c *caller) noteUnknown(inputOf func(attempt) input) (made *attempt) {
	for i, t := range c.attempts {
		switch {
		case t.err == nil:
			made = &c.attempts[i]
		case t.lost:
			c.note(inputOf(t), output{unknown: true}, t.from)
		}
	}
	return made
}

func holdOf(t attempt) input {
	r := t.what.Redemption
	in := input{kind: "hold", order: numberOf(string(r.Order)), customer: numberOf(string(r.Customer)), now: ms(t.what.Now), points: r.Points}
	for _, use := range r.Uses {
		if k := slices.Index(hashes[:], use.Coupon); k >= 0 {
			in.coupons[k] = true
		} else {
			in.shards[slices.Index(automatic[:], use.Offer)] = use.Shard + 1
		}
	}
	return in
}

func (c *caller) hold(order, customer int, typed []int, points int) int {
	from := c.begin()
	var got quoted
	status := c.call(http.MethodPut, fmt.Sprintf("/orders/o-%d/hold", order), cartOf(customer, typed, points), &got)
	made := c.noteUnknown(holdOf)
	switch {
	case status >= http.StatusInternalServerError:
		if made != nil { // the worker died after it had stored the hold
			c.note(holdOf(*made), output{ok: true}, from)
		}
		return status
	case status != http.StatusOK:
		c.note(input{kind: "hold", order: order, customer: customer, now: c.looked}, output{}, from)
		return status
	}
	if made == nil {
		c.fail(fmt.Errorf("order %d is held according to the answer, but nothing was stored", order))
		return status
	}
	c.known[order] = checkout.Held
	in := holdOf(*made)
	c.note(in, output{ok: true, order: orderState{state: checkout.Held, until: ms(got.HeldUntil)}}, from) // an equal hold is not written again
	c.noteRefused(from, order, customer, in.now, typed, got, in.coupons)
	off := int64(got.Points.Spends)
	switch p := got.Points; {
	case p.Spends != in.points || p.Spends == 0 && points > 0 && p.Reason != "few-points":
		c.fail(fmt.Errorf("order %d was to be paid with %d points, and the answer is %+v: %v", order, points, *p, in))
	case p.Spends < points:
		c.note(input{kind: "no points", order: order, customer: customer, now: in.now}, output{ok: true}, from)
	}
	for _, a := range got.Offers {
		i := slices.Index(automatic[:], a.Offer)
		if a.Taken != (in.shards[i] > 0) {
			c.fail(fmt.Errorf("the answer to order %d says that %s is taken: %v, but %v is stored", order, a.Offer, a.Taken, in))
		}
		if !a.Taken {
			c.note(input{kind: "no offer", order: order, customer: customer, auto: i, reason: a.Reason, now: in.now}, output{ok: true}, from)
		}
	}
	if in.shards[0] > 0 {
		off += 500
	}
	if in.shards[1] > 0 {
		off += 100
	}
	if in.coupons[3] { // 5 % of 30.00, and then 10 % of two mugs
		off += 150
	}
	if in.coupons[0] || in.coupons[1] || in.coupons[2] {
		off += 200
		if in.coupons[3] {
			off -= 10
		}
	}
	if got.Off != off || got.Total != 3500-off {
		c.fail(fmt.Errorf("order %d has %d off 35.00 and costs %d, want %d off: %v", order, got.Off, got.Total, off, in))
	}
	return status
}

// noteRefused records the reason of each code that the answer refuses.
func (c *caller) noteRefused(from int64, order, customer int, now int64, typed []int, got quoted, taken [mostCoupons]bool) {
	for i, k := range typed {
		is := got.Codes[i]
		twice := slices.Contains(typed[:i], k)
		switch {
		case k < 0:
			if is.Taken || is.Reason != "invalid" && is.Reason != "too-many" {
				c.fail(fmt.Errorf("a text that is no code is answered with %+v", is))
			}
		case is.Taken && !taken[k], !is.Taken && taken[k] && !twice:
			c.fail(fmt.Errorf("coupon %d is answered with %+v, but %v are stored", k, is, taken))
		case is.Taken, is.Reason == "twice" && twice:
		case is.Reason == "outbid":
			if !slices.ContainsFunc([]int{0, 1, 2}, func(other int) bool { return other != k && taken[other] }) || kindOf[k] != 0 {
				c.fail(fmt.Errorf("coupon %d is refused as outbid, but no other coupon is taken: %v", k, taken))
			}
		default:
			c.note(input{kind: "no code", order: order, customer: customer, coupon: k, reason: is.Reason, now: now}, output{ok: true}, from)
		}
	}
}

func (c *caller) quote(customer int, typed []int) {
	from := c.begin()
	var got quoted
	if c.call(http.MethodPost, "/quotes", cartOf(customer, typed, 0), &got) != http.StatusOK {
		return
	}
	now := c.looked
	var taken [mostCoupons]bool
	for i, k := range typed {
		if k >= 0 && got.Codes[i].Taken {
			taken[k] = true
			c.note(input{kind: "a code", order: -1, customer: customer, coupon: k, now: now}, output{ok: true}, from)
		}
	}
	c.noteRefused(from, -1, customer, now, typed, got, taken)
}

// transition makes a call that is answered with the order's state.
func (c *caller) transition(kind string, order int, method, path, body string, more ...func(*input, *attempt)) int {
	from := c.begin()
	var got struct {
		State   string
		Until   time.Time `json:"held_until"`
		Returns map[string]struct{}
	}
	status := c.call(method, strings.TrimSuffix(fmt.Sprintf("/orders/o-%d/%s", order, path), "/"), body, &got)
	inputOf := func(t *attempt) input {
		in := input{kind: kind, order: order, now: c.looked}
		if t != nil {
			in.now = ms(t.what.Now)
		}
		for _, change := range more {
			change(&in, t)
		}
		return in
	}
	made := c.noteUnknown(func(t attempt) input { return inputOf(&t) })
	switch {
	case status >= http.StatusInternalServerError:
		if made != nil {
			c.note(inputOf(made), output{ok: true}, from)
		}
	case status == http.StatusOK:
		is := orderState{state: checkout.State(strings.TrimPrefix(got.State, "NONE")), until: ms(got.Until)}
		c.known[order] = is.state
		for id := range got.Returns {
			is.returns[numberOf(id)] = true
		}
		c.note(inputOf(made), output{ok: true, order: is}, from)
	default:
		c.note(inputOf(made), output{}, from)
	}
	return status
}

func (c *caller) bringBack(order, id int, units [2]int) int {
	body := "{}"
	if units != [2]int{} {
		lines := map[string]int{}
		for i, n := range units {
			if n > 0 {
				lines[fmt.Sprint(i)] = n
			}
		}
		text, err := json.Marshal(map[string]any{"lines": lines})
		if err != nil {
			c.fail(err)
		}
		body = string(text)
	}
	return c.transition("return", order, http.MethodPut, fmt.Sprintf("returns/r-%d", id), body, func(in *input, t *attempt) {
		if in.id, in.units = id, units; t != nil {
			in.back = t.what.Redemption.Returns[fmt.Sprint("r-", id)].Points
		}
	})
}

// sweep calls the handler with a tick of the clock.
func (c *caller) sweep() {
	c.begin()
	_, err := c.handler.Handle(context.Background(), json.RawMessage(`{"detail-type":"clock.sweep"}`))
	if err != nil && !errors.Is(err, dynamotest.ErrLost) && !errors.Is(err, dynamo.ErrThrottled) && !errors.Is(err, dynamo.ErrConflict) {
		c.fail(fmt.Errorf("sweep: %w", err))
	}
	for _, t := range c.attempts {
		in := input{kind: "lapse", order: numberOf(string(t.what.Redemption.Order)), now: ms(t.what.Now)}
		if t.err == nil || t.lost {
			c.noteUntil(in, output{unknown: t.err != nil, ok: t.err == nil}, t.from, t.to)
		}
	}
	for _, e := range c.expired {
		in := input{kind: "expire", coupon: e.coupon, now: e.now}
		if e.ok || e.lost {
			c.noteUntil(in, output{unknown: !e.ok, ok: e.ok}, e.from, e.to)
		}
	}
}

// issue claims a send with a coupon, as the function send does.
func (c *caller) issue(k int) {
	from := c.begin()
	customer := customerNamed(ownerOf[k])
	known, err := c.store.Snapshot(context.Background(), customer)
	if err != nil {
		return
	}
	contact := known.Contact
	coupon := &coupon.Coupon{
		Hash: hashes[k], Offer: withCode[kindOf[k]], Version: 1, Customer: customer, Send: sendNamed(k), Shard: shardOf[k],
		Issued: noon, Until: at(couponsEnd), State: coupon.Issued,
	}
	contact.Ledger = append(contact.Ledger, frequency.Entry{Send: coupon.Send, At: noon})
	c.client.Lost = 0
	err = c.store.Claim(context.Background(), claim.Claim{
		Send: claim.Send{
			ID: coupon.Send, State: claim.Sending, Attempt: 1, Owner: fmt.Sprint("worker-", c.tick()), Claimed: noon, Changed: noon, Coupon: coupon,
			Intent: campaign.Intent{Campaign: "thanks", Version: 1, Customer: customer, Occasion: fmt.Sprint(k)},
		},
		Contact: contact, ContactRev: known.ContactRev, ProfileRev: known.ProfileRev, Coupon: coupon,
	})
	var refused *dynamo.ClaimRefused
	switch {
	case err == nil:
		c.note(input{kind: "issue", coupon: k}, output{ok: true}, from)
	case c.client.Lost > 0:
		c.note(input{kind: "issue", coupon: k}, output{unknown: true}, from)
	case errors.As(err, &refused) && (refused.Send || refused.Budget):
		c.note(input{kind: "issue", coupon: k}, output{}, from)
	}
}

// void ends a coupon, as the function send does if SES rejected its message.
func (c *caller) void(k int) {
	from := c.begin()
	d, err := c.store.Send(context.Background(), customerNamed(ownerOf[k]), sendNamed(k))
	if err != nil {
		return
	}
	c.client.Lost, c.expired = 0, nil
	err = c.store.Refuse(context.Background(), d, claim.Refused, claim.Reason{Code: "refused"}, at(c.tick()))
	if err == nil || c.client.Lost > 0 {
		c.note(input{kind: "void", coupon: k}, output{unknown: err != nil, ok: err == nil}, from)
	}
}
