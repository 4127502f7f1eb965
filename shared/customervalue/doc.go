// Package customervalue predicts what each customer will do next: the
// probability that they are still active, how many orders they will place, and
// what they will spend.
//
// # Orders
//
// A customer's order history is three numbers ([History]): the number of repeat
// orders, the time of the last order, and the customer's age, both counted from
// the first order. fitting.FitOrders finds the four numbers of a shop ([Orders]) that
// make the histories of all its customers most likely. The model is BG/NBD
// (Fader, Hardie and Lee, Marketing Science 24, 2005):
//
//   - an active customer orders at random times, at a rate of their own; the
//     rates of a shop's customers have a gamma distribution (R, Alpha)
//   - after each order they may leave for good, with a probability of their own;
//     these have a beta distribution (A, B)
//
// The shop's four numbers are the prior of each of its customers: with one
// order a prediction stays near the shop's average, with thirty it depends
// almost only on the customer. So there is a prediction from the first order
// on.
//
// In the paper no customer leaves before their second order, so a customer who
// ordered once, years ago, counts as active for certain. [Leaving] chooses
// between that and leaving after the first order too (MBG/NBD: Batislam,
// Denizel and Filiztekin, International Journal of Research in Marketing 24,
// 2007).
//
// # Spending
//
// The amounts of a customer's orders vary around the customer's own mean; these
// means vary between customers ([Spending], the gamma-gamma model: Fader and
// Hardie, note of 2013). The model assumes that how often a customer orders
// says nothing about how much; [Spent.Correlation] measures how far that is
// true.
//
// # Uncertainty
//
// There are two kinds of uncertainty, and the documentation of each number says
// which it shows. The shop's numbers are estimates: an [Interval] of a
// probability or a mean shows how far they may be wrong. And even with the
// right numbers one customer's orders are random: [Forecast] is their whole
// distribution. Functions here return neither NaN nor an infinity, for any
// input.
//
// Time is counted in weeks, as in the papers; money in any one unit, such as
// minor units.
package customervalue
