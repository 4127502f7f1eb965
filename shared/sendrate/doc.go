// Package sendrate keeps all running functions together within what SES allows the
// account: so many messages a second, and so many in 24 hours.
//
// # Moments, not guesses
//
// The account's second is a line of moments, one message each, at equal
// distances. One small shared item, [State], says up to where the line is given
// away; it is changed by compare-and-swap. A container leases the next few
// moments ([State.Reserve]) and sends one message at each, or a little later:
// [Keep] after its moment an unused one is worth nothing. So the functions need
// to know nothing of each other, their number does not matter, and a busy
// account is spent evenly rather than in bursts.
//
// This is the generic cell rate algorithm (ITU-T I.371, "virtual scheduling")
// with a reservation in place of a refusal. docs/decisions/0016 says why it is
// that, and not a count for each window.
//
// # Two lanes
//
// The line has two lanes. Four fifths of the rate are open to everything; one
// fifth is kept for what customers need to know (safety, service, recovery),
// which goes on either lane, whichever is free first. The last fifth of the
// day's quota is kept likewise.
//
// # Slowing down
//
// Where SES says that it was too fast all the same, the pace is halved for
// everybody, once in [Window], and grows back by a tenth of the full pace in
// each: additive increase, multiplicative decrease (Chiu and Jain, 1989).
//
// # Clocks
//
// A moment is reckoned by the clock of who leased it. Whatever the clocks say,
// no moment is given away twice. A clock that is d fast uses its moments d too
// soon, so within any t seconds SES sees at most rate × (t + d + Keep) messages
// and one for each lane.
package sendrate
