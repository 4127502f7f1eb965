// Package memory is DynamoDB in memory, as far as package dynamo uses it: eight
// calls, with the inputs, outputs and errors of the SDK.
//
// It is for simulation and for tests that make too many calls for a real engine.
// What it knows it does as DynamoDB does, which the tests of package dynamo hold:
// they run over it as well as over a real engine. What it does not know, it
// refuses loudly: an unknown field of an input, construct of an expression or
// type of an attribute panics and is named. Whoever teaches package dynamo
// something new teaches it here.
//
// It knows
//
//   - tables with one or two keys that are text, and global secondary indexes
//     with two keys and all attributes; an index is sparse;
//   - attributes of the types S, N (64-bit integers), B, BOOL, NULL, L and M;
//   - conditions and filters of =, <>, <, <=, >, >=, BETWEEN, IN, AND, OR, NOT,
//     attribute_exists, attribute_not_exists and begins_with; updates of SET to a
//     value, REMOVE, and ADD to a number;
//   - transactions of Put and Update, all or nothing, with their reasons and their
//     ClientRequestToken;
//   - pages by Limit and by size, and scans in segments;
//   - DynamoDB's limits of size and number, and its validation, where package
//     dynamo could run into them;
//   - what each call consumes.
//
// It differs from DynamoDB where that helps or costs nothing:
//
//   - Each call is atomic and takes no time; a batch too. Indexes never lag.
//     Nothing throttles, conflicts with a rival transaction or gets lost: such
//     faults belong to a [dynamo.Client] in front of it.
//   - A ClientRequestToken is known for ever, and none is made where none is
//     given: nothing repeats a call by itself here, as the SDK's client does.
//   - It has no clock, no goroutine and no randomness: the same calls in the same
//     order give the same answers, in the same order.
//
// Nothing that a caller passes in or gets back is shared with what is stored.
//
// [dynamo.Client]: https://pkg.go.dev/regulars/shared/dynamo#Client
package memory
