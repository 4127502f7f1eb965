package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/shop"
)

// againPrefix begins the attribute of a run for each send of [Store.PlannedAgain].
const againPrefix = "again/"

// plannedAgain returns how many sends of the run's item another run has planned too.
func plannedAgain(m item) (n int) {
	for name := range m {
		if strings.HasPrefix(name, againPrefix) {
			n++
		}
	}
	return n
}

// PlannedAgain takes a send out of the planned intents of a run, because another
// run of the same occasion has planned it too: the customer's zone changed between
// the two. It counts a send once, however often it is called.
func (s *Store) PlannedAgain(ctx context.Context, run Run, send shop.SendID) error {
	key := keyOfRun(run)
	e := build(expression.NewBuilder().
		WithUpdate(expression.Set(expression.Name(againPrefix+string(send)), expression.Value(true))).
		WithCondition(expression.AttributeExists(expression.Name("setting"))))
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Settings, Key: marshal(key),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if errors.As(err, new(refused)) { // the run has no record, so nothing of it is counted
		return nil
	}
	if err != nil {
		return fmt.Errorf("note in %s that send %s was planned twice: %w", key.Setting, send, err)
	}
	return nil
}
