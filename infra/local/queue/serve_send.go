package queue

import (
	"context"
	"fmt"
	"time"
)

// messageInput is the input that SendMessage and an entry of SendMessageBatch
// have in common.
type messageInput struct {
	Id                      string
	MessageBody             string
	DelaySeconds            *int
	MessageAttributes       map[string]Attribute
	MessageSystemAttributes map[string]Attribute
	MessageGroupId          *string // for fair queues; accepted and ignored
}

func (m messageInput) outgoing(trace string) Outgoing {
	o := Outgoing{Body: m.MessageBody, Attributes: m.MessageAttributes, Trace: trace}
	if m.DelaySeconds != nil {
		delay := time.Duration(*m.DelaySeconds) * time.Second
		o.Delay = &delay
	}
	if header := m.MessageSystemAttributes["AWSTraceHeader"].StringValue; header != nil {
		o.Trace = *header
	}
	return o
}

// sent returns the answer for one stored message. SDKs compare its digests with
// their own.
func (m messageInput) sent(id string) map[string]string {
	answer := map[string]string{"MessageId": id, "MD5OfMessageBody": md5Of(m.MessageBody)}
	if digest := md5OfAttributes(m.MessageAttributes); digest != "" {
		answer["MD5OfMessageAttributes"] = digest
	}
	if digest := md5OfAttributes(m.MessageSystemAttributes); digest != "" {
		answer["MD5OfMessageSystemAttributes"] = digest
	}
	return answer
}

func checkSystemAttributes(m messageInput) *Error {
	for name, a := range m.MessageSystemAttributes {
		if name != "AWSTraceHeader" || a.DataType != "String" || a.StringValue == nil {
			return invalid("Message system attribute name %q with type %q is invalid: the only system attribute is AWSTraceHeader of type String.", name, a.DataType)
		}
	}
	return nil
}

func (s *Service) sendMessage(ctx context.Context, trace string, in struct {
	QueueUrl string
	messageInput
},
) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	if failure := checkSystemAttributes(in.messageInput); failure != nil {
		return nil, failure
	}
	id, err := s.Send(ctx, x.Name, in.outgoing(trace))
	if err != nil {
		return nil, err
	}
	return in.sent(id), nil
}

func (s *Service) sendMessageBatch(ctx context.Context, trace string, in struct {
	QueueUrl string
	Entries  []messageInput
},
) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	ids, outgoing, size := make([]string, len(in.Entries)), make([]Outgoing, len(in.Entries)), 0
	for i, entry := range in.Entries {
		ids[i], outgoing[i] = entry.Id, entry.outgoing(trace)
		size += outgoing[i].size()
		if failure := checkSystemAttributes(entry); failure != nil {
			return nil, failure
		}
	}
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	if size > MaxBytes {
		return nil, &Error{
			Code: "BatchRequestTooLong", Query: "AWS.SimpleQueueService.BatchRequestTooLong",
			Message: fmt.Sprintf("Batch requests cannot be longer than %d bytes. You have sent %d bytes.", MaxBytes, size),
		}
	}
	messages, failures, err := s.sendAll(ctx, x.Name, outgoing)
	if err != nil {
		return nil, err
	}
	var answer batchAnswer
	for i, entry := range in.Entries {
		if failures[i] != nil {
			answer.Failed = append(answer.Failed, batchError(entry.Id, failures[i]))
			continue
		}
		sent := entry.sent(messages[i])
		sent["Id"] = entry.Id
		answer.Successful = append(answer.Successful, sent)
	}
	return answer, nil
}
