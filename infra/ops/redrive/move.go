package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// move sends a station's dead letters through again, and tells out how far it is.
//
// SQS moves them by itself. It is told where to: of a message that a function
// refused, and so put on the dead letters by itself, SQS does not know where it
// came from.
func (h house) move(ctx context.Context, name string, out io.Writer) error {
	s, err := h.station(ctx, name)
	if err != nil {
		return err
	}
	from, err := h.count(ctx, s.dead)
	if err != nil {
		return err
	}
	to, err := h.count(ctx, s.queue)
	if err != nil {
		return err
	}
	before, err := h.latest(ctx, from.arn)
	if err != nil {
		return err
	}
	_, err = h.client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &from.arn, DestinationArn: &to.arn})
	var running *types.UnsupportedOperation
	if errors.As(err, &running) && before.Status != nil && *before.Status == "RUNNING" {
		return fmt.Errorf("%s are moving already: %d so far; wait until that has ended", path.Base(s.dead), before.ApproximateNumberOfMessagesMoved)
	}
	if err != nil {
		return fmt.Errorf("start moving %s: %w", path.Base(s.dead), err)
	}
	moved, err := h.follow(ctx, from.arn, before.StartedTimestamp, out)
	if err != nil {
		return fmt.Errorf("move %s: %w", path.Base(s.dead), err)
	}
	left, err := h.count(ctx, s.dead)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "moved %s from %s to %s\n", messages(int(moved)), path.Base(s.dead), path.Base(s.queue))
	if left.held > 0 {
		fmt.Fprintf(out, "%s stayed: someone has received them and not put them back yet; try again in some minutes\n", messages(left.held))
	}
	return nil
}

// follow waits for the end of the task that was started after the one of that
// time, and returns how many messages it moved.
func (h house) follow(ctx context.Context, source string, before int64, out io.Writer) (moved int64, err error) {
	told := int64(-1)
	for {
		task, err := h.latest(ctx, source)
		if err != nil {
			return 0, err
		}
		moved = task.ApproximateNumberOfMessagesMoved
		if task.StartedTimestamp > before { // SQS may still show the one before
			switch status := aws.ToString(task.Status); status {
			case "COMPLETED":
				return moved, nil
			case "FAILED":
				return 0, fmt.Errorf("it failed after %s: %s", messages(int(moved)), aws.ToString(task.FailureReason))
			case "CANCELLED", "CANCELLING":
				return 0, fmt.Errorf("someone cancelled it after %s", messages(int(moved)))
			}
			if moved != told {
				told = moved
				fmt.Fprintf(out, "%d of about %d\n", moved, aws.ToInt64(task.ApproximateNumberOfMessagesToMove))
			}
		}
		select {
		case <-ctx.Done():
			return 0, errors.New("no longer watched; it goes on by itself")
		case <-time.After(h.every):
		}
	}
}

// latest returns the newest move of a queue, or the zero value.
func (h house) latest(ctx context.Context, source string) (types.ListMessageMoveTasksResultEntry, error) {
	tasks, err := h.client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &source, MaxResults: aws.Int32(1)})
	if err != nil {
		return types.ListMessageMoveTasksResultEntry{}, fmt.Errorf("look how far the move is: %w", err)
	}
	if len(tasks.Results) == 0 {
		return types.ListMessageMoveTasksResultEntry{}, nil
	}
	return tasks.Results[0], nil
}

func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}
