package intake

import (
	"fmt"
	"strings"

	"regulars/shared/inputfault"
)

// Refusal is the error of [Parse]: all faults of one event, in the order of
// reading, [MaxFaults] at most. It can be marshalled to JSON.
type Refusal struct {
	Faults []inputfault.Fault `json:"faults"`
}

// MaxFaults is the greatest number of faults in a refusal. It keeps a refusal
// small enough for an SQS message attribute: each of a thousand lines can have
// several faults.
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
