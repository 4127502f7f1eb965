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

// What is counted live of a product (see package live) stands in its row of the
// catalogue, in attributes of its own: bought, one for each partner, and one for
// each mark, so that a change is an addition that nobody has to read for, and many
// can change one row at once. A row that is read for a message has them with it.
const (
	attributeBought = "bought"
	prefixPartner   = "~" // and the product's ID, spelled as partnerName does: a live.Tally
	prefixMark      = "+" // and the mark: 1
)

// In an ID everything may stand that can be printed; in an expression a dot or a
// bracket would lead into an attribute.
var (
	spelled = strings.NewReplacer("%", "%25", ".", "%2E", "[", "%5B", "]", "%5D")
	plainly = strings.NewReplacer("%25", "%", "%2E", ".", "%5B", "[", "%5D", "]")
)

// partnerName names the attribute that counts a partner.
func partnerName(p shop.ProductID) expression.NameBuilder {
	return expression.Name(prefixPartner + spelled.Replace(string(p)))
}

// readLately returns what is counted in a row.
func readLately(m item) live.Row {
	r := live.Row{Bought: tallyIn(m[attributeBought])}
	for name, value := range m {
		switch name[0] {
		case prefixPartner[0]:
			if r.With == nil {
				r.With = make(map[shop.ProductID]live.Tally, live.MostPartners)
			}
			r.With[shop.ProductID(plainly.Replace(name[1:]))] = tallyIn(value)
		case prefixMark[0]:
			r.Marks = append(r.Marks, name[1:])
		}
	}
	return r
}

// tallyIn returns 0 for what is no number. What is larger than a Tally, which
// is decades away, is the largest.
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

// Count adds the changes to their rows, each at most once however often it is
// called: a row that has the change's mark is left alone. Rows are cut where they
// have grown too large. A product that the catalogue does not know is passed over.
//
// Some may have been added when it fails; calling it again with the same changes
// adds the others. Changes of one order can be added at once and in any order, so
// that a product in every order is no bottleneck before it takes what one DynamoDB
// partition takes: 1,000 write units a second.
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
	changed, err := s.updateRow(ctx, c.Row, expression.NewBuilder().WithUpdate(update).
		WithCondition(expression.AttributeExists(expression.Name("product")).And(expression.AttributeNotExists(mark))))
	if errors.Is(err, ErrConflict) {
		return nil // it was added before, or there is no such product
	}
	if err != nil {
		return err
	}
	return s.cut(ctx, c.Row, readLately(changed))
}

// mostCut is how many partners and marks one write takes out: a condition has 300
// operators at most, of which each partner takes two. A row that many have made
// still larger at once is cut again after its next change.
const mostCut = 100

// cut takes out of a row what it has too much of, unless that changed meanwhile:
// then it is done after the next change.
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
	_, err := s.updateRow(ctx, id, expression.NewBuilder().WithUpdate(update).WithCondition(unchanged))
	if errors.Is(err, ErrConflict) {
		return nil
	}
	return err
}

func (s *Store) updateRow(ctx context.Context, id shop.ProductID, b expression.Builder) (item, error) {
	e := build(b)
	return s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Catalogue, Key: marshal(keyOfProduct(id)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
}
