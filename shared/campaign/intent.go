package campaign

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Intent is the wish to send one message to one customer for one occasion. It
// is the body of a message on send's queue; all other data are read when the
// intent is decided.
type Intent struct {
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"` // of the campaign, raised by its author to send again
	Customer shop.CustomerID `json:"customer"`

	// Occasion is the order's ID, for most kinds of event with the kind added
	// (function record), or the time of the run (RFC 3339, UTC; [Run.Local] if the
	// run follows the customers' clocks), or [Subject.Occasion]. It is never an event's ID, because
	// producers emit the same event again.
	Occasion string       `json:"occasion"`
	Order    shop.OrderID `json:"order,omitempty"` // set if the occasion is an order

	// Run is when the run began for this customer, if several runs can plan the
	// send: they follow the customers' clocks, or the occasion is a day of the
	// customer's own. The send does not depend on it.
	Run time.Time `json:"run,omitzero"`

	// Local is the Local of the run that found a day of the customer's own. Of any
	// other run that follows the customers' clocks it is the occasion.
	Local   string  `json:"local,omitempty"`
	Subject Subject `json:"subject,omitzero"` // the product that the run is about

	// Entered is when the customer entered the journey whose step, or with Enters
	// whose entry, the intent is; zero for all others. An entry is no message: it
	// goes to the queue of the function journey, and Campaign names the journey.
	Entered time.Time `json:"entered,omitzero"`

	// Ordered is when the newest order was placed that was known when the customer entered
	// the journey; 1970 if none was. Zero, for a position that an older version stored:
	// Entered counts.
	Ordered time.Time `json:"ordered,omitzero"`

	Enters bool `json:"enters,omitempty"`

	Planned  time.Time    `json:"planned"`         // when the intent was raised
	NotAfter time.Time    `json:"not_after"`       // if not sent by then, it expires
	Cause    shop.EventID `json:"cause,omitempty"` // the event that raised it

	// NotBefore is when the intent is decided: until then it waits. Zero: at once.
	NotBefore time.Time `json:"not_before,omitzero"`

	// Why is the cause that the event named, if the campaign's conditions are evaluated
	// again: the profile does not have every cause.
	Why shop.Cause `json:"why,omitempty"`
}

// SameSend reports whether both intents make the same send: see
// [Intent.SendID].
func (i Intent) SameSend(other Intent) bool {
	return i.Campaign == other.Campaign && i.Version == other.Version && i.Customer == other.Customer && i.Occasion == other.Occasion
}

// RunID returns the name of the run that raised the intent: 11 characters of
// base64url, the same for all customers; of a customer's own day, the same for all
// who have it on one date. It is empty if the occasion is an order.
func (i Intent) RunID() string {
	if i.Order != "" {
		return ""
	}
	parts := []string{string(i.Campaign), strconv.Itoa(i.Version), i.Occasion}
	switch { // two people with one address have days of their own, on other dates
	case i.OwnDay() == "":
	case i.Entered.IsZero():
		parts = append(parts, i.NotAfter.UTC().Format(time.RFC3339))
	default:
		parts = append(parts, i.Entered.UTC().Format(time.RFC3339))
	}
	return base64.RawURLEncoding.EncodeToString(digest(parts...)[:8])
}

// What the occasions of mails begin with that a person asked for on the shop's pages.
const (
	linkPrefix   = "link/"
	signUpPrefix = "sign-up/"
)

// cartPrefix begins the occasion of a cart, which has the cart's ID after it.
const cartPrefix = "cart/"

// CartOccasion returns the occasion of a cart: each campaign is sent about it once.
func CartOccasion(id string) string { return cartPrefix + id }

// Cart returns the ID of the cart that the intent is about; "" if it is about none.
func (i Intent) Cart() string {
	if id, ok := strings.CutPrefix(i.Occasion, cartPrefix); ok && i.Order == "" {
		return id
	}
	return ""
}

// Alone reports whether the intent is stored nowhere before its send: it is of a step of a
// journey, about a cart, or was asked for on the shop's pages. Intents of orders are stored
// with the order, and runs are counted.
func (i Intent) Alone() bool {
	asked := strings.HasPrefix(i.Occasion, linkPrefix) || strings.HasPrefix(i.Occasion, signUpPrefix)
	return !i.Entered.IsZero() || i.Cart() != "" || asked && i.Order == ""
}

// Event returns the kind of event that raised the intent: that of a placed order
// if the occasion is the order itself, and empty if it is a run.
func (i Intent) Event() shop.OrderKind {
	if i.Cart() != "" {
		return shop.CartAbandoned
	}
	switch kind, ok := strings.CutPrefix(i.Occasion, string(i.Order)+"/"); {
	case i.Order == "":
		return ""
	case ok:
		return shop.OrderKind(kind)
	}
	return shop.OrderPlaced
}

// SendID returns the name of the one send that this intent can make: 26
// characters of lower-case base32. It depends on the tenant, campaign, version,
// customer and occasion only.
func (i Intent) SendID(tenant string) shop.SendID {
	sum := digest(tenant, string(i.Campaign), strconv.Itoa(i.Version), string(i.Customer), i.Occasion)
	return shop.SendID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16])))
}

// digest returns the SHA-256 of the parts. Different parts never give the same
// text, because each part's length comes before it.
func digest(parts ...string) []byte {
	h := sha256.New()
	for _, part := range parts {
		io.WriteString(h, strconv.Itoa(len(part))+":"+part)
	}
	return h.Sum(nil)
}
