package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// forAnswer is the function's time that is kept for the answer to Lambda: without
// it a call that hangs until the end would have the whole batch delivered again.
const forAnswer = time.Second

// SideBySide is [Each] for a batch whose messages are handled at the same time. It
// first reads each message with read, which returns the message's value and names
// of all that it is about, such as its customer. Messages with a name in common are
// handled one after the other, in the order of the batch; all others side by side.
//
// The context of handle ends a second before the function's time. A message that is
// not begun by then is not begun; it counts as failed.
func SideBySide[T any](ctx context.Context, batch events.SQSEvent, dead *Queue, now func() time.Time,
	read func(context.Context, events.SQSMessage) (value T, about []string, err error), handle func(context.Context, T) error,
) (events.SQSEventResponse, error) {
	if deadline, ok := ctx.Deadline(); ok {
		earlier, cancel := context.WithDeadline(ctx, deadline.Add(-forAnswer))
		defer cancel()
		ctx = earlier
	}
	b := begin(batch, dead, now)
	values, about := make([]T, len(batch.Records)), make([][]string, len(batch.Records))
	var readable []int
	for i, m := range batch.Records {
		if b.do(ctx, i, func() (err error) { values[i], about[i], err = read(ctx, m); return err }) {
			readable = append(readable, i)
		}
	}
	var all sync.WaitGroup
	for _, group := range Groups(readable, about) {
		all.Go(func() {
			for _, i := range group {
				b.do(ctx, i, func() error {
					if ctx.Err() != nil {
						return errors.New("the function's time was over before this message was begun")
					}
					return handle(ctx, values[i])
				})
			}
		})
	}
	all.Wait()
	return b.answer(), nil
}

// Groups divides the messages with these indices so that messages of two groups
// have no name of about in common. Each group has the order of the messages.
func Groups(messages []int, about [][]string) (groups [][]int) {
	for _, m := range messages {
		mine := []int{m}
		var others [][]int
		for _, g := range groups {
			if slices.ContainsFunc(g, func(i int) bool { return share(about[i], about[m]) }) {
				mine = append(mine, g...)
			} else {
				others = append(others, g)
			}
		}
		slices.Sort(mine)
		groups = append(others, mine)
	}
	return groups
}

func share(a, b []string) bool {
	return slices.ContainsFunc(a, func(name string) bool { return slices.Contains(b, name) })
}
