// Package redecide keeps what each decision was made from, and makes decisions again
// from it, byte for byte.
//
// The [Keeper] stores the inputs after the decision was stored and, if the message is
// sent, after SES has answered. So no message waits for it, and none is lost by it: if
// the inputs cannot be stored, that is counted, and only the decision cannot be made
// again. docs/decisions/0083 says what it costs.
//
// The inputs are stored in two parts:
//
//   - What belongs to the customer (profile, contact, intent, time, budgets that were
//     used up, tripped breakers) is one item, under the key of the send. A later decision
//     about the same send replaces it. It is deleted with the customer.
//   - What many decisions share (rows of the catalogue, what a night has learned) is stored
//     once, under a hash of its content, and is named by that hash. The policy is named
//     by its version: publishing keeps every version.
//
// A content is stored before the item that names it, and is kept for longer. So an item
// whose contents are missing shows damage, and a function that dies in between leaves
// contents that nothing names, which expire.
//
// The keys of links and coupon codes are secrets and are not stored. A decision is made
// again with other keys, and compared without tokens and codes: see
// [decide.Fingerprint].
package redecide
