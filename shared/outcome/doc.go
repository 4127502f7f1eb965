// Package outcome computes what campaigns did, from the sends and the profiles of
// their customers, one customer at a time and in constant memory.
//
// It answers three questions, which must not be mixed up:
//
//   - What became of the messages? Each planned message is counted in its end state,
//     with its reason: [Counts.Ends].
//   - What did the campaign add? The orders and the net revenue of customers who were
//     to get it are compared with those of customers who were held out, by intention
//     to treat: [Row.Mailed] and [Row.Held], for package lift.
//   - Which orders came soon after a message? That is what other tools report:
//     [Counts.After]. Most of these orders would have come anyway.
//
// # The unit of the comparison
//
// A unit is a customer in a campaign. They enter when a decision about a message of the
// campaign first gets as far as its holdout ([claim.Send.Assigned]): until then the
// mailed and the held out were treated alike. Whether they are mailed or held out is
// what that decision says. It does not matter what became of the message, or whether it
// was delivered or opened. Their outcome is the orders that they place after the entry
// and within [Question.Horizon].
//
// A profile keeps the newest [profile.Recent] orders whole. If a customer has placed
// that many since they entered, the oldest of them may be missing; such units are
// counted in [Row.Cut], in both arms alike.
//
// What came before (package lift corrects by it) is the newest [mostBefore] orders in
// the [Question.Before] before the entry, as they were placed: returns and
// cancellations can come after the entry, and what came before must not depend on
// anything that did.
package outcome
