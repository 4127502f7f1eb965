// Package ses is Amazon SES (API v2) on one machine: it takes messages as SES
// takes them, refuses what SES refuses, in SES's words, and keeps them in a
// mailbox that a person can read instead of delivering them.
//
// # What it speaks
//
// The REST protocol below /v2/email/, unchanged for the AWS CLI (aws sesv2 …)
// and SDKs: SendEmail (simple and raw), GetAccount, PutAccountSendingAttributes,
// PutAccountSuppressionAttributes, the suppression list, and reading identities
// and configuration sets, which come from the template. What it does not know
// it refuses with a sentence that says so. Signatures are not checked.
//
// # What becomes of a message
//
// One transaction stores the message and every notification that it will cause,
// each with the time at which it is due. [Server.Run] puts what is due on the
// event bus and only then forgets it, so that a killed program tells everything
// after its next start: at least once, as SES does.
//
//	ann@example.com                            Send, Delivery
//	bounce@simulator.amazonses.com             Send, Bounce (Permanent, General)
//	suppressionlist@simulator.amazonses.com    Send, Bounce (Permanent, OnAccountSuppressionList)
//	an address on the suppression list         Send, Bounce (Permanent, OnAccountSuppressionList)
//	complaint@simulator.amazonses.com          Send, Delivery, Complaint
//	success@, ooto@simulator.amazonses.com     Send, Delivery
//
// A label is allowed, as on SES: bounce+order-7@simulator.amazonses.com.
//
// # Where it is kept
//
//	bucket          key                     value
//	ses-mailbox     sequence (8 bytes)      Message as JSON
//	ses-source      sequence (8 bytes)      the MIME source, deflated
//	ses-summary     sequence (8 bytes)      Summary as JSON; all are in memory too
//	ses-due         time, sequence, nth     a notification that is still to be told
//	ses-suppressed  address in lower case   Suppressed as JSON
//	ses-sent        minute (8 bytes)        recipients in that minute, for the daily quota
//	ses-account     "account"               account as JSON
package ses
