package memory

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// GetItem returns one item; a nil Item if there is none.
func (e *Engine) GetItem(ctx context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	only(in, "TableName", "Key", "ConsistentRead", "ReturnConsumedCapacity")
	if err := e.begin(ctx); err != nil {
		return nil, failed("GetItem", err)
	}
	defer e.mu.Unlock()
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, failed("GetItem", err)
	}
	at, err := t.key(in.Key)
	if err != nil {
		return nil, failed("GetItem", err)
	}
	out, size := &dynamodb.GetItemOutput{}, 0
	if r := t.rows.at(&at); r != nil {
		out.Item, size = copyItem(r.item), r.size
	}
	out.ConsumedCapacity = cost(in.ReturnConsumedCapacity, t.name, readUnits(size, isTrue(in.ConsistentRead)))
	return out, nil
}

// Query returns one page of a partition of a table or an index, in the order of
// its sort keys.
func (e *Engine) Query(ctx context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	only(in, "TableName", "IndexName", "KeyConditionExpression", "FilterExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
		"ConsistentRead", "ScanIndexForward", "Limit", "ExclusiveStartKey", "ReturnConsumedCapacity")
	if err := e.begin(ctx); err != nil {
		return nil, failed("Query", err)
	}
	defer e.mu.Unlock()
	out, err := e.query(in)
	if err != nil {
		return nil, failed("Query", err)
	}
	return out, nil
}

func (e *Engine) query(in *dynamodb.QueryInput) (*dynamodb.QueryOutput, error) {
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, err
	}
	p := page{
		table: t, rows: t.rows, limit: in.Limit, after: in.ExclusiveStartKey,
		backward: in.ScanIndexForward != nil && !*in.ScanIndexForward,
		env:      env{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues},
	}
	if in.KeyConditionExpression == nil {
		return nil, invalid("KeyConditionExpression is missing")
	}
	wanted := conditionOf(*in.KeyConditionExpression)
	if err := p.filtered(in.FilterExpression, wanted.uses); err != nil {
		return nil, err
	}
	keys := t.keys
	if in.IndexName != nil {
		if p.index = t.index(*in.IndexName); p.index == nil {
			return nil, invalid("The table does not have the specified index: %s", *in.IndexName)
		}
		if isTrue(in.ConsistentRead) {
			return nil, invalid("Consistent reads are not supported on global secondary indexes")
		}
		p.rows, keys = p.index.rows, p.index.keys
	}
	partition, within, err := partitionOf(wanted.test, keys, &p.env)
	if err != nil {
		return nil, err
	}
	p.rows, p.within = p.rows.partition(partition), within
	if err := p.read(); err != nil {
		return nil, err
	}
	return &dynamodb.QueryOutput{
		Items: p.items, Count: int32(len(p.items)), ScannedCount: int32(p.seen), LastEvaluatedKey: p.last,
		ConsumedCapacity: cost(in.ReturnConsumedCapacity, t.name, readUnits(p.bytes, isTrue(in.ConsistentRead))),
	}, nil
}

// Scan returns one page of a table, or of a segment of it, in the order of the
// partitions' hashes.
func (e *Engine) Scan(ctx context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	only(in, "TableName", "FilterExpression", "ExpressionAttributeNames", "ExpressionAttributeValues",
		"ConsistentRead", "Segment", "TotalSegments", "Limit", "ExclusiveStartKey", "ReturnConsumedCapacity")
	if err := e.begin(ctx); err != nil {
		return nil, failed("Scan", err)
	}
	defer e.mu.Unlock()
	out, err := e.scan(in)
	if err != nil {
		return nil, failed("Scan", err)
	}
	return out, nil
}

func (e *Engine) scan(in *dynamodb.ScanInput) (*dynamodb.ScanOutput, error) {
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, err
	}
	p := page{
		table: t, rows: t.rows, limit: in.Limit, after: in.ExclusiveStartKey,
		env: env{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues},
	}
	if err := p.filtered(in.FilterExpression); err != nil {
		return nil, err
	}
	if (in.Segment == nil) != (in.TotalSegments == nil) || in.Segment != nil && (*in.Segment < 0 || *in.Segment >= *in.TotalSegments) {
		return nil, invalid("Segment and TotalSegments come together, and Segment is from 0 to TotalSegments-1")
	}
	if in.Segment != nil {
		p.rows = p.rows.segment(int(*in.Segment), int(*in.TotalSegments))
	}
	if err := p.read(); err != nil {
		return nil, err
	}
	return &dynamodb.ScanOutput{
		Items: p.items, Count: int32(len(p.items)), ScannedCount: int32(p.seen), LastEvaluatedKey: p.last,
		ConsumedCapacity: cost(in.ReturnConsumedCapacity, t.name, readUnits(p.bytes, isTrue(in.ConsistentRead))),
	}, nil
}

// isTrue returns *b, false for nil.
func isTrue(b *bool) bool { return b != nil && *b }

// partitionOf splits a key condition: it returns the value of the partition key
// and the condition on the sort key, if there is one.
func partitionOf(wanted test, keys schema, e *env) (partition string, within test, err error) {
	parts, ok := wanted.(and)
	if !ok {
		parts = and{wanted}
	}
	for _, part := range parts {
		switch equal, ok := part.(comparison); {
		case ok && equal.sign == "=" && e.about(equal.left) == keys.partition && partition == "":
			if partition, ok = text(e.get(equal.right)); !ok || partition == "" {
				return "", nil, invalid("One or more parameter values were invalid: %s is compared with a value that is no key", keys.partition)
			}
		case within == nil && e.about(subject(part)) == keys.sort && keys.sort != "":
			within = part
		default:
			return "", nil, invalid("Query key condition not supported")
		}
	}
	if partition == "" {
		return "", nil, invalid("Query condition missed key schema element: %s", keys.partition)
	}
	return partition, within, nil
}

// subject returns the operand that a condition on a sort key compares; the zero
// operand if t cannot be such a condition.
func subject(t test) operand {
	switch t := t.(type) {
	case comparison:
		if t.sign != "<>" {
			return t.left
		}
	case between:
		return t.what
	case beginsWith:
		return t.what
	}
	return operand{}
}

// about returns the name of the top-level attribute that an operand is; "" if
// it is something else.
func (e *env) about(o operand) string {
	if len(o.path) != 1 {
		return ""
	}
	return e.name(o.path[0])
}
