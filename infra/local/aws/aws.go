// Package aws holds what the local cloud's services have in common: how they
// are called, how they refuse, and how they reach each other.
package aws

import (
	"context"
	"net/http"
	"time"
)

// Account and Region are those of every ARN in the local cloud.
const (
	Account = "000000000000"
	Region  = "us-east-1"
)

// Event is an EventBridge event, as rules match it and targets get it.
type Event struct {
	Version    string    `json:"version"`
	ID         string    `json:"id"`
	DetailType string    `json:"detail-type"`
	Source     string    `json:"source"`
	Account    string    `json:"account"`
	Time       time.Time `json:"time"`
	Region     string    `json:"region"`
	Resources  []string  `json:"resources"`
	Detail     any       `json:"detail"` // a json.RawMessage or what marshals to an object
}

// Bus takes an event for all rules of the named bus, and returns when it is
// stored. The trace may be empty: one is made.
type Bus interface {
	Put(ctx context.Context, bus string, event Event, trace string) error
}

// Queue puts one message on a queue, by ARN.
type Queue interface {
	Enqueue(ctx context.Context, arn string, body string, attributes map[string]string, trace string) error
}

// Invoker runs a function once, by its name in the template, and waits for its
// end. Failure is the function's own error (the payload of its error, as Lambda
// gives it), a time-out or a crash; err is the local cloud's (unknown function,
// throttled).
type Invoker interface {
	Invoke(ctx context.Context, function string, payload []byte, trace string) (Invocation, error)
}

// Invocation is how one call ended.
type Invocation struct {
	RequestID string
	Payload   []byte // the answer, or the error's JSON
	Failure   string // empty, "Handled", "Unhandled", "TimedOut"
	Took      time.Duration
	Cold      bool
	Log       []byte // the last 4 KB that it wrote
}

// TraceHeader carries a trace between callers and services.
const TraceHeader = "X-Amzn-Trace-Id"

// JSONError answers as the AWS JSON protocols do: code in the x-amzn-errortype
// header and in __type, message in the body.
func JSONError(w http.ResponseWriter, status int, code, message string) {
	jsonError(w, status, code, message)
}
