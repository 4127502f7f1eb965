// Package queue sends messages to SQS queues and handles batches of received
// messages.
//
// SQS delivers a message that fails again, and moves it to the dead-letter
// queue after several failures. A message that can never succeed is [Refused]:
// it goes to the dead-letter queue at once, with its body unchanged and its
// faults in attributes, so that an operator sees the cause.
package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Queue is one SQS queue.
type Queue struct {
	client *sqs.Client
	url    string
}

// New returns the queue at url.
func New(client *sqs.Client, url string) *Queue { return &Queue{client, url} }

// Put sends each value to the queue as JSON, ten in each request. If SQS does
// not accept a message, Put fails, but other messages can already be on the
// queue.
func (q *Queue) Put(ctx context.Context, values ...any) error {
	for len(values) > 0 {
		chunk := values[:min(10, len(values))]
		values = values[len(chunk):]
		in := &sqs.SendMessageBatchInput{QueueUrl: &q.url}
		for i, value := range chunk {
			body, err := json.Marshal(value)
			if err != nil {
				return fmt.Errorf("put on queue: %w", err)
			}
			in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: aws.String(string(body))})
		}
		out, err := q.client.SendMessageBatch(ctx, in)
		if err != nil {
			return fmt.Errorf("put %d messages on queue: %w", len(chunk), err)
		}
		if len(out.Failed) > 0 {
			f := out.Failed[0]
			return fmt.Errorf("put on queue: SQS did not accept %d of %d messages: %s: %s", len(out.Failed), len(chunk), aws.ToString(f.Code), aws.ToString(f.Message))
		}
	}
	return nil
}

// Refused is the error for a message that can never succeed. Faults is the list
// of its faults, of a type that marshals to JSON: see package inputfault.
type Refused struct{ Faults any }

func (e *Refused) Error() string { return "refused" }

// refuse sends a message to the dead-letter queue, with its body unchanged and
// its faults and the time in attributes.
func (q *Queue) refuse(ctx context.Context, body string, faults any, now time.Time) error {
	list, err := json.Marshal(faults)
	if err != nil {
		return fmt.Errorf("refuse a message: %w", err)
	}
	text := func(s string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &s}
	}
	_, err = q.client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &q.url, MessageBody: &body,
		MessageAttributes: map[string]types.MessageAttributeValue{
			"Faults":  text(string(list)),
			"Refused": text(now.UTC().Format(time.RFC3339)),
		},
	})
	if err != nil {
		return fmt.Errorf("refuse a message: %w", err)
	}
	return nil
}

// Each calls handle for every message of a batch, one after the other, and
// returns the messages that failed, so that SQS delivers only these again. A
// message for which handle returns [Refused] goes to the dead-letter queue,
// with the time of now.
func Each(ctx context.Context, batch events.SQSEvent, dead *Queue, now func() time.Time, handle func(context.Context, events.SQSMessage) error) (events.SQSEventResponse, error) {
	var again events.SQSEventResponse
	for _, m := range batch.Records {
		err := handle(ctx, m)
		if refused := (*Refused)(nil); errors.As(err, &refused) {
			slog.WarnContext(ctx, "message refused; it goes to the dead-letter queue", "message_id", m.MessageId, "faults", refused.Faults)
			err = dead.refuse(ctx, m.Body, refused.Faults, now())
		}
		if err != nil {
			slog.ErrorContext(ctx, "a message failed and will be delivered again", "message_id", m.MessageId, "err", err)
			again.BatchItemFailures = append(again.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return again, nil
}
