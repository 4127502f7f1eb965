// Package bus emulates EventBridge on one machine: it matches events, from
// PutEvents or from the local SES, against the patterns of the template's rules
// and delivers them to the rules' targets.
//
// PutEvents returns only after the event is stored for every target, so an
// accepted event survives kill -9. As on EventBridge, an event that matches no
// rule is dropped; the trail shows that.
//
// As on EventBridge, PutEvents rejects events whose source begins with "aws.".
// The exceptions are the shop platforms whose partner events can be tested on one
// machine: it accepts "aws.partner/shopify.com" and sources below it
// ("aws.partner/shopify.com/…"), and likewise those of segment.com and
// commercetools.com.
package bus
