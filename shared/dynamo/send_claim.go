package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/frequency"
)

// ClaimRefused is the error of a claim that was not written. Its fields say
// which conditions did not hold. It is an [ErrConflict].
type ClaimRefused struct {
	Send    bool // another worker has claimed the send, or it has ended
	Contact bool // the contact, or the profile that led to it, changed since it was read: read it, decide again
	Coupon  bool // the coupon's code exists already
	Budget  bool // the budget's shard is used up, or there is no such budget: see [Store.FundedShard]
	Merged  bool // another worker has claimed a send that was to be merged, or it has ended

	Stored claim.Send // the stored send if Send is true; zero if there is none
}

func (e *ClaimRefused) Error() string {
	var what []string
	for _, part := range []struct {
		refused bool
		name    string
	}{
		{e.Send, "the send is claimed or has ended (" + string(e.Stored.State) + ")"},
		{e.Contact, "the contact changed"},
		{e.Coupon, "the coupon's code exists already"},
		{e.Budget, "the budget's shard is used up"},
		{e.Merged, "a send to be merged is claimed or has ended"},
	} {
		if part.refused {
			what = append(what, part.name)
		}
	}
	return "claim refused: " + strings.Join(what, ", ")
}

// Is makes a refused claim an [ErrConflict].
func (e *ClaimRefused) Is(target error) bool { return target == ErrConflict }

// The indexes of the writes in the transaction of a claim. The merged sends
// come after them, and last the check of the profile if the send has no mailbox.
const (
	claimSend = iota
	claimContact
	claimCoupon
	claimBudget
)

// Claim makes a decision binding. It writes the send's record, the contact with
// its new reservation, the coupon and its use of the budget, and the ends of
// the merged sends, all or nothing.
//
// A claim without From needs the send to be absent. A claim with From needs the
// send to be QUEUED under that fence, and leaves it in the index of
// [Store.Due], due [Store.WatchFor] after the claim. It fails with
// [*ClaimRefused] if a condition does not hold. The same claim (same attempt,
// same owner) can be made again, so a caller can repeat it after a lost answer;
// the owner must be new for each attempt.
func (s *Store) Claim(ctx context.Context, c claim.Claim) error {
	writes := []types.TransactWriteItem{s.takeSend(c), s.putReservation(keyOfContact(c.Send.Intent.Customer, c.Send.Mailbox), c.Contact, c.ContactRev)}
	if c.Coupon != nil {
		writes = append(writes, s.putNew(couponItemOf(*c.Coupon)), s.debit(*c.Coupon))
	}
	for _, merged := range c.Merged {
		writes = append(writes, s.endMerged(merged))
	}
	if c.Send.Mailbox == "" {
		writes = append(writes, s.profileUnchanged(c.Send.Intent.Customer, c.ProfileRev))
	}
	err := s.transact(ctx, writes...)
	var stop cancelled
	if errors.As(err, &stop) {
		err = claimRefused(stop, c)
	}
	err = s.readBack(ctx, err, func() (bool, error) {
		stored, err := s.send(ctx, keyOfSend(c.Send.Intent.Customer, c.Send.ID))
		return fence(stored) == fence(c.Send), err
	})
	if err != nil {
		return fmt.Errorf("claim send %s: %w", c.Send.ID, err)
	}
	return nil
}

// claimRefused returns the error of a cancelled claim; nil if the same claim
// was made before.
func claimRefused(stop cancelled, c claim.Claim) error {
	e := &ClaimRefused{Send: stop.failed(claimSend), Contact: stop.failed(claimContact)}
	others := claimCoupon
	if c.Coupon != nil {
		e.Coupon, e.Budget = stop.failed(claimCoupon), stop.failed(claimBudget)
		others = claimBudget + 1
	}
	for i := range c.Merged {
		e.Merged = e.Merged || stop.failed(others+i)
	}
	e.Contact = e.Contact || c.Send.Mailbox == "" && stop.failed(others+len(c.Merged))
	if old := stop.old(claimSend); old != nil {
		stored, err := readSend(old)
		if err != nil {
			return err
		}
		if fence(stored) == fence(c.Send) {
			return nil
		}
		e.Stored = stored
	}
	return e
}

// takeSend is the write of the claimed send, under the condition of its claim.
func (s *Store) takeSend(c claim.Claim) types.TransactWriteItem {
	it := sendItemOf(c.Send)
	free := expression.AttributeNotExists(expression.Name("send"))
	if c.From != nil {
		free = expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(*c.From))
		it.duePlace = duePlace{dueShardOf(c.Send), stampOf(c.Send.Claimed.Add(s.WatchFor))}
	}
	e := where(free)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Sends, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// endMerged is the write that ends a merged send. Its condition refuses a send
// that keeps a reservation or coupon of its own, which would be lost.
func (s *Store) endMerged(d claim.Send) types.TransactWriteItem {
	d.ReservationKept = false
	e := where(openAt(d))
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Sends, Item: marshal(sendItemOf(d)), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// putReservation is the write of the contact, if its stored revision is rev.
func (s *Store) putReservation(key customerKey, contact frequency.Contact, rev Rev) types.TransactWriteItem {
	return putAt(s.tables.Customers, contactItemOf(key, contact), "customer", rev)
}

// openAt returns the condition that a send is absent or QUEUED under d's fence.
// If d keeps no reservation, the stored send must keep none either.
func openAt(d claim.Send) expression.ConditionBuilder {
	waits := expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(fence(d)))
	if !d.ReservationKept {
		waits = waits.And(expression.AttributeNotExists(expression.Name("slot_kept")))
	}
	return expression.AttributeNotExists(expression.Name("send")).Or(waits)
}

// under returns the condition that a send has that fence.
func under(f claim.Fence) expression.ConditionBuilder {
	return expression.Name("attempt").Equal(expression.Value(f.Attempt)).
		And(expression.Name("owner").Equal(expression.Value(f.Owner)))
}
