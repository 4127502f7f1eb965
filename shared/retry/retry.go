// Package retry repeats a step that failed because another call changed the same
// data at the same time: the loop of every compare-and-swap in this project.
package retry

import "context"

// Do calls try until it returns nil or an error for which again returns false,
// attempts times at most, and returns the last result. Before each further call
// Do calls pause with the number of calls made so far, and ends with its error
// if it fails; a nil pause means no wait. attempts below 1 means one call.
func Do(ctx context.Context, attempts int, pause func(ctx context.Context, attempt int) error, again func(error) bool, try func() error) error {
	for attempt := 1; ; attempt++ {
		err := try()
		if err == nil || !again(err) || attempt >= attempts {
			return err
		}
		if pause == nil {
			continue
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}
