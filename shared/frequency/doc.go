// Package frequency decides whether a message may be sent to a customer now
// under the shop's frequency caps, minimum gap and quiet hours and under the
// person's own wishes; and if not, when it may.
//
// A [Policy] says how many messages may be sent in which window (its [Cap]s), how
// much time lies between two of them, and at which hours of the customer's day. A
// [Contact] says what the customer asked for, and keeps the ledger of recent
// messages: one [Entry] for each claim, with the class and tags that the message
// had then. The package is pure: time is a parameter, and Policy and Contact are
// values. A cap that changes while messages wait is just another Policy.
//
// # Caps
//
// All caps are AND-ed. At a time t, a cap holds a message back if its window that
// ends at t contains Max ledger entries of its scope:
//
//   - a rolling window of 24h reaches back to t−24h−Slack, which it excludes;
//   - "day" and "week" reach back to the first instant of the day of t−Slack, or
//     of its Monday, in the customer's zone, less Slack again: the first Slack
//     allows for a clock that is fast, the second for a message that went out
//     late.
//
// A window has no far end: an entry stamped after t counts as well. Such a stamp
// comes from another machine's clock, and the safe assumption is that the message
// has gone.
//
// Slack is the longest time between a claim and the message's arrival at SES,
// plus the largest difference between two machines' clocks. Without it a window
// measured at the recipient's end could hold one message more than its cap,
// because the earlier message went out later than its stamp says.
//
// # Zones
//
// Days and quiet hours are those of the customer's zone. If it is known only that
// the customer is in one of several zones, an hour is quiet if it is quiet in one
// of them, and a day has ended when it has ended in each; zones that share no
// hour of two days count as the first. If no zone is known, the shop's is used; if
// that is missing too, days are UTC's, and
// classes with quiet hours go only between 12:00 and 18:00 UTC, when it is day
// for most people of the world. Days have 23, 24 or 25 hours, as the zone says; a
// quiet hour that is skipped is skipped, and one that comes twice is quiet twice.
// The zone database is linked in, so that the answer does not depend on the
// machine.
package frequency
