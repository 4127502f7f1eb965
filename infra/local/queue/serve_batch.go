package queue

import (
	"context"
	"fmt"
)

// batchError is the answer for a batch entry that failed.
func batchError(id string, e *Error) map[string]any {
	return map[string]any{"Id": id, "Code": e.Query, "Message": e.Message, "SenderFault": !e.Internal}
}

type batchAnswer struct {
	Successful []any
	Failed     []any
}

// checkBatch returns the error with which SQS rejects a whole batch because of
// the number or the IDs of its entries, or nil.
func checkBatch(ids []string) error {
	failure := func(code, format string, args ...any) error {
		return &Error{Code: code, Query: "AWS.SimpleQueueService." + code, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case len(ids) == 0:
		return failure("EmptyBatchRequest", "There should be at least one entry in the request.")
	case len(ids) > 10:
		return failure("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent %d.", len(ids))
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if !validName(id) {
			return failure("InvalidBatchEntryId", "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long: %q.", id)
		}
		if seen[id] {
			return failure("BatchEntryIdsNotDistinct", "Id %s repeated", id)
		}
		seen[id] = true
	}
	return nil
}

type handleInput struct {
	Id                string
	ReceiptHandle     string
	VisibilityTimeout *int
}

func (s *Service) deleteOne(queue string, in handleInput) error {
	if in.ReceiptHandle == "" {
		return missing("ReceiptHandle")
	}
	return s.Delete(queue, in.ReceiptHandle)
}

func (s *Service) hideOne(queue string, in handleInput) error {
	switch {
	case in.ReceiptHandle == "":
		return missing("ReceiptHandle")
	case in.VisibilityTimeout == nil:
		return missing("VisibilityTimeout")
	}
	hidden, err := visibility(*in.VisibilityTimeout)
	if err != nil {
		return err
	}
	return s.Hide(queue, in.ReceiptHandle, hidden)
}

type oneInput struct {
	QueueUrl string
	handleInput
}

type batchInput struct {
	QueueUrl string
	Entries  []handleInput
}

func (s *Service) deleteMessage(_ context.Context, _ string, in oneInput) (any, error) {
	return s.one(in, s.deleteOne)
}

func (s *Service) changeMessageVisibility(_ context.Context, _ string, in oneInput) (any, error) {
	return s.one(in, s.hideOne)
}

func (s *Service) deleteMessageBatch(_ context.Context, _ string, in batchInput) (any, error) {
	return s.batch(in, s.deleteOne)
}

func (s *Service) changeMessageVisibilityBatch(_ context.Context, _ string, in batchInput) (any, error) {
	return s.batch(in, s.hideOne)
}

func (s *Service) one(in oneInput, do func(string, handleInput) error) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	return struct{}{}, do(x.Name, in.handleInput)
}

func (s *Service) batch(in batchInput, do func(string, handleInput) error) (any, error) {
	x, err := s.queueAt(in.QueueUrl)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(in.Entries))
	for i, entry := range in.Entries {
		ids[i] = entry.Id
	}
	if err := checkBatch(ids); err != nil {
		return nil, err
	}
	var answer batchAnswer
	for _, entry := range in.Entries {
		if err := do(x.Name, entry); err != nil {
			answer.Failed = append(answer.Failed, batchError(entry.Id, asError(err)))
			continue
		}
		answer.Successful = append(answer.Successful, map[string]string{"Id": entry.Id})
	}
	return answer, nil
}
