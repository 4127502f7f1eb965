// Package webhook takes the webhooks of shop platforms for the function hooks: it
// checks the platform's own signature, and puts a webhook whose signature holds on
// the queue of the function record. Package intake reads it there.
//
// A platform is an entry of the table in platform.go, and a signer in
// webhooktest, which every test of this package and the stories in
// functions/record use.
package webhook
