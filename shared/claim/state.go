package claim

// State is the state of a send. The zero value means that nothing is stored
// yet.
type State string

const (
	Sending    State = "SENDING"    // claimed; SES has been called, or is about to be called
	Accepted   State = "ACCEPTED"   // SES accepted it
	Delivered  State = "DELIVERED"  // the recipient's server accepted it
	Bounced    State = "BOUNCED"    // the recipient's server rejected it for good
	Complained State = "COMPLAINED" // the recipient reported it as spam
	Refused    State = "REFUSED"    // SES refused it for certain; reservation, coupon and budget were given back
	Queued     State = "QUEUED"     // it waits, with its reason and the time of the next attempt
	Lost       State = "LOST"       // no answer of SES and no event; never sent again
	Capped     State = "CAPPED"     // a cap of 0, or no place in the caps before it expired
	Suppressed State = "SUPPRESSED" // no consent, a bounced address, a pause, or a service issue
	HeldOut    State = "HELD_OUT"   // in the holdout, to measure the effect of messages
	Expired    State = "EXPIRED"    // its not_after passed before it was sent
	Outranked  State = "OUTRANKED"  // a better message for the same occasion took its place
	Cancelled  State = "CANCELLED"  // a person cancelled its campaign
)

// Ended reports whether s is an end state. A late SES event can still raise it
// (see [State.Raise]).
func (s State) Ended() bool { return s != "" && s != Sending && s != Queued }

// Sent reports whether SES is known to have accepted the message.
func (s State) Sent() bool {
	return s == Accepted || s == Delivered || s == Bounced || s == Complained
}

// rank orders the states that SES events can raise. LOST ranks below ACCEPTED:
// a late event shows that the message was not lost.
var rank = map[State]int{Sending: 1, Lost: 1, Queued: 1, Accepted: 2, Delivered: 3, Bounced: 4, Complained: 5}

// Raise returns the higher of s and the state that an SES event reports, and
// whether that is a new state. SES events come twice, late and in any order;
// they never lower a state. States without a message (CAPPED, REFUSED, …) stay
// as they are.
func (s State) Raise(reported State) (State, bool) {
	if rank[s] == 0 || rank[reported] <= rank[s] {
		return s, false
	}
	return reported, true
}
