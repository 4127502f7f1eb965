// Package retention lets old data go: what the tables hold of a customer for longer
// than the shop's policy says (privacy.yaml, docs/privacy.md).
//
// A job goes through its stages in this order:
//
//	orders      keep of an old order a stub without its content
//	coupons     delete coupons that ended, keep used ones without customer
//	sends       drop old explanations, later move the record to no customer
//	customers   delete the profiles of inactive customers
//	records     delete old records of requests and erasures
//
// It lets items go in the same way as an erasure does (package privacy,
// docs/decisions/0031): what other rules need stays, without the customer. So a
// late event of an old order is known and dropped, planned intents still equal
// ended ones, and the uses of a budget add up. docs/decisions/0055 says why.
//
// The job is bounded: it reads page by page, saves its progress after each, and
// ends when the function's time is nearly over; the next call continues. Each step
// can be repeated: what has gone already is passed over.
package retention
