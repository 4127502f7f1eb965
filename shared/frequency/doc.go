// Package frequency decides whether a message may go to a customer now, and if
// not, when.
//
// It is the whole of the shop's restraint: how many messages in which window
// (a [Policy] of [Cap]s), how long between two of them, at which hours of the
// customer's day, and what the customers themselves asked for. What was sent of
// late is the ledger of [Contact], a sliding log: one [Entry] for each claim,
// with the class and tags that the message had then. All of it is pure: time is
// handed in, a Policy and a Contact are values, and a rule that changes while
// messages wait is just another Policy.
//
// # The rules
//
// All rules are AND-ed. At a time t, a rule holds a message back where as many
// ledger entries as its Max lie in the window that ends at t:
//
//   - a rolling window of 24h reaches back to t−24h−Slack, which it excludes;
//   - "day" and "week" reach back to the first instant of the day of t−Slack, or
//     of its Monday, in the customer's zone, less Slack again: the one for a
//     clock that is fast, the other for a message that went out late.
//
// No window looks at its far end: an entry stamped after t counts as well. Such
// a stamp comes from another machine's clock, and the safe reading is that the
// message has gone.
//
// Slack is the longest time between a claim and the message's arrival at SES,
// plus the largest difference between two machines' clocks. Without it a window
// measured at the recipient's end could hold one message more than its cap,
// because the earlier message went out later than its stamp says.
//
// # Zones
//
// Days and quiet hours are the customer's. A zone that is missing or unknown is
// read as the shop's; where that is missing too, days are UTC's, and whatever
// has quiet hours goes between 12:00 and 18:00 UTC only, when it is day for most
// people of the world. Days have 23, 24 or 25 hours, as the zone says; a quiet
// hour that is skipped is skipped, and one that comes twice is quiet twice.
// The zone database is linked in, so that the answer does not depend on the
// machine.
package frequency
