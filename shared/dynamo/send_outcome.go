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

// This file holds what its worker makes of a send, apart from giving back
// (refuse.go); what SES makes of it is in raise.go. Each write is made under the
// fence that the given send carries, and fails with [ErrConflict] where the
// stored one has moved on. Made again, it succeeds: what is stored is then what
// it would write.

// End records a send without a claim: one of the ends without a message
// (CAPPED, SUPPRESSED, …), or QUEUED with its time to wake. It needs the send to
// be absent, or QUEUED under the fence that it carries. One that keeps its slot
// can go on waiting so; it ends by [Store.Refuse], which gives the slot back.
func (s *Store) End(ctx context.Context, d claim.Send) error {
	e := where(openAt(d))
	it := sendItemOf(d)
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Sends, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	return s.outcome(ctx, d, err)
}

// Accepted records that SES took the message under sesID. It raises SENDING,
// and also LOST or QUEUED where the attempt was given up too soon. Where an
// event of SES has told so before, all is well.
func (s *Store) Accepted(ctx context.Context, d claim.Send, sesID string, at time.Time) error {
	d.State, d.SESID, d.Changed = claim.Accepted, sesID, at
	d.Reason, d.Wake, d.ReservationKept = claim.Reason{}, time.Time{}, false
	return s.move(ctx, d, claim.Sending, claim.Lost, claim.Queued)
}

// Wait records that the message is to be tried again at wake, and keeps its slot
// and coupon meanwhile: SES said to wait, or a service message's fate is unknown.
func (s *Store) Wait(ctx context.Context, d claim.Send, why claim.Reason, wake, at time.Time) error {
	d.State, d.Reason, d.Wake, d.ReservationKept, d.Changed = claim.Queued, why, wake, true, at
	return s.move(ctx, d, claim.Sending)
}

// Lose records that nobody will ever know whether SES took the message. It is
// not sent again; its slot and its coupon stay used, since it may have gone.
func (s *Store) Lose(ctx context.Context, d claim.Send, why claim.Reason, at time.Time) error {
	d.State, d.Reason, d.Changed = claim.Lost, why, at
	return s.move(ctx, d, claim.Sending)
}

// Watch puts a claimed send, whose worker may be dead, on the list of
// [Store.Due], some time after its claim. It is for whoever meets a SENDING send
// of another worker and wants to acknowledge its queue message: what is open has
// to be on one list or the other. A send that nobody else meets is never put
// there, which saves the two write units of the index.
func (s *Store) Watch(ctx context.Context, d claim.Send) error {
	e := build(expression.NewBuilder().
		WithUpdate(expression.
			Set(expression.Name("due_shard"), expression.Value(dueShardOf(d))).
			Set(expression.Name("due_at"), expression.Value(stampOf(d.Claimed.Add(s.WatchFor))))).
		WithCondition(expression.Name("state").Equal(expression.Value(claim.Sending)).And(under(fence(d)))))
	if _, err := s.updateSend(ctx, d, e); err != nil { // what the record says does not tell whether it is on the list: make it again
		return fmt.Errorf("watch send %s: %w", d.ID, err)
	}
	return nil
}

// move writes what a send's life changes, from one of the states and under the
// send's fence.
func (s *Store) move(ctx context.Context, d claim.Send, from ...claim.State) error {
	_, err := s.updateSend(ctx, d, moving(d, from...))
	return s.outcome(ctx, d, err)
}

// moving is the update of move; a refusal makes the same one in a transaction.
func moving(d claim.Send, from ...claim.State) expression.Expression {
	it := sendItemOf(d)
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

// in is the condition that a send is in one of the states.
func in(states []claim.State) expression.ConditionBuilder {
	var others []expression.OperandBuilder
	for _, state := range states[1:] {
		others = append(others, expression.Value(state))
	}
	return expression.Name("state").In(expression.Value(states[0]), others...)
}

func (s *Store) updateSend(ctx context.Context, d claim.Send, e expression.Expression) (item, error) {
	return s.update(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Sends, Key: marshal(keyOfSend(d.Intent.Customer, d.ID)),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
}

// outcome looks closer at the error of a write that was to make d of a send:
// it is none where the stored record says the same already.
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
			err = fmt.Errorf("%w: it is %s, attempt %d", ErrConflict, stored.State, stored.Attempt)
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

// sameOutcome reports whether stored is what a write of d leaves behind. For a
// message that SES took, any state that says so will do: events come early.
func sameOutcome(stored, d claim.Send) bool {
	if d.State == claim.Accepted && stored.State.Sent() {
		return true
	}
	return stored.State == d.State && fence(stored) == fence(d) && stored.Changed.Equal(d.Changed.Truncate(time.Millisecond))
}
