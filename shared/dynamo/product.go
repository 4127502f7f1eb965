package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"golang.org/x/sync/errgroup"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

type productKey struct {
	Product shop.ProductID `dynamodbav:"product"`
}

func keyOfProduct(id shop.ProductID) productKey { return productKey{id} }

// productItem is one row of the catalogue. Record writes the first three
// attributes, learn the last; neither touches the other's.
type productItem struct {
	productKey
	Revision stamp `dynamodbav:"revision"`
	Rev      Rev   `dynamodbav:"rev"`
	Body     body  `dynamodbav:"body"`
	Learned  body  `dynamodbav:"learned,omitempty"`
}

// learned is what learn knows of a product.
type learned struct {
	Neighbours []recommend.Neighbour `json:"neighbours,omitempty"`
	Customers  int                   `json:"customers,omitempty"`
	EveryDays  int                   `json:"every_days,omitempty"`

	Consumables []shop.ProductID `json:"consumables,omitempty"`
}

// readProduct reads a row attribute by attribute: a message reads fifty, and the
// SDK's decoder took as long for each as their JSON does.
func readProduct(m item) (out recommend.Item, err error) {
	var l learned
	for _, part := range []struct {
		attribute string
		into      any
	}{
		{"body", &out.Product}, {"learned", &l},
	} {
		stored, ok := m[part.attribute]
		if !ok {
			continue // not learned yet
		}
		var b body
		if err = b.UnmarshalDynamoDBAttributeValue(stored); err == nil {
			err = b.read(part.into)
		}
		if err != nil {
			var key productKey
			_ = unmarshal(m, &key) // a key is text
			return out, fmt.Errorf("product %s: %s: %w", key.Product, part.attribute, err)
		}
	}
	out.Neighbours, out.Customers, out.EveryDays, out.Consumables = l.Neighbours, l.Customers, l.EveryDays, l.Consumables
	return out, nil
}

// Items returns those of the products that the catalogue knows. Its read is not
// consistent, and may miss what was written within the last second or so: nothing
// is claimed on it (docs/decisions/0019). Each item of up to 4 KB costs half a
// read unit.
func (s *Store) Items(ctx context.Context, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	keys := make(map[shop.ProductID]item, len(ids))
	for _, id := range ids {
		keys[id] = marshal(keyOfProduct(id))
	}
	items := make(map[shop.ProductID]recommend.Item, len(keys))
	err := s.batchGet(ctx, s.tables.Catalogue, values(keys), false, func(m item) error {
		found, err := readProduct(m)
		items[found.ID] = found
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d products: %w", len(keys), err)
	}
	return items, nil
}

// SaveProduct writes the catalogue's word on a product, and leaves what was
// learned of it. The latest Revision wins; of two with the same, the one whose
// hash is greater, which is arbitrary and stable. An older one is dropped, which
// is no error.
func (s *Store) SaveProduct(ctx context.Context, p shop.Product) error {
	b, rev := bodyOf(p)
	revision := stampOf(p.Revision)
	newer := expression.Name("revision").LessThan(expression.Value(revision))
	tie := expression.Name("revision").Equal(expression.Value(revision)).
		And(expression.Name("rev").LessThan(expression.Value(rev)))
	e := build(expression.NewBuilder().
		WithUpdate(expression.
			Set(expression.Name("body"), expression.Value(b)).
			Set(expression.Name("revision"), expression.Value(revision)).
			Set(expression.Name("rev"), expression.Value(rev))).
		WithCondition(expression.AttributeNotExists(expression.Name("product")).Or(newer, tie)))
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Catalogue, Key: marshal(keyOfProduct(p.ID)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if err != nil && !errors.Is(err, ErrConflict) {
		return fmt.Errorf("save product %s: %w", p.ID, err)
	}
	return nil
}

// Learned is what learn found out about one product.
type Learned struct {
	Product    shop.ProductID
	Neighbours []recommend.Neighbour
	Customers  int
	EveryDays  int

	Consumables []shop.ProductID // that this one uses up
}

// SaveLearned replaces what was learned of the products, eight at a time. A
// product that the catalogue does not know is passed over: without a title and a
// price nobody can recommend it, and it is learned again tomorrow.
//
// Some may have been written when it fails; saving all of them again is fine.
func (s *Store) SaveLearned(ctx context.Context, all []Learned) error {
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(8)
	for _, l := range all {
		workers.Go(func() error {
			if err := s.saveLearned(ctx, l); err != nil {
				return fmt.Errorf("save what was learned of product %s: %w", l.Product, err)
			}
			return nil
		})
	}
	return workers.Wait()
}

func (s *Store) saveLearned(ctx context.Context, l Learned) error {
	b, _ := bodyOf(learned{l.Neighbours, l.Customers, l.EveryDays, l.Consumables})
	e := build(expression.NewBuilder().
		WithUpdate(expression.Set(expression.Name("learned"), expression.Value(b))).
		WithCondition(expression.AttributeExists(expression.Name("product"))))
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Catalogue, Key: marshal(keyOfProduct(l.Product)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// Products gives the catalogue's rows of one page to visit, for learning and
// for people. It returns where to go on.
func (s *Store) Products(ctx context.Context, page Page, visit func(recommend.Item) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Catalogue}, page, func(m item) error {
		found, err := readProduct(m)
		if err != nil {
			return err
		}
		return visit(found)
	})
	if err != nil {
		return "", fmt.Errorf("list products: %w", err)
	}
	return next, nil
}
