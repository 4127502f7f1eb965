// Package campaign holds campaigns and decides which of them an order event or
// a schedule starts, and what intent a started campaign raises for a customer.
//
// A triggered campaign is started by an order event: [Triggered] returns the
// campaigns that an event starts, at most one of each group. A scheduled
// campaign has runs, by a cron schedule or a date in the shop's zone: [Due] returns
// them.
// Its audience is the customers for whom its condition holds.
//
// Each customer reached gives one [Intent], for one occasion: the order, or the
// run. The occasion is part of the send's name ([Intent.SendID]), so the same
// order or the same run never makes a second send.
package campaign
