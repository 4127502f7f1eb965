package memory

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// DynamoDB's limits of one batch.
const (
	mostGets      = 100
	mostPuts      = 25
	mostBatchRead = 16 << 20
)

// BatchGetItem returns the items that exist, in the order of their keys. Items
// beyond 16 MB are left unprocessed.
func (e *Engine) BatchGetItem(ctx context.Context, in *dynamodb.BatchGetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchGetItemOutput, error) {
	only(in, "RequestItems", "ReturnConsumedCapacity")
	if err := e.begin(ctx); err != nil {
		return nil, failed("BatchGetItem", err)
	}
	defer e.mu.Unlock()
	out, err := e.batchGet(in)
	if err != nil {
		return nil, failed("BatchGetItem", err)
	}
	return out, nil
}

func (e *Engine) batchGet(in *dynamodb.BatchGetItemInput) (*dynamodb.BatchGetItemOutput, error) {
	out := &dynamodb.BatchGetItemOutput{Responses: map[string][]item{}, UnprocessedKeys: map[string]types.KeysAndAttributes{}}
	asked, bytes := 0, 0
	var b bill
	for _, name := range slices.Sorted(maps.Keys(in.RequestItems)) {
		request := in.RequestItems[name]
		only(&request, "Keys", "ConsistentRead", "ProjectionExpression")
		t, err := e.table(&name)
		if err != nil {
			return nil, err
		}
		if asked += len(request.Keys); asked > mostGets || len(request.Keys) == 0 {
			return nil, invalid("a batch gets 1 to %d items", mostGets)
		}
		places, err := t.places(request.Keys)
		if err != nil {
			return nil, err
		}
		left := types.KeysAndAttributes{ConsistentRead: request.ConsistentRead, ProjectionExpression: request.ProjectionExpression}
		found := []item{}
		for _, at := range places {
			r := t.rows.at(&at.place)
			size := 0
			if r != nil {
				size = r.size
			}
			if bytes+size > mostBatchRead {
				left.Keys = append(left.Keys, copyItem(at.item))
				continue
			}
			bytes += size
			if r != nil {
				found = append(found, projected(copyItem(r.item), request.ProjectionExpression))
			}
			b.add(name, readUnits(size, isTrue(request.ConsistentRead)))
		}
		out.Responses[name] = found
		if len(left.Keys) > 0 {
			out.UnprocessedKeys[name] = left
		}
	}
	if asked == 0 {
		return nil, invalid("a batch gets 1 to %d items", mostGets)
	}
	out.ConsumedCapacity = b.total(in.ReturnConsumedCapacity)
	return out, nil
}

// projected removes the attributes that a projection does not name. It knows names
// separated by commas, no paths and no substitutes.
func projected(m item, projection *string) item {
	if projection != nil {
		names := strings.Split(*projection, ",")
		maps.DeleteFunc(m, func(name string, _ types.AttributeValue) bool { return !slices.Contains(names, name) })
	}
	return m
}

// places returns a row for each of the items or keys, in the order of the
// table. It fails if two have the same key.
func (t *table) places(items []item) (list, error) {
	var l list
	for _, m := range items {
		at, err := t.place(m)
		if err != nil {
			return nil, err
		}
		if l.at(&at) != nil {
			return nil, invalid("Provided list of item keys contains duplicates")
		}
		l.put(&row{place: at, item: m})
	}
	return l, nil
}

// BatchWriteItem puts items, over any that are stored under their keys.
func (e *Engine) BatchWriteItem(ctx context.Context, in *dynamodb.BatchWriteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.BatchWriteItemOutput, error) {
	only(in, "RequestItems", "ReturnConsumedCapacity")
	if err := e.begin(ctx); err != nil {
		return nil, failed("BatchWriteItem", err)
	}
	defer e.mu.Unlock()
	changes, err := e.puts(in.RequestItems)
	if err != nil {
		return nil, failed("BatchWriteItem", err)
	}
	var b bill
	for _, c := range changes {
		b.add(c.table.name, c.do(1))
	}
	return &dynamodb.BatchWriteItemOutput{
		UnprocessedItems: map[string][]types.WriteRequest{},
		ConsumedCapacity: b.total(in.ReturnConsumedCapacity),
	}, nil
}

func (e *Engine) puts(requests map[string][]types.WriteRequest) ([]change, error) {
	var changes []change
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		t, err := e.table(&name)
		if err != nil {
			return nil, err
		}
		var items []item
		for i := range requests[name] {
			only(&requests[name][i], "PutRequest")
			if requests[name][i].PutRequest == nil {
				return nil, invalid("a WriteRequest has neither a PutRequest nor a DeleteRequest")
			}
			items = append(items, requests[name][i].PutRequest.Item)
		}
		if _, err := t.places(items); err != nil {
			return nil, err
		}
		for _, m := range items {
			c, err := e.plan(write{table: &name, item: m})
			if err != nil {
				return nil, err
			}
			changes = append(changes, c)
		}
	}
	if len(changes) == 0 || len(changes) > mostPuts {
		return nil, invalid("a batch puts 1 to %d items, not %d", mostPuts, len(changes))
	}
	return changes, nil
}
