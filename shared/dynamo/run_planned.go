package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// keyOfPlanned is the key of the setting whose version is the time up to which
// runs were planned.
var keyOfPlanned = settingKey{"model/planned-until"}

// PlannedUntil returns the time up to which every run of every campaign was put
// on the queue; the zero time if planning has never run.
func (s *Store) PlannedUntil(ctx context.Context) (time.Time, error) {
	it, err := s.setting(ctx, keyOfPlanned)
	if errors.Is(err, ErrNotFound) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read until when runs were planned: %w", err)
	}
	return stamp(it.Version).time(), nil
}

// SavePlannedUntil stores the time if it is not before the stored one; else it
// does nothing and returns no error.
func (s *Store) SavePlannedUntil(ctx context.Context, until time.Time) error {
	version := string(stampOf(until))
	e := where(expression.AttributeNotExists(expression.Name("setting")).
		Or(expression.Name("version").LessThanEqual(expression.Value(version))))
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Settings, Item: marshal(settingItem{settingKey: keyOfPlanned, Version: version}),
		ConditionExpression:      e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if err != nil && !errors.Is(err, ErrConflict) {
		return fmt.Errorf("save until when runs were planned: %w", err)
	}
	return nil
}
