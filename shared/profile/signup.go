package profile

import (
	"time"

	"regulars/shared/shop"
)

// ConfirmWithin is how long after a sign-up its confirmation link works.
const ConfirmWithin = 72 * time.Hour

// SignUp is what a person asked for in the sign-up form. It is set in the profile
// of a [shop.SignUpID] only. Until they confirm it, they get the mail that asks
// for the confirmation and nothing else.
type SignUp struct {
	At        time.Time             `json:"at"`
	Send      shop.SendID           `json:"send"`               // of the mail whose link confirms it
	Wordings  map[shop.Topic]string `json:"wordings"`           // what the person agreed to, by topic
	Queued    bool                  `json:"queued,omitempty"`   // the mail's intent is on send's queue
	Confirmed time.Time             `json:"confirmed,omitzero"` // when they pressed the button
}

// Open reports whether the link of this send confirms the sign-up at now.
func (s *SignUp) Open(send shop.SendID, now time.Time) bool {
	return s != nil && s.Send == send && now.Before(s.At.Add(ConfirmWithin))
}
