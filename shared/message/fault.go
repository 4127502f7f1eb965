package message

import (
	"cmp"
	"fmt"
	"slices"

	"regulars/shared/inputfault"
)

// faults collects the faults of all messages, which refuse the publishing, and
// the advice, which does not.
type faults struct {
	all, advice inputfault.InFiles
}

// add adds a fault. The file is relative to the folder of messages; line is 0
// if it is not known.
func (f *faults) add(file string, line int, hint, format string, args ...any) {
	f.all = append(f.all, inputfault.InFile{File: file, Line: line, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// advise adds an advice, as add adds a fault.
func (f *faults) advise(file string, line int, hint, format string, args ...any) {
	f.advice = append(f.advice, inputfault.InFile{File: file, Line: line, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// sorted returns the faults by file and line, each once: several messages can
// include the same partial and report the same fault of it.
func sorted(all inputfault.InFiles) inputfault.InFiles {
	slices.SortStableFunc(all, func(a, b inputfault.InFile) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(all)
}
