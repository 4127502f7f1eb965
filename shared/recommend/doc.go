// Package recommend says what a customer would like next, and why.
//
// It is a pure function of what the customer bought (a [History]) and of a few
// rows of the catalogue (an [Item] each, with the neighbours that learning
// found). Three calls, with one read of rows after each of the first two:
//
//	sources := recommend.Sources(h, 20, anchor...)                    // the customer's strongest items
//	rows := read(sources)
//	more := recommend.Candidates(h, rows, popular, 40, anchor...)     // what they lead to
//	picks := recommend.Recommend(now, h, rows and read(more), popular, options)
//
// # New items
//
// What goes with what the customer has is scored by
//
//	score(i) = Σ_j w_j · S(j,i) / Σ_j w_j
//
// over the items j they bought, whose rows were read: w_j is how strong j is for
// this customer (how often, how lately, and whether it is in the order at hand),
// S the similarity that [Learner] counts. An item that the catalogue relates to
// one they bought comes before all that are merely bought together; what is
// popular comes last, and alone for a customer of whom nothing is known.
//
// # Again
//
// What they come back for: an item that is used up, or that they bought in two
// orders or more. It is offered when it is due, never sooner. The rhythm is
// their own from three buys on, before that the item's (see [Item].EveryDays).
//
// # Left out
//
// What came back or was complained about, what is hidden, out of stock, unknown
// to the catalogue, or has no title or no price. Everything else that was bought
// is left out unless it is due again. No more than half are of one category
// where there are others.
//
// # Reasons
//
// A pick has a [Reason] that a message can print, and every number in it can be
// counted. Where none is true of an item, the item is not picked: fewer than
// [FewestCustomers] others are neither proof nor privacy.
//
// All of it is deterministic: ties go by the number of customers, then by ID,
// and the order of a map or of the input changes nothing.
package recommend
