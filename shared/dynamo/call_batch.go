package dynamo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDB's limits of one batch.
const (
	mostGets = 100
	mostPuts = 25
)

// batchGet reads the items of distinct keys and calls visit with each item that
// exists. A read that is not consistent costs half. DynamoDB may leave a part
// of a batch undone (an answer above 16 MB, or throttling): batchGet requests
// that part again. only are the names of the attributes to read; none: all.
func (s *Store) batchGet(ctx context.Context, table string, keys []item, consistent bool, visit func(item) error, only ...string) error {
	var projection *string
	if len(only) > 0 {
		projection = new(strings.Join(only, ","))
	}
	for chunk := range slices.Chunk(keys, mostGets) {
		for attempt := 1; len(chunk) > 0; attempt++ {
			var out *dynamodb.BatchGetItemOutput
			err := s.retryInTheWay(ctx, func() (err error) {
				out, err = s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{
					RequestItems: map[string]types.KeysAndAttributes{table: {
						Keys: chunk, ConsistentRead: &consistent, ProjectionExpression: projection,
					}},
					ReturnConsumedCapacity: s.price(),
				})
				return err
			})
			if err != nil {
				return err
			}
			s.readCost(out.ConsumedCapacity...)
			for _, m := range out.Responses[table] {
				if err := visit(m); err != nil {
					return err
				}
			}
			left := out.UnprocessedKeys[table].Keys
			if attempt, err = s.again(ctx, attempt, len(left), len(chunk)); err != nil {
				return err
			}
			chunk = left
		}
	}
	return nil
}

// batchPut writes at most 25 items, over any that are stored under their keys.
func (s *Store) batchPut(ctx context.Context, table string, items []item) error {
	var requests []types.WriteRequest
	for _, m := range items {
		requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: m}})
	}
	for attempt := 1; len(requests) > 0; attempt++ {
		var out *dynamodb.BatchWriteItemOutput
		err := s.retryInTheWay(ctx, func() (err error) {
			out, err = s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{
				RequestItems:           map[string][]types.WriteRequest{table: requests},
				ReturnConsumedCapacity: s.price(),
			})
			return err
		})
		if err != nil {
			return err
		}
		s.writeCost(out.ConsumedCapacity...)
		left := out.UnprocessedItems[table]
		if attempt, err = s.again(ctx, attempt, len(left), len(requests)); err != nil {
			return err
		}
		requests = left
	}
	return nil
}

// again waits before the undone part of a batch is requested again. It counts
// only attempts without progress, and fails after Attempts of them.
func (s *Store) again(ctx context.Context, attempt, left, asked int) (int, error) {
	switch {
	case left == 0:
		return attempt, nil
	case left < asked:
		attempt = 1
	case attempt == Attempts:
		return attempt, fmt.Errorf("%w: %d of a batch are left after %d attempts", ErrThrottled, left, attempt)
	}
	return attempt, s.Pause(ctx, attempt)
}

func values[K comparable](m map[K]item) []item { return slices.Collect(maps.Values(m)) }
