// Package trail records the steps of an event through the local cloud:
// accepted, matched by a rule, queued, received, given to a function, answered,
// mailed. The pages show the steps; no other code reads them.
package trail

import "time"

// Step is one thing that happened. Steps with the same Trace belong together.
// Trace is the Root of an X-Amzn-Trace-Id. The service that accepts an event
// from outside makes it; queues, functions (the SDK sends on the header of the
// invocation it runs in) and SES pass it on.
type Step struct {
	At       time.Time     `json:"at"`
	Trace    string        `json:"trace"`
	Kind     string        `json:"kind"`               // "event", "rule", "queued", "received", "invoked", "answered", "dead", "schedule", "mail", "notified"
	Name     string        `json:"name"`               // the rule, queue, function or address class
	ID       string        `json:"id"`                 // of the event, message or request
	Took     time.Duration `json:"took"`               // of steps that have a duration
	Attempt  int           `json:"attempt"`            // receive count, or attempt of an asynchronous call; otherwise 0
	Cold     bool          `json:"cold"`               // a new process was started for this call
	Outcome  string        `json:"outcome"`            // empty: success; otherwise the error
	Detail   string        `json:"detail"`             // short; never an address
	Children []string      `json:"children,omitempty"` // of a batch: the traces of its messages
}

// Recorder records steps. Record never fails and returns within microseconds.
type Recorder interface{ Record(Step) }
