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
	"regulars/shared/shop"
)

// ClaimRefused says which parts of a claim no longer held. Nothing was written.
// It is an [ErrConflict].
type ClaimRefused struct {
	Send    bool // it is someone else's, or has ended
	Contact bool // it changed since it was read: read, decide again
	Coupon  bool // its code is taken
	Budget  bool // its shard is used up, or there is no such budget: see [Store.FundedShard]
	Merged  bool // a send that it was to speak for goes by itself, or has ended

	Stored claim.Send // the record in the way, where Send is set; zero where it has gone
}

func (e *ClaimRefused) Error() string {
	var what []string
	for _, part := range []struct {
		refused bool
		name    string
	}{
		{e.Send, "the send is not free (" + string(e.Stored.State) + ")"},
		{e.Contact, "the contact changed"},
		{e.Coupon, "the coupon's code is taken"},
		{e.Budget, "the budget's shard is used up"},
		{e.Merged, "a send to be merged has moved on"},
	} {
		if part.refused {
			what = append(what, part.name)
		}
	}
	return "claim refused: " + strings.Join(what, ", ")
}

// Is makes a refused claim an [ErrConflict].
func (e *ClaimRefused) Is(target error) bool { return target == ErrConflict }

// Where in the transaction of a claim each part is. What is merged comes last.
const (
	claimSend = iota
	claimContact
	claimCoupon
	claimBudget
)

// Claim makes a decision binding: the send's record, the contact with its new
// ledger entry, the coupon with its budget, and the ends of the sends that it
// speaks for, all or nothing.
//
// A claim without a From takes a send that is absent; any other takes over the
// QUEUED record of that very fence, and leaves it on the list of [Store.Due], due
// [Store.WatchFor] after the claim. It fails with [*ClaimRefused] where a part no longer holds. Claiming what is
// already ours (same attempt, same owner) succeeds, so a claim whose answer was
// lost can be made again; the owner has to be fresh for each attempt.
func (s *Store) Claim(ctx context.Context, c claim.Claim) error {
	writes := []types.TransactWriteItem{s.takeSend(c), s.putReservation(c.Send.Intent.Customer, c.Contact, c.ContactRev)}
	if c.Coupon != nil {
		writes = append(writes, s.putNew(couponItemOf(*c.Coupon)), s.debit(*c.Coupon))
	}
	for _, merged := range c.Merged {
		writes = append(writes, s.endMerged(merged))
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

// claimRefused says what a cancelled claim met; nil where that is the claim
// itself, made before.
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

func (s *Store) takeSend(c claim.Claim) types.TransactWriteItem {
	it := sendItemOf(c.Send)
	free := expression.AttributeNotExists(expression.Name("send"))
	if c.From != nil {
		free = expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(*c.From))
		it.DueShard, it.DueAt = dueShardOf(c.Send), stampOf(c.Send.Claimed.Add(s.WatchFor))
	}
	e := where(free)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Sends, Item: marshal(it), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// endMerged ends a send for which another one speaks. One that keeps a slot or a
// coupon of its own is never merged: they would be lost.
func (s *Store) endMerged(d claim.Send) types.TransactWriteItem {
	d.ReservationKept = false
	e := where(openAt(d))
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Sends, Item: marshal(sendItemOf(d)), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// putReservation writes the contact where its stored revision is rev.
func (s *Store) putReservation(customer shop.CustomerID, contact frequency.Contact, rev Rev) types.TransactWriteItem {
	return putAt(s.tables.Customers, contactItemOf(customer, contact), "customer", rev)
}

// openAt is the condition that a send is absent, or QUEUED under the fence that d
// carries, and keeps a slot only where d does.
func openAt(d claim.Send) expression.ConditionBuilder {
	waits := expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(fence(d)))
	if !d.ReservationKept {
		waits = waits.And(expression.AttributeNotExists(expression.Name("slot_kept")))
	}
	return expression.AttributeNotExists(expression.Name("send")).Or(waits)
}

// under is the condition that a send is at that fence.
func under(f claim.Fence) expression.ConditionBuilder {
	return expression.Name("attempt").Equal(expression.Value(f.Attempt)).
		And(expression.Name("owner").Equal(expression.Value(f.Owner)))
}
