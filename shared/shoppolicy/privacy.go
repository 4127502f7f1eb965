package shoppolicy

import (
	"errors"
	"io/fs"
	"time"

	"regulars/shared/privacyrequest"
)

// Privacy is the content of privacy.yaml. The zero Privacy has the defaults.
type Privacy struct {
	AnswerWithinDays int `json:"answer_within_days,omitempty"` // of a request about a customer's data; 0: the default
}

// Term returns how long the shop has to answer a request about a customer's data.
func (p Privacy) Term() time.Duration {
	if p.AnswerWithinDays == 0 {
		return privacyrequest.DefaultTerm
	}
	return time.Duration(p.AnswerWithinDays) * day24
}

// readPrivacy reads privacy.yaml. A shop without the file has the defaults.
func (l *loader) readPrivacy() (p Privacy) {
	if _, err := fs.Stat(l.fsys, "privacy.yaml"); errors.Is(err, fs.ErrNotExist) {
		return p
	}
	s := l.open("privacy.yaml")
	p.AnswerWithinDays = s.whole("answer_within_days", 1, 90, 0)
	s.done()
	return p
}
