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
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"regulars/shared/inputfault"
	"regulars/shared/rescue"
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
			body, err := textOf(value)
			if err != nil {
				return err
			}
			in.Entries = append(in.Entries, types.SendMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), MessageBody: &body})
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

// textOf returns the body of a message. It leaves "<" and its like as they are:
// escaped, a webhook with a product's description can outgrow a message.
func textOf(value any) (string, error) {
	var body strings.Builder
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", fmt.Errorf("put on queue: %w", err)
	}
	return strings.TrimSuffix(body.String(), "\n"), nil
}

// Refused is the error for a message that can never succeed, with all its
// faults.
type Refused struct{ Faults []inputfault.Fault }

func (e *Refused) Error() string { return "refused" }

// mostBytes is SQS's limit of a message: its body with the names, types and
// values of its attributes.
const mostBytes = 1 << 20

// tooLong is the only fault of a refused message that leaves no room for its
// own faults.
var tooLong = []inputfault.Fault{{Path: "", Fault: "is too long"}}

// refuse sends a message to the dead-letter queue, with its body unchanged and
// its faults and the time in attributes. If the body leaves no room for that,
// the attributes have less: the first fault, or that the message is too long.
// If it leaves no room for this either, refuse fails, and SQS moves the message
// there itself after several failures.
func (q *Queue) refuse(ctx context.Context, body string, faults []inputfault.Fault, now time.Time) error {
	attributes, err := fit(mostBytes-len(body), faults, now)
	if err != nil {
		return fmt.Errorf("refuse a message of %d bytes: %w", len(body), err)
	}
	if _, err = q.client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body, MessageAttributes: attributes}); err != nil {
		return fmt.Errorf("refuse a message: %w", err)
	}
	return nil
}

// fit returns the attributes of a refused message, in that many bytes.
func fit(room int, faults []inputfault.Fault, now time.Time) (map[string]types.MessageAttributeValue, error) {
	for _, list := range [][]inputfault.Fault{faults, faults[:min(1, len(faults))], tooLong} {
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		values := map[string]string{"Faults": string(text), "Refused": now.UTC().Format(time.RFC3339)}
		for _, names := range [][]string{{"Faults", "Refused"}, {"Faults"}} {
			attributes, size := map[string]types.MessageAttributeValue{}, 0
			for _, name := range names {
				attributes[name] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(values[name])}
				size += len(name) + len("String") + len(values[name])
			}
			if size <= room {
				return attributes, nil
			}
		}
	}
	return nil, errors.New("its body leaves no room for the faults; SQS moves it to the dead-letter queue after several failures")
}

// Each calls handle for every message of a batch, one after the other, and
// returns the messages that failed, so that SQS delivers only these again. A
// panic of handle is a failure of its message. A message for which handle
// returns [Refused] goes to the dead-letter queue, with the time of now.
func Each(ctx context.Context, batch events.SQSEvent, dead *Queue, now func() time.Time, handle func(context.Context, events.SQSMessage) error) (events.SQSEventResponse, error) {
	b := begin(batch, dead, now)
	for i, m := range batch.Records {
		b.do(ctx, i, func() error { return handle(ctx, m) })
	}
	return b.answer(), nil
}

// work is a batch that is being handled.
type work struct {
	batch  events.SQSEvent
	dead   *Queue
	now    func() time.Time
	failed []bool // by the message's place in the batch
}

func begin(batch events.SQSEvent, dead *Queue, now func() time.Time) *work {
	return &work{batch, dead, now, make([]bool, len(batch.Records))}
}

// do handles the i-th message of the batch, and reports whether it succeeded.
func (b *work) do(ctx context.Context, i int, handle func() error) bool {
	m := b.batch.Records[i]
	err := rescue.Do(ctx, handle)
	if refused := (*Refused)(nil); errors.As(err, &refused) {
		slog.WarnContext(ctx, "message refused; it goes to the dead-letter queue", "message_id", m.MessageId, "faults", refused.Faults)
		if err = b.dead.refuse(ctx, m.Body, refused.Faults, b.now()); err == nil {
			return false
		}
	}
	if err != nil {
		slog.ErrorContext(ctx, "a message failed and will be delivered again", "message_id", m.MessageId, "err", err)
		b.failed[i] = true
	}
	return err == nil
}

// answer returns the failed messages, in the order of the batch.
func (b *work) answer() events.SQSEventResponse {
	again := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}} // in JSON an empty list, not null
	for i, m := range b.batch.Records {
		if b.failed[i] {
			again.BatchItemFailures = append(again.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return again
}
