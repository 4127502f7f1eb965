// Package funnel rehearses a campaign on the customers that the shop has: how many are
// in its audience, and what would become of the message of each of them now. It reads
// the live tables, decides with the code that send runs ([dispatch.Dispatcher.Rehearse]),
// and writes nothing, so no cap, coupon or budget is used up.
//
// Of a large table it reads a random sample, and of a large audience it decides a random
// part; the numbers are then said with their 95 % interval (docs/decisions/0075).
package funnel
