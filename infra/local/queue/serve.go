package queue

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/infra/local/aws"
)

// ServeHTTP answers one call of the JSON protocol of SQS: X-Amz-Target names
// the operation; input and output are JSON.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Amzn-Requestid", aws.NewID())
	operation, _ := strings.CutPrefix(r.Header.Get("X-Amz-Target"), "AmazonSQS.")
	do := operations[operation]
	if do == nil {
		failure := &Error{Code: "UnknownOperationException", Query: "InvalidAction", Message: "The action " + operation + " is not known to SQS."}
		if slices.Contains(templateOnly, operation) {
			failure = unsupported(operation)
		}
		failure.write(w)
		return
	}
	// The limit is above the largest valid batch: base64 makes binary attributes
	// 4/3 as long, and JSON escapes can double the length of text.
	output, err := do(s, r.Context(), call{r.Header.Get(aws.TraceHeader), json.NewDecoder(http.MaxBytesReader(w, r.Body, 8*MaxBytes))})
	if r.Context().Err() != nil {
		return // the caller has closed the connection
	}
	if err != nil {
		asError(err).write(w)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_ = json.NewEncoder(w).Encode(output)
}

type call struct {
	trace string
	input *json.Decoder
}

type operation func(*Service, context.Context, call) (any, error)

// operations are the supported operations, by name. templateOnly are operations
// that would change what the template defines; the local cloud rejects them
// with that explanation.
var (
	operations = map[string]operation{
		"CreateQueue":                  on((*Service).createQueue),
		"GetQueueUrl":                  on((*Service).getQueueURL),
		"ListQueues":                   on((*Service).listQueues),
		"GetQueueAttributes":           on((*Service).getQueueAttributes),
		"ListQueueTags":                on((*Service).listQueueTags),
		"ListDeadLetterSourceQueues":   on((*Service).listDeadLetterSourceQueues),
		"PurgeQueue":                   on((*Service).purgeQueue),
		"SendMessage":                  on((*Service).sendMessage),
		"SendMessageBatch":             on((*Service).sendMessageBatch),
		"ReceiveMessage":               on((*Service).receiveMessage),
		"DeleteMessage":                on((*Service).deleteMessage),
		"DeleteMessageBatch":           on((*Service).deleteMessageBatch),
		"ChangeMessageVisibility":      on((*Service).changeMessageVisibility),
		"ChangeMessageVisibilityBatch": on((*Service).changeMessageVisibilityBatch),
		"StartMessageMoveTask":         on((*Service).startMessageMoveTask),
		"ListMessageMoveTasks":         on((*Service).listMessageMoveTasks),
		"CancelMessageMoveTask":        on((*Service).cancelMessageMoveTask),
	}
	templateOnly = []string{"DeleteQueue", "SetQueueAttributes", "AddPermission", "RemovePermission", "TagQueue", "UntagQueue"}
)

// on returns an operation that decodes its input and calls the method.
func on[In any](do func(*Service, context.Context, string, In) (any, error)) operation {
	return func(s *Service, ctx context.Context, c call) (any, error) {
		var in In
		if err := c.input.Decode(&in); err != nil {
			return nil, &Error{Code: "SerializationException", Query: "MalformedInput", Message: "The input does not match the operation: " + err.Error()}
		}
		return do(s, ctx, c.trace, in)
	}
}

// queueAt returns the queue of a URL. It looks only at the last part of the
// path, because this machine can have several host names.
func (s *Service) queueAt(url string) (*index, error) {
	if url == "" {
		return nil, missing("QueueUrl")
	}
	return s.index(path.Base(url))
}

func (s *Service) createQueue(_ context.Context, _ string, in struct{ QueueName string }) (any, error) {
	if _, err := s.index(in.QueueName); err != nil {
		return nil, unsupported("CreateQueue of " + strconv.Quote(in.QueueName))
	}
	return map[string]string{"QueueUrl": s.URL(in.QueueName)}, nil
}

func (s *Service) getQueueURL(_ context.Context, _ string, in struct{ QueueName string }) (any, error) {
	if in.QueueName == "" {
		return nil, missing("QueueName")
	}
	if _, err := s.index(in.QueueName); err != nil {
		return nil, err
	}
	return map[string]string{"QueueUrl": s.URL(in.QueueName)}, nil
}

func (s *Service) listQueues(_ context.Context, _ string, in struct{ QueueNamePrefix string }) (any, error) {
	return map[string]any{"QueueUrls": s.urls(s.names, in.QueueNamePrefix)}, nil
}

func (s *Service) listDeadLetterSourceQueues(_ context.Context, _ string, in struct{ QueueUrl string }) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return map[string]any{"queueUrls": s.urls(s.sources(x.Name), "")}, nil // lower case, as in AWS's response
}

func (s *Service) urls(names []string, prefix string) []string {
	urls := []string{}
	for _, name := range names {
		if strings.HasPrefix(name, prefix) {
			urls = append(urls, s.URL(name))
		}
	}
	return urls
}

func (s *Service) listQueueTags(_ context.Context, _ string, in struct{ QueueUrl string }) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return map[string]any{"Tags": x.Tags}, nil
}

func (s *Service) purgeQueue(_ context.Context, _ string, in struct{ QueueUrl string }) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return struct{}{}, s.Purge(x.Name)
}

func (s *Service) getQueueAttributes(_ context.Context, _ string, in struct {
	QueueUrl       string
	AttributeNames []string
},
) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	all := s.describe(x)
	if slices.Contains(in.AttributeNames, "All") {
		return map[string]any{"Attributes": all}, nil
	}
	some := map[string]string{}
	for _, name := range in.AttributeNames {
		value, there := all[name]
		switch {
		case there:
			some[name] = value
		case !slices.Contains(unset, name):
			return nil, &Error{Code: "InvalidAttributeName", Query: "InvalidAttributeName", Message: "Unknown Attribute " + name + "."}
		}
	}
	return map[string]any{"Attributes": some}, nil
}

// unset are attribute names that SQS knows but that these queues do not have.
var unset = []string{"Policy", "RedrivePolicy", "RedriveAllowPolicy", "FifoQueue", "ContentBasedDeduplication", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "DeduplicationScope", "FifoThroughputLimit"}

func (s *Service) describe(x *index) map[string]string {
	seconds := func(d time.Duration) string { return strconv.Itoa(int(d.Seconds())) }
	c := x.counts(time.Now())
	attributes := map[string]string{
		"QueueArn":                              ARN(x.Name),
		"ApproximateNumberOfMessages":           strconv.Itoa(c.Visible),
		"ApproximateNumberOfMessagesNotVisible": strconv.Itoa(c.InFlight),
		"ApproximateNumberOfMessagesDelayed":    strconv.Itoa(c.Delayed),
		"VisibilityTimeout":                     seconds(x.VisibilityTimeout),
		"DelaySeconds":                          seconds(x.Delay),
		"MessageRetentionPeriod":                seconds(x.Retention),
		"ReceiveMessageWaitTimeSeconds":         seconds(x.ReceiveWait),
		"MaximumMessageSize":                    strconv.Itoa(x.MaxMessageBytes),
		"CreatedTimestamp":                      "0",
		"LastModifiedTimestamp":                 "0",
		"SqsManagedSseEnabled":                  "true",
	}
	if x.DeadLetterARN != "" {
		policy, _ := json.Marshal(map[string]any{"deadLetterTargetArn": x.DeadLetterARN, "maxReceiveCount": x.MaxReceiveCount})
		attributes["RedrivePolicy"] = string(policy)
	}
	return attributes
}
