package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/retry"
)

// Refuse ends a send that is known not to have been sent, and gives back all
// that its claim took: the reservation, the coupon, the use of the budget. The
// end state is REFUSED if SES refused it; a send that waited and kept its
// reservation may end in another state, such as EXPIRED. All of it is one
// transaction, under the send's fence, from SENDING or QUEUED.
//
// It fails with [ErrConflict] if the send has changed, or if an order has used
// its coupon.
func (s *Store) Refuse(ctx context.Context, d claim.Send, end claim.State, why claim.Reason, at time.Time) error {
	d.State, d.Reason, d.Changed = end, why, at
	d.Wake, d.ReservationKept = time.Time{}, false
	contactChanged := func(err error) bool { // by another message's claim
		stop, ok := errors.AsType[cancelled](err)
		return ok && stop.failed(refuseContact) && !stop.failed(refuseSend)
	}
	err := retry.Do(ctx, Attempts, s.Pause, contactChanged, func() error { return s.refuse(ctx, d) })
	if stop, ok := errors.AsType[cancelled](err); ok {
		switch {
		case stop.failed(refuseSend):
			err = refused{old: stop.old(refuseSend)}
		case !stop.failed(refuseContact):
			err = fmt.Errorf("take back its coupon, which an order has used or which has no budget: %w", ErrConflict)
		}
	}
	return s.outcome(ctx, d, err)
}

// The indexes of the writes in the transaction of a refusal.
const (
	refuseSend = iota
	refuseContact
)

func (s *Store) refuse(ctx context.Context, d claim.Send) error {
	contact, rev, err := s.Contact(ctx, d.Intent.Customer)
	if err != nil {
		return err
	}
	e := moving(d, claim.Sending, claim.Queued)
	writes := []types.TransactWriteItem{
		{Update: &types.Update{
			TableName: &s.tables.Sends, Key: marshal(keyOfSend(d.Intent.Customer, d.ID)),
			UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}},
		s.putReservation(d.Intent.Customer, contact.WithoutSend(d.ID), rev),
	}
	if d.Coupon != nil {
		writes = append(writes, s.void(*d.Coupon), s.credit(*d.Coupon))
	}
	return s.transact(ctx, writes...)
}
