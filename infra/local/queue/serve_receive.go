package queue

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

type receiveInput struct {
	QueueUrl                    string
	MaxNumberOfMessages         *int
	WaitTimeSeconds             *int
	VisibilityTimeout           *int
	AttributeNames              []string // older name of MessageSystemAttributeNames
	MessageSystemAttributeNames []string
	MessageAttributeNames       []string
	ReceiveRequestAttemptId     *string
}

func (s *Service) receiveMessage(ctx context.Context, _ string, in receiveInput) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	limit, wait := 1, x.ReceiveWait
	var hidden *time.Duration
	if in.MaxNumberOfMessages != nil {
		if limit = *in.MaxNumberOfMessages; limit < 1 || limit > 10 {
			return nil, invalid("Value %d for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.", limit)
		}
	}
	if in.WaitTimeSeconds != nil {
		if wait = time.Duration(*in.WaitTimeSeconds) * time.Second; wait < 0 || wait > 20*time.Second {
			return nil, invalid("Value %d for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.", *in.WaitTimeSeconds)
		}
	}
	if in.VisibilityTimeout != nil {
		timeout, err := visibility(*in.VisibilityTimeout)
		if err != nil {
			return nil, err
		}
		hidden = &timeout
	}
	messages, err := s.Receive(ctx, x.Name, limit, wait, hidden)
	if err != nil {
		return nil, err
	}
	system := slices.Concat(in.AttributeNames, in.MessageSystemAttributeNames)
	answers := make([]map[string]any, len(messages))
	for i, m := range messages {
		answers[i] = m.answer(system, in.MessageAttributeNames)
	}
	if len(answers) == 0 {
		return struct{}{}, nil
	}
	return map[string]any{"Messages": answers}, nil
}

func visibility(seconds int) (time.Duration, error) {
	if seconds < 0 || seconds > 43200 {
		return 0, invalid("Value %d for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided.", seconds)
	}
	return time.Duration(seconds) * time.Second, nil
}

// answer returns the message as ReceiveMessage returns it, with the requested
// attributes.
func (m Message) answer(system, custom []string) map[string]any {
	answer := map[string]any{"MessageId": m.ID, "ReceiptHandle": m.Handle, "Body": m.Body, "MD5OfBody": md5Of(m.Body)}
	attributes := map[string]string{}
	for name, value := range m.SystemAttributes() {
		if slices.Contains(system, "All") || slices.Contains(system, name) {
			attributes[name] = value
		}
	}
	if len(attributes) > 0 {
		answer["Attributes"] = attributes
	}
	wanted := map[string]Attribute{}
	for name, a := range m.Attributes {
		if slices.ContainsFunc(custom, func(pattern string) bool { return matchesName(pattern, name) }) {
			wanted[name] = a
		}
	}
	if len(wanted) > 0 {
		answer["MessageAttributes"] = wanted
		answer["MD5OfMessageAttributes"] = md5OfAttributes(wanted)
	}
	return answer
}

// matchesName reports whether the pattern covers the attribute name. A pattern
// is "All", ".*", a name, or a prefix such as "order.*".
func matchesName(pattern, name string) bool {
	prefix, all := strings.CutSuffix(pattern, ".*")
	return pattern == "All" || pattern == name || all && strings.HasPrefix(name, prefix)
}

// SystemAttributes returns the attributes that SQS itself adds to the message,
// by their SQS names. Times are Unix milliseconds.
func (m Message) SystemAttributes() map[string]string {
	attributes := map[string]string{
		"ApproximateReceiveCount":          strconv.Itoa(m.Received),
		"ApproximateFirstReceiveTimestamp": strconv.FormatInt(m.First.UnixMilli(), 10),
		"SentTimestamp":                    strconv.FormatInt(m.Sent.UnixMilli(), 10),
		"SenderId":                         m.Sender,
		"AWSTraceHeader":                   m.Trace,
	}
	if m.Source != "" {
		attributes["DeadLetterQueueSourceArn"] = m.Source
	}
	return attributes
}

// MD5OfBody returns the digest of the body that SQS sends with a message.
func (m Message) MD5OfBody() string { return md5Of(m.Body) }

// MD5OfAttributes returns the digest of the attributes that SQS sends with a
// message, or "" for no attributes.
func (m Message) MD5OfAttributes() string { return md5OfAttributes(m.Attributes) }
