package dynamo

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Cursor is the place at which a listing continues. The zero value is the
// beginning, [End] the end. It is opaque, and stays valid when the table
// changes.
type Cursor string

// End is the cursor after the last page.
const End Cursor = "."

// Page selects one part of a table's listing.
//
// A listing is for people, planning and learning, not for a decision: it is
// eventually consistent, and has no order. Segments splits the table so that
// several workers can list it at once, each one Segment from 0 to Segments-1
// with its own cursor; 0 means 1.
type Page struct {
	Segment, Segments int
	After             Cursor
	Limit             int // items read at most, filtered ones included; 0: as many as fit in 1 MB

	// Broken gets each row that cannot be read, after it was logged. nil: such a row
	// ends the listing, unless the listing says that it leaves it out.
	Broken func(Broken) error
}

// scan reads one page of in's table, calls visit with each item, and returns
// the cursor of the next page.
func (s *Store) scan(ctx context.Context, in *dynamodb.ScanInput, page Page, visit func(item) error) (Cursor, error) {
	if page.After == End {
		return End, nil
	}
	start, err := page.After.key()
	if err != nil {
		return "", err
	}
	in.ExclusiveStartKey = start
	in.ReturnConsumedCapacity = s.price()
	if page.Segments > 1 {
		in.Segment, in.TotalSegments = new(int32(page.Segment)), new(int32(page.Segments))
	}
	if page.Limit > 0 {
		in.Limit = new(int32(page.Limit))
	}
	var out *dynamodb.ScanOutput
	err = s.retryInTheWay(ctx, func() (err error) {
		out, err = s.client.Scan(ctx, in)
		return err
	})
	if err != nil {
		return "", err
	}
	s.readCost(costs(out.ConsumedCapacity)...)
	for _, m := range out.Items {
		if err := visit(m); err != nil {
			return "", err
		}
	}
	return cursorOf(out.LastEvaluatedKey)
}

// cursorOf returns the cursor for a key whose attributes are all strings.
func cursorOf(key item) (Cursor, error) {
	if len(key) == 0 {
		return End, nil
	}
	var names map[string]string
	if err := attributevalue.UnmarshalMap(key, &names); err != nil {
		return "", fmt.Errorf("make cursor: %w", err)
	}
	text, err := json.Marshal(names)
	if err != nil {
		return "", fmt.Errorf("make cursor: %w", err)
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(text)), nil
}

func (c Cursor) key() (item, error) {
	if c == "" {
		return nil, nil
	}
	var names map[string]string
	text, err := base64.RawURLEncoding.DecodeString(string(c))
	if err == nil {
		err = json.Unmarshal(text, &names)
	}
	if err != nil {
		return nil, fmt.Errorf("cursor %q: %w", c, err)
	}
	return marshal(names), nil
}
