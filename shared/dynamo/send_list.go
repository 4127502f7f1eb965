package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// SendsOf calls visit with all sends of one customer, for people. The read is
// consistent.
func (s *Store) SendsOf(ctx context.Context, customer shop.CustomerID, visit func(claim.Send) error) error {
	e := build(expression.NewBuilder().WithKeyCondition(expression.Key("customer").Equal(expression.Value(customer))))
	in := &dynamodb.QueryInput{
		TableName: &s.tables.Sends, ConsistentRead: new(true),
		KeyConditionExpression:   e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	if err := s.sends(ctx, in, visit); err != nil {
		return fmt.Errorf("list sends of %s: %w", customer, err)
	}
	return nil
}

// sends calls visit with the sends of all pages of a query.
func (s *Store) sends(ctx context.Context, in *dynamodb.QueryInput, visit func(claim.Send) error) error {
	for {
		out, err := s.query(ctx, in)
		if err != nil {
			return err
		}
		for _, m := range out.Items {
			d, err := readSend(m)
			if err != nil {
				return err
			}
			if err := visit(d); err != nil {
				return err
			}
		}
		if len(out.LastEvaluatedKey) == 0 {
			return nil
		}
		in.ExclusiveStartKey = out.LastEvaluatedKey
	}
}

// Sends calls visit with the sends of one page, for people and for counting. It
// returns the cursor of the next page.
func (s *Store) Sends(ctx context.Context, page Page, visit func(claim.Send) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Sends}, page, func(m item) error {
		d, err := readSend(m)
		if err != nil {
			return err
		}
		return visit(d)
	})
	if err != nil {
		return "", fmt.Errorf("list sends: %w", err)
	}
	return next, nil
}

// Tally is the key of a count of sends: campaign, version, state and, if the
// occasion is a run, the occasion. Occasion is empty for orders.
type Tally struct {
	Campaign shop.CampaignID
	Version  int
	Occasion string
	State    claim.State
}

// CountSends returns the number of sends for each [Tally]. It reads the whole
// table: use it on small tables, to check that all planned intents have ended.
func (s *Store) CountSends(ctx context.Context) (map[Tally]int, error) {
	counts := map[Tally]int{}
	for page := (Page{}); page.After != End; {
		next, err := s.Sends(ctx, page, func(d claim.Send) error {
			t := Tally{Campaign: d.Intent.Campaign, Version: d.Intent.Version, State: d.State}
			if d.Intent.Order == "" {
				t.Occasion = d.Intent.Occasion
			}
			counts[t]++
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("count: %w", err)
		}
		page.After = next
	}
	return counts, nil
}
