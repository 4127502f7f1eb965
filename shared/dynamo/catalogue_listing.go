package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/campaign"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// listingItem is the row of a listing in the catalogue: which products it sells.
// The space before its key keeps it apart from a product: no product's ID begins
// with one.
type listingItem struct {
	productKey
	Rev     Rev  `dynamodbav:"rev"`
	Listing body `dynamodbav:"listing"`
}

func keyOfListing(id shop.ProductID) productKey { return productKey{" listing " + id} }

// sold is what the row of a listing says.
type sold struct {
	Revision time.Time        `json:"revision"`
	Products []shop.ProductID `json:"products,omitempty"` // sorted
	Partial  bool             `json:"partial,omitempty"`  // it may sell others
}

// SaveListing stores the listing's products with [Store.SaveProduct], and hides
// those that an earlier revision had and the latest has not. The same revisions
// give the same visible products, in any order and with repetitions. A product
// that another listing sells by now is left alone.
//
// The products come first and the listing's row last: if SaveListing fails
// between the two, a second call does what is left.
//
// It returns the runs of [Store.RecordProduct] of all its products.
func (s *Store) SaveListing(ctx context.Context, l shop.Listing, news News) (starts []campaign.Start, err error) {
	mine := sold{Revision: l.Revision, Partial: l.Partial}
	for _, p := range l.Products {
		of, err := s.RecordProduct(ctx, p, news)
		if err != nil {
			return nil, err
		}
		starts = append(starts, of...)
		mine.Products = append(mine.Products, p.ID)
	}
	slices.Sort(mine.Products)
	if err := Retry(ctx, s.Pause, func() error { return s.saveListing(ctx, l.ID, mine) }); err != nil {
		return nil, fmt.Errorf("save listing %s: %w", l.ID, err)
	}
	return starts, nil
}

func (s *Store) saveListing(ctx context.Context, id shop.ProductID, mine sold) error {
	stored, err := s.get(ctx, s.tables.Catalogue, keyOfListing(id))
	if err != nil {
		return err
	}
	var row listingItem
	var old sold
	if stored != nil {
		if err := unmarshal(stored, &row); err != nil {
			return err
		}
		if err := row.Listing.read(&old); err != nil {
			return err
		}
	}
	next, gone := old.with(mine)
	for _, product := range gone {
		if err := Retry(ctx, s.Pause, func() error { return s.hide(ctx, product, id, next.Revision) }); err != nil {
			return fmt.Errorf("hide product %s: %w", product, err)
		}
	}
	b, rev := bodyOf(next)
	if rev == row.Rev {
		return nil
	}
	e := build(expression.NewBuilder().
		WithUpdate(expression.Set(expression.Name("listing"), expression.Value(b)).Set(expression.Name("rev"), expression.Value(rev))).
		WithCondition(stillRev(row.Rev)))
	_, err = s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Catalogue, Key: marshal(keyOfListing(id)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	return err
}

// with returns the later of both, and the products that only the earlier has. If
// the later one is partial, it has the earlier's as well.
func (a sold) with(b sold) (latest sold, gone []shop.ProductID) {
	earlier, latest := a, b
	if b.Revision.Before(a.Revision) || b.Revision.Equal(a.Revision) && strings.Join(keys(b.Products), " ") < strings.Join(keys(a.Products), " ") {
		earlier, latest = b, a
	}
	for _, id := range earlier.Products {
		if !slices.Contains(latest.Products, id) {
			gone = append(gone, id)
		}
	}
	if latest.Partial {
		latest.Products = slices.Sorted(slices.Values(slices.Concat(latest.Products, gone)))
		gone = nil
	}
	return latest, gone
}

func keys(ids []shop.ProductID) (all []string) {
	for _, id := range ids {
		all = append(all, string(id))
	}
	return all
}

// hide hides a product that its listing does not sell any more from revision on.
// Its own revision becomes a millisecond later: so the same revision again does
// not show it, and a later one of another listing does.
func (s *Store) hide(ctx context.Context, id, listing shop.ProductID, revision time.Time) error {
	stored, err := s.get(ctx, s.tables.Catalogue, keyOfProduct(id))
	if err != nil || stored == nil {
		return err
	}
	known, err := readProduct(stored, recommend.Model{})
	readable := err == nil // a row that cannot be read is not shown either
	if !readable || known.VariantOf != listing || known.Hidden || known.Revision.After(revision) {
		return nil
	}
	known.Hidden, known.Revision = true, known.Revision.Add(time.Millisecond)
	old, next, err := s.productAfter(ctx, known.Product)
	if err != nil {
		return err
	}
	return s.saveProduct(ctx, old, next)
}
