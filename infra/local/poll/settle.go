package poll

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"regulars/infra/local/aws"
	"regulars/infra/local/queue"
)

// settle returns the messages of a batch that the function has done, in order,
// and why the batch failed as a whole where it did.
//
// Without reported failures a batch succeeds or fails as a whole. With them,
// the answer's batchItemFailures name what failed. Lambda takes these to mean
// that all is done: no answer or null, an answer without the list, an empty
// list or null. And these that nothing is: an answer that is not an object of
// this shape, an itemIdentifier that is empty, null, missing, or not of the
// batch. A function that failed has done nothing, whatever it answered.
//
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
func settle(batch []queue.Message, invocation aws.Invocation, reported bool) (done []queue.Message, complaint string) {
	if invocation.Failure != "" {
		return nil, fmt.Sprintf("the function failed: %s", invocation.Failure)
	}
	answer := bytes.TrimSpace(invocation.Payload)
	if !reported || len(answer) == 0 {
		return batch, ""
	}
	failed, err := readFailures(answer)
	if err != nil {
		return nil, fmt.Sprintf("its answer is not a partial batch response: %v", err)
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

// readFailures returns the identifiers in a partial batch response. Keys are
// compared exactly, which encoding/json does only for maps; a key that is
// missing gives the identifier "".
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
