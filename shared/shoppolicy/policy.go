package shoppolicy

import (
	"slices"
	"strings"
	"time"

	"regulars/shared/brand"
	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/customervalue"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/offer"
	"regulars/shared/points"
	"regulars/shared/shop"
)

// Policy is the content of a shop's files. It is never changed after it was
// made, so several goroutines may use it at once.
type Policy struct {
	// Version identifies the content: the first 16 hex digits of the SHA-256 of
	// the bytes that [Encode] returns.
	Version string `json:"-"`

	// CustomerValue is the customer value model that learn fitted to all customers
	// of the shop; conditions about expected orders and spend use it. It is not
	// part of the content: package policycache adds it to the policy in force.
	CustomerValue customervalue.Model `json:"-"`

	// Segments are the named conditions of the files, by name. They are not part of
	// the stored content: the conditions that use them have theirs in their text.
	Segments []Segment `json:"-"`

	Shop           Shop                `json:"shop"`
	Frequency      frequency.Policy    `json:"cadence"`
	PromotionPause PromotionPause      `json:"trust"`
	Need           offer.Need          `json:"need,omitzero"`
	Points         points.Scheme       `json:"points,omitzero"`
	Privacy        Privacy             `json:"privacy,omitzero"`
	Offers         []offer.Offer       `json:"offers"`             // by ID
	Campaigns      []campaign.Campaign `json:"campaigns"`          // by ID
	Journeys       []journey.Journey   `json:"journeys,omitempty"` // by ID; their message steps are in Campaigns
	Messages       content.Set         `json:"messages"`

	// Earlier are earlier versions of the journeys, the lowest of each first, whose
	// customers have not finished yet. Publishing keeps them (see [Policy.Keeping]).
	Earlier []Earlier `json:"earlier,omitempty"`
}

// Shop is the content of shop.yaml: the sender of all messages.
type Shop struct {
	Name      string        `json:"name"`
	URL       string        `json:"url"`                // https, without a slash at its end
	Address   string        `json:"address"`            // postal; the law requires it in promotions
	ReplyTo   string        `json:"reply_to,omitempty"` // the address for answers; empty: the sender's
	Testers   []string      `json:"testers,omitempty"`  // addresses to which a test mail may be sent
	Currency  shop.Currency `json:"currency"`
	TaxAdded  bool          `json:"tax_added,omitempty"` // prices are without tax; otherwise they include it
	Zone      string        `json:"zone"`                // IANA
	Languages []string      `json:"languages"`           // BCP 47; the first is for customers whose language is not listed

	// RewardsOnPlacing lets orders earn coupons and points when they are placed.
	// Otherwise they earn when they are paid.
	RewardsOnPlacing bool `json:"rewards_on_placing,omitempty"`

	// Hosts lists the hosts that messages may link to for products, in addition to
	// the host of URL, in small letters. See [Shop.LinkFault].
	Hosts []string `json:"hosts,omitempty"`

	// SoftOptIn lists the countries (ISO 3166-1, two letters) in whose soft opt-in
	// the shop trusts: see docs/decisions/0030.
	SoftOptIn []string `json:"soft_opt_in,omitempty"`

	// Topics are what the sign-up form offers, in the order of the file. Every shop
	// has the topic promotions, also if it is not among them.
	Topics []Topic `json:"topics,omitempty"`

	// Brand is what the shop chose of the look of its mails.
	Brand brand.Brand `json:"brand,omitzero"`

	// The pages that mails link to, each empty if the shop names none. OrderURL has
	// {number} or {id} or both, CartURL has {code}: see [Shop.OrderLink] and
	// [Shop.CartLink].
	OrderURL   string `json:"order_url,omitempty"`
	CartURL    string `json:"cart_url,omitempty"`
	ContactURL string `json:"contact_url,omitempty"`

	// UTM is added to the links to the shop: see [Shop.WithUTM].
	UTM UTM `json:"utm,omitzero"`

	// Holdout is the basis points of customers who get no promotion, so that the effect
	// of all promotions together can be measured; 0: none.
	Holdout int `json:"holdout,omitempty"`

	// NoCounters turns the live counters off. Recommendations of products that
	// are bought together are then as old as the last night, and an order costs
	// about eight writes less.
	NoCounters bool `json:"no_live_counters,omitempty"`

	// NoClicks lets the links of messages lead to the shop directly, so that clicks are
	// not counted; those of earlier messages lead on without counting.
	NoClicks bool `json:"no_clicks,omitempty"`
}

// Location returns the shop's zone. It returns UTC if the zone is not known,
// which cannot happen for a Shop from [Load] or [Decode].
func (s Shop) Location() *time.Location {
	if zone, ok := shop.Zone(s.Zone); ok {
		return zone
	}
	return time.UTC
}

// ZoneOf returns the zone in which a customer's dates are printed and their days
// end: the first of these names that is a known IANA name, otherwise the shop's.
// If the customer may be in several zones, from west to east, it is so the one in
// which a day ends last, so that a coupon never ends before its day.
func (s Shop) ZoneOf(names []string) *time.Location {
	for _, name := range names {
		if zone, ok := shop.Zone(name); ok {
			return zone
		}
	}
	return s.Location()
}

// Earning returns the event by which an order of the shop earns rewards.
func (s Shop) Earning() shop.OrderKind {
	if s.RewardsOnPlacing {
		return shop.OrderPlaced
	}
	return shop.OrderPaid
}

// LinkFault returns why messages must not link to the address of a product's
// page, or show its picture from there; "" if they may. It must begin with
// https:// and one of the shop's hosts, with nothing around the host: no user, no
// port. So a catalogue with foreign addresses cannot send customers elsewhere.
func (s Shop) LinkFault(address string) string {
	rest, secure := strings.CutPrefix(address, "https://")
	if !secure {
		return "it does not begin with https://"
	}
	host, own := until(rest, "/?#"), until(strings.TrimPrefix(s.URL, "https://"), ":/?#")
	if host != "" && strings.EqualFold(host, own) || slices.Contains(s.Hosts, strings.ToLower(host)) {
		return ""
	}
	return "its host is none of the shop's hosts; list it under hosts in shop.yaml if it is yours"
}

// RequestFault returns why a message must not load the address, which its
// template names; "" if it may. An address that is a variable comes from the
// data, which is checked with [Shop.LinkFault] when it is read.
func (s Shop) RequestFault(address string) string {
	if strings.HasPrefix(address, "{{") && !strings.ContainsAny(address, `"':`) {
		return ""
	}
	return s.LinkFault(address)
}

// until returns the part of s before the first of the characters, or all of s.
func until(s, characters string) string {
	if end := strings.IndexAny(s, characters); end >= 0 {
		return s[:end]
	}
	return s
}

// PromotionPause is the content of promotion-pause.yaml: for how many days
// promotions to a customer wait after a service issue was resolved. Until it is
// resolved they wait in any case.
type PromotionPause struct {
	AfterRefund       int `json:"days_after_refund"`        // a return is resolved by its refund
	AfterLateDelivery int `json:"days_after_late_delivery"` // a delay is resolved by the delivery
	AfterCancellation int `json:"days_after_cancellation"`  // a cancellation by the shop is resolved by its refund
}

// Campaign returns the campaign with this ID, and whether it exists.
func (p Policy) Campaign(id shop.CampaignID) (campaign.Campaign, bool) {
	for _, c := range p.Campaigns {
		if c.ID == id {
			return c, true
		}
	}
	return campaign.Campaign{}, false
}

// Journey returns the journey with this ID, and whether it exists.
func (p Policy) Journey(id shop.CampaignID) (journey.Journey, bool) {
	for _, j := range p.Journeys {
		if j.ID() == id {
			return j, true
		}
	}
	return journey.Journey{}, false
}

// Starts returns the campaign with this ID, or the entry of the journey with this ID,
// and whether there is one. A step of an earlier version of a journey counts.
func (p Policy) Starts(id shop.CampaignID) (campaign.Campaign, bool) {
	if c, known := p.Campaign(id); known {
		return c, true
	}
	for _, e := range p.Earlier {
		if at := slices.IndexFunc(e.Steps, func(c campaign.Campaign) bool { return c.ID == id }); at >= 0 {
			return e.Steps[at], true
		}
	}
	j, known := p.Journey(id)
	return j.Entry, known
}

// Started returns what events and schedules start: the campaigns, and the entries
// of the journeys, whose Journey is their own ID.
func (p Policy) Started() []campaign.Campaign {
	all := slices.Clone(p.Campaigns)
	for _, j := range p.Journeys {
		all = append(all, j.Entry)
	}
	return all
}

// FileOf returns the file of a campaign, or of the journey that it is the entry or a
// step of.
func FileOf(c campaign.Campaign) string {
	if c.Journey != "" {
		return "journeys/" + string(c.Journey) + ".yaml"
	}
	return "campaigns/" + string(c.ID) + ".yaml"
}

// OnCarts returns the campaigns about abandoned carts. A shop without one keeps no
// carts.
func (p Policy) OnCarts() (all []campaign.Campaign) {
	for _, c := range p.Campaigns {
		if slices.Contains(c.On, shop.CartAbandoned) {
			all = append(all, c)
		}
	}
	return all
}

// Offer returns the offer with this ID, and whether it exists.
func (p Policy) Offer(id shop.OfferID) (offer.Offer, bool) {
	for _, o := range p.Offers {
		if o.ID == id {
			return o, true
		}
	}
	return offer.Offer{}, false
}
