package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// raisable lists the states that SES events can raise.
var raisable = []claim.State{
	claim.Sending, claim.Lost, claim.Queued, claim.Accepted, claim.Delivered, claim.Bounced,
}

// Raise raises a send to the state that an SES event reports: ACCEPTED,
// DELIVERED, BOUNCED or COMPLAINED, for an event of any attempt. It never
// lowers a state (see [claim.State.Raise]). It returns the send as it is then,
// and whether this call raised it. It fails with [ErrNotFound] if there is no
// such send.
func (s *Store) Raise(ctx context.Context, customer shop.CustomerID, id shop.SendID, reported claim.State, sesID string, at time.Time) (claim.Send, bool, error) {
	d, raised, err := s.raise(ctx, keyOfSend(customer, id), reported, sesID, at)
	if err != nil {
		return claim.Send{}, false, fmt.Errorf("raise send %s to %s: %w", id, reported, err)
	}
	return d, raised, nil
}

func (s *Store) raise(ctx context.Context, key sendKey, reported claim.State, sesID string, at time.Time) (claim.Send, bool, error) {
	var lower []claim.State
	for _, state := range raisable {
		if _, ok := state.Raise(reported); ok {
			lower = append(lower, state)
		}
	}
	if len(lower) == 0 {
		return claim.Send{}, false, errors.New("no SES event reports this state")
	}
	change := expression.
		Set(expression.Name("state"), expression.Value(reported)).
		Set(expression.Name("changed"), expression.Value(stampOf(at)))
	if sesID != "" {
		change = change.Set(expression.Name("ses_id"), expression.Value(sesID))
	}
	for _, gone := range []string{"reason", "why", "wake", "slot_kept", "due_shard", "due_at"} {
		change = change.Remove(expression.Name(gone))
	}
	e := build(expression.NewBuilder().WithUpdate(change).WithCondition(in(lower)))
	m, err := s.update(ctx, &dynamodb.UpdateItemInput{
		ReturnValues: types.ReturnValueAllNew,
		TableName:    &s.tables.Sends, Key: marshal(key),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	var stop refused
	if errors.As(err, &stop) {
		if stop.old == nil {
			return claim.Send{}, false, ErrNotFound
		}
		d, err := readSend(stop.old)
		return d, false, err
	}
	if err != nil {
		return claim.Send{}, false, err // the event is delivered again, and then raises the send
	}
	d, err := readSend(m)
	return d, true, err
}
