package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/claim"
)

// This file holds the writes of a send's worker; send_refuse.go holds the one
// that gives back what the claim took, send_raise.go the write for an SES
// event. Each write names the fence of the given send, and fails with
// [ErrConflict] if the stored send has another one. It succeeds if it was made
// before.

// End records a send without a claim: an end state without a message (CAPPED,
// SUPPRESSED, …), or QUEUED with its time to wake. The send must be absent, or
// QUEUED under the same fence. A send that keeps its reservation can go on
// waiting this way; end it with [Store.Refuse], which gives the reservation
// back.
func (s *Store) End(ctx context.Context, d claim.Send) error {
	e := where(openAt(d))
	it := sendItemOf(d)
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Sends, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	return s.outcome(ctx, d, err)
}

// Accepted records that SES accepted the message under sesID. It raises
// SENDING, and also LOST or QUEUED if the attempt was given up too early. It
// succeeds if an SES event has recorded that before.
func (s *Store) Accepted(ctx context.Context, d claim.Send, sesID string, at time.Time) error {
	d.State, d.SESID, d.Changed = claim.Accepted, sesID, at
	d.Reason, d.Wake, d.ReservationKept = claim.Reason{}, time.Time{}, false
	return s.move(ctx, d, claim.Sending, claim.Lost, claim.Queued)
}

// Wait records that the send waits until wake for its next attempt, and keeps
// its reservation and coupon: SES throttled it, or the attempt of a
// transactional message is unconfirmed.
func (s *Store) Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error {
	d.State, d.Reason, d.Wake, d.ReservationKept, d.Changed = claim.Queued, why, wake, true, at
	return s.move(ctx, d, claim.Sending)
}

// Lose records that it stays unknown whether SES accepted the message. It is
// not sent again; its reservation and coupon stay used, since it may have been
// sent.
func (s *Store) Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error {
	d.State, d.Reason, d.Changed = claim.Lost, why, at
	return s.move(ctx, d, claim.Sending)
}

// Watch puts a claimed send, whose worker may be dead, into the index of
// [Store.Due], due [Store.WatchFor] after its claim. A worker that finds a
// SENDING send of another worker calls it before it acknowledges the queue
// message: an open send must be on the queue or in the index. Other claimed
// sends are not in the index, which saves its two write units.
func (s *Store) Watch(ctx context.Context, d claim.Send) error {
	e := build(expression.NewBuilder().
		WithUpdate(expression.
			Set(expression.Name("due_shard"), expression.Value(dueShardOf(d))).
			Set(expression.Name("due_at"), expression.Value(stampOf(d.Claimed.Add(s.WatchFor))))).
		WithCondition(expression.Name("state").Equal(expression.Value(claim.Sending)).And(under(fence(d)))))
	if err := s.updateSend(ctx, d, e); err != nil { // the record does not show whether this write was made: no read back
		return fmt.Errorf("watch send %s: %w", d.ID, err)
	}
	return nil
}

// move writes the attributes that a send's life changes, if the stored send is
// in one of the states and has the same fence.
func (s *Store) move(ctx context.Context, d claim.Send, from ...claim.State) error {
	return s.outcome(ctx, d, s.updateSend(ctx, d, moving(d, from...)))
}

// moving returns the update of [Store.move]; a refusal makes the same one in a
// transaction.
func moving(d claim.Send, from ...claim.State) expression.Expression {
	it := sendChangesOf(d)
	change := expression.
		Set(expression.Name("state"), expression.Value(it.State)).
		Set(expression.Name("changed"), expression.Value(it.Changed))
	for _, optional := range []struct {
		name  string
		value any
		unset bool
	}{
		{"reason", it.Reason, it.Reason == ""},
		{"why", it.Why, it.Why == ""},
		{"wake", it.Wake, it.Wake == ""},
		{"unheard", it.Unconfirmed, it.Unconfirmed == 0},
		{"ses_id", it.SESID, it.SESID == ""},
		{"slot_kept", it.ReservationKept, !it.ReservationKept},
		{"due_shard", it.DueShard, it.DueShard == ""},
		{"due_at", it.DueAt, it.DueAt == ""},
	} {
		if optional.unset {
			change = change.Remove(expression.Name(optional.name))
		} else {
			change = change.Set(expression.Name(optional.name), expression.Value(optional.value))
		}
	}
	return build(expression.NewBuilder().WithUpdate(change).WithCondition(in(from).And(under(fence(d)))))
}

// in returns the condition that a send is in one of the states.
func in(states []claim.State) expression.ConditionBuilder {
	var others []expression.OperandBuilder
	for _, state := range states[1:] {
		others = append(others, expression.Value(state))
	}
	return expression.Name("state").In(expression.Value(states[0]), others...)
}

func (s *Store) updateSend(ctx context.Context, d claim.Send, e expression.Expression) error {
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Sends, Key: marshal(keyOfSend(d.Intent.Customer, d.ID)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	return err
}

// outcome returns the error of a write of d: nil if the stored send shows that
// the write was made.
func (s *Store) outcome(ctx context.Context, d claim.Send, err error) error {
	var stop refused
	if errors.As(err, &stop) && stop.old != nil {
		stored, errRead := readSend(stop.old)
		switch {
		case errRead != nil:
			err = errRead
		case sameOutcome(stored, d):
			err = nil
		default:
			err = fmt.Errorf("%w: the send is %s, attempt %d", ErrConflict, stored.State, stored.Attempt)
		}
	}
	err = s.readBack(ctx, err, func() (bool, error) {
		stored, err := s.send(ctx, keyOfSend(d.Intent.Customer, d.ID))
		return sameOutcome(stored, d), err
	})
	if err != nil {
		return fmt.Errorf("write send %s as %s: %w", d.ID, d.State, err)
	}
	return nil
}

// sameOutcome reports whether stored is the result of a write of d. For an
// accepted message any state that implies acceptance will do: events may come
// first.
func sameOutcome(stored, d claim.Send) bool {
	if d.State == claim.Accepted && stored.State.Sent() {
		return true
	}
	return stored.State == d.State && fence(stored) == fence(d) && stored.Changed.Equal(d.Changed.Truncate(time.Millisecond))
}
