// Package condition is the language in which a shop says when: who gets an offer,
// which order starts a campaign, who belongs to an audience.
//
// A condition is one line of CEL (https://cel.dev) over named facts of a
// customer, of the order at hand and of the campaign's slot:
//
//	customer.orders >= 2 && customer.spent >= money("500.00")
//	order.first || customer.units["lunch bag"] >= 10
//	customer.country in ["GB", "IE"] && "promotions" in customer.consents
//
// What a marketer writes is checked when it is published, and after that it
// cannot fail. For that end the language is cut down to what always has an
// answer: comparing, combining (&&, ||, !, ?:), looking for something in a
// list, and the start, end or part of a text. There is no arithmetic, which
// could overflow or divide by zero; no regular expression, which could be slow;
// no conversion, which could be impossible; no loop. Every fact has a value for
// every customer (see [Facts]), and a count of something never bought is 0.
// Money is a type of its own: comparing it with a bare number is refused,
// because nobody can tell whether 500 means pounds or pence.
//
// The names are one table, in names.go: the checker, the evaluation, the hints
// ("did you mean") and the manual (docs/policy.md) all come from it.
package condition
