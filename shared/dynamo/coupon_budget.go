package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/coupon"
	"regulars/shared/shop"
)

// ErrSpent means that no shard of a budget has a use left.
var ErrSpent = errors.New("the budget is used up")

func keyOfBudget(offer shop.OfferID, version int) couponKey {
	return couponKey{"budget#" + string(offer) + "@" + strconv.Itoa(version)}
}

func keyOfShard(offer shop.OfferID, version, shard int) couponKey {
	return couponKey{keyOfBudget(offer, version).Coupon + "#" + strconv.Itoa(shard)}
}

// budgetItem is the size of a budget and the number of its shards; it never
// changes.
type budgetItem struct {
	couponKey
	Uses   int `dynamodbav:"uses"`
	Shards int `dynamodbav:"shards"`
}

// shardItem is one shard of a budget: the uses that it has left.
type shardItem struct {
	couponKey
	Left int `dynamodbav:"left"`
}

// mostShards is how many shards fit in one transaction together with their
// budget.
const mostShards = 99

// EnsureBudget creates a budget with that number of uses, divided into 1 to 99
// shards; the first shards take the remainder. Call it at every start: an
// existing budget stays as it is. It fails with [ErrConflict] if the same
// version exists with another size or number of shards: to change a budget,
// raise the offer's version.
//
// One shard takes about 500 transactions a second; for more at one time, use
// more shards.
func (s *Store) EnsureBudget(ctx context.Context, offer shop.OfferID, version, uses, shards int) error {
	if uses < 0 || shards < 1 || shards > mostShards {
		return fmt.Errorf("create the budget of %s: %d uses in %d shards: want no negative uses, and 1 to %d shards", offer, uses, shards, mostShards)
	}
	want := budgetItem{keyOfBudget(offer, version), uses, shards}
	stored, err := s.budget(ctx, offer, version)
	if errors.Is(err, ErrNotFound) {
		if err = s.layOut(ctx, offer, version, want); err == nil {
			return nil
		}
		if now, errRead := s.budget(ctx, offer, version); errRead == nil { // another call created it, or this one and its answer was lost
			stored, err = now, nil
		}
	}
	if err == nil && stored != want {
		err = fmt.Errorf("version %d exists with %d uses in %d shards, not %d in %d; raise the offer's version: %w",
			version, stored.Uses, stored.Shards, uses, shards, ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("create the budget of %s: %w", offer, err)
	}
	return nil
}

// layOut writes the budget and its shards, all or nothing.
func (s *Store) layOut(ctx context.Context, offer shop.OfferID, version int, b budgetItem) error {
	writes := []types.TransactWriteItem{s.putNew(b)}
	for shard := range b.Shards {
		left := b.Uses / b.Shards
		if shard < b.Uses%b.Shards {
			left++
		}
		writes = append(writes, s.putNew(shardItem{keyOfShard(offer, version, shard), left}))
	}
	return s.transact(ctx, writes...)
}

// putNew is the write of an item of the table of coupons that must be absent.
func (s *Store) putNew(it any) types.TransactWriteItem {
	e := where(expression.AttributeNotExists(expression.Name("coupon")))
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Coupons, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

func (s *Store) budget(ctx context.Context, offer shop.OfferID, version int) (b budgetItem, err error) {
	m, err := s.get(ctx, s.tables.Coupons, keyOfBudget(offer, version))
	if err != nil {
		return b, err
	}
	if m == nil {
		return b, ErrNotFound
	}
	return b, unmarshal(m, &b)
}

// Budget returns how many uses each shard has left. It fails with [ErrNotFound]
// if there is no such budget.
func (s *Store) Budget(ctx context.Context, offer shop.OfferID, version int) ([]int, error) {
	left, err := s.shards(ctx, offer, version)
	if err != nil {
		return nil, fmt.Errorf("read the budget of %s: %w", offer, err)
	}
	return left, nil
}

func (s *Store) shards(ctx context.Context, offer shop.OfferID, version int) ([]int, error) {
	b, err := s.budget(ctx, offer, version)
	if err != nil {
		return nil, err
	}
	left := make([]int, b.Shards)
	place := make(map[string]int, b.Shards)
	var keys []item
	for shard := range b.Shards {
		key := keyOfShard(offer, version, shard)
		place[key.Coupon] = shard
		keys = append(keys, marshal(key))
	}
	err = s.batchGet(ctx, s.tables.Coupons, keys, true, func(m item) error {
		var it shardItem
		err := unmarshal(m, &it)
		left[place[it.Coupon]] = it.Left
		return err
	})
	return left, err
}

// FundedShard returns the first shard from start on, wrapping around, that has
// a use left. It is for a claim whose shard is used up. It fails with
// [ErrSpent] if no shard has a use left, and with [ErrNotFound] if there is no
// such budget.
func (s *Store) FundedShard(ctx context.Context, offer shop.OfferID, version, start int) (int, error) {
	left, err := s.Budget(ctx, offer, version)
	if err != nil {
		return 0, err
	}
	for i := range left {
		if shard := (max(start, 0) + i) % len(left); left[shard] > 0 {
			return shard, nil
		}
	}
	return 0, fmt.Errorf("choose a shard of the budget of %s: %w", offer, ErrSpent)
}

// debit is the write that takes one use from the coupon's shard, if one is
// left.
func (s *Store) debit(c coupon.Coupon) types.TransactWriteItem {
	return s.addToShard(c, -1, expression.Name("left").GreaterThan(expression.Value(0)))
}

// credit is the write that gives one use back to the coupon's shard.
func (s *Store) credit(c coupon.Coupon) types.TransactWriteItem {
	return s.addToShard(c, +1, expression.AttributeExists(expression.Name("left")))
}

func (s *Store) addToShard(c coupon.Coupon, n int, condition expression.ConditionBuilder) types.TransactWriteItem {
	e := build(expression.NewBuilder().
		WithUpdate(expression.Add(expression.Name("left"), expression.Value(n))).
		WithCondition(condition))
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.tables.Coupons, Key: marshal(keyOfShard(c.Offer, c.Version, c.Shard)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}
