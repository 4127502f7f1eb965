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

// budgetItem says how a budget was laid out; it never changes.
type budgetItem struct {
	couponKey
	Uses   int `dynamodbav:"uses"`
	Shards int `dynamodbav:"shards"`
}

// shardItem is a part of a budget that is debited alone.
type shardItem struct {
	couponKey
	Left int `dynamodbav:"left"`
}

// mostShards keeps a budget within one transaction, itself included.
const mostShards = 99

// EnsureBudget lays out a budget of so many uses in shards, 1 to 99; the first
// ones take what does not divide. It may be called at every start: a budget that
// is there stays as it is. It fails with [ErrConflict] where the same version was
// laid out otherwise: to change a budget, raise the offer's version.
//
// One item takes some 500 transactions a second; who expects more at one time
// asks for more shards.
func (s *Store) EnsureBudget(ctx context.Context, offer shop.OfferID, version, uses, shards int) error {
	if uses < 0 || shards < 1 || shards > mostShards {
		return fmt.Errorf("budget of %s: %d uses in %d shards: want no negative uses, and 1 to %d shards", offer, uses, shards, mostShards)
	}
	want := budgetItem{keyOfBudget(offer, version), uses, shards}
	stored, err := s.budget(ctx, offer, version)
	if errors.Is(err, ErrNotFound) {
		if err = s.layOut(ctx, offer, version, want); err == nil {
			return nil
		}
		if now, errRead := s.budget(ctx, offer, version); errRead == nil { // someone came first, perhaps we ourselves
			stored, err = now, nil
		}
	}
	if err == nil && stored != want {
		err = fmt.Errorf("version %d was laid out as %d uses in %d shards, not %d in %d; raise the offer's version: %w",
			version, stored.Uses, stored.Shards, uses, shards, ErrConflict)
	}
	if err != nil {
		return fmt.Errorf("budget of %s: %w", offer, err)
	}
	return nil
}

// layOut writes the budget and its shards, all or none.
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

// putNew writes an item of the table of coupons where there is none.
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
// where no such budget was laid out.
func (s *Store) Budget(ctx context.Context, offer shop.OfferID, version int) ([]int, error) {
	left, err := s.shards(ctx, offer, version)
	if err != nil {
		return nil, fmt.Errorf("budget of %s: %w", offer, err)
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

// FundedShard returns a shard that had a use left just now, looking from start
// on and around. It is for a claim whose shard was used up. It fails with
// [ErrSpent] where none has, and with [ErrNotFound].
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
	return 0, fmt.Errorf("budget of %s: %w", offer, ErrSpent)
}

// debit takes one use from the coupon's shard where one is left.
func (s *Store) debit(c coupon.Coupon) types.TransactWriteItem {
	return s.addToShard(c, -1, expression.Name("left").GreaterThan(expression.Value(0)))
}

// credit gives one use back to the coupon's shard.
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
