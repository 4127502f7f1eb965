// Package aws holds the types that the services of the local cloud share: the
// interfaces through which they call each other, the error response of the AWS
// JSON protocols, traces and IDs.
package aws

import (
	"context"
	"net/http"
	"time"
)

// Account and Region are the account and region in every ARN of the local
// cloud.
const (
	Account = "000000000000"
	Region  = "us-east-1"
)

// Event is an EventBridge event, in the form that rules match and targets
// receive.
type Event struct {
	Version    string    `json:"version"`
	ID         string    `json:"id"`
	DetailType string    `json:"detail-type"`
	Source     string    `json:"source"`
	Account    string    `json:"account"`
	Time       time.Time `json:"time"`
	Region     string    `json:"region"`
	Resources  []string  `json:"resources"`
	Detail     any       `json:"detail"` // a json.RawMessage or a value that marshals to a JSON object
}

// Bus is EventBridge. Put gives an event to all rules of the named bus and
// returns when it is stored for every target. If the trace is empty, Put makes
// a new one.
type Bus interface {
	Put(ctx context.Context, bus string, event Event, trace string) error
}

// Queue is SQS. Enqueue sends one message to the queue with this ARN.
type Queue interface {
	Enqueue(ctx context.Context, arn string, body string, attributes map[string]string, trace string) error
}

// Invoker is Lambda. Invoke runs a function once, by its name in the template,
// and waits for the result. An error, a timeout or a crash of the function is
// in Invocation.Failure, with the error's JSON in Payload. The returned error
// means that the local cloud did not run the function: it is unknown or
// throttled, or the program is stopping.
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte, trace string) (Invocation, error)
}

// Invocation is the result of one call of a function.
type Invocation struct {
	RequestID string
	Payload   []byte // the answer, or the error's JSON
	Failure   string // empty, "Handled", "Unhandled" or "TimedOut"
	Took      time.Duration
	Cold      bool   // the call started a new process
	Log       []byte // the last 4 KB of the function's output
}

// TraceHeader is the HTTP header that carries a trace between callers and
// services.
const TraceHeader = "X-Amzn-Trace-Id"

// JSONError writes an error response of the AWS JSON protocols: the code is in
// the header x-amzn-errortype and in the body's __type, the message in the
// body.
func JSONError(w http.ResponseWriter, status int, code, message string) {
	jsonError(w, status, code, message)
}
