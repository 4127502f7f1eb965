package message

import (
	"cmp"
	"fmt"
	"slices"
)

// Fault is one thing that is wrong with the source of a message, and how to
// mend it.
type Fault struct {
	File string // below the folder of messages
	Line int    // from 1; 0 where it is not known
	What string
	Mend string
}

// String returns the fault on one line, in the form that editors jump to.
func (f Fault) String() string {
	place := f.File
	if f.Line > 0 {
		place = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Mend == "" {
		return place + ": " + f.What
	}
	return place + ": " + f.What + "; " + f.Mend
}

// faults gathers what is found wrong.
type faults struct {
	all []Fault
}

func (f *faults) add(file string, line int, mend, format string, args ...any) {
	f.all = append(f.all, Fault{File: file, Line: line, What: fmt.Sprintf(format, args...), Mend: mend})
}

// sorted returns the faults by file and line, each once: a partial that two
// messages share is wrong in one place only.
func (f *faults) sorted() []Fault {
	slices.SortStableFunc(f.all, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.What, b.What))
	})
	return slices.Compact(f.all)
}
