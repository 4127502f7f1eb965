package retry_test

import (
	"context"
	"errors"
	"testing"

	"regulars/shared/retry"
)

func TestDo(t *testing.T) {
	conflict, broken, stopped := errors.New("conflict"), errors.New("broken"), errors.New("stopped")
	again := func(err error) bool { return errors.Is(err, conflict) }
	for phrase, c := range map[string]struct {
		results []error // of the calls, in order
		pause   error
		calls   int
		want    error
	}{
		"success at once":                     {[]error{nil}, nil, 1, nil},
		"success after two conflicts":         {[]error{conflict, conflict, nil}, nil, 3, nil},
		"another error is not repeated":       {[]error{conflict, broken, nil}, nil, 2, broken},
		"a conflict at each of four attempts": {[]error{conflict, conflict, conflict, conflict, nil}, nil, 4, conflict},
		"the pause fails":                     {[]error{conflict, nil}, stopped, 1, stopped},
	} {
		t.Run(phrase, func(t *testing.T) {
			calls, pauses := 0, 0
			err := retry.Do(t.Context(), 4, func(_ context.Context, attempt int) error {
				pauses++
				if attempt != calls {
					t.Errorf("pause got %d calls, want %d", attempt, calls)
				}
				return c.pause
			}, again, func() error {
				calls++
				return c.results[calls-1]
			})
			if !errors.Is(err, c.want) || calls != c.calls {
				t.Errorf("Do = %v after %d calls, want %v after %d", err, calls, c.want, c.calls)
			}
			if want := calls - 1; c.pause == nil && pauses != want {
				t.Errorf("Do paused %d times, want %d", pauses, want)
			}
		})
	}
}
