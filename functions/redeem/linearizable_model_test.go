package main

import (
	"fmt"
	"time"

	"github.com/anishathalye/porcupine"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
)

// This file says what orders, coupons, budgets and points must do, as a state
// machine without any storage: each call of the checkout is one step, and so is
// each refusal, which has to be true at some moment of its call.

// The shop of a history: few of everything, so that all compete.
const (
	mostOrders  = 3
	mostCoupons = 4
	automatics  = 2 // offers without a code: the first is once for each customer, the second on the first line
	kindsOfCode = 2 // offers with codes: the first is on the first line, the other on all
	mostShards  = 2
	mostReturns = 3 // IDs that an order's returns have
	purse       = 500
	spending    = 300 // points that an order is paid with, if any: a purse has enough for one
)

// Times are milliseconds from noon. Every coupon ends at the same time.
const (
	couponsEnd = int64(time.Hour / time.Millisecond)
	grace      = int64(coupon.Grace / time.Millisecond)
	patience   = int64(coupon.HoldTime / time.Millisecond)
)

var (
	ownerOf   = [mostCoupons]int{0, 0, 1, 1} // whose each coupon is: two of each customer
	kindOf    = [mostCoupons]int{0, 0, 0, 1} // and of which offer
	shardOf   = [mostCoupons]int{0, 1, 0, 0}
	laidOut   = [automatics + kindsOfCode][mostShards]int{{1, 1}, {1, 1}, {1, 1}, {1, 0}} // the automatic ones first
	unitsEach = [2]int{2, 1}                                                              // of the lines of every order
)

// house is all that is known of the checkout.
type house struct {
	orders  [mostOrders]tab
	coupons [mostCoupons]paper
	left    [automatics + kindsOfCode][mostShards]int
}

// tab is what an order has. An empty state means that there is none.
type tab struct {
	state    checkout.State
	customer int
	until    int64
	coupons  [mostCoupons]bool // of which it has the use
	shards   [automatics]int   // of each offer without a code the shard that it debited, from 1; 0: none
	units    [2]int            // of each line, that did not come back
	points   int               // that it is paid with, and that were not given back
	returns  [mostReturns]bool
}

// paper is a coupon. An empty state means that it was never issued.
type paper struct {
	state coupon.State
	order int // that holds it or used it
	until int64
	sent  bool // its message is not known to be refused
}

// of reports whether the order has the coupon.
func (p paper) of(order int) bool {
	return (p.state == coupon.Held || p.state == coupon.Redeemed) && p.order == order
}

// unused reports whether nobody has it at now.
func (p paper) unused(now int64) bool {
	return p.state == coupon.Issued || p.state == coupon.Held && p.until < now
}

// ask is one call, or one thing that a call was told.
type ask struct {
	kind     string // as in step
	order    int
	customer int
	coupon   int
	auto     int
	reason   string
	now      int64 // by the clock of whoever called

	coupons [mostCoupons]bool // hold: what it takes
	shards  [automatics]int   // hold: the same of offers without a code
	points  int               // hold: the same of points
	id      int               // return
	units   [2]int            // return; of nothing: all that is left
	back    int               // return: points that it gives back
}

// told is what came of it.
type told struct {
	unknown bool // whether it was done: nothing below is set then
	ok      bool
	tab     tab // of a call that tells of its order: state, until and returns
	paper   paper
	left    [mostShards]int
}

// public is what an order's answers tell of it.
func (t tab) public() tab { return tab{state: t.state, until: t.until, returns: t.returns} }

// step returns whether the answer is one that the state allows, and the next
// state. A call with an unknown outcome was made if it could be.
func step(s house, in ask, out told) (bool, house) {
	next := s
	var could bool // whether the call may have its effect
	switch in.kind {
	case "look at order":
		return out.tab == s.orders[in.order].public(), s
	case "look at coupon":
		return out.paper == s.coupons[in.coupon].public(), s
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
		case out.ok && t.state == checkout.Released: // by another at that very moment
			return true, s
		}
	case "return":
		next, could = s.bringBack(in)
	default:
		panic("no such call: " + in.kind)
	}
	switch {
	case out.unknown && could:
		return true, next
	case out.unknown || !out.ok:
		return out.unknown || !could, s
	}
	return could && (out.tab == tab{} || out.tab == next.orders[in.order].public()), next
}

func (p paper) public() paper { return paper{state: p.state, order: p.order, until: p.until} }

// mayRefuse reports whether a code may be refused for that reason.
func (s house) mayRefuse(in ask) bool {
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

// mayWithhold reports whether an offer without a code may be refused for that
// reason.
func (s house) mayWithhold(in ask) bool {
	t := s.orders[in.order]
	if t.state == checkout.Held && t.shards[in.auto] > 0 {
		return false // what the order holds it keeps
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
// once for each.
func (s house) hadBy(customer, order int) bool {
	for o, t := range s.orders {
		if o != order && t.customer == customer && t.shards[0] > 0 {
			return true
		}
	}
	return false
}

func (s house) issue(n int) (house, bool) {
	p, left := &s.coupons[n], &s.left[automatics+kindOf[n]][shardOf[n]]
	if p.state != "" || *left == 0 {
		return s, false
	}
	*left--
	*p = paper{state: coupon.Issued, sent: true}
	return s, true
}

func (s house) void(n int) (house, bool) {
	p := &s.coupons[n]
	if p.state != coupon.Issued || !p.sent {
		return s, false
	}
	*p = paper{state: coupon.Voided}
	s.left[automatics+kindOf[n]][shardOf[n]]++
	return s, true
}

func (s house) expire(n int, now int64) (house, bool) {
	p := &s.coupons[n]
	if now <= couponsEnd+grace || !p.unused(now) {
		return s, false
	}
	*p = paper{state: coupon.Expired, sent: p.sent}
	s.left[automatics+kindOf[n]][shardOf[n]]++
	return s, true
}

// free returns the points that a customer can spend on the order.
func (s house) free(customer, order int, now int64) int {
	free := purse
	for o, t := range s.orders {
		if o != order && t.customer == customer && (t.state != checkout.Held || t.until > now) {
			free -= t.points
		}
	}
	return free
}

// letGo gives a coupon back where the order has it.
func (s *house) letGo(n, order int) {
	if p := &s.coupons[n]; p.of(order) {
		*p = paper{state: coupon.Issued, sent: p.sent}
	}
}

func (s house) hold(in ask) (house, bool) {
	t := s.orders[in.order]
	if t.state == checkout.Redeemed || t.state == checkout.Returned || t.state == checkout.Held && t.customer != in.customer {
		return s, false
	}
	was := t // what it holds
	if t.state != checkout.Held {
		was = tab{}
	}
	if in.points > 0 && s.free(in.customer, in.order, in.now) < in.points {
		return s, false
	}
	t = tab{state: checkout.Held, customer: in.customer, until: in.now + patience, coupons: in.coupons, units: unitsEach, points: in.points}
	for k := range mostCoupons {
		p := &s.coupons[k]
		switch {
		case in.coupons[k] && ownerOf[k] == in.customer && (p.state == coupon.Held && p.of(in.order) || p.unused(in.now) && in.now <= couponsEnd+grace):
			*p = paper{coupon.Held, in.order, t.until, p.sent}
		case in.coupons[k]:
			return s, false
		case was.coupons[k]:
			s.letGo(k, in.order)
		}
	}
	for a := range automatics {
		switch shard := in.shards[a]; {
		case shard > 0 && was.shards[a] > 0:
			t.shards[a] = was.shards[a] // debited before
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

func (s house) redeem(in ask) (house, bool) {
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
			*p = paper{coupon.Redeemed, in.order, 0, p.sent}
		}
	}
	t.state, t.until = checkout.Redeemed, 0
	return s, true
}

func (s house) release(in ask) (house, bool) {
	switch t := &s.orders[in.order]; t.state {
	case checkout.Redeemed, checkout.Returned:
		return s, false
	case checkout.Held:
		s.back(in.order, true, true)
		t.state, t.until, t.points = checkout.Released, 0, 0
	}
	return s, true
}

// back gives back what an order has no line of any more: what is on the first
// line alone, or all of it.
func (s *house) back(order int, first, all bool) {
	t := &s.orders[order]
	for k, has := range t.coupons {
		if has && (all || first && kindOf[k] == 0) {
			s.letGo(k, order)
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

func (s house) bringBack(in ask) (house, bool) {
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
	Init: func() any { return house{left: laidOut} },
	Step: func(state, input, output any) (bool, any) {
		return step(state.(house), input.(ask), output.(told))
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%s → %s", input, output) },
	DescribeState:     func(state any) string { return fmt.Sprintf("%+v", state) },
}

func (in ask) String() string {
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

func (out told) String() string {
	switch {
	case out.unknown:
		return "?"
	case !out.ok:
		return "refused"
	}
	return fmt.Sprintf("ok %v %v %v", out.tab, out.paper, out.left)
}
