package dynamo

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// cancelled is the error of a transaction that wrote nothing, because the
// condition of at least one of its writes did not hold. It is an [ErrConflict].
type cancelled struct{ reasons []types.CancellationReason }

func (c cancelled) Error() string        { return ErrConflict.Error() }
func (c cancelled) Is(target error) bool { return target == ErrConflict }

// failed reports whether the condition of the i-th write did not hold.
func (c cancelled) failed(i int) bool {
	return i < len(c.reasons) && c.reasons[i].Code != nil && *c.reasons[i].Code == "ConditionalCheckFailed"
}

// failedFrom reports whether the condition of the first-th write or of one after
// it did not hold.
func (c cancelled) failedFrom(first int) bool {
	for i := first; i < len(c.reasons); i++ {
		if c.failed(i) {
			return true
		}
	}
	return false
}

// old returns the stored item that made the i-th write fail; nil if there is no
// item, or the write did not fail.
func (c cancelled) old(i int) item {
	if !c.failed(i) {
		return nil
	}
	return c.reasons[i].Item
}

// cancellation returns the error for the reasons, one for each write:
// [cancelled] if a condition did not hold, [errInTheWay] if only other
// transactions or throttling stopped it, so that another attempt can succeed.
func cancellation(e *types.TransactionCanceledException) error {
	c := cancelled{reasons: e.CancellationReasons}
	var codes []string
	transient := false
	for i, reason := range c.reasons {
		if c.failed(i) {
			return c
		}
		if reason.Code == nil {
			continue
		}
		switch *reason.Code {
		case "None":
			continue
		case "TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError":
			transient = true
		}
		codes = append(codes, fmt.Sprintf("write %d: %s", i, *reason.Code))
	}
	if transient {
		return fmt.Errorf("%w (%s)", errInTheWay, strings.Join(codes, ", "))
	}
	return fmt.Errorf("transaction cancelled (%s): %w", strings.Join(codes, ", "), e)
}

// transact makes all writes or none. It fails with [cancelled] if a condition
// did not hold.
//
// The SDK makes a ClientRequestToken for each call, so that its own repetitions
// of that call are harmless. No token is derived from content: two workers with
// the same token would both get the answer "done".
//
// After any other error it is not known whether the transaction was made, since
// an earlier attempt of the SDK may have been carried out: the caller reads
// back.
func (s *Store) transact(ctx context.Context, writes ...types.TransactWriteItem) error {
	for _, w := range writes {
		if w.Put != nil {
			s.weigh(ctx, *w.Put.TableName, w.Put.Item)
			w.Put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
		if w.ConditionCheck != nil {
			w.ConditionCheck.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
		if w.Update != nil {
			w.Update.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		}
	}
	return s.retryInTheWay(ctx, func() error {
		out, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
			TransactItems: writes, ReturnConsumedCapacity: s.price(),
		})
		if err == nil {
			s.writeCost(out.ConsumedCapacity...)
		}
		return err
	})
}
