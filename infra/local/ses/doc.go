// Package ses emulates Amazon SES (API v2) on one machine: it accepts and
// refuses messages as SES does, with SES's error texts, stores them in a
// mailbox instead of delivering them, and publishes SES events about them.
//
// # Protocol
//
// The server implements the REST protocol below /v2/email/ for the AWS CLI (aws
// sesv2 …) and SDKs: SendEmail (simple and raw), GetAccount,
// PutAccountSendingAttributes, PutAccountSuppressionAttributes, the suppression
// list, and reading identities and configuration sets, which come from the
// template. It answers any other operation with an error that names the
// operation. It does not check signatures.
//
// # SES events of a message
//
// One transaction stores the message and every SES event that it will cause,
// each with the time at which it is due. [Server.Run] puts due events on the
// event bus and deletes them only after that, so that a killed program
// publishes the rest after its next start: at least once, as SES does.
//
// The recipient's address decides which events there are:
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
// # Storage
//
//	bucket          key                     value
//	ses-mailbox     sequence (8 bytes)      Message as JSON
//	ses-source      sequence (8 bytes)      the MIME source, deflated
//	ses-summary     sequence (8 bytes)      Summary as JSON; all of them are also in memory
//	ses-due         time, sequence, nth     an SES event that is not yet published
//	ses-suppressed  address in lower case   Suppressed as JSON
//	ses-sent        minute (8 bytes)        number of recipients in that minute, for the daily quota
//	ses-account     "account"               account as JSON
package ses
