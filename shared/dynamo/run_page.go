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

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// RunPage is a page of customers for whom a run puts an intent on the queue. It
// is stored before that, so that a page that is planned again has the same
// customers even if their profiles have changed since: the count of planned
// intents must equal the count of sends.
type RunPage struct {
	From, To  Cursor
	At        time.Time // when it was planned
	Customers []shop.CustomerID
	OwnDays   []campaign.Intent `json:",omitempty"` // of a campaign on customers' own days, in place of Customers
}

const pagePrefix = "page/"

// pageItem is the latest page of one segment of a run.
type pageItem struct {
	settingKey
	From Cursor `dynamodbav:"from"`
	Body body   `dynamodbav:"body"`
}

// PlanPage stores the page as the latest of its segment, and returns it; or it
// returns the stored page if that begins at the same cursor: another call,
// perhaps one that has failed since, has stored it. After the last page of a
// segment, save a page from [End] to delete the customers of the last one.
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
