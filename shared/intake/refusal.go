package intake

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with an event.
type Fault struct {
	// Path points to the value in the envelope (RFC 6901), such as
	// "/detail/order/lines/0/units". It is empty for the envelope itself.
	Path string `json:"path"`
	// Fault says what the value is and what it should be, in words that go
	// after the path: "is -3; want a whole number from 1 to 100000".
	Fault string `json:"fault"`
}

// Refusal is the error of [Parse]: every fault of one event, in the order of
// reading, [MaxFaults] at most. It can be marshalled as it is.
type Refusal struct {
	Faults []Fault `json:"faults"`
}

// MaxFaults keeps a refusal small enough for an SQS message attribute: a
// thousand lines can each have several faults.
const MaxFaults = 100

// Error returns the first fault and the number of the others.
func (r *Refusal) Error() string {
	if len(r.Faults) == 0 {
		return "refused"
	}
	var b strings.Builder
	path := r.Faults[0].Path
	if path == "" {
		path = "the event"
	}
	fmt.Fprintf(&b, "refused: %s %s", path, r.Faults[0].Fault)
	if more := len(r.Faults) - 1; more > 0 {
		fmt.Fprintf(&b, " (and %d more)", more)
	}
	return b.String()
}
