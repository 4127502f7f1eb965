package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/shop"
)

// Content is a value that the inputs of many decisions name: rows of the catalogue, or a
// part of the learned model. It is stored under a hash of itself, so it never changes.
type Content []byte

// RevOf returns v as a content, and the revision under which it is stored. It panics if
// v cannot be JSON.
func RevOf(v any) (Content, Rev) {
	b, rev := bodyOf(v)
	return Content(b), rev
}

// contentPrefix begins the keys of contents: no customer has it.
const contentPrefix = "content:"

// contentItem is an item of Decisions that belongs to no customer.
type contentItem struct {
	sendKey
	Body body  `dynamodbav:"body"`
	Gone int64 `dynamodbav:"gone"`
}

func keyOfContent(rev Rev) sendKey {
	return keyOfSend(shop.CustomerID(contentPrefix+rev), "-")
}

// SaveContents stores contents, each under its revision, until gone. A content that is
// stored already gets the new time if that is later: others may count on the earlier
// one, also for longer than this caller keeps inputs.
func (s *Store) SaveContents(ctx context.Context, all map[Rev]Content, gone time.Time) error {
	for rev, content := range all {
		it := contentItem{keyOfContent(rev), body(content), gone.Unix()}
		e := where(expression.AttributeNotExists(expression.Name("customer")).
			Or(expression.Name("gone").LessThan(expression.Value(it.Gone))).
			Or(expression.Name("body").NotEqual(expression.Value(it.Body)))) // somebody changed it
		err := s.put(ctx, &dynamodb.PutItemInput{
			TableName: &s.tables.Decisions, Item: marshal(it), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		})
		if err != nil && !errors.Is(err, ErrConflict) { // a conflict: it is stored for longer
			return fmt.Errorf("save %d contents of decisions: %w", len(all), err)
		}
	}
	return nil
}

// Contents returns those of the contents that are stored, and until when each is. A
// content that does not have its revision, because somebody changed it, is left out.
// The read is not consistent.
func (s *Store) Contents(ctx context.Context, revs []Rev) (map[Rev]Content, map[Rev]time.Time, error) {
	var keys []item
	for _, rev := range revs {
		keys = append(keys, marshal(keyOfContent(rev)))
	}
	found, until := map[Rev]Content{}, map[Rev]time.Time{}
	err := s.batchGet(ctx, s.tables.Decisions, keys, false, func(m item) error {
		var it contentItem
		if err := unmarshal(m, &it); err != nil {
			return err
		}
		if rev := it.Body.rev(); it.sendKey == keyOfContent(rev) {
			found[rev], until[rev] = Content(it.Body), time.Unix(it.Gone, 0).UTC()
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read %d contents of decisions: %w", len(revs), err)
	}
	return found, until, nil
}
