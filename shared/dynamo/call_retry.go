package dynamo

import (
	"context"
	"errors"

	"regulars/shared/retry"
)

// Attempts is how many times in all a call is made that DynamoDB throttles, or
// a write whose condition fails because another call changed the item.
const Attempts = 8

// Retry calls try until it returns nil or an error other than [ErrConflict],
// [Attempts] times at most, and returns the last result. try has to read again
// what it writes back. Before each further call Retry calls pause with the
// number of calls made so far, and ends with its error if it fails; a nil pause
// means no wait.
func Retry(ctx context.Context, pause func(ctx context.Context, attempt int) error, try func() error) error {
	return retry.Do(ctx, Attempts, pause, func(err error) bool { return errors.Is(err, ErrConflict) }, try)
}
