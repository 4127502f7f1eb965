package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/retry"
	"regulars/shared/shop"
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
		return ok && !stop.failed(refuseSend) && stop.failedFrom(refuseOthers(d))
	}
	err := retry.Do(ctx, Attempts, s.Pause, contactChanged, func() error { return s.refuse(ctx, d) })
	if stop, ok := errors.AsType[cancelled](err); ok {
		switch {
		case stop.failed(refuseSend):
			err = refused{old: stop.old(refuseSend)}
		case !stop.failedFrom(refuseOthers(d)):
			err = fmt.Errorf("take back its coupon, which an order has used or which has no budget: %w", ErrConflict)
		}
	}
	return s.outcome(ctx, d, err)
}

// refuseSend is the index of the send's write in the transaction of a refusal.
const refuseSend = 0

// refuseOthers returns the index of the first write of a contact: they come
// after the coupon and its budget.
func refuseOthers(d claim.Send) int {
	if d.Coupon != nil {
		return 3
	}
	return 1
}

// refuse tries the transaction once. The reservation and the grant are in the
// contact of the send's mailbox. If the customer's address has changed since the
// claim, the contact that holds for the customer now has a copy of both.
func (s *Store) refuse(ctx context.Context, d claim.Send) error {
	e := moving(d, claim.Sending, claim.Queued)
	writes := []types.TransactWriteItem{
		{Update: &types.Update{
			TableName: &s.tables.Sends, Key: marshal(keyOfSend(d.Intent.Customer, d.ID)),
			UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}},
	}
	if d.Coupon != nil {
		writes = append(writes, s.void(*d.Coupon), s.credit(*d.Coupon))
	}
	read, err := s.snapshot(ctx, d.Intent.Customer, noProducts)
	if err != nil {
		return err
	}
	without := func(c frequency.Contact, rev Rev, mailbox shop.Mailbox) {
		if rev != "" {
			writes = append(writes, s.putReservation(keyOfContact(d.Intent.Customer, mailbox), c.WithoutSend(d.ID), rev))
		}
	}
	without(read.Contact, read.ContactRev, read.Profile.Mailbox)
	if d.Mailbox != "" && d.Mailbox != read.Profile.Mailbox {
		contact, rev, err := s.MailboxContact(ctx, d.Mailbox)
		if err != nil {
			return err
		}
		without(contact, rev, d.Mailbox)
	}
	return s.transact(ctx, writes...)
}
