package poll

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"regulars/infra/local/aws"
	"regulars/infra/local/queue"
)

// eventOf returns the JSON event that Lambda gives a function for a batch of
// SQS messages.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
func eventOf(arn string, batch []queue.Message) ([]byte, error) {
	event := events.SQSEvent{Records: make([]events.SQSMessage, len(batch))}
	for i, m := range batch {
		attributes := make(map[string]events.SQSMessageAttribute, len(m.Attributes))
		for name, a := range m.Attributes {
			attributes[name] = events.SQSMessageAttribute{
				DataType: a.DataType, StringValue: a.StringValue, BinaryValue: a.BinaryValue,
				StringListValues: []string{}, BinaryListValues: [][]byte{},
			}
		}
		event.Records[i] = events.SQSMessage{
			MessageId: m.ID, ReceiptHandle: m.Handle, Body: m.Body,
			Md5OfBody: m.MD5OfBody(), Md5OfMessageAttributes: m.MD5OfAttributes(),
			Attributes: m.SystemAttributes(), MessageAttributes: attributes,
			EventSource: "aws:sqs", EventSourceARN: arn, AWSRegion: aws.Region,
		}
	}
	payload, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("encode the event of a batch: %w", err)
	}
	return payload, nil
}
