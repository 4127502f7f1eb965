// Package queue is SQS on one machine: standard queues with visibility
// time-outs, delays, retention and redrive to dead-letter queues, over the wire
// protocol of SQS (AWS JSON 1.0), so that the AWS CLI and SDKs work unchanged.
//
// # A message's life
//
//	send ──▶ stored ──(delay)──▶ visible ──receive──▶ in flight ──delete──▶ gone
//	                                ▲                     │
//	                                └──visibility time-out┘
//	                                │
//	                                └─ received maxReceiveCount times ──▶ dead-letter queue
//
// The move to the dead-letter queue happens as on SQS: not when the last try
// fails, but when the message would be received once more.
//
// # What survives
//
// Everything that was answered with success is in bbolt, and so survives kill -9
// of the program. Bodies stay on disk; memory holds one small entry for each
// message, ordered by when it becomes visible. Receive counts are written too
// (without waiting), but not the visibility time-out: the consumers of a program
// that ended are gone, so what was in flight is visible at once after a restart.
//
// # Layout in bbolt
//
//	sqs / <queue> / messages / <8-byte sequence>   JSON of a stored message; never changed
//	sqs / <queue> / receives / <8-byte sequence>   JSON of how often it was received, and when first
//
// Tasks that move messages out of a dead-letter queue live in memory: one that
// is cut off is started again, and each message's move is one transaction.
//
// All writes go through one goroutine, which commits everything that waits in
// one transaction (see writer.go): alone, a message is written at once; under
// load, hundreds share a commit.
package queue
