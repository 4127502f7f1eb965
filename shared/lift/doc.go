// Package lift computes what a campaign adds: the difference between customers who
// were to get its messages and customers who were held out at random, with an
// interval that holds however often one looks.
//
// # Intention to treat
//
// Every customer counts who was assigned, and counts for the arm to which the hash
// assigned them. Customers whose message was capped, or who never opened it, are
// part of the mailed arm: leaving them out would compare the eager with everybody.
// An [Arm] holds sums only, so millions of customers need constant memory, and arms
// can be built in parts and merged in any order.
//
// # Looking every day
//
// A 95 % interval of a textbook holds for one look at a sample whose size was fixed
// before. Who looks every day and stops at the first difference is wrong far more
// often. [Compare] returns a confidence sequence: intervals that all contain the
// true difference at the same time, with probability 1 - alpha. Its width is that
// of the normal mixture (Robbins, Annals of Mathematical Statistics 41, 1970) in
// its asymptotic form (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform
// central limit theory and asymptotic confidence sequences, arXiv:2103.06476,
// Annals of Statistics 52, 2024). With one standard error s, after k orders,
//
//	difference ± s·√((1 + k₀/k)·log((1 + k/k₀)/alpha²))
//
// which is 3 to 3.6 standard errors, in place of 1.96.
//
// Time is counted in orders. All customers can be assigned on the first day, and
// still order for weeks, so their number does not tell how much was seen; the
// variance of the sums grows about as the orders do. What customers did and what
// they do later must not be negatively correlated: then the differences of all days
// are correlated at least as strongly as a Wiener process is at these times, and
// cross the limit at most as often (Slepian, Bell System Technical Journal 41,
// 1962). That holds if customers differ and keep to their habits.
//
// # When it begins
//
// The theorem is about many customers. Two rules hold for few:
//
//   - Each arm needs [Least] customers with an order, else the verdict is [TooFew].
//   - The variance is estimated from each arm alone and from both together, and the
//     larger one counts. Revenue has heavy tails: a small arm that lacks the few
//     large customers has a low mean and at the same time a low variance. With the
//     revenue of a real shop and a holdout of 10 %, its own variance alone raises
//     false alarms in 8 % of all cases.
//
// Revenue is not capped, because the result is to be money. Decision 0076 has the
// figures, and make lift-eval measures them again.
package lift
