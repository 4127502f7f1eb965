// Package condition compiles and evaluates the conditions of a policy: which
// customers get an offer, which orders start a campaign, which customers belong
// to an audience.
//
// A condition is a CEL expression (https://cel.dev) over named facts of a
// customer, an order, a campaign's run and a line of a cart:
//
//	customer.orders >= 2 && customer.spent >= money("500.00")
//	order.first || customer.units["lunch bag"] >= 10
//	customer.country in ["GB", "IE"] && "promotions" in customer.consents
//
// A condition is checked when the policy is published; after that it cannot
// fail. So conditions can use only the parts of CEL that always give a result:
// comparison, combination (&&, ||, !, ?:), membership in a list, and the start,
// end or part of a text. There is no arithmetic, which could overflow or divide
// by zero; no regular expression, which could be slow; no conversion, which
// could be impossible; and no loop. Every fact has a value for every customer
// (see [Facts]), and the count of a product that was never bought is 0. Money
// is a type of its own: a comparison with a bare number is refused, because 500
// could mean pounds or pence.
//
// The table in names.go lists all facts. The checker, the evaluation, the hints
// ("did you mean") and a test of the manual (docs/policy.md) use it.
package condition
