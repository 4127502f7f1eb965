package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/cadence"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// ClaimRefused says which parts of a claim no longer held. Nothing was written.
// It is an [ErrConflict].
type ClaimRefused struct {
	Send    bool // it is someone else's, or has ended
	Contact bool // it changed since it was read: read, decide again
	Coupon  bool // its code is taken
	Budget  bool // its shard is used up, or there is no such budget: see [Store.FundedShard]

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
	} {
		if part.refused {
			what = append(what, part.name)
		}
	}
	return "claim refused: " + strings.Join(what, ", ")
}

// Is makes a refused claim an [ErrConflict].
func (e *ClaimRefused) Is(target error) bool { return target == ErrConflict }

// Where in the transaction of a claim each part is.
const (
	claimSend = iota
	claimContact
	claimCoupon
	claimBudget
)

// Claim makes a decision binding: the send's record, the contact with its new
// ledger entry, and the coupon with its budget, all or nothing.
//
// A claim from the zero fence takes a send that is absent, or that waits and was
// never claimed; any other takes over the QUEUED record of that very fence. It
// fails with [*ClaimRefused] where a part no longer holds. Claiming what is
// already ours (same attempt, same owner) succeeds, so a claim whose answer was
// lost can be made again; the owner has to be fresh for each attempt.
func (s *Store) Claim(ctx context.Context, c claim.Claim) error {
	writes := []types.TransactWriteItem{s.takeSend(c), s.putSlot(c.Send.Intent.Customer, c.Contact, c.ContactRev)}
	if c.Coupon != nil {
		writes = append(writes, s.putNew(couponItemOf(*c.Coupon)), s.debit(*c.Coupon))
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
	e := &ClaimRefused{
		Send: stop.failed(claimSend), Contact: stop.failed(claimContact),
		Coupon: stop.failed(claimCoupon), Budget: stop.failed(claimBudget),
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
	waits := expression.Name("state").Equal(expression.Value(claim.Queued)).And(under(c.From))
	free := waits
	if c.From == (claim.Fence{}) {
		free = expression.AttributeNotExists(expression.Name("send")).Or(waits)
	}
	e := where(free)
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Sends, Item: marshal(sendItemOf(c.Send)), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// putSlot writes the contact where its stored revision is rev.
func (s *Store) putSlot(customer shop.CustomerID, contact cadence.Contact, rev Rev) types.TransactWriteItem {
	e := where(unchanged("customer", rev))
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.tables.Customers, Item: marshal(contactItemOf(customer, contact)), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}}
}

// under is the condition that a send is at that fence.
func under(f claim.Fence) expression.ConditionBuilder {
	return expression.Name("attempt").Equal(expression.Value(f.Attempt)).
		And(expression.Name("owner").Equal(expression.Value(f.Owner)))
}
