package policy

import (
	"time"

	"regulars/shared/campaign"
	"regulars/shared/customervalue"
	"regulars/shared/frequency"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// Policy is one published state of the shop's files. It is not changed after it
// was made and may be used by several goroutines at once.
type Policy struct {
	// Version names the content: the first 16 hex digits of the SHA-256 of what
	// [Encode] returns. One version never stands for two contents.
	Version string `json:"-"`

	// Lifetime is what the shop's customers as a whole have taught, for conditions
	// that ask what to expect of one. It is no part of the content: whoever reads
	// the policy in force adds it (package policycache).
	Lifetime customervalue.Model `json:"-"`

	Shop           Shop                `json:"shop"`
	Frequency      frequency.Policy    `json:"cadence"`
	PromotionPause PromotionPause      `json:"trust"`
	Need           offer.Need          `json:"need,omitzero"`
	Points         points.Scheme       `json:"points,omitzero"`
	Offers         []offer.Offer       `json:"offers"`    // by ID
	Campaigns      []campaign.Campaign `json:"campaigns"` // by ID
	Messages       message.Set         `json:"messages"`
}

// Shop is who sends.
type Shop struct {
	Name      string        `json:"name"`
	URL       string        `json:"url"`     // https, without a slash at its end
	Address   string        `json:"address"` // postal, as the law asks for
	Currency  shop.Currency `json:"currency"`
	TaxAdded  bool          `json:"tax_added,omitempty"` // prices are without tax, which comes on top; else they include it
	Zone      string        `json:"zone"`                // IANA
	Languages []string      `json:"languages"`           // BCP 47; the first is for customers whose own is not among them

	// NoCounters has orders not counted live: what is bought together is then as old
	// as the last night of learning, and an order is some eight writes cheaper.
	NoCounters bool `json:"no_live_counters,omitempty"`
}

// Location returns the shop's zone. It is UTC only for a Shop that did not come
// from [Load] or [Decode].
func (s Shop) Location() *time.Location {
	if zone, ok := shop.Zone(s.Zone); ok {
		return zone
	}
	return time.UTC
}

// ZoneOf returns the zone by whose days and hours a customer with this zone name
// counts: their own if it is a known IANA name, else the shop's.
func (s Shop) ZoneOf(name string) *time.Location {
	if zone, ok := shop.Zone(name); ok {
		return zone
	}
	return s.Location()
}

// Trust says for how many days promotions rest after something went wrong. Until
// it is put right they rest in any case.
type PromotionPause struct {
	AfterRefund       int `json:"days_after_refund"`        // a return is put right by its refund
	AfterLateDelivery int `json:"days_after_late_delivery"` // a delay is put right by the delivery
	AfterCancellation int `json:"days_after_cancellation"`  // one that the customer did not ask for is put right by its refund
}

// Campaign returns the campaign of that name.
func (p Policy) Campaign(id shop.CampaignID) (campaign.Campaign, bool) {
	for _, c := range p.Campaigns {
		if c.ID == id {
			return c, true
		}
	}
	return campaign.Campaign{}, false
}

// Offer returns the offer of that name.
func (p Policy) Offer(id shop.OfferID) (offer.Offer, bool) {
	for _, o := range p.Offers {
		if o.ID == id {
			return o, true
		}
	}
	return offer.Offer{}, false
}
