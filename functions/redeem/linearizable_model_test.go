//go:build !race

package main

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
)

// This file holds the model with which porcupine compares the checkout: a state
// machine of orders, coupons, budgets and points without any storage. Each call
// of the checkout is one step. Each refusal is a step too: its reason must be
// true at some time during the call.

// The shop of a history: few of everything, so that callers compete.
const (
	mostOrders  = 3
	mostCoupons = 4
	automatics  = 2 // offers without a code: the first is limited to once per customer, the second is on the first line
	kindsOfCode = 2 // offers with codes: the first is on the first line, the second on all
	mostShards  = 2
	mostReturns = 3 // different IDs of an order's returns
	startPoints = 500
	spending    = 300 // points that an order is paid with, if any: a customer has enough for one order
)

// Times are milliseconds after noon. Every coupon ends at the same time.
const (
	couponsEnd = int64(time.Hour / time.Millisecond)
	grace      = int64(coupon.Grace / time.Millisecond)
	holdTime   = int64(coupon.HoldTime / time.Millisecond)
)

var (
	ownerOf      = [mostCoupons]int{0, 0, 1, 1} // the customer of each coupon: two coupons each
	kindOf       = [mostCoupons]int{0, 0, 0, 1} // the offer of each coupon
	shardOf      = [mostCoupons]int{0, 1, 0, 0}
	startBudgets = [automatics + kindsOfCode][mostShards]int{{1, 1}, {1, 1}, {1, 1}, {1, 0}} // of the automatic offers first
	unitsEach    = [2]int{2, 1}                                                              // of the two lines of every order
)

// system is the whole state of the checkout.
type system struct {
	orders  [mostOrders]orderState
	coupons [mostCoupons]couponState
	left    [automatics + kindsOfCode][mostShards]int
}

// orderState is what an order holds or has redeemed. An empty state means that
// the order is not stored.
type orderState struct {
	state    checkout.State
	customer int
	until    int64
	coupons  [mostCoupons]bool // those that it holds or has redeemed
	shards   [automatics]int   // the shard that it debited for each offer without a code, from 1; 0: none
	units    [2]int            // of each line that were not returned
	points   int               // that it is paid with, without those that were given back
	returns  [mostReturns]bool
}

// couponState is the state of a coupon. An empty state means that it was never
// issued.
type couponState struct {
	state coupon.State
	order int // that holds or has redeemed it
	until int64
	sent  bool // SES has not rejected its message
}

// of reports whether the order holds or has redeemed the coupon.
func (p couponState) of(order int) bool {
	return (p.state == coupon.Held || p.state == coupon.Redeemed) && p.order == order
}

// unused reports whether an order can take the coupon at now.
func (p couponState) unused(now int64) bool {
	return p.state == coupon.Issued || p.state == coupon.Held && p.until < now
}

// input is one call, or one statement in the answer to a call.
type input struct {
	kind     string // as in step
	order    int
	customer int
	coupon   int
	auto     int
	reason   string
	now      int64 // by the caller's clock

	coupons [mostCoupons]bool // hold: the coupons that it takes
	shards  [automatics]int   // hold: the shards that it debits
	points  int               // hold: the points that it takes
	id      int               // return
	units   [2]int            // return; zero: all that is left
	back    int               // return: the points that it gives back
}

// output is the outcome of an input.
type output struct {
	unknown bool // it is not known whether the call had its effect: nothing below is set
	ok      bool
	order   orderState // if the answer has it: state, until and returns
	coupon  couponState
	left    [mostShards]int
}

// public returns the part of the state that answers show.
func (t orderState) public() orderState {
	return orderState{state: t.state, until: t.until, returns: t.returns}
}

// step reports whether the state allows this output, and returns the next
// state. A call with an unknown outcome has its effect if the state allows it.
func step(s system, in input, out output) (bool, system) {
	next := s
	var could bool // whether the state allows the effect of the call
	switch in.kind {
	case "look at order":
		return out.order == s.orders[in.order].public(), s
	case "look at coupon":
		return out.coupon == s.coupons[in.coupon].public(), s
	case "look at budget":
		return out.left == s.left[in.auto], s
	case "no code":
		return s.mayRefuse(in), s
	case "a code":
		p := s.coupons[in.coupon]
		return ownerOf[in.coupon] == in.customer && (p.of(in.order) || p.unused(in.now) && in.now <= couponsEnd+grace), s
	case "no offer":
		return s.mayWithhold(in), s
	case "no points":
		return s.free(in.customer, in.order, in.now) < spending, s
	case "issue":
		next, could = s.issue(in.coupon)
	case "void":
		next, could = s.void(in.coupon)
	case "expire":
		next, could = s.expire(in.coupon, in.now)
	case "hold":
		next, could = s.hold(in)
	case "redeem":
		next, could = s.redeem(in)
	case "release":
		next, could = s.release(in)
	case "lapse":
		switch t := s.orders[in.order]; {
		case t.state == checkout.Held && t.until < in.now:
			next, could = s.release(in)
		case out.ok && t.state == checkout.Released: // another call released it first
			return true, s
		}
	case "return":
		next, could = s.bringBack(in)
	default:
		panic("there is no such input: " + in.kind)
	}
	switch {
	case out.unknown && could:
		return true, next
	case out.unknown || !out.ok:
		return out.unknown || !could, s
	}
	return could && (out.order == orderState{} || out.order == next.orders[in.order].public()), next
}

func (p couponState) public() couponState {
	return couponState{state: p.state, order: p.order, until: p.until}
}

// mayRefuse reports whether a code may be refused for the input's reason.
func (s system) mayRefuse(in input) bool {
	p := s.coupons[in.coupon]
	held := p.state == coupon.Held && p.of(in.order)
	switch in.reason {
	case "held":
		return p.state == coupon.Held && !p.of(in.order) && in.now <= p.until
	case "used":
		return p.state == coupon.Redeemed && !p.of(in.order)
	case "invalid":
		return ownerOf[in.coupon] != in.customer || p.state == "" || p.state == coupon.Voided || p.state == coupon.Expired ||
			in.now > couponsEnd+grace && !held
	case "too-many":
		return !held
	}
	return false
}

// mayWithhold reports whether an offer without a code may be refused for the
// input's reason.
func (s system) mayWithhold(in input) bool {
	t := s.orders[in.order]
	if t.state == checkout.Held && t.shards[in.auto] > 0 {
		return false // the order keeps what it holds
	}
	switch in.reason {
	case "budget":
		return s.left[in.auto] == [mostShards]int{}
	case "per-customer":
		return in.auto == 0 && s.hadBy(in.customer, in.order)
	}
	return false
}

// hadBy reports whether another order of the customer has the offer that is
// limited to once per customer.
func (s system) hadBy(customer, order int) bool {
	for o, t := range s.orders {
		if o != order && t.customer == customer && t.shards[0] > 0 {
			return true
		}
	}
	return false
}

func (s system) issue(n int) (system, bool) {
	p, left := &s.coupons[n], &s.left[automatics+kindOf[n]][shardOf[n]]
	if p.state != "" || *left == 0 {
		return s, false
	}
	*left--
	*p = couponState{state: coupon.Issued, sent: true}
	return s, true
}

func (s system) void(n int) (system, bool) {
	p := &s.coupons[n]
	if p.state != coupon.Issued || !p.sent {
		return s, false
	}
	*p = couponState{state: coupon.Voided}
	s.left[automatics+kindOf[n]][shardOf[n]]++
	return s, true
}

func (s system) expire(n int, now int64) (system, bool) {
	p := &s.coupons[n]
	if now <= couponsEnd+grace || !p.unused(now) {
		return s, false
	}
	*p = couponState{state: coupon.Expired, sent: p.sent}
	s.left[automatics+kindOf[n]][shardOf[n]]++
	return s, true
}

// free returns how many points a customer can spend on the order.
func (s system) free(customer, order int, now int64) int {
	free := startPoints
	for o, t := range s.orders {
		if o != order && t.customer == customer && (t.state != checkout.Held || t.until > now) {
			free -= t.points
		}
	}
	return free
}

// giveBack gives a coupon back if the order has it.
func (s *system) giveBack(n, order int) {
	if p := &s.coupons[n]; p.of(order) {
		*p = couponState{state: coupon.Issued, sent: p.sent}
	}
}

func (s system) hold(in input) (system, bool) {
	t := s.orders[in.order]
	if t.state == checkout.Redeemed || t.state == checkout.Returned || t.state == checkout.Held && t.customer != in.customer {
		return s, false
	}
	was := t // what the order holds
	if t.state != checkout.Held {
		was = orderState{}
	}
	if in.points > 0 && s.free(in.customer, in.order, in.now) < in.points {
		return s, false
	}
	t = orderState{state: checkout.Held, customer: in.customer, until: in.now + holdTime, coupons: in.coupons, units: unitsEach, points: in.points}
	for k := range mostCoupons {
		p := &s.coupons[k]
		switch {
		case in.coupons[k] && ownerOf[k] == in.customer && (p.state == coupon.Held && p.of(in.order) || p.unused(in.now) && in.now <= couponsEnd+grace):
			*p = couponState{coupon.Held, in.order, t.until, p.sent}
		case in.coupons[k]:
			return s, false
		case was.coupons[k]:
			s.giveBack(k, in.order)
		}
	}
	for a := range automatics {
		switch shard := in.shards[a]; {
		case shard > 0 && was.shards[a] > 0:
			t.shards[a] = was.shards[a] // it was debited before
		case shard > 0:
			if s.left[a][shard-1] == 0 || a == 0 && s.hadBy(in.customer, in.order) {
				return s, false
			}
			s.left[a][shard-1]--
			t.shards[a] = shard
		case was.shards[a] > 0:
			s.left[a][was.shards[a]-1]++
		}
	}
	s.orders[in.order] = t
	return s, true
}

func (s system) redeem(in input) (system, bool) {
	t := &s.orders[in.order]
	switch t.state {
	case checkout.Redeemed, checkout.Returned:
		return s, true
	case checkout.Held:
	default:
		return s, false
	}
	if t.points > 0 && s.free(t.customer, in.order, in.now) < t.points {
		return s, false
	}
	for k, has := range t.coupons {
		p := &s.coupons[k]
		if has && !p.of(in.order) {
			return s, false
		}
		if has {
			*p = couponState{coupon.Redeemed, in.order, 0, p.sent}
		}
	}
	t.state, t.until = checkout.Redeemed, 0
	return s, true
}

func (s system) release(in input) (system, bool) {
	switch t := &s.orders[in.order]; t.state {
	case checkout.Redeemed, checkout.Returned:
		return s, false
	case checkout.Held:
		s.back(in.order, true, true)
		t.state, t.until, t.points = checkout.Released, 0, 0
	}
	return s, true
}

// back gives back uses of an order: with first those of offers that are only on
// the first line, with all every use.
func (s *system) back(order int, first, all bool) {
	t := &s.orders[order]
	for k, has := range t.coupons {
		if has && (all || first && kindOf[k] == 0) {
			s.giveBack(k, order)
			t.coupons[k] = false
		}
	}
	for a, shard := range t.shards {
		if shard > 0 && (all || first && a == 1) {
			s.left[a][shard-1]++
			t.shards[a] = 0
		}
	}
}

func (s system) bringBack(in input) (system, bool) {
	t := &s.orders[in.order]
	if t.returns[in.id] {
		return s, true
	}
	if t.state != checkout.Redeemed {
		return s, false
	}
	units := in.units
	if units == [2]int{} {
		units = t.units
	}
	for i, n := range units {
		if n > t.units[i] {
			return s, false
		}
		t.units[i] -= n
	}
	t.returns[in.id] = true
	t.points -= in.back
	all := t.units == [2]int{}
	if all {
		t.state = checkout.Returned
	}
	s.back(in.order, t.units[0] == 0, all)
	return s, true
}

var model = porcupine.Model{
	Init: func() any { return system{left: startBudgets} },
	Step: func(state, in, out any) (bool, any) {
		return step(state.(system), in.(input), out.(output))
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%s → %s", in, out) },
	DescribeState:     func(state any) string { return fmt.Sprintf("%+v", state) },
}

func (in input) String() string {
	text := fmt.Sprintf("%s o-%d", in.kind, in.order)
	switch in.kind {
	case "look at coupon", "issue", "void", "expire":
		text = fmt.Sprintf("%s %d", in.kind, in.coupon)
	case "look at budget":
		text = fmt.Sprintf("%s %d", in.kind, in.auto)
	case "no code", "a code":
		text += fmt.Sprintf(": %d is %q for %d", in.coupon, in.reason, in.customer)
	case "no offer":
		text += fmt.Sprintf(": %d is %q for %d", in.auto, in.reason, in.customer)
	case "no points":
		text += fmt.Sprintf(" for %d", in.customer)
	case "hold":
		text += fmt.Sprintf(" for %d: coupons %v, shards %v, %d points", in.customer, in.coupons, in.shards, in.points)
	case "return":
		text += fmt.Sprintf(" r-%d %v, %d points back", in.id, in.units, in.back)
	}
	return fmt.Sprintf("%s at %d", text, in.now)
}

func (out output) String() string {
	switch {
	case out.unknown:
		return "?"
	case !out.ok:
		return "refused"
	}
	return fmt.Sprintf("ok %v %v %v", out.order, out.coupon, out.left)
}
