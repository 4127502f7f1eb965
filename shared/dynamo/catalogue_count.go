package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"regulars/shared/recommend/live"
	"regulars/shared/shop"
)

// The live counters of a product (see package live) are a row of their own in the
// catalogue: bought, an attribute for each partner, and one for each mark. So a change
// is an addition that needs no read, several calls can change one row at once, and a
// write pays for no more than the counters.
//
// An earlier version kept these attributes in the product's row. The first change moves
// them (see [Store.beginCounters]); until then they are read from there.
const (
	attributeBought = "bought"
	prefixPartner   = "~" // then the partner's ID, escaped: a live.Tally
	prefixMark      = "+" // then the mark: 1

	prefixCounters = " live " // of the key, then the product's ID
)

func keyOfCounters(id shop.ProductID) productKey { return productKey{prefixCounters + id} }

// escapeID and unescapeID write and read a product ID in the name of an
// attribute. An ID may hold any printable character; in an expression a dot or
// a bracket would select a part of an attribute.
var (
	escapeID   = strings.NewReplacer("%", "%25", ".", "%2E", "[", "%5B", "]", "%5D")
	unescapeID = strings.NewReplacer("%25", "%", "%2E", ".", "%5B", "[", "%5D", "]")
)

// partnerName returns the name of the attribute that counts a partner.
func partnerName(p shop.ProductID) expression.NameBuilder {
	return expression.Name(prefixPartner + escapeID.Replace(string(p)))
}

// readCounters returns the live counters of a row.
func readCounters(m item) live.Row {
	r := live.Row{Bought: tallyIn(m[attributeBought])}
	for name, value := range m {
		switch name[0] {
		case prefixPartner[0]:
			if r.With == nil {
				r.With = make(map[shop.ProductID]live.Tally, live.MostPartners)
			}
			r.With[shop.ProductID(unescapeID.Replace(name[1:]))] = tallyIn(value)
		case prefixMark[0]:
			r.Marks = append(r.Marks, name[1:])
		}
	}
	return r
}

// countersOf returns the product whose counters the row holds; ok is false if it is
// another row.
func countersOf(m item) (id shop.ProductID, ok bool) {
	key, _ := m["product"].(*types.AttributeValueMemberS)
	if key == nil {
		return "", false
	}
	text, ok := strings.CutPrefix(key.Value, prefixCounters)
	return shop.ProductID(text), ok
}

// tallyIn returns the number in an attribute, 0 if it is no number, and the
// largest Tally if it is larger, which is decades away.
func tallyIn(v types.AttributeValue) live.Tally {
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	t, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0
	}
	return live.Tally(min(t, math.MaxInt64))
}

// Count adds the changes to their rows, each at most once even if it is called
// again: it skips a row that has the change's mark. It cuts a row that has
// grown too large, and skips a product that the catalogue does not know.
//
// If it fails, some changes may have been added; call it again with the same
// changes to add the others. The changes of one order can be added at once and
// in any order, so that a product in every order is no bottleneck below the
// limit of one DynamoDB partition: 1,000 write units a second.
func (s *Store) Count(ctx context.Context, changes []live.Change) error {
	workers, ctx := errgroup.WithContext(ctx)
	workers.SetLimit(live.MostRows)
	for _, c := range changes {
		workers.Go(func() error {
			if err := s.count(ctx, c); err != nil {
				return fmt.Errorf("count with product %s: %w", c.Row, err)
			}
			return nil
		})
	}
	return workers.Wait()
}

func (s *Store) count(ctx context.Context, c live.Change) error {
	mark := expression.Name(prefixMark + c.Mark)
	update := expression.Set(mark, expression.Value(1))
	if c.Bought != 0 {
		update = update.Add(expression.Name(attributeBought), expression.Value(int64(c.Bought)))
	}
	for p, t := range c.With {
		update = update.Add(partnerName(p), expression.Value(int64(t)))
	}
	once := expression.AttributeNotExists(mark)
	there := expression.AttributeExists(expression.Name("product"))
	changed, err := s.updateCounters(ctx, c.Row, expression.NewBuilder().WithUpdate(update).WithCondition(there.And(once)))
	if other, ok := errors.AsType[refused](err); ok && other.old == nil { // the product's first change
		known, errBegin := s.beginCounters(ctx, c.Row)
		if errBegin != nil || !known {
			return errBegin
		}
		changed, err = s.updateCounters(ctx, c.Row, expression.NewBuilder().WithUpdate(update).WithCondition(once))
	}
	if errors.Is(err, ErrConflict) {
		return nil // it was added before
	}
	if err != nil {
		return err
	}
	return s.cut(ctx, c.Row, readCounters(changed))
}

// beginCounters reports whether the catalogue knows the product, and moves the counters
// that an earlier version stored in the product's row into a row of their own, with
// their marks. It does so in one transaction, which is refused if the row of their own
// is there, so that two calls at once move them once. A function of the earlier version
// that is still at work may add to them afterwards: that is not counted.
func (s *Store) beginCounters(ctx context.Context, id shop.ProductID) (known bool, err error) {
	m, err := s.get(ctx, s.tables.Catalogue, keyOfProduct(id))
	if err != nil || m == nil {
		return false, err
	}
	own, left, moves := expression.UpdateBuilder{}, expression.UpdateBuilder{}, false
	for name, value := range m {
		if name == attributeBought || strings.HasPrefix(name, prefixPartner) || strings.HasPrefix(name, prefixMark) {
			own, left, moves = own.Set(expression.Name(name), expression.Value(value)), left.Remove(expression.Name(name)), true
		}
	}
	if !moves {
		return true, nil
	}
	there := expression.Name("product")
	err = s.transact(ctx,
		s.updateAt(keyOfCounters(id), own, expression.AttributeNotExists(there)),
		s.updateAt(keyOfProduct(id), left, expression.AttributeExists(there)))
	if errors.Is(err, ErrConflict) { // another call has moved them
		err = nil
	}
	return true, err
}

// updateAt is an update of a row of the catalogue in a transaction.
func (s *Store) updateAt(key productKey, update expression.UpdateBuilder, condition expression.ConditionBuilder) types.TransactWriteItem {
	e := build(expression.NewBuilder().WithUpdate(update).WithCondition(condition))
	return types.TransactWriteItem{Update: &types.Update{
		TableName: &s.tables.Catalogue, Key: marshal(key),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// mostCut is how many partners, and how many marks, one write removes: a
// condition has 300 operators at most, and each partner takes two. A row that
// is too large even then is cut again after its next change.
const mostCut = 100

// cut removes the partners and marks by which a row is too large. If another
// call has changed one of those partners, it removes nothing: the next change
// cuts the row.
func (s *Store) cut(ctx context.Context, id shop.ProductID, r live.Row) error {
	partners, marks := r.Cut()
	if len(partners)+len(marks) == 0 {
		return nil
	}
	partners, marks = partners[max(0, len(partners)-mostCut):], marks[:min(len(marks), mostCut)]
	var update expression.UpdateBuilder
	unchanged := expression.AttributeExists(expression.Name("product"))
	for _, p := range partners {
		name := partnerName(p)
		update = update.Remove(name)
		unchanged = unchanged.And(name.Equal(expression.Value(int64(r.With[p]))))
	}
	for _, mark := range marks {
		update = update.Remove(expression.Name(prefixMark + mark))
	}
	_, err := s.updateCounters(ctx, id, expression.NewBuilder().WithUpdate(update).WithCondition(unchanged))
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

func (s *Store) updateCounters(ctx context.Context, id shop.ProductID, b expression.Builder) (item, error) {
	e := build(b)
	return s.update(ctx, &dynamodb.UpdateItemInput{
		ReturnValues: types.ReturnValueAllNew,
		TableName:    &s.tables.Catalogue, Key: marshal(keyOfCounters(id)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
}
