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

// This file is the index "due" of what waits (docs/decisions/0007). It lags: a
// send that it shows may have moved on. Whoever acts on one writes on condition
// of what was seen, so a lag costs a refused write and nothing else.

// indexDue holds the sends that wait, by the time at which they are due.
const indexDue = "due"

// Lane parts what waits in two, so that a million promotions that are due at
// one time do not stand before a message that the customer needs.
type Lane string

const (
	LaneTransactional Lane = "needed" // every class but promotions
	LaneMarketing     Lane = "wished" // promotions
)

// shards is how many partitions of the index each lane has. One takes 1000
// writes a second, which a campaign can ask for whose sends all have to wait;
// an empty one costs half a read unit a minute, 20 of them 0.7 dollars a year.
var shards = map[Lane]int{LaneTransactional: 4, LaneMarketing: 16}

// DueShard is a partition of the index, such as "wished#7".
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

// Due gives up to limit sends of one partition to visit, those that are due at
// now, earliest first; it returns where to go on, or [End]. A record that cannot
// be read is passed over, and told of in the error, beside a cursor that is good
// all the same; what visit fails with ends the page.
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

// Later moves a send that waits to a later place in the index, and leaves it as
// it is otherwise. It fails with [ErrConflict] where it waits no more, or for
// another time than d says: whoever stored that knew better.
func (s *Store) Later(ctx context.Context, d claim.Send, at time.Time) error {
	e := build(expression.NewBuilder().
		WithUpdate(expression.
			Set(expression.Name("due_shard"), expression.Value(dueShardOf(d))).
			Set(expression.Name("due_at"), expression.Value(stampOf(at))).
			Set(expression.Name("wake"), expression.Value(stampOf(at)))).
		WithCondition(expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(fence(d))).
			And(expression.Name("wake").Equal(expression.Value(stampOf(d.Wake))))))
	if _, err := s.updateSend(ctx, d, e); err != nil {
		return fmt.Errorf("put off send %s: %w", d.ID, err)
	}
	return nil
}
