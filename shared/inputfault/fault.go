// Package inputfault defines the type of one fault of an input: its place in the
// input (a JSON pointer, or file, line and column) and a sentence that says what is
// wrong.
//
// Queue messages, events, HTTP requests and policies are checked whole; the
// answer lists every fault. A fault of an event or a request never repeats a
// value: a customer's name or telephone number can stand in any field.
package inputfault

// Fault is one thing that is wrong with an input.
type Fault struct {
	// Path points to the value: a JSON pointer (RFC 6901) such as
	// "/detail/order/lines/0/units", the name of a request parameter, or a
	// key of a policy such as "caps[1].max". It is empty if the fault concerns
	// the whole input.
	Path string `json:"path"`
	// Fault says what the value is and what it should be, in words that follow
	// the path: "is below 1; want a whole number from 1 to 100000".
	Fault string `json:"fault"`
}
