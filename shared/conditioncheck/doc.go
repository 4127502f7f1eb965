// Package conditioncheck checks the conditions that a person has written, when a policy
// is published. It finds every fault, with line, column and a hint, and hands on only
// what functions read and decide as it is meant.
//
// The meaning of a condition is CEL's (https://cel.dev), and this package asks CEL: for
// the grammar, the types and the costs. Functions read conditions with the package
// condition, which has no CEL in it and starts faster. So each condition is read with
// that package as well, and is tried with both for customers near the values that the
// condition names. If functions cannot read it or decide it differently, it is refused.
// The tests compare the two for conditions drawn from the whole grammar.
//
// One program imports this package, infra/ops/publish/celcheck/checker; the others ask it
// (docs/decisions/0114).
package conditioncheck
