package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/shop"
)

// RunPage is a page of a slot's customers for whom an intent is to be put on
// the queue. It is written down before that, so that a page which is planned
// again is for the same customers, whatever has become of them meanwhile: what
// was planned is counted once, and has to be what there are sends of.
type RunPage struct {
	From, To  Cursor
	At        time.Time // when it was planned
	Customers []shop.CustomerID
}

const pagePrefix = "page/"

// pageItem is the latest page of one segment of a slot.
type pageItem struct {
	settingKey
	From Cursor `dynamodbav:"from"`
	Body body   `dynamodbav:"body"`
}

// PlanPage keeps the page as the one that its segment is at, and returns it; or
// the one that was kept before from the same cursor, by another call or by one
// that has died. Where the whole segment is planned, a page from [End] lets go of
// the last one.
func (s *Store) PlanPage(ctx context.Context, run Run, segment int, page RunPage) (RunPage, error) {
	key := settingKey{pagePrefix + strings.TrimPrefix(keyOfRun(run).Setting, runPrefix) + "#" + strconv.Itoa(segment)}
	it := pageItem{settingKey: key, From: page.From}
	it.Body, _ = bodyOf(page)
	e := where(expression.AttributeNotExists(expression.Name("setting")).
		Or(expression.Name("from").NotEqual(expression.Value(page.From))))
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Settings, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	var stop refused
	if errors.As(err, &stop) && stop.old != nil {
		var kept pageItem
		if err = unmarshal(stop.old, &kept); err == nil {
			page = RunPage{}
			err = kept.Body.read(&page)
		}
	}
	if err != nil {
		return RunPage{}, fmt.Errorf("plan %s: %w", key.Setting, err)
	}
	return page, nil
}
