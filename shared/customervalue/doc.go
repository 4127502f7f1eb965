// Package customervalue says what a customer is likely to do from here on: whether
// they still are a customer, how many orders they will place, and what they
// will spend.
//
// # Orders
//
// A customer's order history is three numbers ([History]): how many repeat
// orders, when the last one came, and how old the customer is, both counted from
// the first order. [FitOrders] finds the four numbers of a shop ([Orders]) under
// which the histories of all its customers are likeliest, by a story that Fader,
// Hardie and Lee called BG/NBD (Marketing Science 24, 2005):
//
//   - while they stay, a customer orders at random times, at a rate of their own;
//     the rates of a shop's customers are spread like a gamma distribution (R, Alpha)
//   - after each order they may leave for good, with a chance of their own; these
//     are spread like a beta distribution (A, B)
//
// The shop's four numbers are the prior of each of its customers: one order says
// little, so that little is moved, and thirty orders say nearly everything. This
// is why there is an answer from the first order on.
//
// In the paper nobody leaves before their second order, so that whoever ordered
// once, years ago, counts as a customer for certain. [Leaving] chooses between
// that and leaving after the first order too (MBG/NBD: Batislam, Denizel and
// Filiztekin, International Journal of Research in Marketing 24, 2007).
//
// # Spending
//
// What an order costs varies about the customer's own mean; these means vary
// from customer to customer ([Spending], the gamma-gamma model: Fader and
// Hardie, note of 2013). It supposes that who orders often does not for that
// reason order for more; [Spent.Correlation] says how far that is true.
//
// # How sure
//
// There are two kinds of not knowing, and every number here says which it shows.
// The shop's numbers are estimates: an [Interval] of a chance or a mean says how
// far they could be out. And even with the right numbers nobody knows what one
// customer will do: [Forecast] is the whole distribution of what they may.
// Nothing here returns NaN or an infinity, whatever it is given.
//
// Time is counted in weeks, as in the papers; money in any one unit, such as
// minor units.
package customervalue
