// Package trail remembers what happened to an event on its way through the
// local cloud: accepted, matched, queued, given to a function, answered, sent.
// The pages show it; nothing decides by it.
package trail

import "time"

// Step is one thing that happened. Trace ties steps together: it is the Root of
// an X-Amzn-Trace-Id, made when something enters from outside and handed on by
// queues, functions (the SDK repeats the header of the invocation that it runs
// in) and SES.
type Step struct {
	At       time.Time     `json:"at"`
	Trace    string        `json:"trace"`
	Kind     string        `json:"kind"`               // "event", "rule", "queued", "received", "invoked", "answered", "dead", "schedule", "mail", "notified"
	Name     string        `json:"name"`               // the rule, queue, function or address class
	ID       string        `json:"id"`                 // the event's, message's or request's
	Took     time.Duration `json:"took"`               // for what has a length
	Attempt  int           `json:"attempt"`            // receive count, or 0
	Cold     bool          `json:"cold"`               // the function's process was started for this
	Outcome  string        `json:"outcome"`            // empty where all is well, otherwise what went wrong
	Detail   string        `json:"detail"`             // short; never an address
	Children []string      `json:"children,omitempty"` // traces that this step gathers (a batch)
}

// Recorder takes steps. It never blocks for long and never fails.
type Recorder interface{ Record(Step) }
