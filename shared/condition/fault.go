package condition

import (
	"fmt"
	"strings"

	"regulars/shared/inputfault"
)

// Faults is every fault of one condition, in the order of the text. Line and
// Column count within the condition; File is empty.
type Faults []inputfault.InFile

// Error returns the faults, one on each line, with the hint in parentheses.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = fmt.Sprintf("%d:%d: %s", one.Line, one.Column, one.Text)
		if one.Hint != "" {
			lines[i] += " (" + one.Hint + ")"
		}
	}
	return strings.Join(lines, "\n")
}
