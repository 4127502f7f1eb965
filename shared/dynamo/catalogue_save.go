package dynamo

import (
	"bytes"
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// SaveProduct stores the product as its catalogue event describes it, and keeps
// what was learned of it. The latest Revision wins; of two with the same
// Revision, the one with the greater hash, which is arbitrary and stable. Of an
// older one only the price is kept, in the price history (docs/decisions/0022).
//
// So the same revisions give the same row, in any order and with repetitions. A
// product that changes nothing is not written. A row that cannot be read is
// replaced, and its price history begins again.
func (s *Store) SaveProduct(ctx context.Context, p shop.Product) error {
	_, err := s.RecordProduct(ctx, p, News{})
	return err
}

// ProductChange reports whether the catalogue has the product, and whether
// [Store.SaveProduct] would change its row.
func (s *Store) ProductChange(ctx context.Context, p shop.Product) (known, changes bool, err error) {
	old, next, err := s.productAfter(ctx, p)
	if err != nil {
		return false, false, fmt.Errorf("read product %s: %w", p.ID, err)
	}
	return old.Rev != "", next.Rev != old.Rev, nil
}

func (s *Store) saveProduct(ctx context.Context, old, next productItem) error {
	if next.Rev == old.Rev {
		return nil
	}
	update := expression.
		Set(expression.Name("body"), expression.Value(next.Body)).
		Set(expression.Name("revision"), expression.Value(next.Revision)).
		Set(expression.Name("prices"), expression.Value(next.Prices)).
		Set(expression.Name("rev"), expression.Value(next.Rev))
	if len(next.News) > 0 {
		update = update.Set(expression.Name("news"), expression.Value(next.News))
	}
	e := build(expression.NewBuilder().WithUpdate(update).
		WithCondition(stillRev(old.Rev)))
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Catalogue, Key: marshal(next.productKey),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	return err
}

// productAfter returns the product's row as it is stored, and with p merged in.
func (s *Store) productAfter(ctx context.Context, p shop.Product) (old, next productItem, err error) {
	stored, err := s.get(ctx, s.tables.Catalogue, keyOfProduct(p.ID))
	if err != nil {
		return old, next, err
	}
	var known recommend.Item
	if stored != nil {
		if known, err = readProduct(stored, recommend.Model{}); err == nil {
			err = unmarshal(stored, &old)
		}
		if err != nil { // the row cannot be read: p replaces it
			old, known = productItem{Rev: revOf(stored)}, recommend.Item{}
		}
	}
	return old, withProduct(old, known.Prices, p), nil
}

// withProduct returns the row old with p merged in: see [Store.SaveProduct]. A
// zero old means that there is no row; prices is the decoded old.Prices.
func withProduct(old productItem, prices shop.Prices, p shop.Product) productItem {
	next := old
	next.productKey = keyOfProduct(p.ID)
	b, rev := bodyOf(p)
	revision := stampOf(p.Revision)
	if len(old.Body) == 0 || // without this, a zero revision could leave the row without a body
		revision > old.Revision || revision == old.Revision && rev > old.Body.rev() {
		next.Body, next.Revision = b, revision
	}
	if !p.Hidden { // no customer could buy it at this price, which can be 0 if it has none
		prices = prices.With(p.Revision, p.Price)
	}
	next.Prices, _ = bodyOf(prices)
	next.Rev = next.rev()
	return next
}

// rev returns the revision of the row's content.
func (it productItem) rev() Rev {
	parts := [][]byte{it.Body, it.Prices}
	if len(it.News) > 0 { // a row that was stored before there were any keeps its revision
		parts = append(parts, it.News)
	}
	return body(bytes.Join(parts, []byte("\n"))).rev()
}
