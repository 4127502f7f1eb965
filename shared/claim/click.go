package claim

import "time"

// Click is one visit of a link of a message that leads to the shop, by a person or by
// a program. Package click tells the two apart.
type Click struct {
	Link    uint8     `json:"link"`              // its number among the message's addresses
	At      time.Time `json:"at,omitzero"`       // to the second; zero if Machine
	Machine bool      `json:"machine,omitempty"` // the request itself said that a program made it
}

// MostClicks is how many different visits of one message are stored. Later ones are
// not: they say nothing new, and the record must not grow.
const MostClicks = 100
