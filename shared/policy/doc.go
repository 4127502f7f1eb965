// Package policy is everything that a shop decides about its messages, read
// from its files, checked as a whole, and carried to the functions.
//
//	shop.yaml         who the shop is: name, address, currency, zone, languages
//	caps.yaml         how often and when: see package frequency
//	promotion-pause.yaml        how long promotions rest after something went wrong
//	need.yaml         who needs no discount: see package offer
//	points.yaml       loyalty points and tiers: see package points
//	offers/*.yaml     one offer each: see package offer
//	campaigns/*.yaml  one campaign each: see package campaign
//	messages/*/       one message each: see package message
//
// [Load] reads them and names every fault of every file at once, with file,
// line, column and what to do. What it returns can be relied upon: every
// condition compiles, every campaign's message and offers exist, every zone and
// currency is real. [Encode] and [Decode] carry it through one item of the
// Settings table. The keys of each file are explained in docs/policy.md.
package policy
