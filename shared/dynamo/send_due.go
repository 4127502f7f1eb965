package dynamo

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// This file holds the index "due" of waiting sends (docs/decisions/0007). It
// lags: a listed send may have changed since. A write on a listed send names
// its state and fence, so the lag costs a refused write and nothing else.

// indexDue holds waiting sends by the time at which they are due.
const indexDue = "due"

// Lane is one of the two parts of the index, so that a million promotions that
// are due at one time do not delay a transactional message.
type Lane string

const (
	LaneTransactional Lane = "needed" // every class but promotions
	LaneMarketing     Lane = "wished" // promotions
)

// shards is how many partitions of the index each lane has. One takes 1000
// writes a second, which a campaign whose sends all wait can reach; an empty
// one costs half a read unit a minute, 20 of them 0.7 dollars a year.
var shards = map[Lane]int{LaneTransactional: 4, LaneMarketing: 16}

// DueShard is the name of a partition of the index, such as "wished#7".
type DueShard string

// DueShards returns the partitions of a lane.
func DueShards(lane Lane) []DueShard {
	all := make([]DueShard, shards[lane])
	for i := range all {
		all[i] = DueShard(string(lane) + "#" + strconv.Itoa(i))
	}
	return all
}

func dueShardOf(d claim.Send) DueShard {
	lane := LaneTransactional
	if d.Class == shop.ClassPromotion {
		lane = LaneMarketing
	}
	h := fnv.New32a()
	h.Write([]byte(d.ID))
	return DueShard(string(lane) + "#" + strconv.Itoa(int(h.Sum32()%uint32(shards[lane]))))
}

// Due calls visit with up to limit sends of one partition that are due at now,
// earliest first, and returns the cursor of the next page, or [End]. It skips
// records that cannot be read and names them in the error; the cursor is valid
// then too. An error of visit ends the page.
func (s *Store) Due(ctx context.Context, now time.Time, shard DueShard, after Cursor, limit int, visit func(claim.Send) error) (Cursor, error) {
	start, err := after.key()
	if err != nil {
		return "", fmt.Errorf("list due sends of %s: %w", shard, err)
	}
	e := build(expression.NewBuilder().WithKeyCondition(
		expression.Key("due_shard").Equal(expression.Value(shard)).
			And(expression.Key("due_at").LessThanEqual(expression.Value(stampOf(now))))))
	out, err := s.query(ctx, &dynamodb.QueryInput{
		TableName: &s.tables.Sends, IndexName: new(indexDue), Limit: new(int32(limit)), ExclusiveStartKey: start,
		KeyConditionExpression:   e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if err != nil {
		return "", fmt.Errorf("list due sends of %s: %w", shard, err)
	}
	var unreadable []error
	for _, m := range out.Items {
		d, err := readSend(m)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		if err := visit(d); err != nil {
			return "", fmt.Errorf("list due sends of %s: %w", shard, err)
		}
	}
	next, err := cursorOf(out.LastEvaluatedKey)
	return next, errors.Join(append(unreadable, err)...)
}

// Later changes only the time for which a send waits. It fails with
// [ErrConflict] if the send no longer waits, or waits for another time than
// d.Wake: another call has stored a newer one.
func (s *Store) Later(ctx context.Context, d claim.Send, at time.Time) error {
	e := build(expression.NewBuilder().
		WithUpdate(expression.
			Set(expression.Name("due_shard"), expression.Value(dueShardOf(d))).
			Set(expression.Name("due_at"), expression.Value(stampOf(at))).
			Set(expression.Name("wake"), expression.Value(stampOf(at)))).
		WithCondition(expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(fence(d))).
			And(expression.Name("wake").Equal(expression.Value(stampOf(d.Wake))))))
	if _, err := s.updateSend(ctx, d, e); err != nil {
		return fmt.Errorf("delay send %s: %w", d.ID, err)
	}
	return nil
}
