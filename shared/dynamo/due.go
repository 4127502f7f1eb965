package dynamo

import (
	"context"
	"errors"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// indexDue is the index of Sends, Journeys and Coupons that has items by the time at
// which something is due. It is sparse, and it lags: a listed item may have changed
// since, so a write on one names what it was listed as.
const indexDue = "due"

// DueShard is the name of a partition of the index, such as "wished#7".
type DueShard string

// duePlace is an item's place in the index; the zero value is none.
type duePlace struct {
	DueShard DueShard `dynamodbav:"due_shard,omitempty"`
	DueAt    stamp    `dynamodbav:"due_at,omitempty"`
}

// shardOf returns the partition of an item, by a hash of its id: one of the partitions
// with this name.
func shardOf(name string, partitions int, id string) DueShard {
	h := fnv.New32a()
	h.Write([]byte(id))
	return shard(name, int(h.Sum32()%uint32(partitions)))
}

// shardsOf returns all partitions with this name.
func shardsOf(name string, partitions int) []DueShard {
	all := make([]DueShard, partitions)
	for i := range all {
		all[i] = shard(name, i)
	}
	return all
}

func shard(name string, i int) DueShard { return DueShard(name + "#" + strconv.Itoa(i)) }

// dueIn calls visit with up to limit items of one partition of a table's index that
// are due at now, earliest first, and returns the cursor of the next page, or [End].
// It skips items that read cannot read and names them in the error; the cursor is
// valid then too. An error of visit ends the page.
func dueIn[T any](ctx context.Context, s *Store, table string, now time.Time, in DueShard, after Cursor, limit int, read func(item) (T, error), visit func(T) error) (Cursor, error) {
	start, err := after.key()
	if err != nil {
		return "", err
	}
	e := build(expression.NewBuilder().WithKeyCondition(
		expression.Key("due_shard").Equal(expression.Value(in)).
			And(expression.Key("due_at").LessThanEqual(expression.Value(stampOf(now))))))
	out, err := s.query(ctx, &dynamodb.QueryInput{
		TableName: &table, IndexName: new(indexDue), Limit: new(int32(limit)), ExclusiveStartKey: start,
		KeyConditionExpression:   e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if err != nil {
		return "", err
	}
	var unreadable []error
	for _, m := range out.Items {
		one, err := read(m)
		if err != nil {
			unreadable = append(unreadable, err)
			continue
		}
		if err := visit(one); err != nil {
			return "", err
		}
	}
	next, err := cursorOf(out.LastEvaluatedKey)
	return next, errors.Join(append(unreadable, err)...)
}
