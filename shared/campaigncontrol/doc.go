// Package campaigncontrol pauses, cancels and resumes campaigns, and lists their
// states. make campaign calls it; a page for marketers can call the same.
//
// A pause holds the campaign's messages, a cancellation ends them. Both are
// stored with the tripped breakers, which every decision reads: package breaker
// holds what they mean, and docs/decisions/0063 says why.
package campaigncontrol
