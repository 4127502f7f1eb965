package condition

import (
	"fmt"
	"strings"
)

// Fault is one thing that is wrong with a condition. Line and Column count from
// 1, within the condition.
type Fault struct {
	Line, Column int
	What         string
	Hint         string // what to do; may be empty
}

// Faults is every fault of one condition, in the order of the text.
type Faults []Fault

func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fmt.Sprintf("%d:%d: %s", fault.Line, fault.Column, fault.What)
		if fault.Hint != "" {
			lines[i] += " (" + fault.Hint + ")"
		}
	}
	return strings.Join(lines, "\n")
}
