package claim

// State is where a send is. The zero value means that nothing is stored yet.
type State string

const (
	Sending    State = "SENDING"    // claimed; SES has been, or is about to be, asked
	Accepted   State = "ACCEPTED"   // SES took it
	Delivered  State = "DELIVERED"  // the recipient's server took it
	Bounced    State = "BOUNCED"    // the recipient's server refused it for good
	Complained State = "COMPLAINED" // its reader called it spam
	Refused    State = "REFUSED"    // SES refused it for certain; slot, coupon and budget went back
	Queued     State = "QUEUED"     // it waits, with its reason and the time to try again
	Lost       State = "LOST"       // SES's answer was lost and no event told of it; never sent again
	Capped     State = "CAPPED"     // a cap of 0, or no slot before it expired
	Suppressed State = "SUPPRESSED" // no consent, a bounced address, a pause, or something wrong to be put right first
	HeldOut    State = "HELD_OUT"   // kept out on purpose, to measure what messages are worth
	Expired    State = "EXPIRED"    // its time passed before it could go
	Outranked  State = "OUTRANKED"  // a better message for the same occasion took its place
)

// Ended reports whether nothing more is owed to the intent. A late event of SES
// can still raise an ended state (see [State.Raise]).
func (s State) Ended() bool { return s != "" && s != Sending && s != Queued }

// Sent reports whether SES is known to have taken the message.
func (s State) Sent() bool {
	return s == Accepted || s == Delivered || s == Bounced || s == Complained
}

// rank orders the states that SES's events can raise a send to. LOST ranks
// below ACCEPTED: an event that comes after all says that it was not lost.
var rank = map[State]int{Sending: 1, Lost: 1, Queued: 1, Accepted: 2, Delivered: 3, Bounced: 4, Complained: 5}

// Raise returns the higher of both states and whether it is a new one. Events
// of SES come twice, late and in any order; they only ever raise a state. A
// state that SES cannot know of (CAPPED, REFUSED, …) stays as it is.
func (s State) Raise(told State) (State, bool) {
	if rank[s] == 0 || rank[told] <= rank[s] {
		return s, false
	}
	return told, true
}
