package queue

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

// connect returns the AWS SDK's client of a new service. The SDK itself checks
// the digests of bodies.
func connect(t testing.TB) (*sqs.Client, *Service) {
	t.Helper()
	s, done := open(t, filepath.Join(t.TempDir(), "queues"), &steps{}, orders()...)
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.Close(); done() })
	return sqs.New(sqs.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	}), s
}

func TestSDKSendsReceivesAndDeletes(t *testing.T) {
	client, s := connect(t)
	ctx := t.Context()
	found, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("Orders")})
	if err != nil {
		t.Fatal(err)
	}
	if want := "http://127.0.0.1:4566/000000000000/Orders"; *found.QueueUrl != want {
		t.Errorf("GetQueueUrl = %s, want %s", *found.QueueUrl, want)
	}
	sent, err := client.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: found.QueueUrl, MessageBody: aws.String("Grüße, Ελλάδα <&>"),
		MessageAttributes: map[string]types.MessageAttributeValue{
			"Faults":  {DataType: aws.String("String"), StringValue: aws.String(`[{"path":"a"}]`)},
			"Count":   {DataType: aws.String("Number.int"), StringValue: aws.String("7")},
			"Picture": {DataType: aws.String("Binary"), BinaryValue: []byte{0, 1, 2, 255}},
		},
		MessageSystemAttributes: map[string]types.MessageSystemAttributeValue{
			"AWSTraceHeader": {DataType: aws.String("String"), StringValue: aws.String("Root=1-67891233-abcdef012345678912345678;Sampled=1")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	received, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
		QueueUrl: found.QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1,
		MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"}, MessageAttributeNames: []string{"All"},
	})
	if err != nil || len(received.Messages) != 1 {
		t.Fatalf("ReceiveMessage = %+v, %v, want one message", received, err)
	}
	m := received.Messages[0]
	if *m.MessageId != *sent.MessageId || *m.Body != "Grüße, Ελλάδα <&>" {
		t.Errorf("received %s %q, want %s as it was sent", *m.MessageId, *m.Body, *sent.MessageId)
	}
	if *m.MD5OfMessageAttributes != *sent.MD5OfMessageAttributes {
		t.Errorf("digest of attributes = %s, want %s", *m.MD5OfMessageAttributes, *sent.MD5OfMessageAttributes)
	}
	if got := m.Attributes["AWSTraceHeader"]; got != "Root=1-67891233-abcdef012345678912345678;Sampled=1" {
		t.Errorf("AWSTraceHeader = %q", got)
	}
	if m.Attributes["ApproximateReceiveCount"] != "1" || len(m.Attributes["SentTimestamp"]) != 13 {
		t.Errorf("system attributes = %v, want a count of 1 and Unix milliseconds", m.Attributes)
	}
	if got := m.MessageAttributes["Picture"].BinaryValue; !bytes.Equal(got, []byte{0, 1, 2, 255}) {
		t.Errorf("Picture = %v", got)
	}
	if _, err := client.ChangeMessageVisibility(ctx, &sqs.ChangeMessageVisibilityInput{QueueUrl: found.QueueUrl, ReceiptHandle: m.ReceiptHandle, VisibilityTimeout: 60}); err != nil {
		t.Error(err)
	}
	if _, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: found.QueueUrl, ReceiptHandle: m.ReceiptHandle}); err != nil {
		t.Error(err)
	}
	if c := s.Queues()[0].Counts; c != (Counts{}) {
		t.Errorf("counts after the delete = %+v, want none", c)
	}
}

func TestSDKTraceComesFromTheRequestIfTheMessageHasNone(t *testing.T) {
	client, s := connect(t)
	_, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(s.URL("Orders")), MessageBody: aws.String("a")},
		func(o *sqs.Options) { o.HTTPClient = withTrace("Root=1-67891233-000000000000000000000001") })
	if err != nil {
		t.Fatal(err)
	}
	if got := mustReceive(t, s, "Orders", 0)[0].Trace; got != "Root=1-67891233-000000000000000000000001" {
		t.Errorf("trace = %q, want that of the request", got)
	}
}

// withTrace is an HTTP client that sends a trace header, as the SDK does in a
// function.
type withTrace string

func (trace withTrace) Do(r *http.Request) (*http.Response, error) {
	r.Header.Set("X-Amzn-Trace-Id", string(trace))
	return http.DefaultClient.Do(r)
}

func TestSDKBatchRejectsOneEntryAndAcceptsTheOthers(t *testing.T) {
	client, s := connect(t)
	ctx, url := t.Context(), aws.String(s.URL("Orders"))
	var entries []types.SendMessageBatchRequestEntry
	for _, id := range []string{"a", "b", "c"} {
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(id), MessageBody: aws.String("body " + id)})
	}
	entries[1].MessageBody = aws.String("bad \u0001")
	sent, err := client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: url, Entries: entries})
	if err != nil {
		t.Fatal(err)
	}
	if len(sent.Successful) != 2 || len(sent.Failed) != 1 || *sent.Failed[0].Id != "b" || !sent.Failed[0].SenderFault || *sent.Failed[0].Code != "InvalidMessageContents" {
		t.Fatalf("SendMessageBatch = %+v, want b rejected with InvalidMessageContents", sent)
	}
	var deletes []types.DeleteMessageBatchRequestEntry
	for _, m := range mustReceive(t, s, "Orders", 0) {
		deletes = append(deletes, types.DeleteMessageBatchRequestEntry{Id: aws.String(m.ID), ReceiptHandle: aws.String(m.Handle)})
	}
	deletes[0].ReceiptHandle = aws.String("nonsense")
	deleted, err := client.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: url, Entries: deletes})
	if err != nil || len(deleted.Successful) != 1 || len(deleted.Failed) != 1 || *deleted.Failed[0].Code != "ReceiptHandleIsInvalid" {
		t.Errorf("DeleteMessageBatch = %+v, %v, want one ReceiptHandleIsInvalid", deleted, err)
	}
}

func TestSDKReadsTheErrorsOfSQS(t *testing.T) {
	client, s := connect(t)
	ctx, url := t.Context(), aws.String(s.URL("Orders"))
	entry := func(id string) types.SendMessageBatchRequestEntry {
		return types.SendMessageBatchRequestEntry{Id: aws.String(id), MessageBody: aws.String("a")}
	}
	batch := func(entries ...types.SendMessageBatchRequestEntry) func() error {
		return func() error {
			_, err := client.SendMessageBatch(ctx, &sqs.SendMessageBatchInput{QueueUrl: url, Entries: entries})
			return err
		}
	}
	send := func(in sqs.SendMessageInput) func() error {
		in.QueueUrl = url
		return func() error { _, err := client.SendMessage(ctx, &in); return err }
	}
	for _, c := range []struct {
		name, code string
		call       func() error
	}{
		{"unknown queue", "AWS.SimpleQueueService.NonExistentQueue", func() error {
			_, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String(s.URL("Nowhere"))})
			return err
		}},
		{"malformed handle", "ReceiptHandleIsInvalid", func() error {
			_, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: aws.String("x")})
			return err
		}},
		{"handle of another queue", "ReceiptHandleIsInvalid", func() error {
			_, err := client.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: url, ReceiptHandle: aws.String(handleOf("Other", entryAt(1, 1)))})
			return err
		}},
		{"receive of 11 messages", "InvalidParameterValue", func() error {
			_, err := client.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: url, MaxNumberOfMessages: 11})
			return err
		}},
		{"message too long", "InvalidParameterValue", send(sqs.SendMessageInput{MessageBody: aws.String(strings.Repeat("x", MaxBytes+1))})},
		{"delay too long", "InvalidParameterValue", send(sqs.SendMessageInput{MessageBody: aws.String("a"), DelaySeconds: 901})},
		{"character not allowed in XML", "InvalidMessageContents", send(sqs.SendMessageInput{MessageBody: aws.String("a\x00")})},
		{"attribute without a value", "InvalidParameterValue", send(sqs.SendMessageInput{MessageBody: aws.String("a"), MessageAttributes: map[string]types.MessageAttributeValue{"A": {DataType: aws.String("String")}}})},
		{"empty batch", "AWS.SimpleQueueService.EmptyBatchRequest", batch([]types.SendMessageBatchRequestEntry{}...)},
		{"two entries with one ID", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", batch(entry("a"), entry("a"))},
		{"ID with a space", "AWS.SimpleQueueService.InvalidBatchEntryId", batch(entry("a b"))},
		{"eleven entries", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", batch(entry("1"), entry("2"), entry("3"), entry("4"), entry("5"), entry("6"), entry("7"), entry("8"), entry("9"), entry("10"), entry("11"))},
		{"create a queue that is not in the template", "AWS.SimpleQueueService.UnsupportedOperation", func() error {
			_, err := client.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("New")})
			return err
		}},
		{"delete a queue", "AWS.SimpleQueueService.UnsupportedOperation", func() error {
			_, err := client.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: url})
			return err
		}},
		{"second purge in a minute", "AWS.SimpleQueueService.PurgeQueueInProgress", func() error {
			if _, err := client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: url}); err != nil {
				t.Error(err)
			}
			_, err := client.PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: url})
			return err
		}},
		{"move from a queue that is not a dead-letter queue", "ResourceNotFoundException", func() error {
			_, err := client.StartMessageMoveTask(ctx, &sqs.StartMessageMoveTaskInput{SourceArn: aws.String(ARN("Orders"))})
			return err
		}},
	} {
		err := c.call()
		var failure smithy.APIError
		if !errors.As(err, &failure) {
			t.Errorf("%s = %v, want an API error", c.name, err)
			continue
		}
		if failure.ErrorCode() != c.code {
			t.Errorf("%s = %s (%s), want %s", c.name, failure.ErrorCode(), failure.ErrorMessage(), c.code)
		}
	}
	var typed *types.QueueDoesNotExist
	if _, err := client.GetQueueUrl(ctx, &sqs.GetQueueUrlInput{QueueName: aws.String("Nowhere")}); !errors.As(err, &typed) {
		t.Errorf("GetQueueUrl(Nowhere) = %v, want the SDK's QueueDoesNotExist", err)
	}
}

func TestSDKDescribesQueues(t *testing.T) {
	client, s := connect(t)
	ctx := t.Context()
	mustSend(t, s, "Orders", "a")
	got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: aws.String(s.URL("Orders")), AttributeNames: []types.QueueAttributeName{"All"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"QueueArn": "arn:aws:sqs:us-east-1:000000000000:Orders", "ApproximateNumberOfMessages": "1",
		"ApproximateNumberOfMessagesNotVisible": "0", "VisibilityTimeout": "30", "MaximumMessageSize": "1048576",
		"RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:OrdersDeadLetters","maxReceiveCount":3}`,
	} {
		if got.Attributes[name] != want {
			t.Errorf("attribute %s = %q, want %q", name, got.Attributes[name], want)
		}
	}
	sources, err := client.ListDeadLetterSourceQueues(ctx, &sqs.ListDeadLetterSourceQueuesInput{QueueUrl: aws.String(s.URL("OrdersDeadLetters"))})
	if err != nil || !slices.Equal(sources.QueueUrls, []string{s.URL("Orders")}) {
		t.Errorf("ListDeadLetterSourceQueues = %+v, %v, want Orders", sources, err)
	}
	list, err := client.ListQueues(ctx, &sqs.ListQueuesInput{QueueNamePrefix: aws.String("OrdersD")})
	if err != nil || !slices.Equal(list.QueueUrls, []string{s.URL("OrdersDeadLetters")}) {
		t.Errorf("ListQueues = %+v, %v, want OrdersDeadLetters", list, err)
	}
}

func entryAt(sequence uint64, count int) entry {
	return entry{sequence: sequence, receives: receives{Count: count}}
}

// BenchmarkSDKSend measures messages per second over HTTP, in batches of ten.
func BenchmarkSDKSend(b *testing.B) {
	client, s := connect(b)
	var entries []types.SendMessageBatchRequestEntry
	for _, id := range strings.Split("abcdefghij", "") {
		entries = append(entries, types.SendMessageBatchRequestEntry{Id: aws.String(id), MessageBody: aws.String(strings.Repeat("x", 1000))})
	}
	for b.Loop() {
		if _, err := client.SendMessageBatch(b.Context(), &sqs.SendMessageBatchInput{QueueUrl: aws.String(s.URL("Orders")), Entries: entries}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(entries))/b.Elapsed().Seconds(), "messages/s")
}
