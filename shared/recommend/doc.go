// Package recommend says what a customer would like next, and why.
//
// It is a pure function of what the customer bought (a [History]) and of a few
// rows of the catalogue (an [Item] each, with the neighbours that learning
// found). Three calls, with one read of rows after each of the first two:
//
//	sources := recommend.Sources(h, popular, 40, anchor...)           // the customer's strongest items
//	rows := read(sources)
//	more := recommend.Candidates(h, rows, popular, 20, anchor...)     // what they lead to
//	picks := recommend.Recommend(now, h, rows and read(more), popular, options)
//
// Package advice makes them. [Rank] stands in the place of the last where only
// the foretelling is asked for.
//
// # The score
//
// A product is scored by the chance that the customer's next order has it again,
// where they bought it, by what the rows of their items lead to, and a little by
// what is popular (see score.go). The rows are fitted by [Learner] (see fit.go);
// docs/decisions/0024 tells what they were chosen from. New items that the
// catalogue relates to one they bought come before all others that are new; what
// is popular stands alone for a customer of whom nothing is known. A [Reranker]
// may score in the blend's stead.
//
// # Again
//
// What they come back for: an item that is used up, that they bought in two
// orders or more, or that people generally buy again. It is offered when it is
// due, never sooner. The rhythm is their own from three buys on, before that the
// item's (see [Learned].EveryDays).
//
// # Left out
//
// What came back, what is hidden, out of stock, unknown to the catalogue, or has
// no title or no price. Everything else that was bought is left out unless it is
// due again. No more than half are of one category where there are others.
//
// # Reasons
//
// A pick has a [Reason] that a message can print, and every number in it can be
// counted. Where none is true of an item, the item is not picked: fewer than
// [FewestCustomers] others are neither proof nor privacy.
//
// All of it is deterministic: ties go by the number of customers, then by ID,
// and the order of a map or of the input changes nothing. A history without times
// is ranked by the order of its orders; nothing in it is due.
package recommend
