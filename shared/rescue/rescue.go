// Package rescue turns a panic in the work on one item into an error, so that
// the other items of the batch are not affected.
package rescue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
)

// ErrPanic is the error of work that panicked. The log has the stack.
var ErrPanic = errors.New("the code panicked; the log line before this one has its stack")

// Exit is a panic that ends the worker on purpose: [Do] does not catch it. The
// simulator kills a worker with it.
type Exit struct{}

// Do returns the result of do, or an [ErrPanic] if do panics. It logs the
// stack, and the text of the panic if it is one of Go's runtime. Of any other
// panic it logs the type only, because its text may quote a customer's data.
func Do(ctx context.Context, do func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case Exit:
			panic(p)
		case runtime.Error:
			err = caught(ctx, p.Error())
		default:
			err = caught(ctx, fmt.Sprintf("a value of type %T", p))
		}
	}()
	return do()
}

func caught(ctx context.Context, what string) error {
	slog.ErrorContext(ctx, "the work on one item panicked", "panic", what, "stack", string(debug.Stack()))
	return fmt.Errorf("%s: %w", what, ErrPanic)
}
