// Package shoppolicy is the policy of a shop, as it was published: everything that the
// shop decides about its messages, offers and caps. Package policyfiles reads it from the
// shop's files and checks it.
//
// [Encode] and [Decode] convert a policy to and from the bytes that are stored in one
// item of the Settings table.
package shoppolicy
