package dynamo

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

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

// item returns what marshal does, without looking at the struct: a message reads dozens.
func (k productKey) item() item {
	return item{"product": &types.AttributeValueMemberS{Value: string(k.Product)}}
}

// productItem is the part of a row of the catalogue that record writes. Each
// version of the model (see learnedIn) has an attribute of its own in the row, which
// no other writer changes.
type productItem struct {
	productKey
	Revision stamp `dynamodbav:"revision"`
	Rev      Rev   `dynamodbav:"rev"`
	Body     body  `dynamodbav:"body"`
	Prices   body  `dynamodbav:"prices,omitempty"`
	News     body  `dynamodbav:"news,omitempty"` // see [productNews]
}

// learnedIn returns the name of the attribute that holds a recommend.Learned of
// one version. A version that is written in part is not read, so it does no
// harm before it is removed.
func learnedIn(version string) string { return "learned@" + version }

// readProduct reads a row, with what was learned in the model's version. It
// reads attribute by attribute: a message reads fifty rows, and the SDK's
// decoder takes as long for each as the decoding of their JSON. If the version
// has nothing on the product, because the product is newer, or if that cannot
// be read, readProduct returns the product with nothing learned. It fails if
// the product itself cannot be read.
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
			return out, fmt.Errorf("attribute %s: %w", part.attribute, err)
		}
	}
	if out.ID == "" {
		return out, errNoProduct
	}
	out.Rev = revOf(m)
	if stored, ok := m[learnedIn(as.Version)]; ok {
		if err := readBody(stored, &out.Learned); err != nil {
			out.Learned = recommend.Learned{}
		}
	}
	return out, nil
}

var errNoProduct = errors.New("the row describes no product")

// visitProduct calls visit with the row as readProduct returns it. It skips a
// row that cannot be read: the caller sees a product that the catalogue does
// not know. A row whose key begins with a space is no product.
func (s *Store) visitProduct(ctx context.Context, m item, as recommend.Model, visit func(recommend.Item) error) error {
	var key productKey
	_ = unmarshal(m, &key) // cannot fail: a key is text
	if strings.HasPrefix(string(key.Product), " ") {
		return nil
	}
	found, err := readProduct(m, as)
	if err != nil {
		s.skip(ctx, s.tables.Catalogue, string(key.Product), err)
		return nil
	}
	return visit(found)
}

func readBody(stored types.AttributeValue, into any) error {
	var b body
	if err := b.UnmarshalDynamoDBAttributeValue(stored); err != nil {
		return err
	}
	return b.read(into)
}

// Items returns the products that the catalogue knows, by ID, with what was
// learned of them in the model's version. A caller that recommends nothing passes
// the zero model, which has learned nothing. The read is not consistent, and may
// miss writes of the last second or so: no claim depends on it
// (docs/decisions/0019). A row that cannot be read is logged and left out, as if
// the catalogue did not know the product. Each item of up to 4 KB costs half a
// read unit.
func (s *Store) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	return s.Sources(ctx, as, ids, 0)
}

// Sources is [Store.Items] with what was counted live of the first counted products.
// Each of these costs half a read unit more.
func (s *Store) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	keys, ofSources := make(map[productKey]item, len(ids)), map[shop.ProductID]bool{}
	for i, id := range ids {
		keys[keyOfProduct(id)] = keyOfProduct(id).item()
		if i < counted {
			ofSources[id] = true
			keys[keyOfCounters(id)] = keyOfCounters(id).item()
		}
	}
	items, sold := make(map[shop.ProductID]recommend.Item, len(ids)), live.SoldOf(as.Buyers)
	lately := map[shop.ProductID][]recommend.Neighbour{}
	err := s.batchGet(ctx, s.tables.Catalogue, values(keys), false, func(m item) error {
		if id, ok := countersOf(m); ok {
			lately[id] = readCounters(m).Neighbours(sold)
			return nil
		}
		return s.visitProduct(ctx, m, as, func(found recommend.Item) error {
			if ofSources[found.ID] { // in the row of an earlier version
				found.Live = readCounters(m).Neighbours(sold)
			}
			items[found.ID] = found
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read %d products: %w", len(ids), err)
	}
	for id, near := range lately {
		if row, ok := items[id]; ok {
			row.Live = near
			items[id] = row
		}
	}
	return items, nil
}

// ProductRevs returns the revisions of the products that the catalogue knows, by ID:
// each is the Rev of the row that [Store.Items] would return. The read is not consistent,
// and costs as many units, but an answer has two attributes of each row.
func (s *Store) ProductRevs(ctx context.Context, ids []shop.ProductID) (map[shop.ProductID]Rev, error) {
	keys := make([]item, len(ids))
	for i, id := range ids {
		keys[i] = keyOfProduct(id).item()
	}
	revs := make(map[shop.ProductID]Rev, len(ids))
	err := s.batchGet(ctx, s.tables.Catalogue, keys, false, func(m item) error {
		if id, ok := m["product"].(*types.AttributeValueMemberS); ok {
			revs[shop.ProductID(id.Value)] = revOf(m)
		}
		return nil
	}, "product", "rev")
	if err != nil {
		return nil, fmt.Errorf("read the revisions of %d products: %w", len(ids), err)
	}
	return revs, nil
}

// SaveLearned writes into each product's row what version v.Writing learned of
// it, sixteen rows at a time, and removes the versions in v.Gone; v comes from
// [Store.BeginModel]. It skips a product that the catalogue does not know:
// without a title and a price it cannot be recommended, and the next night
// learns it again.
//
// The version is not read before [Store.PublishModel]. If SaveLearned fails,
// some rows may have been written; all can be saved again. It panics if a
// number is NaN, which JSON cannot hold.
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

// Products calls visit with the catalogue's rows of one page, for learning and
// for people, without what was learned or counted of them. It logs and skips a
// row that cannot be read. It returns the cursor of the next page.
func (s *Store) Products(ctx context.Context, page Page, visit func(recommend.Item) error) (Cursor, error) {
	next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Catalogue}, page, func(m item) error {
		return s.visitProduct(ctx, m, recommend.Model{}, visit)
	})
	if err != nil {
		return "", fmt.Errorf("list products: %w", err)
	}
	return next, nil
}
