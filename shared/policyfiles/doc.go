// Package policyfiles reads and checks the policy of a shop: the files of
// infra/shop, which hold everything that the shop decides about its messages,
// offers and caps.
//
//	shop.yaml             name, address, currency, zone and languages of the shop
//	caps.yaml             how often and when the shop writes: see package frequency
//	promotion-pause.yaml  how long promotions wait after a service issue
//	need.yaml             which customers need no discount: see package offer
//	points.yaml           loyalty points and tiers: see package points
//	privacy.yaml          how long customers' data are kept, and until when requests are answered
//	segments/*.yaml       one named condition each, which other conditions use
//	offers/*.yaml         one offer each: see package offer
//	campaigns/*.yaml      one campaign each: see package campaign
//	messages/*/           one message each: see package message
//
// [Load] reads them and reports every fault of every file at once, with file,
// line, column and a hint. A policy that it returns is valid: every condition
// compiles, the message and the offers of every campaign exist, and every zone
// and currency is known. docs/policy.md explains the keys of each file.
//
// No function reads the files: they read the published policy (package shoppolicy).
package policyfiles
