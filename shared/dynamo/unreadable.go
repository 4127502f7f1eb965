package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// ErrUnreadable means that what is stored under a key cannot be read, or not with what is
// beside it: it was broken by hand, or by a restore in part, or another version of the
// functions stored it.
var ErrUnreadable = errors.New("what is stored cannot be read; docs/runbooks/unreadable-rows.md says what to do")

// ErrDamaged means, beside [ErrUnreadable], that the body is no JSON. A later version of
// the functions stores none such, so no version can read the row.
var ErrDamaged = errors.New("its body is no JSON")

// unreadable returns an [ErrUnreadable] that says where err is, without what is stored:
// that can be personal. An order's ID is not. It is an [ErrDamaged] too if damaged is true.
func unreadable(err error, damaged bool) error {
	if damaged {
		return fmt.Errorf("%w: %w: %s", ErrUnreadable, ErrDamaged, whereIs(err))
	}
	return fmt.Errorf("%w: %s", ErrUnreadable, whereIs(err))
}

func whereIs(err error) string {
	if list := (*shop.ListError)(nil); errors.As(err, &list) {
		if list.Err != nil {
			return fmt.Sprintf("the list of order %q: %s", list.Order, whereIs(list.Err))
		}
		return list.Error()
	}
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		kind, _, _ := strings.Cut(wrong.Value, " ")
		return fmt.Sprintf("JSON of the type %s is in the place of the type %s, at byte %d", kind, typeOf(wrong.Type), wrong.Offset)
	}
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Sprintf("no JSON from byte %d on", syntax.Offset)
	}
	return "it is not in a form that this version of the functions knows"
}

// typeOf returns the type of JSON that is read into a Go type.
func typeOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "bool"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Pointer:
		return typeOf(t.Elem())
	}
	return "number"
}

// damaged reports whether an item has a body that is no JSON. A binary one can be packed
// in a later way, of which only the first byte is known: see [withDictionary1].
func damaged(m item) bool {
	if packed, ok := m["body"].(*types.AttributeValueMemberB); ok && len(packed.Value) > 0 {
		if first := packed.Value[0]; first != withDictionary1 && first&0b110 == 0b110 {
			return false
		}
	}
	text, ok, err := bodyText(m)
	return ok && (err != nil || !json.Valid([]byte(text)))
}

// bodyText returns the body of an item as text, as far as it can be unpacked. ok is false
// if the item has none.
func bodyText(m item) (text string, ok bool, err error) {
	switch value := m["body"].(type) {
	case *types.AttributeValueMemberS:
		return value.Value, true, nil
	case *types.AttributeValueMemberB:
		text, err := inflate(value.Value)
		return string(text), true, err
	}
	return "", false, nil
}

// Broken is a row that cannot be read.
type Broken struct {
	Text     string          // its body as far as it is legible, or its attributes as JSON if it has none: it can be personal
	Customer shop.CustomerID // if the row's key names one
	Order    shop.OrderID    // if the row's key is one
	Request  shop.EventID    // if the row is the record of one
	Err      error           // why it cannot be read: an [ErrUnreadable], and an [ErrDamaged] if no version of the functions can

	table string
	key   item
}

// broken logs a row of a listing that cannot be read, and gives it to the page's Broken.
// Without one it returns err.
func (s *Store) broken(ctx context.Context, page Page, table string, m item, err error) error {
	if page.Broken == nil || !errors.Is(err, ErrUnreadable) {
		return err
	}
	b := s.brokenOf(table, m, err)
	s.skip(ctx, table, keyText(b.key), err)
	return page.Broken(b)
}

// brokenOf returns a row that cannot be read, because of err.
func (s *Store) brokenOf(table string, m item, err error) Broken {
	b := Broken{table: table, key: item{}}
	for _, name := range s.keysOf(table) {
		b.key[name] = m[name]
	}
	var named struct {
		Customer shop.CustomerID `dynamodbav:"customer"`
		Order    shop.OrderID    `dynamodbav:"order"`
		Setting  string          `dynamodbav:"setting"`
	}
	_ = unmarshal(b.key, &named) // cannot fail: a key is text
	b.Customer, b.Order = named.Customer, named.Order
	if id, ok := strings.CutPrefix(named.Setting, requestPrefix); ok {
		b.Request = shop.EventID(id)
	}
	b.Err = fmt.Errorf("%s %s: %w", table, keyText(b.key), err)
	text, ok, _ := bodyText(m)
	if !ok {
		plain := map[string]any{}
		_ = attributevalue.UnmarshalMap(m, &plain) // cannot fail: any takes every value
		all, _ := json.Marshal(plain)
		text = string(all)
	}
	b.Text = text
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
	case s.tables.Settings:
		return []string{"setting"}
	}
	return []string{"customer", "send"}
}

func keyText(key item) string {
	var all []string
	for _, name := range []string{"customer", "kind", "send", "journey", "order", "coupon", "setting"} {
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
				if err := read(m); err != nil {
					all = append(all, s.brokenOf(table, m, err))
				}
			}
			in.ExclusiveStartKey = out.LastEvaluatedKey
		}
	}
	return all, nil
}

// BrokenProfile returns the customer's profile if it cannot be read, without the sums
// beside it; else the zero Broken.
func (s *Store) BrokenProfile(ctx context.Context, id shop.CustomerID) (Broken, error) {
	m, err := s.get(ctx, s.tables.Customers, keyOfProfile(id))
	if err != nil {
		return Broken{}, fmt.Errorf("read profile of %s: %w", id, err)
	}
	var p profile.Profile
	if m != nil {
		_, err = readCustomer(m, &p)
	}
	if err == nil {
		return Broken{}, nil
	}
	return s.brokenOf(s.tables.Customers, m, err), nil
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
