package poll

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"regulars/infra/local/aws"
	"regulars/infra/local/queue"
)

// processed returns the messages of a batch that the function has processed, in
// order. If the whole batch failed, it returns none and the reason.
//
// If reported is false, the batch succeeds or fails as a whole. If it is true,
// the answer's batchItemFailures name the failed messages, as on Lambda:
//
//   - All messages succeeded if there is no answer, if the answer is null or
//     has no such list, or if the list is empty or null.
//   - All failed if the answer does not have this form, or if an itemIdentifier
//     is empty, null, missing or not in the batch.
//   - All failed if the function failed; the answer does not matter.
//
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func processed(batch []queue.Message, invocation aws.Invocation, reported bool) (done []queue.Message, reason string) {
	if invocation.Failure != "" {
		return nil, fmt.Sprintf("the function failed: %s", invocation.Failure)
	}
	answer := bytes.TrimSpace(invocation.Payload)
	if !reported || len(answer) == 0 {
		return batch, ""
	}
	failed, err := readFailures(answer)
	if err != nil {
		return nil, fmt.Sprintf("the function's answer is not a partial batch response: %v", err)
	}
	for i, id := range failed {
		if !slices.ContainsFunc(batch, func(m queue.Message) bool { return m.ID == id }) {
			return nil, fmt.Sprintf("batchItemFailures[%d] names %q, which is not in the batch", i, id)
		}
	}
	for _, m := range batch {
		if !slices.Contains(failed, m.ID) {
			done = append(done, m)
		}
	}
	return done, ""
}

// readFailures returns the item identifiers in a partial batch response, "" for
// a missing one. It decodes into maps, because encoding/json compares keys
// exactly only for maps.
func readFailures(answer []byte) ([]string, error) {
	var response map[string]json.RawMessage
	if err := json.Unmarshal(answer, &response); err != nil {
		return nil, err
	}
	var items []map[string]json.RawMessage
	if list, there := response["batchItemFailures"]; there {
		if err := json.Unmarshal(list, &items); err != nil {
			return nil, err
		}
	}
	failed := make([]string, len(items))
	for i, item := range items {
		if id, there := item["itemIdentifier"]; there {
			if err := json.Unmarshal(id, &failed[i]); err != nil {
				return nil, err
			}
		}
	}
	return failed, nil
}
