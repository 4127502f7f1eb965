// Package bus is EventBridge on one machine: events come in with PutEvents or
// from the local SES, are matched against the patterns of the template's rules,
// and go to the rules' targets.
//
// PutEvents answers only when the event is stored wherever it has to go, so what
// was answered survives kill -9. An event that no rule wants is dropped, as on
// EventBridge; the trail shows that.
//
// Events whose source begins with "aws." belong to AWS: PutEvents refuses them,
// as EventBridge does. One exception makes Shopify's partner source playable on
// one machine: "aws.partner/shopify.com" and what begins with it is taken.
package bus
