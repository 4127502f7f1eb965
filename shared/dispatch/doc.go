// Package dispatch takes one intent from the queue to its end: it decides
// whether the message may be sent, claims the send, calls SES once and records
// SES's answer. The send function and infra/proof/simulate both run it, so that
// the simulator tests the code that runs on Lambda (docs/decisions/0014).
//
// Three steps follow each other. Each hands its result to the next as a value:
//
//	intent ──▶ prepare ──prepared──▶ decide ──decided──▶ act ──attempt──▶ SES
//	              ▲                     │                 │
//	              ├──── a rival first ──┘                 │
//	              └──── the decision is out of date ──────┘
//
//	prepare  reads the customer's profile, contact and products, and the send's
//	         record if the contact mentions the send
//	decide   calls package decide, lets better rivals be sent first, and merges
//	         other waiting intents into the message
//	act      waits for a permit, then stores the decision: a claim, a wait or an
//	         end. A claimed send is handed to SES
//
// A decision is out of date if a record of the send is found, if time passed
// while the message waited for its permit, or if another call changed the send,
// the contact, the coupon or the budget before the decision was stored. Then
// prepare starts again; [dynamo.Retry] bounds how often.
//
// The stored state of the send decides what happens to an intent:
//
//	absent   ──▶ prepare
//	QUEUED   ──▶ prepare; a reservation and coupon that it kept are used again
//	SENDING  ──▶ stop: another worker's claim. It is put on the list of due sends,
//	             in case that worker is dead
//	ended    ──▶ stop: nothing is left to do
//
// What the answer of SES makes of a claimed send, which is SENDING:
//
//	accepted     ──▶ ACCEPTED
//	refused      ──▶ REFUSED; reservation, coupon and budget are given back. LOST
//	                 if an earlier attempt is unconfirmed: nothing is given back
//	wait         ──▶ QUEUED; reservation and coupon are kept
//	no answer    ──▶ SENDING, on the list of due sends: an event of SES raises it,
//	                 or the settle function ends it
package dispatch
