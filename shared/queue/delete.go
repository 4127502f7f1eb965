package queue

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

const (
	hidden    = 5 * time.Minute  // a message that [Queue.Delete] has read is not received again during that time
	forDelete = 10 * time.Second // of the function's time, kept for the messages that were read
)

// PutAfter sends a value to the queue as JSON; it can be received after that
// time, at most 15 minutes.
func (q *Queue) PutAfter(ctx context.Context, after time.Duration, value any) error {
	body, err := textOf(value)
	if err != nil {
		return err
	}
	_, err = q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body, DelaySeconds: int32(after / time.Second)})
	if err != nil {
		return fmt.Errorf("put on queue: %w", err)
	}
	return nil
}

// Delete reads the messages of a dead-letter queue and deletes those whose body
// matches. The others can be received again when it returns. It returns how
// many it deleted, and whether it has read all messages: it stops when the
// function's time is nearly over, and does not see a message that another
// consumer holds, such as another erasure, or a person who looks at it. Do not
// call it for a queue that a function takes messages from.
func (q *Queue) Delete(ctx context.Context, matches func(body string) bool) (deleted int, all bool, err error) {
	var kept []types.Message
	defer func() { q.show(ctx, kept) }()
	for empty := 0; empty < 2; { // SQS can answer without a message although it has one
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < forDelete {
			return deleted, false, nil
		}
		out, err := q.client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &q.url, MaxNumberOfMessages: 10, VisibilityTimeout: int32(hidden / time.Second), WaitTimeSeconds: 0,
		})
		if err != nil {
			return deleted, false, fmt.Errorf("read dead letters: %w", err)
		}
		if len(out.Messages) == 0 {
			empty++
			continue
		}
		empty = 0
		for _, m := range out.Messages {
			if !matches(aws.ToString(m.Body)) {
				kept = append(kept, m)
				continue
			}
			if _, err := q.client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: &q.url, ReceiptHandle: m.ReceiptHandle}); err != nil {
				return deleted, false, fmt.Errorf("delete a dead letter: %w", err)
			}
			deleted++
		}
	}
	left, err := q.left(ctx)
	return deleted, err == nil && left <= len(kept), err
}

// left returns how many messages the queue has, those that a consumer holds
// included. SQS counts them within about a minute; a count that is too high means
// another pass, no more.
func (q *Queue) left(ctx context.Context) (n int, err error) {
	names := []types.QueueAttributeName{types.QueueAttributeNameApproximateNumberOfMessages, types.QueueAttributeNameApproximateNumberOfMessagesNotVisible}
	out, err := q.client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &q.url, AttributeNames: names})
	if err != nil {
		return 0, fmt.Errorf("count dead letters: %w", err)
	}
	for _, name := range names {
		count, err := strconv.Atoi(out.Attributes[string(name)])
		if err != nil {
			return 0, fmt.Errorf("count dead letters: %w", err)
		}
		n += count
	}
	return n, nil
}

// show makes messages visible again. It ignores errors, because they become
// visible after hidden anyway.
func (q *Queue) show(ctx context.Context, all []types.Message) {
	for len(all) > 0 {
		chunk := all[:min(10, len(all))]
		all = all[len(chunk):]
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &q.url}
		for i, m := range chunk {
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 0})
		}
		_, _ = q.client.ChangeMessageVisibilityBatch(ctx, in)
	}
}
