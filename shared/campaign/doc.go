// Package campaign says which message a shop wants to send on which occasion.
//
// A campaign has one of two beginnings. A triggered one answers an order's
// event: [Triggered] picks those that an event starts, at most one of each
// group. A scheduled one has slots by a cron line in the shop's zone: [Due]
// lists them, and its audience is whoever its condition holds for.
//
// Either way the outcome is an [Intent] for one customer and one occasion, and
// the occasion gives the send its name: the same order or the same slot never
// makes a second send.
package campaign
