// Package canary puts one made-up person through every path of the system, erases
// them, and then looks for them in everything that the system has stored: tables,
// queues, dead letters, logs, and mails to other people. It is a test:
//
//	go test ./infra/proof/canary -v
//
// The person has marks that occur nowhere else: addresses, names, a street, a
// telephone number, IDs, and the code of the coupon that they get on the way. A
// mark is found in any case, in base64 at each of its three offsets, in hex,
// percent-encoded, and in what is compressed (the bodies of items).
//
// [paths] lists the paths. Before the erasure the test checks that each table and
// each dead-letter queue has a mark, so that a path that stops working is seen.
// After it, the test plants a mark in each kind of place, and must find it.
package canary
