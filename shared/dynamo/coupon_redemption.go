package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func keyOfRedemption(order shop.OrderID) couponKey { return couponKey{"order#" + string(order)} }

// redemptionItem is a checkout.Redemption. It is in the index "due" while the
// order holds something.
type redemptionItem struct {
	couponKey
	duePlace
	Rev  Rev  `dynamodbav:"rev"`
	Body body `dynamodbav:"body"`
}

// heldShards is how many partitions the index of lapsing holds has. One takes
// 1000 writes a second.
const heldShards = 4

func redemptionItemOf(r checkout.Redemption) redemptionItem {
	it := redemptionItem{couponKey: keyOfRedemption(r.Order)}
	it.Body, it.Rev = bodyOf(r)
	if r.State == checkout.Held {
		it.duePlace = duePlace{shardOf("held", heldShards, string(r.Order)), stampOf(r.Until)}
	}
	return it
}

// Redemption returns what the order holds or has redeemed, and its revision; a
// redemption without a state, and an empty revision, if nothing is stored.
func (s *Store) Redemption(ctx context.Context, order shop.OrderID) (checkout.Redemption, Rev, error) {
	m, err := s.get(ctx, s.tables.Coupons, keyOfRedemption(order))
	if err != nil {
		return checkout.Redemption{}, "", fmt.Errorf("read redemption of order %s: %w", order, err)
	}
	return readRedemption(order, m)
}

func readRedemption(order shop.OrderID, m item) (checkout.Redemption, Rev, error) {
	r := checkout.Redemption{Order: order}
	if m == nil {
		return r, "", nil
	}
	var it redemptionItem
	err := unmarshal(m, &it)
	if err == nil {
		err = it.Body.read(&r)
	}
	if err != nil {
		return r, "", fmt.Errorf("read redemption of order %s: %w", order, err)
	}
	return r, it.Rev, nil
}

// Checkout is one step of an order's checkout, which is written all or nothing.
type Checkout struct {
	Redemption checkout.Redemption
	Rev        Rev // of the redemption that the step was decided on
	Changes    []checkout.Change

	// Contact is the contact that holds for the customer if its grants of offers
	// without coupon change, else nil: that of Mailbox or, if that is empty, the
	// customer's own. It is written only if its stored revision is ContactRev.
	Contact    *frequency.Contact
	ContactRev Rev
	Mailbox    shop.Mailbox

	// Profile is the customer's profile if its points change, else nil. It is
	// written only if its stored revision is ProfileRev. So is the customer's own
	// contact: see [claim.Claim].
	Profile    *profile.Profile
	ProfileRev Rev

	Now time.Time
}

// CheckoutRefused is the error of a step of a checkout that was not written.
// Its fields say which conditions did not hold. It is an [ErrConflict].
type CheckoutRefused struct {
	Order   bool           // another call changed the redemption: read it again
	Contact bool           // another call changed the contact: read it again
	Profile bool           // another call changed the profile: read it again
	Uses    []checkout.Use // coupons that the transition does not accept; budgets that are used up
}

func (e *CheckoutRefused) Error() string {
	return fmt.Sprintf("the checkout was not saved: order changed: %v, contact changed: %v, profile changed: %v, uses not available: %d", e.Order, e.Contact, e.Profile, len(e.Uses))
}

// Is makes a refused checkout an [ErrConflict].
func (e *CheckoutRefused) Is(target error) bool { return target == ErrConflict }

// SaveRedemption writes one step of an order's checkout in one transaction: the
// redemption, if its stored revision is c.Rev, and every coupon, budget, grant
// and point that the step changes. The same step can be saved again. It fails
// with [*CheckoutRefused] if a condition does not hold.
//
// Cost: two write units for each KB of the redemption, two for each use, two
// for the contact, and two for each KB of the profile if points change.
func (s *Store) SaveRedemption(ctx context.Context, c Checkout) error {
	it := redemptionItemOf(c.Redemption)
	if it.Rev == c.Rev {
		return nil
	}
	writes := []types.TransactWriteItem{s.putRedemption(it, c.Rev)}
	var uses []checkout.Use // of the writes from the second on
	for _, change := range c.Changes {
		write, needed := s.change(c, change)
		if needed {
			writes, uses = append(writes, write), append(uses, change.Use)
		}
	}
	if c.Contact != nil {
		writes = append(writes, s.putReservation(keyOfContact(c.Redemption.Customer, c.Mailbox), *c.Contact, c.ContactRev))
	}
	contact := len(writes) - 1
	ownContact := c.Contact != nil && c.Mailbox == ""
	switch {
	case c.Profile != nil:
		writes = append(writes, putAt(s.tables.Customers, profileItemOf(c.Redemption.Customer, *c.Profile), "customer", c.ProfileRev))
	case ownContact:
		writes = append(writes, s.profileUnchanged(c.Redemption.Customer, c.ProfileRev))
	}
	err := s.transact(ctx, writes...)
	var stop cancelled
	if errors.As(err, &stop) {
		if old := stop.old(0); old != nil && revOf(old) == it.Rev {
			return nil
		}
		refused := &CheckoutRefused{Order: stop.failed(0), Contact: c.Contact != nil && stop.failed(contact), Profile: (c.Profile != nil || ownContact) && stop.failed(len(writes)-1)}
		for i, use := range uses {
			if stop.failed(i + 1) {
				refused.Uses = append(refused.Uses, use)
			}
		}
		err = refused
	}
	err = s.readBack(ctx, err, func() (bool, error) {
		_, rev, err := s.Redemption(ctx, c.Redemption.Order)
		return rev == it.Rev, err
	})
	if err != nil {
		return fmt.Errorf("save redemption of order %s: %w", c.Redemption.Order, err)
	}
	return nil
}

func (s *Store) putRedemption(it redemptionItem, rev Rev) types.TransactWriteItem {
	e := unchanged("coupon", rev)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Coupons, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// change returns the write of a change of one use, and false if it needs none.
func (s *Store) change(c Checkout, change checkout.Change) (types.TransactWriteItem, bool) {
	use := change.Use
	if use.Coupon == "" {
		shard := coupon.Coupon{Offer: use.Offer, Version: use.Version, Shard: use.Shard}
		switch change.To {
		case checkout.Take:
			return s.debit(shard), true
		case checkout.Free:
			return s.credit(shard), true
		}
		return types.TransactWriteItem{}, false
	}
	transition := coupon.Release(c.Redemption.Order)
	switch change.To {
	case checkout.Take:
		transition = coupon.Hold(c.Redemption.Customer, c.Redemption.Order, c.Redemption.Until, c.Now)
	case checkout.Keep:
		transition = coupon.Redeem(c.Redemption.Order)
	}
	return s.moveCoupon(use.Coupon, transition), true
}

// Coupons returns the coupons with these code hashes, keyed by hash. Unknown
// hashes are omitted.
func (s *Store) Coupons(ctx context.Context, hashes []string) (map[string]coupon.Coupon, error) {
	hashes = slices.Clone(hashes)
	slices.Sort(hashes)
	var keys []item
	for _, hash := range slices.Compact(hashes) {
		keys = append(keys, marshal(keyOfCoupon(hash)))
	}
	found := map[string]coupon.Coupon{}
	err := s.batchGet(ctx, s.tables.Coupons, keys, true, func(m item) error {
		var it couponItem
		err := unmarshal(m, &it)
		found[it.Hash] = it.coupon()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d coupons: %w", len(keys), err)
	}
	return found, nil
}

// Lapsed calls visit with at most limit redemptions whose hold has lapsed at
// now, the longest lapsed first. The index lags: a caller that releases one
// must name its revision in the write.
func (s *Store) Lapsed(ctx context.Context, now time.Time, limit int, visit func(checkout.Redemption, Rev) error) error {
	var all []lapsed
	for _, shard := range shardsOf("held", heldShards) { // limit from each: no partition waits for the others if there are too many
		some, err := s.lapsed(ctx, shard, now, limit)
		if err != nil {
			return fmt.Errorf("list lapsed holds: %w", err)
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b lapsed) int { return a.Until.Compare(b.Until) })
	for _, one := range all[:min(limit, len(all))] {
		if err := visit(one.Redemption, one.rev); err != nil {
			return err
		}
	}
	return nil
}

// lapsed is a redemption whose hold has lapsed, and its revision.
type lapsed struct {
	checkout.Redemption
	rev Rev
}

// lapsed returns at most limit redemptions of one partition of the index, in
// the order of the ends of their holds.
func (s *Store) lapsed(ctx context.Context, shard DueShard, now time.Time, limit int) (found []lapsed, err error) {
	e := build(expression.NewBuilder().WithKeyCondition(
		expression.Key("due_shard").Equal(expression.Value(shard)).
			And(expression.Key("due_at").LessThan(expression.Value(stampOf(now))))))
	in := &dynamodb.QueryInput{
		TableName: &s.tables.Coupons, IndexName: new(indexDue),
		KeyConditionExpression:   e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	for len(found) < limit {
		in.Limit = new(int32(limit - len(found)))
		out, err := s.query(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, m := range out.Items {
			r, rev, err := readRedemption("", m)
			if err != nil {
				var key couponKey
				_ = unmarshal(m, &key) // cannot fail: a key is text
				s.skip(ctx, s.tables.Coupons, key.Coupon, err)
				continue
			}
			found = append(found, lapsed{r, rev})
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	return found, nil
}
