// Package sendrate keeps all running functions together within the account's
// quota at SES: the messages a second, and the messages in 24 hours.
//
// # Permits
//
// A permit is the right to send one message from a given time on. The permits
// of a lane are at equal distances in time. One small shared item, [State],
// holds the time of the next free permit; it is changed by compare-and-swap. A
// worker reserves the next few permits as a block in one write
// ([State.Reserve]), and uses each for one message at its time or a little
// later: [Keep] after its time an unused permit expires. So the functions need
// to know nothing of each other, their number does not matter, and the rate is
// used evenly instead of in bursts.
//
// This is the generic cell rate algorithm (ITU-T I.371, "virtual scheduling")
// with a reservation instead of a refusal. docs/decisions/0016 says why it was
// chosen instead of a counter for each window.
//
// # Shards
//
// A state takes one write after the other. A rate above 100 a second is therefore
// divided evenly among several states, the shards; a worker reserves from one of them,
// which it draws. An answer of SES that it sends too fast goes to all. See
// docs/decisions/0090.
//
// # Two lanes
//
// There are two lanes. Four fifths of the rate are open to all classes; one
// fifth is reserved for transactional messages, which use either lane,
// whichever is free first. The last fifth of the day's quota is reserved in the
// same way.
//
// # Slowing down
//
// If SES answers that the account sends too fast, the pace is halved for all
// functions, at most once in each [Window], and grows by a tenth of the full
// pace in each: additive increase, multiplicative decrease (Chiu and Jain,
// 1989).
//
// # Clocks
//
// The time of a permit is that of the clock of the worker that reserved it.
// Whatever the clocks show, no permit is given twice. A clock that is d fast
// uses its permits d too early, so within any t seconds SES sees at most rate ×
// (t + d + Keep) messages, plus one for each lane of each shard.
package sendrate
