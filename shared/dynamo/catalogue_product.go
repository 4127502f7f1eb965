package dynamo

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"regulars/shared/recommend"
	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

type productKey struct {
	Product shop.ProductID `dynamodbav:"product"`
}

func keyOfProduct(id shop.ProductID) productKey { return productKey{id} }

// productItem is what record writes of a row of the catalogue. Beside it stand,
// in attributes of their own that no other writer touches, what each version of
// learning found (see learnedIn), and what is counted live (see lately.go).
type productItem struct {
	productKey
	Revision stamp `dynamodbav:"revision"`
	Rev      Rev   `dynamodbav:"rev"`
	Body     body  `dynamodbav:"body"`
	Prices   body  `dynamodbav:"prices,omitempty"`
}

// learnedIn names the attribute that holds a recommend.Learned of one version: a
// version that is half written is never read, and needs no cleaning up to be
// harmless.
func learnedIn(version string) string { return "learned@" + version }

// readProduct reads a row attribute by attribute: a message reads fifty, and the
// SDK's decoder took as long for each as their JSON does. What was learned is of
// the given version. A row without it, because the product is newer, or with what
// nobody can read, is that of a product of which nothing was learned: what can be
// said of it beside that is as true as ever.
func readProduct(m item, as recommend.Model) (out recommend.Item, err error) {
	for _, part := range []struct {
		attribute string
		into      any
	}{
		{"body", &out.Product}, {"prices", &out.Prices},
	} {
		stored, ok := m[part.attribute]
		if !ok {
			continue
		}
		if err := readBody(stored, part.into); err != nil {
			var key productKey
			_ = unmarshal(m, &key) // a key is text
			return out, fmt.Errorf("product %s: %s: %w", key.Product, part.attribute, err)
		}
	}
	if stored, ok := m[learnedIn(as.Version)]; ok {
		if err := readBody(stored, &out.Learned); err != nil {
			out.Learned = recommend.Learned{}
		}
	}
	return out, nil
}

func readBody(stored types.AttributeValue, into any) error {
	var b body
	if err := b.UnmarshalDynamoDBAttributeValue(stored); err != nil {
		return err
	}
	return b.read(into)
}

// Items returns those of the products that the catalogue knows, with what was
// learned of them in the model's version and what was counted live since. Whoever
// recommends nothing gives the zero model: of that nothing was learned. Its read
// is not consistent, and may miss what was written within the last second or so:
// nothing is claimed on it (docs/decisions/0019). Each item of up to 4 KB costs
// half a read unit.
func (s *Store) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	sold := live.SoldOf(as.Buyers)
	keys := make(map[shop.ProductID]item, len(ids))
	for _, id := range ids {
		keys[id] = marshal(keyOfProduct(id))
	}
	items := make(map[shop.ProductID]recommend.Item, len(keys))
	err := s.batchGet(ctx, s.tables.Catalogue, values(keys), false, func(m item) error {
		found, err := readProduct(m, as)
		found.Live = readLately(m).Neighbours(sold)
		items[found.ID] = found
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d products: %w", len(keys), err)
	}
	return items, nil
}

// SaveLearned writes beside each product what v.Writing says of it, sixteen at a
// time, and takes out what v.Gone lists; v is what [Store.BeginModel] returned. A
// product that the catalogue does not know is passed over: without a title and a
// price nobody can recommend it, and it is learned again tomorrow.
//
// Nobody reads it before [Store.PublishModel]. Some may have been written when it
// fails; saving all of them again is fine. It panics where a number is none:
// JSON has no word for NaN.
func (s *Store) SaveLearned(ctx context.Context, v Versions, all iter.Seq2[shop.ProductID, recommend.Learned]) error {
	workers, writing := errgroup.WithContext(ctx)
	workers.SetLimit(16)
	for id, l := range all {
		if writing.Err() != nil {
			break
		}
		workers.Go(func() error {
			if err := s.saveLearned(writing, v, id, l); err != nil {
				return fmt.Errorf("save what was learned of product %s: %w", id, err)
			}
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func (s *Store) saveLearned(ctx context.Context, v Versions, id shop.ProductID, l recommend.Learned) error {
	b, _ := bodyOf(l)
	update := expression.Set(expression.Name(learnedIn(v.Writing)), expression.Value(b))
	for _, gone := range v.Gone {
		update = update.Remove(expression.Name(learnedIn(gone)))
	}
	e := build(expression.NewBuilder().WithUpdate(update).
		WithCondition(expression.AttributeExists(expression.Name("product"))))
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Catalogue, Key: marshal(keyOfProduct(id)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

// Products gives the catalogue's rows of one page to visit, for learning and
// for people, without what was learned of them or counted. It returns where to go on.
func (s *Store) Products(ctx context.Context, page Page, visit func(recommend.Item) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Catalogue}, page, func(m item) error {
		found, err := readProduct(m, recommend.Model{})
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
