package dynamo_test

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"

	"regulars/shared/claim"
	"regulars/shared/shop"
)

// This file says what one customer's sends and contact must do, as a state
// machine without any storage: each call of the store is one step.

// mostSends is how many sends the customer has.
const mostSends = 3

// customerState is all that is known of the customer.
type customerState struct {
	contact contactState
	sends   [mostSends]sendState
}

// contactState is a contact: the number of the customer's latest word, and the
// attempt that holds each send's slot; 0 where none does. One that is stored
// and empty is another than none.
type contactState struct {
	stored bool
	word   int
	slots  [mostSends]int
}

func (c contactState) used() (n int) {
	for _, attempt := range c.slots {
		n += min(attempt, 1)
	}
	return n
}

// sendState is a send's record. An empty state means that there is none.
type sendState struct {
	state   claim.State
	attempt int
	owner   string
	kept    bool

	claim int // which decision it was claimed by, 0 for none: the model's alone
}

func (s sendState) at(f claim.Fence) bool { return s.attempt == f.Attempt && s.owner == f.Owner }

// call is what a worker asks of the store.
type call struct {
	kind   string // as in step
	send   int    // 0 to mostSends-1
	fence  claim.Fence
	absent bool // claim: of what is taken to have no record

	claim int          // claim: which decision this is
	owner string       // claim: the new fence's
	read  contactState // claim: what it was decided on

	told claim.State // raise
	word int         // say
}

// answer is what the store said.
type answer struct {
	unknown bool // whether it was done: nothing below is set then
	ok      bool // it was done, or had been
	send    sendState
	contact contactState

	sendRefused, contactRefused bool // of a claim
}

// writes returns the contact that a claim writes: with the send's slot.
func (c call) writes() contactState {
	contact := c.read
	contact.stored = true
	contact.slots[c.send] = c.fence.Attempt + 1
	return contact
}

// step returns whether the answer is one that the state allows, and the next
// state. A call with an unknown outcome was made if it could be: where it never
// was, it can come after everything else, where nobody sees it.
func step(s customerState, c call, a answer) (bool, customerState) {
	d := s.sends[c.send]
	next := s
	free := false // whether the call may have its effect
	done := false // whether it succeeds without one
	switch c.kind {
	case "read contact":
		return a.contact == s.contact, s
	case "read send":
		return a.send == d.told(), s
	case "say":
		next.contact.word, next.contact.stored, free = max(s.contact.word, c.word), true, true
	case "claim":
		sendFree := d.state == claim.Queued && d.at(c.fence)
		if c.absent {
			sendFree = d.state == ""
		}
		contactSame := s.contact == c.read
		free, done = sendFree && contactSame, d.claim == c.claim
		next.contact = c.writes()
		next.sends[c.send] = sendState{state: claim.Sending, attempt: c.fence.Attempt + 1, owner: c.owner, claim: c.claim}
		if !a.unknown && !a.ok && (a.sendRefused == sendFree || a.contactRefused == contactSame || a.sendRefused && a.send != d.told()) {
			return false, s
		}
	case "park":
		free = d.state == "" || d.state == claim.Queued && d.at(claim.Fence{}) // also one that waits unclaimed
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
		next.contact.slots[c.send], next.contact.stored = 0, true
	case "raise":
		_, free = d.state.Raise(c.told)
		next.sends[c.send].state, next.sends[c.send].kept = c.told, false
		told := d
		if free {
			told = next.sends[c.send]
		}
		if !a.unknown && a.send != told.told() {
			return false, s
		}
	default:
		panic("no such call: " + c.kind)
	}
	switch {
	case a.unknown && !free, !a.unknown && !a.ok && !free, a.ok && done && !free:
		return true, s
	case (a.unknown || a.ok) && free:
		return true, next
	}
	return false, s
}

// told is the record as the store tells it.
func (s sendState) told() sendState {
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
	case "say":
		return fmt.Sprintf("say %d", c.word)
	case "claim":
		return fmt.Sprintf("claim %d from %d/%s as %s on (%s)", c.send, c.fence.Attempt, c.fence.Owner, c.owner, c.read)
	case "raise":
		return fmt.Sprintf("raise %d to %s", c.send, c.told)
	}
	return fmt.Sprintf("%s %d at %d/%s", c.kind, c.send, c.fence.Attempt, c.fence.Owner)
}

func (a answer) String() string {
	var said []string
	for text, so := range map[string]bool{
		"unknown": a.unknown, "done": a.ok, "not done": !a.ok && !a.unknown,
		"the send is not free": a.sendRefused, "the contact changed": a.contactRefused,
		a.send.String(): a.send != sendState{}, a.contact.String(): a.contact != contactState{},
	} {
		if so {
			said = append(said, text)
		}
	}
	return strings.Join(said, ", ")
}

func (c contactState) String() string {
	if !c.stored {
		return "no contact"
	}
	return fmt.Sprintf("word %d, slots %v", c.word, c.slots)
}

func (s sendState) String() string {
	if s.state == "" {
		return "absent"
	}
	return fmt.Sprintf("%s %d/%s", s.state, s.attempt, s.owner)
}

func sendNamed(i int) shop.SendID { return shop.SendID(fmt.Sprint("send-", i)) }
