// Package recommend is the recommendation engine: from a customer's purchases
// and rows of the catalogue it returns ranked products, each with a reason.
// Package learning learns the numbers in those rows from all orders.
//
// It is a pure function of the purchases (a [History]) and of a few rows of the
// catalogue (an [Item] each, with the neighbours that learning found). A caller
// makes three calls, and reads rows after each of the first two:
//
//	sources := recommend.Sources(h, popular, 40, anchor...)           // the customer's strongest items
//	rows := read(sources)
//	more := recommend.Candidates(h, rows, popular, 20, anchor...)     // what they lead to
//	picks := recommend.Recommend(now, h, rows and read(more), popular, options)
//
// Package advice makes these calls. [Rank] replaces the last one if the caller
// only needs the predicted order of products.
//
// # The score
//
// The score of a product adds up three parts: the chance that the customer's
// next order repeats it (if they bought it before), the neighbour scores in the
// rows of their items, and a little for popularity (see score.go). Package learning
// fits the rows; docs/decisions/0024 says which methods were
// compared. A new item that the catalogue relates to a bought one is
// raised on the scale of the list (see relation.go). A customer without a history gets popular products only.
// A [Reranker] may replace this blend.
//
// # Again
//
// An item is offered again if it is used up, if the customer bought it in two
// or more orders, or if customers generally buy it again. It is offered when it
// is due, never sooner. The customer has a rhythm of their own from three orders
// on that are spread evenly over time, of items that are used up or usually
// bought again; otherwise what others do decides (see [Learned].EveryDays).
//
// # Left out
//
// The engine leaves out products that the customer returned, and products that
// are hidden, out of stock, unknown to the catalogue, or without a title or a
// price. It leaves out all other bought products unless they are due again. At
// most half of the picks are of one category, and at most two name the same
// product as their reason, if there are others. A variant of a product that the
// customer has is not picked (see [Variants]).
//
// # Reasons
//
// A pick has a [Reason] that a message can print, and every number in it can be
// counted. An item without a true reason is not picked. A reason counts at
// least [FewestCustomers] other customers: fewer prove nothing and could
// identify a person.
//
// The result is deterministic: ties are decided by the number of customers,
// then by ID, and the order of a map or of the input changes nothing. A history
// without times is ranked by the order of its orders; nothing in it is due.
package recommend
