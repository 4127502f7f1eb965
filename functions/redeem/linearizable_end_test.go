//go:build !race

package main

// This file checks what is stored at the end of a history.

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// close lets four days pass, with a sweep each day, and checks that no hold and
// no coupon is left.
func (h *history) close(ctx context.Context, last *caller) error {
	for range 4 {
		last.pass(25 * time.Hour)
		last.sweep()
	}
	end, err := h.read(ctx, last.store)
	if err != nil {
		return err
	}
	for o, t := range end.orders {
		if t.state == checkout.Held {
			return fmt.Errorf("order %d is still held after four days", o)
		}
	}
	for k, p := range end.coupons {
		if p.state == coupon.Issued || p.state == coupon.Held {
			return fmt.Errorf("coupon %d is still %s a day after its end", k, p.state)
		}
	}
	if h.broken != nil {
		return h.broken
	}
	return end.addUp()
}

// read returns the state of the system as it is stored.
func (h *history) read(ctx context.Context, store *dynamo.Store) (is system, err error) {
	for o := range mostOrders {
		r, _, err := store.Redemption(ctx, shop.OrderID(fmt.Sprint("o-", o)))
		if err != nil {
			return is, err
		}
		t := &is.orders[o]
		t.state, t.until, t.points = r.State, ms(r.Until), r.Points
		if r.Customer != "" {
			t.customer = numberOf(string(r.Customer))
		}
		for _, back := range r.Returns {
			t.points -= back.Points
		}
		for _, use := range r.Uses {
			if k := slices.Index(hashes[:], use.Coupon); k >= 0 {
				t.coupons[k] = !use.Back
			} else if !use.Back {
				t.shards[slices.Index(automatic[:], use.Offer)] = use.Shard + 1
			}
		}
		if err := paidBack(r); err != nil {
			return is, err
		}
	}
	for customer := range 2 {
		known, _, err := store.Profile(ctx, customerNamed(customer))
		if err == nil {
			err = is.paid(customer, known.Points, h.now())
		}
		if err != nil {
			return is, err
		}
	}
	coupons, err := store.Coupons(ctx, hashes[:])
	if err != nil {
		return is, err
	}
	for k, hash := range hashes {
		if p, ok := coupons[hash]; ok {
			is.coupons[k] = couponState{state: p.State, until: ms(p.HeldUntil)}
			if p.Order != "" {
				is.coupons[k].order = numberOf(string(p.Order))
			}
		}
	}
	for i, o := range shopOfHistories.Offers {
		left, err := store.Budget(ctx, o.ID, o.Version)
		if err != nil {
			return is, err
		}
		copy(is.left[i][:], left)
	}
	return is, nil
}

// addUp checks that the uses that are left in the budgets and those that
// are taken from them add up to those at the start, shard by shard, and that
// the coupons of a redeemed order are redeemed by it.
func (s system) addUp() error {
	sum := s.left
	for k, p := range s.coupons {
		switch p.state {
		case coupon.Issued, coupon.Held, coupon.Redeemed:
			sum[automatics+kindOf[k]][shardOf[k]]++
		}
	}
	for o, t := range s.orders {
		for a, shard := range t.shards {
			if shard > 0 {
				sum[a][shard-1]++
			}
		}
		for k, has := range t.coupons {
			if p := s.coupons[k]; has && t.state == checkout.Redeemed && (p.state != coupon.Redeemed || p.order != o) {
				return fmt.Errorf("order %d was redeemed with coupon %d, which is %s for order %d", o, k, p.state, p.order)
			}
		}
	}
	if sum != startBudgets {
		return fmt.Errorf("the uses that are left and those that are taken add up to %v, want %v: %+v", sum, startBudgets, s)
	}
	return nil
}

// paid checks that a customer's points and those that orders were paid with add
// up to the points at the start, and that the held points are those of held
// orders.
func (s system) paid(customer int, a points.Account, now time.Time) error {
	sum, held := a.Ledger.At(now).Active, 0
	for _, t := range s.orders {
		switch {
		case t.customer != customer:
		case t.state == checkout.Redeemed || t.state == checkout.Returned:
			sum += t.points
		case t.state == checkout.Held && at(t.until).After(now):
			held += t.points
		}
	}
	if sum != startPoints || held != a.HeldAt(now) || held > a.Ledger.At(now).Active {
		return fmt.Errorf("customer %d has %+v: with what is spent %d points, of which %d are held: %+v", customer, a, sum, held, s.orders)
	}
	return nil
}

// paidBack checks that a returned order is paid back to the cent, and its
// points to the point.
func paidBack(r checkout.Redemption) error {
	var paid, cost int64
	points := 0
	for _, l := range r.Quote.Lines {
		cost += l.Net
	}
	for _, back := range r.Returns {
		paid += back.Paid
		points += back.Points
	}
	if paid > cost || r.State == checkout.Returned && paid != cost {
		return fmt.Errorf("order %s is %s; its lines cost %d, and %d is paid back", r.Order, r.State, cost, paid)
	}
	if points > r.Points || r.State == checkout.Returned && points != r.Points {
		return fmt.Errorf("order %s is %s; it was paid with %d points, and %d are given back", r.Order, r.State, r.Points, points)
	}
	return nil
}
