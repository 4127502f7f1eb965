package decide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/content"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// This file rehearses a campaign for one customer: it makes the intent that they
// would have if the campaign's occasion came now, says what the campaign's
// conditions make of the customer, and renders the message also if it would not be
// sent. Whether it would be is answered by [Decide].

// Rehearsed is what a campaign is rehearsed with, beside the customer.
type Rehearsed struct {
	Campaign shop.CampaignID
	Order    shop.OrderID   // for a campaign about orders; empty: the customer's newest
	Product  shop.ProductID // for a campaign about products
	Variant  string         // of the campaign, for a message that is shown; empty: the customer's own
}

// NoOccasion is the error of a rehearsal whose customer cannot have the campaign's
// occasion. It says why, and what to do.
type NoOccasion struct{ Text string }

func (e *NoOccasion) Error() string { return e.Text }

func noOccasion(text string, args ...any) error { return &NoOccasion{fmt.Sprintf(text, args...)} }

// Occasion returns the intent that the customer would have if the campaign's occasion
// came now: a run, their newest order, their cart, or the nearest day of their own. It
// fails with a [*NoOccasion] if they cannot have one, and with another error if the
// campaign is not published.
//
// The snapshot needs no products, except for a product that is due and for the price
// that a product fell to.
func (r Config) Occasion(now time.Time, s Snapshot, of Rehearsed) (campaign.Intent, error) {
	c, ok := r.Campaign(of.Campaign)
	if !ok {
		return campaign.Intent{}, r.unknown(of.Campaign)
	}
	i := c.AtEvent(now)
	i.Customer, i.NotBefore = s.Profile.ID, time.Time{}
	begins := c // what has the occasion: of a step, the entry of its journey
	if j, known := r.Journey(c.Journey); known {
		begins, i.Entered = j.Entry, shop.Millis(now)
	}
	switch {
	case c.ConfirmsSignUps():
		return i, noOccasion("campaign %s is for people who sign up and are no customers yet; make mail-pictures draws its message", c.ID)
	case c.LinksTo() != "":
		asked, ok := s.Contact.Links[c.LinksTo()]
		if !ok {
			return i, noOccasion("the customer has not asked on the preference page for the link that campaign %s sends; make mail-pictures draws its message", c.ID)
		}
		i = c.AtRequest(asked.At, s.Profile.ID)
	case c.Product != nil:
		if of.Product == "" {
			return i, noOccasion("campaign %s is about a product: name the product too, with PRODUCT=…", c.ID)
		}
		if _, ok := s.Items[of.Product]; !ok {
			return i, noOccasion("the catalogue has no product %s that is sold", of.Product)
		}
		about := campaign.Subject{Product: of.Product, Event: c.On[0], Price: s.Items[of.Product].Price, Day: now.UTC().Format(time.DateOnly)}
		i = c.At(campaign.Run{At: now, Subject: about}, s.Profile.ID)
	case begins.Own() != "":
		day, ok := r.nearest(now, s, begins)
		if !ok {
			return i, noOccasion("there is no day to send it on: %s", lacksDay[begins.Own()])
		}
		i.Occasion = day.Occasion
	case c.Scheduled():
		run := campaign.Run{At: now.Truncate(time.Second)}
		if c.Clock == campaign.ByCustomer {
			run.Local = now.In(ClockOf(r.Shop, c, s.Profile)).Format("2006-01-02T15:04")
		}
		i = c.At(run, s.Profile.ID)
	case slices.Contains(c.On, shop.CartAbandoned):
		if s.Profile.Cart == nil {
			return i, noOccasion("the customer has no cart")
		}
		i.Occasion = campaign.CartOccasion(s.Profile.Cart.ID)
	case begins.Scheduled():
		i.Occasion = now.UTC().Format(time.RFC3339)
	default:
		if i.Order = cmp.Or(of.Order, newest(s)); i.Order == "" {
			return i, noOccasion("campaign %s is about an order, and the customer has none", c.ID)
		}
		i.Occasion = string(i.Order)
		if len(begins.On) > 0 && begins.On[0] != shop.OrderPlaced {
			i.Occasion += "/" + string(begins.On[0])
		}
	}
	i.Planned = shop.Millis(now)
	return i, nil
}

// lacksDay says what a customer lacks who has no own day of a kind.
var lacksDay = map[shop.OrderKind]string{
	shop.BirthdayComes:    "their birthday is not known",
	shop.AnniversaryComes: "they have not ordered",
	shop.CustomerLate:     "they have too few orders to be late, or the shop has no model of customer value yet",
	shop.PointsExpiring:   "they have no points that expire",
	shop.TierReached:      "they have no tier",
	shop.ReplenishmentDue: "they have bought nothing that customers buy again and again",
}

// unknown returns the error of a rehearsal of a campaign that is not published.
func (r Config) unknown(id shop.CampaignID) error {
	var all, steps []string
	for _, c := range r.Campaigns {
		if all = append(all, string(c.ID)); c.Journey == id {
			steps = append(steps, string(c.ID))
		}
	}
	slices.Sort(all)
	if len(steps) > 0 {
		return fmt.Errorf("%s is a journey; name one of its messages: %s", id, strings.Join(steps, ", "))
	}
	return fmt.Errorf("no campaign is named %q; the campaigns are %s", id, strings.Join(all, ", "))
}

// newest returns the customer's newest order that was not cancelled, or "".
func newest(s Snapshot) shop.OrderID {
	for _, visit := range slices.Backward(s.Profile.Orders) {
		if !visit.Cancelled {
			return visit.Order
		}
	}
	return ""
}

// nearest returns the customer's own day of the campaign that is nearest to now.
func (r Config) nearest(now time.Time, s Snapshot, c campaign.Campaign) (ownDay, bool) {
	all := calendarOf(c, s.Profile, s.Items, r.Policy).around(now)
	if len(all) == 0 {
		return ownDay{}, false
	}
	return slices.MinFunc(all, func(a, b ownDay) int { return cmp.Compare(a.Date.Sub(now).Abs(), b.Date.Sub(now).Abs()) }), true
}

// Asked is a condition that a campaign asks about the customer, with the answer.
type Asked struct {
	Name   string         `json:"name"`   // of its line in the file: "audience", "if", "unless", "until"
	Wanted bool           `json:"wanted"` // the answer with which the message may be sent
	Part   condition.Part `json:"part"`
}

// Passed reports whether the answer lets the message be sent.
func (a Asked) Passed() bool { return a.Part.Holds == a.Wanted }

// Conditions returns what the conditions of the intent's campaign, and of its
// journey, say of the customer now. Unlike [Decide] it asks all of them.
func (r Config) Conditions(now time.Time, s Snapshot, i campaign.Intent) (all []Asked, err error) {
	c := r.consider(shop.Millis(now), s, i)
	known, ok := r.campaignFor(i, s.Profile)
	if !ok {
		return nil, r.unknown(i.Campaign)
	}
	c.campaign = known
	ask := func(name string, wanted bool, when condition.Condition, facts condition.Facts) {
		if when.Text() == "" || err != nil {
			return
		}
		var part condition.Part
		if part, err = when.Explain(facts); err == nil {
			all = append(all, Asked{name, wanted, part})
		}
	}
	facts := c.asked(known)
	ask("audience", true, known.Audience, facts)
	ask("if", true, known.If, facts)
	ask("unless", false, known.Unless, facts)
	if j, ok := r.JourneyAt(known.Journey, i.Version); ok {
		entry := c.asked(j.Entry)
		ask("audience of the journey", true, j.Entry.Audience, entry)
		ask("if of the journey", true, j.Entry.If, entry)
		facts := JourneyFacts(c.now, s, i, r)
		ask("until of the journey", false, j.Until, facts)
		ask("unless of the journey", false, j.Unless, facts)
	}
	return all, err
}

// asked returns the values to which the conditions of the intent's campaign refer, or
// those of the entry of its journey.
func (c *evaluation) asked(of campaign.Campaign) condition.Facts {
	facts := Facts(c.now, c.Profile, c.Contact, c.Items, c.Policy, Occasion{Order: c.intent.Order, Event: c.intent.Event(), Cause: c.intent.Why})
	facts.Campaign.ID = of.ID
	switch {
	case of.Product != nil:
		_, likes := recommend.Affinity(c.now, History(c.Profile), c.intent.Subject.Product, c.Items, c.Model.Popular)
		return subjectFacts(c.now, c.Policy, of, c.Profile, c.Contact, c.Items, c.Items[c.intent.Subject.Product], likes)
	case of.Own() != "":
		for _, day := range calendarOf(of, c.Profile, c.Items, c.Policy).around(c.now) {
			if day.Occasion == c.intent.Occasion {
				facts.OwnDay = day.facts
			}
		}
	case of.Scheduled():
		facts.Campaign.Run = c.now.In(ClockOf(c.Shop, of, c.Profile))
	}
	return facts
}

// Shown is a message as it would be rendered for a customer.
type Shown struct {
	Mail     content.Mail
	Language string
	Variant  string   // of the campaign; empty if it has none
	Lacks    []string // what the message needs and does not have, such as "picks": then there is no Mail
	Findings []string // why the message must not be sent, by [content.Set.Lint]; none: it may
}

// Show renders the message of an intent, whether the customer may get it or not: it
// sells also to a customer without an opt-in. The links and codes are made with the
// keys of the Config; give keys that no function accepts, so that nothing in the message
// can be used.
func Show(now time.Time, s Snapshot, i campaign.Intent, r Config) (Shown, error) {
	c := r.consider(shop.Millis(now), s, i)
	c.refused() // finds the campaign and the customer's own day; the answer does not matter here
	c.shown = true
	if c.campaign.ID == "" {
		return Shown{}, r.unknown(i.Campaign)
	}
	if c.campaign.Own() != "" && c.day == nil {
		if day, ok := r.nearest(c.now, s, c.campaign); ok {
			c.day = &day
		}
	}
	data, _, err := c.compose()
	if err != nil {
		return Shown{}, err
	}
	shown := Shown{Language: data.Language, Variant: c.campaign.Variant, Lacks: c.lacks(data)}
	if len(shown.Lacks) > 0 {
		return shown, nil
	}
	if untrue := untrue(data); untrue != nil {
		shown.Findings = append(shown.Findings, untrue.reason.Text)
	}
	rendered, err := c.Messages.Render(c.campaign.Message, data)
	if err != nil {
		return Shown{}, err
	}
	shown.Findings = append(shown.Findings, c.Messages.Lint(rendered, data)...)
	shown.Mail = c.mail(rendered, data)
	return shown, nil
}
