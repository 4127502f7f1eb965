package shop

import (
	"regexp"
	"sync"
)

// Customer is the data of a customer in their order. Every field except ID may
// be empty.
type Customer struct {
	ID      CustomerID `json:"id"`
	Email   string     `json:"email,omitempty"`   // one address, in the form that SES accepts
	Name    string     `json:"name,omitempty"`    // name for the greeting
	Locale  string     `json:"locale,omitempty"`  // BCP 47, such as "pl" or "en-GB"
	Zone    string     `json:"zone,omitempty"`    // IANA, such as "Europe/Athens"
	Country string     `json:"country,omitempty"` // ISO 3166-1 alpha-2

	// Province is that of a country with several zones, such as "US-CA": see
	// package zoneinfo.
	Province string `json:"province,omitempty"`
}

// Topic is a kind of promotions that a customer can consent to. The shop's policy
// declares the topics; see [IsTopic] for their form.
type Topic string

// TopicPromotions is the topic of every campaign that names none. An opt-out of
// it is an opt-out of all topics.
const TopicPromotions Topic = "promotions"

// IsTopic reports whether s can be a topic: 1 to 40 small letters, digits and
// dashes, beginning with a letter.
func IsTopic(s string) bool { return topics().MatchString(s) }

var topics = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`) })

// ConsentSource is how a customer gave a consent, as far as it is known; empty if
// it is not.
type ConsentSource string

// The sources of a consent.
const (
	SourceCheckout    ConsentSource = "checkout"     // the box on the order form
	SourceSignUpForm  ConsentSource = "sign_up_form" // a form of the shop, such as that of its newsletter
	SourceAccount     ConsentSource = "account"      // the customer's account in the shop
	SourcePreferences ConsentSource = "preferences"  // the preference page
	SourceInStore     ConsentSource = "in_store"     // at a till, or on paper
)

// ConsentSources lists the sources of a consent.
var ConsentSources = []ConsentSource{SourceCheckout, SourceSignUpForm, SourceAccount, SourcePreferences, SourceInStore}

// Channel is the origin of a consent. An explicit consent (an event or a click)
// takes precedence over the box on an order form, even if it is older.
type Channel string

const (
	ChannelExplicit Channel = "explicit" // a consent event, a preference page, an unsubscribe
	ChannelOrder    Channel = "order"    // a box ticked or left empty while ordering
)
