package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// ErrUnreadable means that what is stored under a key cannot be read, or not with what is
// beside it: it was broken by hand, or by a restore in part.
var ErrUnreadable = errors.New("what is stored cannot be read; docs/runbooks/unreadable-rows.md says what to do")

// unreadable returns an [ErrUnreadable] that says where err is, without what is stored:
// that can be personal.
func unreadable(err error) error {
	where := fmt.Sprintf("%T", err)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		kind, _, _ := strings.Cut(wrong.Value, " ")
		where = fmt.Sprintf("a %s is in the place of a %s, at byte %d", kind, wrong.Type, wrong.Offset)
	} else if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		where = fmt.Sprintf("no JSON from byte %d on", syntax.Offset)
	}
	return fmt.Errorf("%w: %s", ErrUnreadable, where)
}

// Broken is a row that cannot be read.
type Broken struct {
	Text     string          // what it has, as JSON if that is possible: it can be personal
	Customer shop.CustomerID // if the row's key names one
	Order    shop.OrderID    // if the row's key is one

	table string
	key   item
}

// broken logs a row of a listing that cannot be read, and gives it to the page's Broken.
// Without one it returns err.
func (s *Store) broken(ctx context.Context, page Page, table string, m item, err error) error {
	if page.Broken == nil || !errors.Is(err, ErrUnreadable) {
		return err
	}
	b := s.brokenOf(table, m)
	s.skip(ctx, table, keyText(b.key), err)
	return page.Broken(b)
}

// brokenOf returns a row that cannot be read.
func (s *Store) brokenOf(table string, m item) Broken {
	b := Broken{table: table, key: item{}}
	for _, name := range s.keysOf(table) {
		b.key[name] = m[name]
	}
	var named struct {
		Customer shop.CustomerID `dynamodbav:"customer"`
		Order    shop.OrderID    `dynamodbav:"order"`
	}
	_ = unmarshal(b.key, &named) // cannot fail: a key is text
	b.Customer, b.Order = named.Customer, named.Order
	plain, valid := map[string]any{}, true
	for name, value := range m {
		switch value := value.(type) {
		case *types.AttributeValueMemberS:
			plain[name] = value.Value
		case *types.AttributeValueMemberB:
			text, _ := inflate(value.Value) // as far as it goes
			plain[name] = string(text)
		default:
			var any any
			_ = attributevalue.Unmarshal(value, &any)
			plain[name] = any
		}
		if text, ok := plain[name].(string); ok && name == "body" {
			if valid = json.Valid([]byte(text)); valid {
				plain[name] = json.RawMessage(text)
			}
		}
	}
	text, err := json.Marshal(plain)
	if b.Text = string(text); !valid || err != nil { // not JSON, so that the body's text is looked through
		b.Text = fmt.Sprint(plain)
	}
	return b
}

// keysOf returns the names of a table's key.
func (s *Store) keysOf(table string) []string {
	switch table {
	case s.tables.Orders:
		return []string{"order"}
	case s.tables.Coupons:
		return []string{"coupon"}
	case s.tables.Customers:
		return []string{"customer", "kind"}
	case s.tables.Journeys:
		return []string{"customer", "journey"}
	}
	return []string{"customer", "send"}
}

func keyText(key item) string {
	var all []string
	for _, name := range []string{"customer", "kind", "send", "journey", "order", "coupon"} {
		if text, ok := key[name].(*types.AttributeValueMemberS); ok {
			all = append(all, text.Value)
		}
	}
	return strings.Join(all, " ")
}

// EraseBroken erases a row that cannot be read, whatever it has by now: an order becomes a
// stub that was erased at that time, any other row is deleted. What the row counted is
// lost: a coupon's use does not go back to its budget.
func (s *Store) EraseBroken(ctx context.Context, b Broken, at time.Time) error {
	var err error
	if b.Order != "" {
		stub := Order{Order: shop.Order{ID: b.Order}}.Stub(at)
		err = s.put(ctx, &dynamodb.PutItemInput{TableName: &b.table, Item: marshal(orderItemOf(stub))})
	} else {
		err = s.transact(ctx, types.TransactWriteItem{Delete: &types.Delete{TableName: &b.table, Key: b.key}})
	}
	if err != nil {
		return fmt.Errorf("erase a row that cannot be read: %w", err)
	}
	return nil
}

// EraseBrokenHold deletes a coupon that an order holds, and what the order holds, if that
// cannot be read. The use does not go back to its budget.
func (s *Store) EraseBrokenHold(ctx context.Context, coupon string, order shop.OrderID) error {
	var writes []types.TransactWriteItem
	for _, key := range []item{marshal(keyOfCoupon(coupon)), marshal(keyOfRedemption(order))} {
		writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Coupons, Key: key}})
	}
	if err := s.transact(ctx, writes...); err != nil {
		return fmt.Errorf("erase a coupon that order %s holds: %w", order, err)
	}
	return nil
}

// BrokenOf returns the customer's sends, inputs of decisions and positions in journeys
// that cannot be read.
func (s *Store) BrokenOf(ctx context.Context, customer shop.CustomerID) (all []Broken, err error) {
	e := build(expression.NewBuilder().WithKeyCondition(expression.Key("customer").Equal(expression.Value(customer))))
	for table, read := range map[string]func(item) error{
		s.tables.Sends:     func(m item) error { _, err := readSend(m); return err },
		s.tables.Decisions: func(m item) error { _, err := readInputs(m); return err },
		s.tables.Journeys:  func(m item) error { _, _, err := readPosition(m); return err },
	} {
		in := &dynamodb.QueryInput{
			TableName: &table, ConsistentRead: new(true), KeyConditionExpression: e.KeyCondition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}
		for more := true; more; more = len(in.ExclusiveStartKey) > 0 {
			out, err := s.query(ctx, in)
			if err != nil {
				return nil, fmt.Errorf("look for rows of %s that cannot be read: %w", customer, err)
			}
			for _, m := range out.Items {
				if read(m) != nil {
					all = append(all, s.brokenOf(table, m))
				}
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
	return all, nil
}

// DeleteUnreadable deletes what [Store.DeleteCustomer] deletes, whatever is stored as the
// customer's profile: for one that cannot be read.
func (s *Store) DeleteUnreadable(ctx context.Context, id shop.CustomerID) error {
	return s.deleteCustomer(ctx, id, types.Delete{})
}

// ReplaceMailbox stores a contact of a mailbox, whatever is stored: for one that cannot be
// read.
func (s *Store) ReplaceMailbox(ctx context.Context, mailbox shop.Mailbox, c frequency.Contact) error {
	it := contactItemOf(keyOfContact("", mailbox), c)
	if err := s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Customers, Item: marshal(it)}); err != nil {
		return fmt.Errorf("replace contact of mailbox %s: %w", mailbox, err)
	}
	return nil
}
