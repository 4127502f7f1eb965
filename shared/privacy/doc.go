// Package privacy erases a customer from all tables and dead-letter queues, and
// exports all that they hold about one (docs/decisions/0031).
//
// An erasure is a [Job], which goes through its stages in this order:
//
//	people      find every customer with the address, if the request is its owner's
//	suppress    store that the customer is erased, and suppress the mailboxes
//	orders      keep of each order a stub without its content
//	coupons     release holds, delete coupons, keep used ones without customer
//	sends       delete the inputs of decisions, strip the records of sends, later move them to no customer
//	letters     delete the dead letters that name the customer, those of privacy itself in the second pass
//	customer    delete the profile, which names the mailbox and so comes last
//
// Each step can be repeated, so a job that dies is delivered again and goes on.
// What it has learned of the customer is on the queue before the source of it is
// erased.
// A job makes two passes, the second [Settling] after the first: by then the
// queue messages that were in flight have been processed, and what they left is
// erased as well. What is later than the time of the erasure belongs to a new
// relation with the same person and stays.
package privacy
