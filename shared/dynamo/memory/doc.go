// Package memory is a DynamoDB engine in memory with the features that package
// dynamo uses: eight calls, with the inputs, outputs and errors of the SDK.
//
// It is for simulation and for tests that make too many calls for a real
// engine. What it supports behaves as in DynamoDB: the tests of package dynamo
// run over it as well as over a real engine, and a conformance test compares
// both. It panics at what it does not support, and names it: a field of an
// input, a construct of an expression or the type of an attribute. If package
// dynamo starts to use another feature, add it here.
//
// It supports
//
//   - tables with one or two key attributes of type S, and global secondary
//     indexes with two key attributes and all attributes; an index is sparse;
//   - attributes of the types S, N (64-bit integers), B, BOOL, NULL, SS, L and M;
//   - conditions and filters of =, <>, <, <=, >, >=, BETWEEN, IN, AND, OR, NOT,
//     attribute_exists, attribute_not_exists, begins_with and the size of a set; updates
//     of SET to a value, REMOVE, and ADD to a number or a set of strings;
//   - transactions of Put, Update, Delete and ConditionCheck, all or nothing,
//     with cancellation reasons and ClientRequestToken;
//   - pages by Limit and by size, and scans in segments;
//   - the limits and the validation of DynamoDB that package dynamo could meet;
//   - the consumed capacity of each call.
//
// It differs from DynamoDB in three ways:
//
//   - Each call is atomic, a batch too. Indexes do not lag. No call is throttled,
//     meets another transaction or loses its answer: a [dynamo.Client] in front of
//     the engine injects such faults.
//   - A ClientRequestToken does not expire, and the engine makes none for a call
//     without one: it does not repeat calls, as the SDK's client does.
//   - It has no clock, no goroutines and no randomness: the same calls in the same
//     order give the same answers.
//
// Stored values share no memory with what callers pass in or get back.
//
// [dynamo.Client]: https://pkg.go.dev/regulars/shared/dynamo#Client
package memory
