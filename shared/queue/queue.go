// Package queue puts messages on SQS queues and works through batches of them.
//
// A message that fails comes again by itself, and goes to the dead letters when
// it has failed too often. A message that can never succeed is [Refused]: it
// goes to the dead letters at once, whole, with its reasons beside it, so that
// nothing is lost and nobody has to guess.
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

// Put puts each value on the queue as JSON, ten to a request. It fails where
// any of them was not taken; those before it are on the queue then.
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
			return fmt.Errorf("put on queue: %d of %d messages were not taken: %s: %s", len(out.Failed), len(chunk), aws.ToString(f.Code), aws.ToString(f.Message))
		}
	}
	return nil
}

// Refused means that a message can never succeed. Faults says why: each names a
// place in the message and what is wrong there, and marshals to JSON.
type Refused struct{ Faults any }

func (e *Refused) Error() string { return "refused" }

// refuse puts a message that can never succeed on the dead letters, its body
// unchanged, its faults beside it.
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

// Each gives every message of a batch to handle, one after the other, and
// answers which are to come again: those that failed, and no others. A message
// that handle refuses goes to the dead letters. now stamps it.
func Each(ctx context.Context, batch events.SQSEvent, dead *Queue, now func() time.Time, handle func(context.Context, events.SQSMessage) error) (events.SQSEventResponse, error) {
	var again events.SQSEventResponse
	for _, m := range batch.Records {
		err := handle(ctx, m)
		if refused := (*Refused)(nil); errors.As(err, &refused) {
			slog.WarnContext(ctx, "refused a message", "message", m.MessageId, "faults", refused.Faults)
			err = dead.refuse(ctx, m.Body, refused.Faults, now())
		}
		if err != nil {
			slog.ErrorContext(ctx, "a message failed and comes again", "message", m.MessageId, "err", err)
			again.BatchItemFailures = append(again.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return again, nil
}
