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

// move moves the dead letters of a queue back to it, and prints its progress to
// out.
//
// SQS moves the messages. The request names the destination, because SQS does
// not know the source queue of a message that a function refused and put on the
// dead-letter queue itself.
func (d deployment) move(ctx context.Context, name string, out io.Writer) error {
	s, err := d.pair(ctx, name)
	if err != nil {
		return err
	}
	from, err := d.count(ctx, s.dead)
	if err != nil {
		return err
	}
	to, err := d.count(ctx, s.queue)
	if err != nil {
		return err
	}
	before, err := d.latest(ctx, from.arn)
	if err != nil {
		return err
	}
	_, err = d.client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: &from.arn, DestinationArn: &to.arn})
	var running *types.UnsupportedOperation
	if errors.As(err, &running) && before.Status != nil && *before.Status == "RUNNING" {
		return fmt.Errorf("a move of %s is already running: %d messages so far; wait until it has ended", path.Base(s.dead), before.ApproximateNumberOfMessagesMoved)
	}
	if err != nil {
		return fmt.Errorf("start moving %s: %w", path.Base(s.dead), err)
	}
	moved, err := d.follow(ctx, from.arn, before.StartedTimestamp, out)
	if err != nil {
		return fmt.Errorf("move %s: %w", path.Base(s.dead), err)
	}
	left, err := d.count(ctx, s.dead)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "moved %s from %s to %s\n", messages(int(moved)), path.Base(s.dead), path.Base(s.queue))
	if left.held > 0 {
		fmt.Fprintf(out, "%s not moved: another consumer has received them; try again in a few minutes\n", messages(left.held))
	}
	return nil
}

// follow waits for the end of the move task that started after the time before,
// in milliseconds, and returns how many messages it moved.
func (d deployment) follow(ctx context.Context, source string, before int64, out io.Writer) (moved int64, err error) {
	printed := int64(-1)
	for {
		task, err := d.latest(ctx, source)
		if err != nil {
			return 0, err
		}
		moved = task.ApproximateNumberOfMessagesMoved
		if task.StartedTimestamp > before { // SQS can still return the previous task
			switch status := aws.ToString(task.Status); status {
			case "COMPLETED":
				return moved, nil
			case "FAILED":
				return 0, fmt.Errorf("the task failed after %s: %s", messages(int(moved)), aws.ToString(task.FailureReason))
			case "CANCELLED", "CANCELLING":
				return 0, fmt.Errorf("the task was cancelled after %s", messages(int(moved)))
			}
			if moved != printed {
				printed = moved
				fmt.Fprintf(out, "%d of about %d\n", moved, aws.ToInt64(task.ApproximateNumberOfMessagesToMove))
			}
		}
		select {
		case <-ctx.Done():
			return 0, errors.New("stopped waiting; SQS continues the move")
		case <-time.After(d.every):
		}
	}
}

// latest returns the newest move task of a queue, or the zero value.
func (d deployment) latest(ctx context.Context, source string) (types.ListMessageMoveTasksResultEntry, error) {
	tasks, err := d.client.ListMessageMoveTasks(ctx, &sqs.ListMessageMoveTasksInput{SourceArn: &source, MaxResults: aws.Int32(1)})
	if err != nil {
		return types.ListMessageMoveTasksResultEntry{}, fmt.Errorf("read the progress of the move: %w", err)
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
