package memory

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// write is a Put or an Update, alone or in a transaction, or a transaction's
// ConditionCheck or Delete: those have a key and no update.
type write struct {
	table     *string
	item      item    // of a Put
	key       item    // of an Update, a check or a Delete
	update    *string // of an Update
	remove    bool    // it is a Delete
	condition *string
	names     map[string]string
	values    map[string]value
	allOld    bool // return the stored item if the condition does not hold
}

// change is a write that will succeed.
type change struct {
	table    *table
	old, new *row // old is nil if nothing is stored, new if the write is a check or a Delete
	remove   bool // it is a Delete
}

// unmet is the error of a write whose condition did not hold.
type unmet struct{ old item }

func (unmet) Error() string { return "The conditional request failed" }

// wrong is an error that DynamoDB finds only after it has read the item: in a
// transaction it is a cancellation reason.
type wrong struct{ error }

func (w wrong) Unwrap() error { return w.error }

// plan returns the change of a write. It fails with [unmet] or [wrong], or with
// an error of the whole request.
func (e *Engine) plan(w write) (change, error) {
	t, err := e.table(w.table)
	if err != nil {
		return change{}, err
	}
	var at place
	if w.key == nil {
		at, err = t.place(w.item)
	} else {
		at, err = t.key(w.key)
	}
	if err != nil {
		return change{}, err
	}
	c := change{table: t, old: t.rows.at(&at), remove: w.remove}
	env := &env{names: w.names, values: w.values}
	if c.old != nil {
		env.item = c.old.item
	}
	var test condition
	var steps update
	if w.condition != nil {
		test = conditionOf(*w.condition)
	}
	if w.update != nil {
		steps = updateOf(*w.update)
	}
	if err := env.defined(test.uses, steps.uses); err != nil {
		return change{}, err
	}
	if test.test != nil && !test.test.holds(env) {
		stop := unmet{}
		if w.allOld {
			stop.old = copyItem(env.item)
		}
		return change{}, stop
	}
	switch {
	case w.key == nil:
		c.new = &row{place: at, item: copyItem(w.item)}
	case w.update == nil:
		return c, nil
	default:
		if c.old == nil {
			env.item = copyItem(w.key)
		}
		changed, err := steps.apply(env, t.keys)
		if err != nil {
			return change{}, wrong{err}
		}
		c.new = &row{place: at, item: changed}
	}
	if c.new.size = sizeOf(c.new.item); c.new.size > mostBytes {
		return change{}, wrong{invalid("Item size has exceeded the maximum allowed size: %d bytes", c.new.size)}
	}
	for _, x := range t.indexes {
		if _, _, err := x.place(c.new); err != nil {
			return change{}, wrong{err}
		}
	}
	return c, nil
}

// do makes the change and returns the write units that it costs. A transaction
// pays for an item twice, but for its indexes once.
func (c change) do(times float64) float64 {
	if c.new == nil {
		units := times * float64(max(1, writeUnits(c.old)))
		if c.remove && c.old != nil {
			c.table.rows.remove(&c.old.place)
			for _, x := range c.table.indexes {
				units += x.follow(c.old, nil)
			}
		}
		return units
	}
	units := times * float64(max(writeUnits(c.old), writeUnits(c.new)))
	c.table.rows.put(c.new)
	for _, x := range c.table.indexes {
		units += x.follow(c.old, c.new)
	}
	return units
}

// follow updates the index and returns the write units that this costs.
func (x *index) follow(old, now *row) float64 {
	was, wasIn, _ := x.place(old)
	is, isIn, _ := x.place(now)
	units := 0
	switch {
	case wasIn && isIn && was.compare(&is) == 0:
		if !sameItem(old.item, now.item) {
			units = max(writeUnits(old), writeUnits(now))
		}
	case wasIn && isIn:
		units = writeUnits(old) + writeUnits(now)
	case wasIn:
		units = writeUnits(old)
	case isIn:
		units = writeUnits(now)
	}
	if wasIn {
		x.rows.remove(&was)
	}
	if isIn {
		x.rows.put(&row{place: is, item: now.item, size: now.size})
	}
	return float64(units)
}

// one makes a write outside of a transaction.
func (e *Engine) one(w write) (change, float64, error) {
	c, err := e.plan(w)
	var stop unmet
	var odd wrong
	switch {
	case errors.As(err, &stop):
		return c, 0, &types.ConditionalCheckFailedException{Message: new(stop.Error()), Item: stop.old}
	case errors.As(err, &odd):
		return c, 0, odd.error
	case err != nil:
		return c, 0, err
	}
	return c, c.do(1), nil
}

// PutItem writes an item if its condition holds.
func (e *Engine) PutItem(ctx context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	only(in, "TableName", "Item", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
		"ReturnValuesOnConditionCheckFailure", "ReturnConsumedCapacity")
	if err := e.begin(ctx); err != nil {
		return nil, failed("PutItem", err)
	}
	defer e.mu.Unlock()
	_, units, err := e.one(write{
		table: in.TableName, item: in.Item, condition: in.ConditionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues,
		allOld: in.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err != nil {
		return nil, failed("PutItem", err)
	}
	return &dynamodb.PutItemOutput{ConsumedCapacity: cost(in.ReturnConsumedCapacity, *in.TableName, units)}, nil
}

// UpdateItem changes an item, or creates it, if its condition holds.
// ReturnValues may be ALL_NEW.
func (e *Engine) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	only(in, "TableName", "Key", "UpdateExpression", "ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
		"ReturnValues", "ReturnValuesOnConditionCheckFailure", "ReturnConsumedCapacity")
	if in.UpdateExpression == nil {
		unknown("UpdateItem without an UpdateExpression")
	}
	if err := e.begin(ctx); err != nil {
		return nil, failed("UpdateItem", err)
	}
	defer e.mu.Unlock()
	c, units, err := e.one(write{
		table: in.TableName, key: in.Key, update: in.UpdateExpression, condition: in.ConditionExpression,
		names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues,
		allOld: in.ReturnValuesOnConditionCheckFailure == types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err != nil {
		return nil, failed("UpdateItem", err)
	}
	out := &dynamodb.UpdateItemOutput{ConsumedCapacity: cost(in.ReturnConsumedCapacity, *in.TableName, units)}
	switch in.ReturnValues {
	case "", types.ReturnValueNone:
	case types.ReturnValueAllNew:
		out.Attributes = copyItem(c.new.item)
	default:
		unknown("ReturnValues %s", in.ReturnValues)
	}
	return out, nil
}
