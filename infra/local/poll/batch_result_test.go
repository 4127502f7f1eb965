package poll

import (
	"strings"
	"testing"

	"regulars/infra/local/aws"
	"regulars/infra/local/queue"
)

func TestProcessedFollowsTheRulesOfLambda(t *testing.T) {
	batch := []queue.Message{{ID: "a"}, {ID: "b"}, {ID: "c"}}
	for _, c := range []struct {
		name, answer, failure string
		whole                 bool // without ReportBatchItemFailures
		done                  string
	}{
		{"nothing failed", `{"batchItemFailures":[]}`, "", false, "a b c"},
		{"no answer", ``, "", false, "a b c"},
		{"null", `null`, "", false, "a b c"},
		{"an empty answer", `{}`, "", false, "a b c"},
		{"null for a list", `{"batchItemFailures":null}`, "", false, "a b c"},
		{"one failed", `{"batchItemFailures":[{"itemIdentifier":"b"}]}`, "", false, "a c"},
		{"one failed, named twice", `{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}`, "", false, "a c"},
		{"all failed", `{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b"},{"itemIdentifier":"c"}]}`, "", false, ""},
		{"an unknown one", `{"batchItemFailures":[{"itemIdentifier":"x"}]}`, "", false, ""},
		{"a known and an unknown one", `{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"x"}]}`, "", false, ""},
		{"an empty identifier", `{"batchItemFailures":[{"itemIdentifier":""}]}`, "", false, ""},
		{"null for an identifier", `{"batchItemFailures":[{"itemIdentifier":null}]}`, "", false, ""},
		{"a misspelt key", `{"batchItemFailures":[{"itemidentifier":"a"}]}`, "", false, ""},
		{"an identifier that is a number", `{"batchItemFailures":[{"itemIdentifier":1}]}`, "", false, ""},
		{"a list of strings", `{"batchItemFailures":["a"]}`, "", false, ""},
		{"an answer that is not an object", `"ok"`, "", false, ""},
		{"an answer that is not JSON", `{`, "", false, ""},
		{"the function failed", `{"batchItemFailures":[]}`, "Unhandled", false, ""},
		{"the function timed out", ``, "TimedOut", false, ""},
		{"as a whole", `{"batchItemFailures":[{"itemIdentifier":"b"}]}`, "", true, "a b c"},
		{"as a whole, not JSON", `{`, "", true, "a b c"},
		{"as a whole, the function failed", ``, "Handled", true, ""},
	} {
		done, reason := processed(batch, aws.Invocation{Payload: []byte(c.answer), Failure: c.failure}, !c.whole)
		var ids []string
		for _, m := range done {
			ids = append(ids, m.ID)
		}
		if got := strings.Join(ids, " "); got != c.done {
			t.Errorf("%s: processed(%s) = %q, want %q", c.name, c.answer, got, c.done)
		}
		if allFailed := strings.Count(c.answer, "itemIdentifier") == 3; (reason != "") != (c.done == "" && !allFailed) {
			t.Errorf("%s: reason = %q, want one only if the whole batch failed", c.name, reason)
		}
	}
}
