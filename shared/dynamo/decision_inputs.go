package dynamo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/shop"
)

// Inputs is what the last decision about a send was made from, without what many
// decisions share: those contents are stored once each (see [Store.SaveContents]) and
// named by their revisions.
type Inputs struct {
	Customer shop.CustomerID `json:"customer"`
	Send     shop.SendID     `json:"send"`
	Decided  time.Time       `json:"decided"`
	Made     json.RawMessage `json:"made"` // the customer's own part; package redecide has its form
	Gone     time.Time       `json:"gone"` // from then on DynamoDB may delete it

	// RowByRow tells that the inputs were stored in an earlier form, which named each row
	// of the catalogue by a revision of its own. Made does not have those rows.
	RowByRow bool `json:"row_by_row,omitempty"`
}

// inputsItem is an item of Decisions that belongs to a customer. Its key is that of the
// send.
type inputsItem struct {
	sendKey
	Decided stamp `dynamodbav:"decided"`
	Body    body  `dynamodbav:"body"`
	Gone    int64 `dynamodbav:"gone"`

	Rows []byte `dynamodbav:"rows,omitempty"` // revisions, in the earlier form only
}

// SaveInputs stores the inputs of a decision in place of those of an earlier decision
// about the same send.
func (s *Store) SaveInputs(ctx context.Context, in Inputs) error {
	it := inputsItem{sendKey: keyOfSend(in.Customer, in.Send), Decided: stampOf(in.Decided), Body: body(in.Made), Gone: in.Gone.Unix()}
	if err := s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Decisions, Item: marshal(it)}); err != nil {
		return fmt.Errorf("save the inputs of the decision about send %s: %w", in.Send, err)
	}
	return nil
}

func readInputs(m item) (Inputs, error) {
	var it inputsItem
	if err := unmarshal(m, &it); err != nil {
		return Inputs{}, err
	}
	return Inputs{it.Customer, it.Send, it.Decided.time(), json.RawMessage(it.Body), time.Unix(it.Gone, 0).UTC(), len(it.Rows) > 0}, nil
}

// Inputs returns the inputs of the last decision about a send. It fails with
// [ErrNotFound] if none are stored.
func (s *Store) Inputs(ctx context.Context, customer shop.CustomerID, id shop.SendID) (in Inputs, err error) {
	m, err := s.get(ctx, s.tables.Decisions, keyOfSend(customer, id))
	switch {
	case err == nil && m == nil:
		err = ErrNotFound
	case err == nil:
		in, err = readInputs(m)
	}
	if err != nil {
		return Inputs{}, fmt.Errorf("read the inputs of the decision about send %s: %w", id, err)
	}
	return in, nil
}

// InputsOf calls visit with the inputs of all decisions about a customer. It reads
// consistently.
func (s *Store) InputsOf(ctx context.Context, customer shop.CustomerID, visit func(Inputs) error) error {
	e := build(expression.NewBuilder().WithKeyCondition(expression.Key("customer").Equal(expression.Value(customer))))
	in := &dynamodb.QueryInput{
		TableName: &s.tables.Decisions, ConsistentRead: new(true), KeyConditionExpression: e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	for {
		out, err := s.query(ctx, in)
		if err != nil {
			return fmt.Errorf("read the inputs of the decisions about %s: %w", customer, err)
		}
		for _, m := range out.Items {
			stored, err := readInputs(m)
			if err == nil {
				err = visit(stored)
			}
			if err != nil {
				return err
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(out.LastEvaluatedKey) == 0 {
			return nil
		}
	}
}

// AllInputs calls visit with the inputs of one page of the table, in no order, and
// returns the cursor of the next page, or [End].
func (s *Store) AllInputs(ctx context.Context, page Page, visit func(Inputs) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Decisions}, page, func(m item) error {
		if key, _ := m["customer"].(*types.AttributeValueMemberS); key != nil && strings.HasPrefix(key.Value, contentPrefix) {
			return nil
		}
		in, err := readInputs(m)
		if err != nil {
			return err
		}
		return visit(in)
	})
	if err != nil {
		return "", fmt.Errorf("list the inputs of decisions: %w", err)
	}
	return next, nil
}

// DeleteInputs deletes the inputs of the last decision about a send. It succeeds if
// none are stored.
func (s *Store) DeleteInputs(ctx context.Context, customer shop.CustomerID, id shop.SendID) error {
	err := s.transact(ctx, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Decisions, Key: marshal(keyOfSend(customer, id))}})
	if err != nil {
		return fmt.Errorf("delete the inputs of the decision about send %s: %w", id, err)
	}
	return nil
}
