package dynamo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// Clicked adds a visit of one of its links to a send. It succeeds if the same visit
// is stored already. It fails with [ErrConflict] if there is no such send, or if
// [claim.MostClicks] are stored.
//
// It reads nothing and returns nothing of the send: the function that calls it may
// write this attribute, and nothing else of the table.
func (s *Store) Clicked(ctx context.Context, customer shop.CustomerID, id shop.SendID, c claim.Click) error {
	clicks := expression.Name("clicks")
	e := build(expression.NewBuilder().
		WithUpdate(expression.Add(clicks, expression.Value(&types.AttributeValueMemberSS{Value: []string{clickText(c)}}))).
		WithCondition(expression.AttributeExists(expression.Name("send")).
			And(expression.AttributeNotExists(clicks).Or(expression.Size(clicks).LessThan(expression.Value(claim.MostClicks))))))
	err := s.retryInTheWay(ctx, func() error {
		out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.tables.Sends, Key: marshal(keyOfSend(customer, id)),
			UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
			ReturnConsumedCapacity: s.price(),
		})
		if err == nil {
			s.writeCost(costs(out.ConsumedCapacity)...)
		}
		return err
	})
	if errors.Is(err, ErrConflict) {
		err = fmt.Errorf("%w: there is no such send, or it has %d clicks", ErrConflict, claim.MostClicks)
	}
	if err != nil {
		return fmt.Errorf("add a click to send %s: %w", id, err)
	}
	return nil
}

// A click is stored as the link's number, a blank, and the time of the visit to the
// second, or "machine". So two visits within a second are one, and all visits by
// programs that say so.
const (
	clickTime = "2006-01-02T15:04:05Z"
	machine   = "machine"
)

func clickText(c claim.Click) string {
	if c.Machine {
		return strconv.Itoa(int(c.Link)) + " " + machine
	}
	return strconv.Itoa(int(c.Link)) + " " + c.At.UTC().Format(clickTime)
}

// clicksOf returns the stored clicks in order, without those that cannot be read.
func clicksOf(texts []string) (all []claim.Click) {
	for _, text := range texts {
		number, rest, _ := strings.Cut(text, " ")
		link, err := strconv.ParseUint(number, 10, 8)
		c := claim.Click{Link: uint8(link), Machine: rest == machine}
		if !c.Machine && err == nil {
			c.At, err = time.Parse(clickTime, rest)
		}
		if err == nil {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(a, b claim.Click) int { return cmp.Or(cmp.Compare(a.Link, b.Link), a.At.Compare(b.At)) })
	return all
}
