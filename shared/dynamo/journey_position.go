package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/journey"
	"regulars/shared/shop"
)

// positionShards is how many partitions the index "due" of Journeys has: as many
// as that of waiting promotions, for the same reason.
const positionShards = 16

// PositionShards returns the partitions of the index of due positions.
func PositionShards() []DueShard { return shardsOf("journey", positionShards) }

type positionKey struct {
	Customer shop.CustomerID `dynamodbav:"customer"`
	Journey  shop.CampaignID `dynamodbav:"journey"`
}

// positionItem is a position. A position that has ended has no place in the index.
type positionItem struct {
	positionKey
	duePlace
	Rev  Rev  `dynamodbav:"rev"`
	Body body `dynamodbav:"body"`
}

func readPosition(m item) (p journey.Position, rev Rev, err error) {
	var it positionItem
	if err := unmarshal(m, &it); err != nil {
		return p, "", err
	}
	if err := it.Body.read(&p); err != nil {
		return p, "", fmt.Errorf("position in journey %s: %w", it.Journey, err)
	}
	return p, it.Rev, nil
}

// Position returns the customer's position in a journey and its revision; the zero
// Position and an empty revision if they never entered it.
func (s *Store) Position(ctx context.Context, customer shop.CustomerID, id shop.CampaignID) (p journey.Position, rev Rev, err error) {
	m, err := s.get(ctx, s.tables.Journeys, positionKey{customer, id})
	if err == nil && m != nil {
		p, rev, err = readPosition(m)
	}
	if err != nil {
		return journey.Position{}, "", fmt.Errorf("read the position of %s in journey %s: %w", customer, id, err)
	}
	return p, rev, nil
}

// SavePosition stores a position, if rev is stored. It fails with [ErrConflict] if
// another call moved the customer.
func (s *Store) SavePosition(ctx context.Context, p journey.Position, rev Rev) error {
	b, written := bodyOf(p)
	it := positionItem{positionKey: positionKey{p.Customer, p.Journey}, Rev: written, Body: b}
	if p.End == "" {
		it.duePlace = duePlace{shardOf("journey", positionShards, string(p.Customer)), stampOf(p.Due)}
	}
	err := s.saveAlone(ctx, s.tables.Journeys, it, "customer", rev, written)
	err = s.readBack(ctx, err, func() (bool, error) {
		_, stored, err := s.Position(ctx, p.Customer, p.Journey)
		return stored == written, err
	})
	if err != nil {
		return fmt.Errorf("save the position of %s in journey %s: %w", p.Customer, p.Journey, err)
	}
	return nil
}

// DeletePosition deletes a position, whatever it is by now. It succeeds if there is
// none.
func (s *Store) DeletePosition(ctx context.Context, customer shop.CustomerID, id shop.CampaignID) error {
	err := s.transact(ctx, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Journeys, Key: marshal(positionKey{customer, id})}})
	if err != nil {
		return fmt.Errorf("delete the position of %s in journey %s: %w", customer, id, err)
	}
	return nil
}

// Positions calls visit with all positions of a customer. It reads consistently.
func (s *Store) Positions(ctx context.Context, customer shop.CustomerID, visit func(journey.Position) error) error {
	e := build(expression.NewBuilder().WithKeyCondition(expression.Key("customer").Equal(expression.Value(customer))))
	in := &dynamodb.QueryInput{
		TableName: &s.tables.Journeys, ConsistentRead: new(true), KeyConditionExpression: e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	for {
		out, err := s.query(ctx, in)
		if err != nil {
			return fmt.Errorf("read the positions of %s: %w", customer, err)
		}
		for _, m := range out.Items {
			p, _, err := readPosition(m)
			if err == nil {
				err = visit(p)
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

// AllPositions calls visit with the positions of one page of the table, in no order, and
// returns the cursor of the next page, or [End].
func (s *Store) AllPositions(ctx context.Context, page Page, visit func(journey.Position) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Journeys}, page, func(m item) error {
		p, _, err := readPosition(m)
		if err != nil {
			return err
		}
		return visit(p)
	})
	if err != nil {
		return "", fmt.Errorf("list positions: %w", err)
	}
	return next, nil
}

// DuePositions calls visit with up to limit positions of one partition that are due
// at now, earliest first, and returns the cursor of the next page, or [End]. The
// index lags, so read each position before you move it. DuePositions skips items
// that cannot be read and names them in the error; the cursor is valid then too.
func (s *Store) DuePositions(ctx context.Context, now time.Time, shard DueShard, after Cursor, limit int, visit func(journey.Position, Rev) error) (Cursor, error) {
	type revised struct {
		journey.Position
		rev Rev
	}
	next, err := dueIn(ctx, s, s.tables.Journeys, now, shard, after, limit, func(m item) (revised, error) {
		p, rev, err := readPosition(m)
		return revised{p, rev}, err
	}, func(r revised) error { return visit(r.Position, r.rev) })
	if err != nil {
		err = fmt.Errorf("list due positions of %s: %w", shard, err)
	}
	return next, err
}
