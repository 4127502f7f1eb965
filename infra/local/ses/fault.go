package ses

import "net/http"

// Fault is an injected fault for tests: an error that SES would not return by
// itself, or an answer that never arrives. The zero Fault does nothing.
type Fault struct {
	Status int    // answer with this status before the operation …
	Code   string // … this code, such as TooManyRequestsException
	Text   string // … and this text

	DropBefore bool // close the connection before the operation
	DropAfter  bool // close the connection after the operation, without an answer
}

// before injects the faults that come before the operation, and reports whether
// it has answered the request.
func (f *Fault) before(w http.ResponseWriter) bool {
	switch {
	case f == nil:
		return false
	case f.DropBefore:
		panic(http.ErrAbortHandler) // net/http closes the connection and logs nothing
	case f.Status != 0:
		(&refusal{f.Status, f.Code, f.Text}).answer(w)
		return true
	}
	return false
}

// after injects the fault that comes after the operation.
func (f *Fault) after() {
	if f != nil && f.DropAfter {
		panic(http.ErrAbortHandler)
	}
}
