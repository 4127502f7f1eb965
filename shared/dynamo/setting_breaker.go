package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/breaker"
)

var keyOfBreakers = settingKey{"brake/now"}

func keyOfTally(s breaker.Scope) settingKey { return settingKey{"brake/count/" + string(s)} }

// Breakers returns the breakers that have tripped.
func (s *Store) Breakers(ctx context.Context) (now breaker.Now, err error) {
	if _, err = s.shared(ctx, keyOfBreakers, &now); err != nil {
		return breaker.Now{}, fmt.Errorf("read the breakers: %w", err)
	}
	return now, nil
}

// UpdateBreakers replaces the tripped breakers with the result of change,
// unless that returns false, and returns them as they are then. It calls change
// again if another call changed them first, so change must depend only on its
// argument. After [Attempts] conflicts it fails with [ErrConflict].
func (s *Store) UpdateBreakers(ctx context.Context, change func(breaker.Now) (breaker.Now, bool)) (breaker.Now, error) {
	now, err := s.updateBreakers(ctx, change)
	if err != nil {
		return breaker.Now{}, fmt.Errorf("change the breakers: %w", err)
	}
	return now, nil
}

func (s *Store) updateBreakers(ctx context.Context, change func(breaker.Now) (breaker.Now, bool)) (now breaker.Now, err error) {
	rev, err := s.shared(ctx, keyOfBreakers, &now)
	if err != nil {
		return breaker.Now{}, err
	}
	err = Retry(ctx, s.Pause, func() error {
		changed, ok := change(now)
		if !ok {
			return nil
		}
		err := s.putShared(ctx, sharedItemOf(keyOfBreakers, changed), rev)
		if err == nil {
			now = changed
		}
		if other, ok := errors.AsType[refused](err); ok { // the refusal carries the other write: no need to read it
			now = breaker.Now{}
			var errRead error
			if rev, errRead = readShared(other.old, &now); errRead != nil {
				return errRead
			}
		}
		return err
	})
	return now, err
}

// tallied returns the counts by the names that they have in attributes. A tally
// has one attribute for each day and count, such as "2026-11-22 bounced", so
// that several calls can add to it at once.
func tallied(c *breaker.Counts) map[string]*int {
	return map[string]*int{"settled": &c.Resolved, "bounced": &c.Bounced, "complained": &c.Complained, "rejected": &c.Rejected}
}

// AddToBreakerTally adds to a scope's counts of a day, for one write unit, and
// returns the counts of all its days. It deletes days that no longer count.
//
// It adds without a condition: if an answer is lost, the SDK's next attempt may
// add a second time.
func (s *Store) AddToBreakerTally(ctx context.Context, scope breaker.Scope, day string, more breaker.Counts) (breaker.Tally, error) {
	var change expression.UpdateBuilder
	for name, n := range tallied(&more) {
		if *n != 0 {
			change = change.Add(expression.Name(day+" "+name), expression.Value(*n))
		}
	}
	tally, stale, err := s.addToBreakerTally(ctx, scope, change, day)
	if err == nil && len(stale) > 0 {
		var clean expression.UpdateBuilder
		for _, name := range stale {
			clean = clean.Remove(expression.Name(name))
		}
		_, _, err = s.addToBreakerTally(ctx, scope, clean, day)
	}
	if err != nil {
		return nil, fmt.Errorf("count for the breaker of %s: %w", scope, err)
	}
	return tally, nil
}

func (s *Store) addToBreakerTally(ctx context.Context, scope breaker.Scope, change expression.UpdateBuilder, today string) (t breaker.Tally, stale []string, err error) {
	e := build(expression.NewBuilder().WithUpdate(change))
	m, err := s.update(ctx, &dynamodb.UpdateItemInput{
		ReturnValues: types.ReturnValueAllNew,
		TableName:    &s.tables.Settings, Key: marshal(keyOfTally(scope)),
		UpdateExpression: e.Update(), ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if err != nil {
		return nil, nil, err
	}
	t = readTally(m)
	for name := range m {
		if day, _, ok := strings.Cut(name, " "); ok && breaker.Old(day, today) {
			stale = append(stale, name)
		}
	}
	return t, stale, nil
}

func readTally(m item) breaker.Tally {
	t := breaker.Tally{}
	for name, value := range m {
		day, count, ok := strings.Cut(name, " ")
		number, isNumber := value.(*types.AttributeValueMemberN)
		if !ok || !isNumber {
			continue
		}
		c := t[day]
		if field := tallied(&c)[count]; field != nil {
			*field, _ = strconv.Atoi(number.Value) // ADD writes whole numbers
		}
		t[day] = c
	}
	return t
}

// BreakerTally returns a scope's counts; an empty tally if nothing was counted.
func (s *Store) BreakerTally(ctx context.Context, scope breaker.Scope) (breaker.Tally, error) {
	m, err := s.get(ctx, s.tables.Settings, keyOfTally(scope))
	if err != nil {
		return nil, fmt.Errorf("read the counts of %s: %w", scope, err)
	}
	return readTally(m), nil
}

// ReleaseBreaker deletes a scope's counts and releases its breaker, so that
// only outcomes from now on count. It reports whether the breaker had tripped.
// It deletes the counts first: a call that ends between both writes has not
// released the breaker and can be repeated.
func (s *Store) ReleaseBreaker(ctx context.Context, scope breaker.Scope) (was bool, err error) {
	err = s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Settings, Item: marshal(keyOfTally(scope))})
	if err == nil {
		_, err = s.UpdateBreakers(ctx, func(n breaker.Now) (breaker.Now, bool) {
			n, was = n.Without(scope)
			return n, was
		})
	}
	if err != nil {
		return false, fmt.Errorf("release the breaker of %s: %w", scope, err)
	}
	return was, nil
}
