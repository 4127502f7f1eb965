package inputfault

import (
	"strconv"
	"strings"
)

// InFile is one thing that is wrong at a place of a file that a person wrote.
// Line and Column count from 1. They are 0 if the place is not known or the
// fault concerns the whole file.
type InFile struct {
	// File is the path of the file. It is empty for a text that does not know
	// its file, such as one condition; the caller that knows the file adds it.
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"what"`           // what is wrong
	Hint   string `json:"hint,omitempty"` // how to correct it; may be empty
}

// String returns the fault on one line, in the form that editors can jump to:
// "offers/welcome.yaml:5:10: percent is missing; write percent: 10".
func (f InFile) String() string {
	var parts []string
	if f.File != "" {
		parts = append(parts, f.File)
	}
	for _, n := range []int{f.Line, f.Column} {
		if n > 0 {
			parts = append(parts, strconv.Itoa(n))
		}
	}
	text := f.Text
	if f.Hint != "" {
		text += "; " + f.Hint
	}
	if len(parts) == 0 {
		return text
	}
	return strings.Join(parts, ":") + ": " + text
}

// InFiles is every fault that was found in one or several files.
type InFiles []InFile

// Error returns the faults, one on each line.
func (f InFiles) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}
