// Package breaker stops what does harm before SES stops everything.
//
// SES puts an account under review at 5 % hard bounces or 0.1 % complaints, and
// then pauses it: nobody gets anything any more, not even what they need to know
// about their orders. So each campaign, and the account as a whole, has a brake
// with much narrower bounds, which heed how much was sent: see [Counts.Verdict].
//
// What a brake that is on holds:
//
//	campaign    every message of that campaign, but safety
//	account     promotions
//	pause       everything: SES has paused or suspended the account itself
//
// What is held waits, and goes when the brake is released, or ends at its own
// time with the brake as its reason. A brake is released by a person (make
// brakes); a pause lifts itself, because one message every quarter of an hour
// tries whether SES takes it.
//
// Counts are of the last [Days] days in UTC, and of what happened since the last
// release. docs/decisions/0017 says why the bounds are what they are.
package breaker
