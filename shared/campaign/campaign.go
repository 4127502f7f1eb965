package campaign

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"regulars/shared/condition"
	"regulars/shared/offer"
	"regulars/shared/shop"
	"regulars/shared/variant"
)

// Campaign is one file of infra/shop/campaigns. One of On, Schedule and Date is
// set; with an On that is a customer's own day, Hour is set too.
type Campaign struct {
	ID      shop.CampaignID `json:"id"`
	Version int             `json:"version"` // raised to send again for the same occasions
	Message shop.MessageID  `json:"message"`
	Class   shop.Class      `json:"class"` // the message's
	Tags    []string        `json:"tags,omitempty"`

	// Topic is what the customer must have opted in to; empty: promotions.
	Topic shop.Topic `json:"topic,omitempty"`

	On []shop.OrderKind    `json:"on,omitempty"` // the events that start it
	If condition.Condition `json:"if,omitzero"`  // over customer and order
	// After is how long after its event the campaign sends. Until then its intents wait
	// (see [Intent.NotBefore]), and then If is evaluated again. 0: at once.
	After time.Duration `json:"after,omitempty"`

	// Unless ends an intent if it holds when the intent is decided. It is over
	// everything that is known then, consents and coupons too.
	Unless condition.Condition `json:"unless,omitzero"`

	Group string `json:"group,omitempty"` // an event starts at most one campaign of a group,
	Rank  int    `json:"rank,omitempty"`  // the one with the lowest rank

	// Earns is the offer of which the order must have earned one more unit, and
	// Nth the terms by which it does. The message then carries that coupon, or
	// is not sent: see NeedsOffer.
	Earns shop.OfferID `json:"earns,omitempty"`
	Nth   *offer.Nth   `json:"nth,omitempty"`

	// Product is set if something that happened to a product starts the campaign:
	// then On has such events only, and Audience says whom a run reaches.
	Product *ProductTerms `json:"product,omitempty"`

	Schedule string              `json:"schedule,omitempty"`  // five cron fields, in the shop's zone
	Date     string              `json:"date,omitempty"`      // of the only run, such as "2026-12-05 10:00", in the shop's zone
	Hour     string              `json:"hour,omitempty"`      // time of the daily pass that finds the customers' own days, such as "09:00"
	Before   int                 `json:"before,omitempty"`    // days from the message to the own day
	Late     int                 `json:"late,omitempty"`      // time since the last order from which a customer is late, in hundredths of their usual gap
	SendTime SendTime            `json:"send_time,omitempty"` // at which hour of the customer's a message of a run is sent
	Clock    Clock               `json:"clock,omitempty"`     // whose zone Schedule, Date and Hour are in, if not the shop's
	Audience condition.Condition `json:"audience,omitzero"`   // over customer, campaign and product

	NotAfter   time.Duration  `json:"not_after"` // after the occasion and After; an intent not sent by then expires
	Holdout    int            `json:"holdout"`   // basis points of customers that never get it
	Picks      int            `json:"picks"`     // number of recommendations, 0 to 12
	Offers     []shop.OfferID `json:"offers,omitempty"`
	NeedsOffer bool           `json:"needs_offer,omitempty"` // without a coupon the message is not sent

	// Value is the revenue that one message is expected to add, compared with
	// no message, in minor units of the shop's currency; the holdout measures
	// it. Of messages of one class that compete for one reservation, the one
	// with the highest value is sent.
	Value int64 `json:"value,omitempty"`

	// Measured says that the value is the one that the last night measured; Value is
	// used until it is known. Known says that Value is the measured one.
	Measured bool `json:"measured,omitempty"`
	Known    bool `json:"-"`

	// Merge lets one message cover every order whose own message still waits:
	// two thank-you mails become one.
	Merge bool `json:"merge,omitempty"`

	// Variants are the versions between which the customers are divided; none: all
	// get the same. Variant is the name of one customer's, once [Campaign.For] chose it.
	Variants []Variant `json:"variants,omitempty"`
	Variant  string    `json:"-"`

	// Thompson is set if the shares of the variants follow the better one. Allocation has
	// the shares of each night, as the last night published them. Drawn is since when the
	// shares hold by which the customer was assigned; zero: they are not yet, or the shares
	// are fixed.
	Thompson   *Thompson          `json:"thompson,omitempty"`
	Allocation variant.Allocation `json:"-"`
	Drawn      time.Time          `json:"-"`

	// Journey is the journey of which the campaign is a step, or the entry (see
	// [Campaign.Enters]); empty for a campaign of its own. Nothing starts a step but
	// the customer's way through the journey.
	Journey shop.CampaignID `json:"journey,omitempty"`

	// JourneyHoldout is the journey's holdout, in basis points: of its entrants who get
	// none of its messages.
	JourneyHoldout int `json:"journey_holdout,omitempty"`
}

// Scheduled reports whether the campaign has runs, by its Schedule, its Date or the
// hour of its daily pass; else events start it.
func (c Campaign) Scheduled() bool { return c.Schedule != "" || c.Date != "" || c.Hour != "" }

// OwnDay returns the kind of the customer's own days that the campaign is on, one
// of [shop.OwnDays]; empty if it is on none.
func (c Campaign) OwnDay() shop.OrderKind {
	if own := c.Own(); own != shop.TierReached {
		return own
	}
	return ""
}

// Own returns the kind of the customer's own days that the campaign is on, or
// [shop.TierReached]: what is computed from the customer once more before a message
// is sent. It is empty if the campaign is on neither.
func (c Campaign) Own() shop.OrderKind {
	if len(c.On) == 1 && (c.On[0] == shop.TierReached || slices.Contains(shop.OwnDays, c.On[0])) {
		return c.On[0]
	}
	return ""
}

// AsksAgain reports whether the conditions of a triggered campaign are evaluated when
// its intents are decided, and not only when the event comes.
func (c Campaign) AsksAgain() bool { return !c.Scheduled() && (c.After > 0 || c.Unless.Text() != "") }

// Allowed returns the offers of all that this campaign may give, in the order
// of all.
func (c Campaign) Allowed(all []offer.Offer) (allowed []offer.Offer) {
	for _, o := range all {
		if slices.Contains(c.Offers, o.ID) {
			allowed = append(allowed, o)
		}
	}
	return allowed
}

// At returns the intent that a run of the campaign raises for a customer. The
// caller fills in Planned.
func (c Campaign) At(run Run, customer shop.CustomerID) Intent {
	i := Intent{
		Campaign: c.ID, Version: c.Version, Customer: customer,
		Occasion: run.At.UTC().Format(time.RFC3339), NotAfter: run.At.Add(c.NotAfter),
	}
	if run.Local != "" {
		i.Occasion, i.Run = run.Local, run.At.UTC()
	}
	if run.Subject.Product != "" {
		i.Occasion, i.Subject = run.Subject.Occasion(), run.Subject
	}
	return c.entering(i, run.At)
}

// entering returns the intent as an entry that happened at a time, if c is the entry
// of a journey; else as it is.
func (c Campaign) entering(i Intent, at time.Time) Intent {
	if i.Enters = c.Enters(); i.Enters {
		i.Entered = shop.Millis(at)
	}
	return i
}

// ConfirmsSignUps reports whether the campaign sends the mail that asks a person
// to confirm their sign-up.
func (c Campaign) ConfirmsSignUps() bool { return slices.Contains(c.On, shop.SignedUp) }

// LinksTo returns what the mail's link of its own is for: to confirm a sign-up
// ([shop.SignedUp]), to see one's data or to erase them ([shop.AskedExport],
// [shop.AskedErasure]). It is empty for every other campaign.
func (c Campaign) LinksTo() shop.OrderKind {
	for _, kind := range []shop.OrderKind{shop.SignedUp, shop.AskedExport, shop.AskedErasure} {
		if slices.Contains(c.On, kind) {
			return kind
		}
	}
	return ""
}

// Enters reports whether c is the entry of a journey: its intents let customers enter
// and are no messages.
func (c Campaign) Enters() bool { return c.Journey != "" && c.Journey == c.ID }

// AtEvent returns the intent that an event of this time raises. The caller fills in
// the other fields.
func (c Campaign) AtEvent(at time.Time) Intent {
	i := Intent{Campaign: c.ID, Version: c.Version, NotAfter: at.Add(c.After + c.NotAfter)}
	if c.After > 0 {
		i.NotBefore = at.Add(c.After)
	}
	return c.entering(i, at)
}

// AtRequest returns the intent that the preference centre raises for a customer who
// asks for the mail's link.
func (c Campaign) AtRequest(at time.Time, id shop.CustomerID) Intent {
	return Intent{
		Campaign: c.ID, Version: c.Version, Customer: id,
		Occasion: linkPrefix + at.UTC().Format(time.RFC3339Nano), Planned: at, NotAfter: at.Add(c.NotAfter),
	}
}

// AtSignUp returns the intent that a sign-up raises.
func (c Campaign) AtSignUp(at time.Time, id shop.CustomerID) Intent {
	return Intent{
		Campaign: c.ID, Version: c.Version, Customer: id,
		Occasion: signUpPrefix + at.UTC().Format(time.RFC3339Nano), Planned: at, NotAfter: at.Add(c.NotAfter),
	}
}

// Triggered returns the campaigns that an event of this kind starts for the
// customer of these facts, most important class first, then by ID. earned has the
// facts of the orders that earn alone, which say whether a free unit was earned.
//
// At most one campaign of a group is started: the one with the lowest Rank,
// then with the more important class, then with the ID that sorts first. A
// campaign without a group does not compete. Triggered sets facts.Order.Event
// to kind.
func Triggered(campaigns []Campaign, kind shop.OrderKind, facts, earned condition.Facts) (started []Campaign) {
	facts.Order.Event = kind
	for _, c := range campaigns {
		facts.Campaign = condition.Campaign{ID: c.ID}
		if slices.Contains(c.On, kind) && c.If.Holds(facts) && (c.Nth == nil || c.Nth.Earns(earned)) {
			started = append(started, c)
		}
	}
	slices.SortFunc(started, func(a, b Campaign) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), byClass(a, b)) })
	taken := map[string]bool{}
	started = slices.DeleteFunc(started, func(c Campaign) bool {
		beaten := c.Group != "" && taken[c.Group]
		taken[c.Group] = true
		return beaten
	})
	slices.SortFunc(started, byClass)
	return started
}

// byClass compares two campaigns: the more important class first, then by ID.
func byClass(a, b Campaign) int {
	return cmp.Or(cmp.Compare(a.Class.Rank(), b.Class.Rank()), cmp.Compare(a.ID, b.ID))
}

// HeldOut reports whether the customer is in the campaign's holdout: they never
// get this campaign, so that its effect can be measured. It depends on a hash
// of the two IDs, so it is the same for every occasion and version, and
// independent between campaigns.
func HeldOut(c Campaign, customer shop.CustomerID) bool {
	return heldOut(c.ID, c.Holdout, customer)
}

// HeldOutOfJourney reports whether the customer is in the holdout of the journey of
// which c is a step: they get none of its messages, at any entry.
func HeldOutOfJourney(c Campaign, customer shop.CustomerID) bool {
	return heldOut(c.Journey, c.JourneyHoldout, customer)
}

// HeldOutOfAll reports whether the customer is in the shop's holdout, of that many
// basis points of all customers: they never get a promotion. It is independent of the
// holdout of each campaign.
func HeldOutOfAll(holdout int, customer shop.CustomerID) bool {
	return heldOut("", holdout, customer) // no campaign has this ID
}

func heldOut(of shop.CampaignID, holdout int, customer shop.CustomerID) bool {
	sum := sha256.Sum256([]byte("holdout\x00" + string(of) + "\x00" + string(customer)))
	return int(binary.BigEndian.Uint64(sum[:8])%10_000) < holdout
}
