// Package queue emulates SQS on one machine: standard queues with visibility
// timeouts, delays, retention and dead-letter queues. It speaks the wire
// protocol of SQS (AWS JSON 1.0), so the AWS CLI and SDKs work unchanged.
//
// # A message's life
//
//	send ──▶ stored ──(delay)──▶ visible ──receive──▶ in flight ──delete──▶ deleted
//	                                ▲                     │
//	                                └─ visibility timeout ┘
//	                                │
//	                                └─ received maxReceiveCount times ──▶ dead-letter queue
//
// As on SQS, a message moves to the dead-letter queue when it would be received
// once more, and not already when its last attempt fails.
//
// # Durability
//
// A call returns success only after its change is in bbolt, so the change
// survives kill -9 of the program. Bodies stay on disk; memory holds one small
// entry for each message, ordered by the time at which it becomes visible.
// Receive counts are stored too, but Receive does not wait for that. Visibility
// timeouts are not stored: the consumers end with the program, so messages in
// flight are visible at once after a restart.
//
// # Layout in bbolt
//
//	sqs / <queue> / messages / <8-byte sequence>   JSON of a stored message; never changed
//	sqs / <queue> / receives / <8-byte sequence>   JSON of the receive count and the first receive time
//
// Message move tasks (from a dead-letter queue back to its sources) are in
// memory only. If the program ends during a task, start the task again: each
// message moves in one transaction of its own.
//
// One goroutine makes all writes. It commits all waiting changes in one
// transaction (see writer.go): a single message is written at once; under load,
// hundreds share a commit.
package queue
