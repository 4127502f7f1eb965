package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"regulars/infra/proof/simulate/clockwork"
	"regulars/shared/dynamo/memory"
)

// DynamoDB's limits of one item and one partition, in units a second.
const mostWrites = 1000

// tries is how often the SDK makes a call that was throttled.
const tries = 3

// client is DynamoDB as a container sees it: each call takes its time, an item takes
// no more than its limit of writes, and a write waits for no transaction on its item
// but is refused.
type client struct {
	*memory.Engine
	*trial
}

// item is what was written to one item.
type item struct {
	second int     // the current one, of virtual time
	units  float64 // in it
	most   float64 // of all seconds
	sum    float64
	throttled,
	conflicts int // writes that were refused
	held bool // by a transaction
}

// timed makes one call of the SDK, which repeats it if it was throttled.
func timed[Out any](ctx context.Context, c *client, operation string, keys []string, transaction bool, do func() (Out, float64, error)) (out Out, err error) {
	task := clockwork.From(ctx)
	for attempt := 1; ; attempt++ {
		takes := c.latencies[operation].draw(c.random)
		task.Wait(takes / 2)
		again := false
		switch bad := c.refusal(keys, transaction); {
		case bad != nil:
			err, again = &smithy.OperationError{ServiceID: "DynamoDB", OperationName: operation, Err: bad}, isThrottled(bad)
		case transaction:
			c.hold(keys, true)
			task.Wait(takes / 4)
			out, err = bill(c, keys, do)
			c.hold(keys, false)
			takes -= takes / 2
		default:
			out, err = bill(c, keys, do)
		}
		task.Wait(takes / 2)
		if !again || attempt == tries {
			return out, err
		}
		task.Wait(time.Duration(c.random.Int64N(int64(100*time.Millisecond) << attempt)))
	}
}

func isThrottled(err error) bool {
	_, yes := err.(*types.ProvisionedThroughputExceededException) //nolint:errorlint // made here
	return yes
}

// refusal returns why DynamoDB does not make a write to these items now; nil if it
// does.
func (c *client) refusal(keys []string, transaction bool) error {
	for i, key := range keys {
		it := c.at(key)
		switch {
		case it.units >= mostWrites:
			it.throttled++
			return &types.ProvisionedThroughputExceededException{Message: new("the item has had its write units of this second")}
		case it.held && transaction:
			it.conflicts++
			reasons := slices.Repeat([]types.CancellationReason{{Code: new("None")}}, len(keys))
			reasons[i].Code = new("TransactionConflict")
			return &types.TransactionCanceledException{Message: new("conflict"), CancellationReasons: reasons}
		case it.held:
			it.conflicts++
			return &types.TransactionConflictException{Message: new("conflict")}
		}
	}
	return nil
}

func (c *client) hold(keys []string, held bool) {
	for _, key := range keys {
		c.at(key).held = held
	}
}

// bill makes a call and counts its write units, evenly for its items. A condition that
// fails costs a unit for each item.
func bill[Out any](c *client, keys []string, do func() (Out, float64, error)) (Out, error) {
	out, units, err := do()
	for _, key := range keys {
		it := c.at(key)
		each := max(1, units/float64(len(keys)))
		it.units, it.sum = it.units+each, it.sum+each
		it.most = max(it.most, it.units)
	}
	return out, err
}

// at returns the item's counts, of the current second.
func (c *client) at(key string) *item {
	it := c.items[key]
	if it == nil {
		it = &item{}
		c.items[key] = it
	}
	if second := int(c.clock.Passed() / time.Second); second != it.second {
		it.second, it.units = second, 0
	}
	return it
}

// keyOf returns the name of an item: its table and the values of its keys.
func keyOf(table *string, m map[string]types.AttributeValue) string {
	parts := []string{*table}
	for _, name := range []string{"customer", "kind", "send", "coupon", "setting", "product", "order"} {
		if v, ok := m[name].(*types.AttributeValueMemberS); ok {
			parts = append(parts, v.Value)
		}
	}
	return strings.Join(parts, "/")
}

func unitsOf(all ...*types.ConsumedCapacity) (sum float64) {
	for _, c := range all {
		if c != nil && c.CapacityUnits != nil {
			sum += *c.CapacityUnits
		}
	}
	return sum
}

func (c *client) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return timed(ctx, c, "GetItem", nil, false, func() (*dynamodb.GetItemOutput, float64, error) {
		out, err := c.Engine.GetItem(ctx, in)
		return out, 0, err
	})
}

func (c *client) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	return timed(ctx, c, "BatchGetItem", nil, false, func() (*dynamodb.BatchGetItemOutput, float64, error) {
		out, err := c.Engine.BatchGetItem(ctx, in)
		return out, 0, err
	})
}

func (c *client) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return timed(ctx, c, "Query", nil, false, func() (*dynamodb.QueryOutput, float64, error) {
		out, err := c.Engine.Query(ctx, in)
		return out, 0, err
	})
}

func (c *client) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	return timed(ctx, c, "PutItem", []string{keyOf(in.TableName, in.Item)}, false, func() (*dynamodb.PutItemOutput, float64, error) {
		out, err := c.Engine.PutItem(ctx, in)
		if err != nil {
			return out, 0, err
		}
		return out, unitsOf(out.ConsumedCapacity), nil
	})
}

func (c *client) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	return timed(ctx, c, "UpdateItem", []string{keyOf(in.TableName, in.Key)}, false, func() (*dynamodb.UpdateItemOutput, float64, error) {
		out, err := c.Engine.UpdateItem(ctx, in)
		if err != nil {
			return out, 0, err
		}
		return out, unitsOf(out.ConsumedCapacity), nil
	})
}

func (c *client) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, _ ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	in.ReturnConsumedCapacity = types.ReturnConsumedCapacityTotal
	var keys []string
	for _, w := range in.TransactItems {
		switch {
		case w.Put != nil:
			keys = append(keys, keyOf(w.Put.TableName, w.Put.Item))
		case w.Update != nil:
			keys = append(keys, keyOf(w.Update.TableName, w.Update.Key))
		case w.ConditionCheck != nil:
			keys = append(keys, keyOf(w.ConditionCheck.TableName, w.ConditionCheck.Key))
		default:
			return nil, fmt.Errorf("throughput: a transaction has a write of a kind that the trial does not know")
		}
	}
	return timed(ctx, c, "TransactWriteItems", keys, true, func() (*dynamodb.TransactWriteItemsOutput, float64, error) {
		out, err := c.Engine.TransactWriteItems(ctx, in)
		if err != nil {
			return out, 0, err
		}
		units := 0.0
		for i := range out.ConsumedCapacity {
			units += unitsOf(&out.ConsumedCapacity[i])
		}
		return out, units, nil
	})
}
