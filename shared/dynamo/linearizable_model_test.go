package dynamo_test

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// This file is the model of one customer's sends and contact: a state machine
// without storage, in which each call of the store is one step.

// mostSends is how many sends the customer has.
const mostSends = 3

// customerState is the state of the customer: the contact and the sends.
type customerState struct {
	contact contactState
	sends   [mostSends]sendState
}

// contactState is a contact: the number of the customer's latest consent and of
// their latest opt-out, and for each send the attempt that holds its reservation, 0 for none. A stored
// empty contact differs from none.
type contactState struct {
	stored       bool
	consent      int
	refused      int // an odd number is an opt-out
	reservations [mostSends]int
}

func (c contactState) used() (n int) {
	for _, attempt := range c.reservations {
		n += min(attempt, 1)
	}
	return n
}

// sendState is a send's record. An empty state means that there is no record.
type sendState struct {
	state   claim.State
	attempt int
	owner   string
	kept    bool

	claim int // number of the claim, 0 for none; only the model has it
}

func (s sendState) at(f claim.Fence) bool { return s.attempt == f.Attempt && s.owner == f.Owner }

// call is a worker's call of the store.
type call struct {
	kind   string // as in step
	send   int    // 0 to mostSends-1
	fence  claim.Fence
	absent bool // claim: the send must be absent

	claim int          // claim: its number
	owner string       // claim: the new fence's
	read  contactState // claim: the contact that it was decided on

	reported claim.State // raise
	consent  int         // consent
}

// answer is the answer of the store.
type answer struct {
	unknown bool // the outcome is unknown: no other field is set
	ok      bool // the call was made, now or before
	send    sendState
	contact contactState

	sendRefused, contactRefused bool // of a claim
}

// writes returns the contact that a claim writes: with the send's reservation.
func (c call) writes() contactState {
	contact := c.read
	contact.stored = true
	contact.reservations[c.send] = c.fence.Attempt + 1
	return contact
}

// step reports whether the state allows the answer, and returns the next state.
// A call with an unknown outcome was made if it could be made: if it never was,
// it can come after all other calls, so that no read shows it.
func step(s customerState, c call, a answer) (bool, customerState) {
	d := s.sends[c.send]
	next := s
	free := false // whether the call may have its effect
	done := false // whether it succeeds without one
	switch c.kind {
	case "read contact":
		return a.contact == s.contact, s
	case "read send":
		return a.send == d.stored(), s
	case "consent":
		next.contact.consent, next.contact.stored, free = max(s.contact.consent, c.consent), true, true
		if c.consent%2 == 1 {
			next.contact.refused = max(s.contact.refused, c.consent)
		}
	case "claim":
		sendFree := d.state == claim.Queued && d.at(c.fence)
		if c.absent {
			sendFree = d.state == ""
		}
		contactSame := s.contact == c.read
		free, done = sendFree && contactSame, d.claim == c.claim
		next.contact = c.writes()
		next.sends[c.send] = sendState{state: claim.Sending, attempt: c.fence.Attempt + 1, owner: c.owner, claim: c.claim}
		if !a.unknown && !a.ok && (a.sendRefused == sendFree || a.contactRefused == contactSame || a.sendRefused && a.send != d.stored()) {
			return false, s
		}
	case "park":
		free = d.state == "" || d.state == claim.Queued && d.at(claim.Fence{}) // also a waiting send that was never claimed
		next.sends[c.send] = sendState{state: claim.Queued}
	case "accepted":
		free, done = d.at(c.fence) && (d.state == claim.Sending || d.state == claim.Lost || d.state == claim.Queued), d.state.Sent()
		next.sends[c.send].state, next.sends[c.send].kept = claim.Accepted, false
	case "wait":
		free = d.at(c.fence) && d.state == claim.Sending
		next.sends[c.send].state, next.sends[c.send].kept = claim.Queued, true
	case "lose":
		free = d.at(c.fence) && d.state == claim.Sending
		next.sends[c.send].state = claim.Lost
	case "refuse":
		free = d.at(c.fence) && (d.state == claim.Sending || d.state == claim.Queued)
		next.sends[c.send].state, next.sends[c.send].kept = claim.Refused, false
		next.contact.reservations[c.send], next.contact.stored = 0, true
	case "raise":
		_, free = d.state.Raise(c.reported)
		next.sends[c.send].state, next.sends[c.send].kept = c.reported, false
		after := d
		if free {
			after = next.sends[c.send]
		}
		if !a.unknown && a.send != after.stored() {
			return false, s
		}
	default:
		panic("unknown kind of call: " + c.kind)
	}
	switch {
	case a.unknown && !free, !a.unknown && !a.ok && !free, a.ok && done && !free:
		return true, s
	case (a.unknown || a.ok) && free:
		return true, next
	}
	return false, s
}

// stored is the record as the store returns it: without the number of the
// claim.
func (s sendState) stored() sendState {
	s.claim = 0
	return s
}

var model = porcupine.Model{
	Init: func() any { return customerState{} },
	Step: func(state, input, output any) (bool, any) {
		return step(state.(customerState), input.(call), output.(answer))
	},
	DescribeOperation: func(input, output any) string {
		return input.(call).String() + " → " + output.(answer).String()
	},
	DescribeState: func(state any) string {
		s := state.(customerState)
		text := s.contact.String()
		for i, d := range s.sends {
			text += fmt.Sprintf("; %d: %s", i, d)
		}
		return text
	},
}

func (c call) String() string {
	switch c.kind {
	case "read contact":
		return c.kind
	case "consent":
		return fmt.Sprintf("consent %d", c.consent)
	case "claim":
		return fmt.Sprintf("claim %d from %d/%s as %s on (%s)", c.send, c.fence.Attempt, c.fence.Owner, c.owner, c.read)
	case "raise":
		return fmt.Sprintf("raise %d to %s", c.send, c.reported)
	}
	return fmt.Sprintf("%s %d at %d/%s", c.kind, c.send, c.fence.Attempt, c.fence.Owner)
}

func (a answer) String() string {
	var parts []string
	for text, so := range map[string]bool{
		"unknown": a.unknown, "done": a.ok, "not done": !a.ok && !a.unknown,
		"the send is claimed or has ended": a.sendRefused, "the contact changed": a.contactRefused,
		a.send.String(): a.send != sendState{}, a.contact.String(): a.contact != contactState{},
	} {
		if so {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

func (c contactState) String() string {
	if !c.stored {
		return "no contact"
	}
	return fmt.Sprintf("consent %d, reservations %v", c.consent, c.reservations)
}

func (s sendState) String() string {
	if s.state == "" {
		return "absent"
	}
	return fmt.Sprintf("%s %d/%s", s.state, s.attempt, s.owner)
}

func sendNamed(i int) shop.SendID { return shop.SendID(fmt.Sprint("send-", i)) }
