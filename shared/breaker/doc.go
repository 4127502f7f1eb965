// Package breaker holds the circuit breakers that stop a campaign, or the
// account's promotions, if too many messages bounce, are complained about or
// are rejected by SES.
//
// SES puts an account under review at 5 % hard bounces or 0.1 % complaints, and
// then pauses it: no customer gets any message, not even about their orders. So
// each campaign, and the account as a whole, has a breaker with much lower
// limits, which take the number of messages into account: see [Counts.Verdict].
//
// A tripped breaker holds:
//
//	campaign    all messages of that campaign, except class safety
//	account     promotions
//	pause       all messages: SES has paused or suspended the account itself
//
// A held message waits. It is sent after the breaker is released, or expires
// with the breaker as its reason. A person releases a breaker (make breakers).
// A pause ends by itself: every 15 minutes one message tries whether SES takes
// it.
//
// A person can stop a campaign as well: a paused campaign's messages are held
// like those of a tripped breaker, and a cancelled campaign's messages end. See
// [Halt], and docs/decisions/0063.
//
// The counts are those of the last [Days] days in UTC, since the last release.
// docs/decisions/0017 says how the limits were chosen.
package breaker
