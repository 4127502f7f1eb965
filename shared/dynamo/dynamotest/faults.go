package dynamotest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/dynamo"
)

// Faults is an HTTP client between the SDK and the engine. It injects faults
// that an engine on one machine does not show: lost answers, and transactions
// of other callers in the way. Without orders it passes every call on.
type Faults struct {
	mu     sync.Mutex
	orders []*order
	calls  map[string]int
}

// order is a fault for the next calls of an operation.
type order struct {
	operation string
	left      int
	answer    string // returned without a call to the engine; empty: call it and lose the answer
	undone    bool   // return the whole batch as undone, without a call to the engine
	before    func() // do this, then pass the call on
}

// FaultyStore returns a store on fresh tables, and the Faults of its calls. The
// SDK makes three attempts, its default, without long pauses.
func FaultyStore(t testing.TB) (*dynamo.Store, *Faults) {
	t.Helper()
	faults := &Faults{calls: map[string]int{}}
	client := Client(t, func(o *dynamodb.Options) {
		o.HTTPClient = faults
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	})
	return dynamo.New(client, CreateTables(t, client)), faults
}

// SDKAttempts is how many attempts the SDK makes of a call that fails.
const SDKAttempts = retry.DefaultMaxAttempts

// Lose loses the answers of the next calls of the operation, such as
// "TransactWriteItems". The calls are carried out.
func (f *Faults) Lose(operation string, times int) {
	f.add(&order{operation: operation, left: times})
}

// Refuse answers the next calls of the operation with an error, without
// carrying them out. reasons are those of a TransactionCanceledException, one
// for each write.
func (f *Faults) Refuse(operation string, times int, code string, reasons ...string) {
	type reason struct{ Code string }
	body := struct {
		Type    string   `json:"__type"`
		Message string   `json:"message"`
		Reasons []reason `json:"CancellationReasons,omitempty"`
	}{Type: "com.amazonaws.dynamodb.v20120810#" + code, Message: "injected by a test"}
	for _, r := range reasons {
		body.Reasons = append(body.Reasons, reason{r})
	}
	text, _ := json.Marshal(body) // strings only
	f.add(&order{operation: operation, left: times, answer: string(text)})
}

// Before calls do just before the operation's next call, for example to make
// the write of another caller.
func (f *Faults) Before(operation string, do func()) {
	f.add(&order{operation: operation, left: 1, before: do})
}

// LeaveUndone answers the next calls of BatchGetItem or BatchWriteItem with the
// whole batch as undone.
func (f *Faults) LeaveUndone(operation string, times int) {
	f.add(&order{operation: operation, left: times, undone: true})
}

// Calls returns the number of calls of the operation so far.
func (f *Faults) Calls(operation string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[operation]
}

func (f *Faults) add(o *order) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.orders = append(f.orders, o)
}

// take returns the fault for this call, or nil.
func (f *Faults) take(operation string) *order {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[operation]++
	for _, o := range f.orders {
		if o.operation == operation && o.left > 0 {
			o.left--
			return o
		}
	}
	return nil
}

// Do makes a call of the SDK, or injects the fault that was ordered for it.
func (f *Faults) Do(req *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	o := f.take(operation)
	switch {
	case o == nil:
		return http.DefaultClient.Do(req)
	case o.before != nil:
		o.before()
		return http.DefaultClient.Do(req)
	case o.answer != "":
		return answer(req, http.StatusBadRequest, o.answer), nil
	case o.undone:
		return undone(req)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close()
	return nil, errors.New("the answer was lost (injected by a test)")
}

// undone returns an answer that leaves the whole batch undone.
func undone(req *http.Request) (*http.Response, error) {
	var batch struct{ RequestItems json.RawMessage }
	if err := json.NewDecoder(req.Body).Decode(&batch); err != nil {
		return nil, err
	}
	body := `{"Responses":{},"UnprocessedKeys":` + string(batch.RequestItems) + `}`
	if strings.HasSuffix(req.Header.Get("X-Amz-Target"), "BatchWriteItem") {
		body = `{"UnprocessedItems":` + string(batch.RequestItems) + `}`
	}
	return answer(req, http.StatusOK, body), nil
}

func answer(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:  http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:    io.NopCloser(strings.NewReader(body)),
		Request: req,
	}
}
