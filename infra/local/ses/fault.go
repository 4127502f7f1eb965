package ses

import "net/http"

// Fault is something that goes wrong on purpose, for tests: a refusal that SES
// would not give by itself, or an answer that never arrives. The zero Fault
// does nothing.
type Fault struct {
	Status int    // refuse with this status before anything is done …
	Code   string // … this code, such as TooManyRequestsException
	Text   string // … and this text

	DropBefore bool // close the connection instead of doing it
	DropAfter  bool // do it, then close the connection instead of answering
}

// before plays the part of the fault that comes before the effect, and reports
// whether the request is over.
func (f *Fault) before(w http.ResponseWriter) bool {
	switch {
	case f == nil:
		return false
	case f.DropBefore:
		panic(http.ErrAbortHandler) // net/http closes the connection, without a word in the log
	case f.Status != 0:
		(&refusal{f.Status, f.Code, f.Text}).answer(w)
		return true
	}
	return false
}

func (f *Fault) after() {
	if f != nil && f.DropAfter {
		panic(http.ErrAbortHandler)
	}
}
