package policyfiles

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/content"
	"regulars/shared/inputfault"
	"regulars/shared/offer"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// This file checks what a campaign says of its occasion and of its message.

// refuseDayKeys adds a fault for each key of the customers' own days, if own is false.
func (s *sheet) refuseDayKeys(own bool) {
	for _, key := range []string{"at", "days_before", "late"} {
		if s.has(key) && !own {
			s.wrong(key, fmt.Sprintf("%s is for campaigns on a day of the customer's own", key), "write on: [birthday], or leave it out")
		}
	}
}

// ownDay checks the keys of what starts on a day of the customers' own, by a daily
// pass.
func (s *sheet) ownDay(c *campaign.Campaign) {
	kind := c.On[0]
	if len(c.On) > 1 {
		s.wrong("on", fmt.Sprintf("%s starts a campaign of its own", kind), fmt.Sprintf("write on: [%s]", kind))
	}
	if _, err := campaign.ParseHour(c.Hour); err != nil && s.has("at") {
		s.wrong("at", err.Error(), "")
	} else if !s.has("at") {
		s.missing("at", `at: "09:00"`)
	}
	late := kind == shop.CustomerLate
	switch {
	case late && !s.has("late"):
		s.missing("late", "late: 2.0")
	case !late && s.has("late"):
		s.wrong("late", fmt.Sprintf("late is for campaigns on %s", shop.CustomerLate), "leave it out")
	case late && s.has("days_before"):
		s.wrong("days_before", "no customer is late on a day that is known before", "leave it out")
	}
	if kind == shop.PointsExpiring && !s.has("days_before") {
		s.missing("days_before", "days_before: 14")
	}
	if kind == shop.PointsExpiring && !s.hasPoints {
		s.wrong("on", "the shop has no points", "write points.yaml first: docs/points.md shows what is in it")
	}
	s.refuseFacts(c.If, "if", "order.", "campaign.day", "campaign.weekday")
	s.refuseUnread(c.If, "if", append(shoppolicy.ContactFacts, "customer.units")...)
	s.refuseKeys("the day of a customer's own", "write who gets it under if", "audience", "after", "group", "rank", "earns", "merge")
}

// refuseKeys adds a fault for each of the keys that is written, although what the file
// is about has none.
func (s *sheet) refuseKeys(about, hint string, keys ...string) {
	for _, key := range keys {
		if s.has(key) {
			s.wrong(key, fmt.Sprintf("%s is not for what starts on %s", key, about), hint)
		}
	}
}

// longestAfter is the longest time that a message may wait after its event. An order
// and its messages are kept for far longer (see KeepDays).
const longestAfter = 90 * 24 * time.Hour

// tierReached checks the keys of what a customer's new tier starts.
func (s *sheet) tierReached(c *campaign.Campaign) {
	if len(c.On) > 1 {
		s.wrong("on", fmt.Sprintf("%s starts a campaign of its own", shop.TierReached), fmt.Sprintf("write on: [%s]", shop.TierReached))
	}
	if !s.hasPoints || len(s.scheme.Tiers) == 0 {
		s.wrong("on", "the shop has no tiers", "write tiers in points.yaml first: docs/points.md shows how")
	}
	s.refuseFacts(c.If, "if", "order.", "campaign.day", "campaign.weekday")
	s.refuseUnread(c.If, "if", append(shoppolicy.ContactFacts, "customer.units")...)
	s.refuseKeys(string(shop.TierReached), "write who gets it under if", "audience", "clock", "after", "earns", "merge")
}

// factsOf are the families of facts that only campaigns on one kind of day know.
var factsOf = map[string]shop.OrderKind{
	"anniversary.": shop.AnniversaryComes, "points.": shop.PointsExpiring, "replenishment.": shop.ReplenishmentDue, "tier.": shop.TierReached,
}

// refuseDayFacts adds a fault for each fact of the condition about a day or a tier
// that is not what it is evaluated on.
func (s *sheet) refuseDayFacts(c condition.Condition, key string, on ...shop.OrderKind) {
	for family, kind := range factsOf {
		if !slices.Equal(on, []shop.OrderKind{kind}) {
			s.refuseFamilies(c, key, fmt.Sprintf("it is for the if of campaigns with on: [%s]", kind), family)
		}
	}
}

// whenOf checks the schedule or the date of a scheduled campaign.
func (s *sheet) whenOf(c campaign.Campaign) {
	if s.has("date") {
		if _, err := campaign.CheckDate(c.Date); err != nil {
			s.wrong("date", err.Error(), "")
		}
		return
	}
	if err := campaign.CheckSchedule(c.Schedule); err != nil {
		s.wrong("schedule", err.Error(), "")
	}
}

// refuseFacts adds a fault if the condition uses one of the facts, which its
// occasion does not have: the condition would always give the same answer. A
// fact that ends in a dot stands for all facts that begin with it.
func (s *sheet) refuseFacts(c condition.Condition, key string, facts ...string) {
	for _, name := range c.Names() {
		for _, fact := range facts {
			if name == fact || strings.HasSuffix(fact, ".") && strings.HasPrefix(name, fact) {
				s.wrong(key, fmt.Sprintf("%s is not known here", name), "a triggered campaign has an order and no run, a scheduled campaign has a run and no order")
			}
		}
	}
}

// refuseUnread adds a fault if the condition uses one of the facts, which are
// not read yet when the condition is evaluated: they would have the values of
// an unknown customer.
func (s *sheet) refuseUnread(c condition.Condition, key string, facts ...string) {
	for _, name := range c.Names() {
		if !slices.Contains(facts, name) {
			continue
		}
		hint := "it is read when a message is decided: a promotion needs consent anyway, and an offer's when can use coupons"
		if name == "customer.units" {
			hint = "an audience is evaluated without the catalogue: name products, with customer.units_of"
		}
		s.wrong(key, fmt.Sprintf("%s is not known here%s", name, s.through(c, name)), hint)
	}
}

// adviseOnOffers adds an advice for each offer that the campaign names and that no
// customer of the campaign can have.
func (s *sheet) adviseOnOffers(c campaign.Campaign, offers []offer.Offer) {
	who := c.Audience.Text() + c.If.Text() // one of them is empty
	for _, o := range offers {
		if s == nil || !s.currency || !slices.Contains(c.Offers, o.ID) || len(c.Offers) == len(offers) || who == "" || o.When.Text() == "" {
			continue
		}
		both, err := condition.Parse("("+who+") && ("+o.When.Text()+")", s.shop.Currency)
		if err != nil || !both.Never() || c.Audience.Never() || c.If.Never() || o.When.Never() {
			continue
		}
		at := place(s.vals["offers"])
		s.advice = append(s.advice, inputfault.InFile{
			File: s.file, Line: at.Line, Column: at.Column, Text: fmt.Sprintf("it can never give %s: no customer who gets this campaign meets the offer's when, %s", o.ID, o.When.Written()),
			Hint: "leave the offer out, or change one of the conditions",
		})
	}
}

// messageOf reads which message the campaign sends, and checks that the
// campaign provides the data that the message needs.
//
// starts is what starts it: c itself or, of a step of a journey, the journey's entry.
func (s *sheet) messageOf(c *campaign.Campaign, starts campaign.Campaign, set content.Set) {
	c.Message = shop.MessageID(s.requiredText("message", "thanks"))
	s.checkMessage(c, starts, set)
}

// checkMessage checks the campaign's message, see [sheet.messageOf].
func (s *sheet) checkMessage(c *campaign.Campaign, starts campaign.Campaign, set content.Set) {
	if folders := s.messages(); c.Message != "" && !slices.Contains(folders, string(c.Message)) {
		s.wrong("message", fmt.Sprintf("there is no message %s", c.Message), suggest(string(c.Message), folders))
	}
	m := set.Messages[c.Message] // a set with faults is empty; its faults are reported already
	c.Class, c.Tags = m.Class, m.Tags
	if c.Holdout > 0 && c.Class != "" && c.Class != shop.ClassPromotion {
		s.wrong("holdout", fmt.Sprintf("a message of class %s cannot have a holdout", c.Class), "holdout is for promotions")
	}
	if len(c.Offers) > 0 && m.Text != "" && !strings.Contains(m.Text, "coupon.code") {
		s.wrong("offers", fmt.Sprintf("the message %s never prints a code: no customer would see its coupons", c.Message), "leave offers out, or let the message include coupon.mjml and coupon.txt")
	}
	for _, need := range m.Needs {
		lacks := func(hint string) { s.wrong("message", fmt.Sprintf("the message %s needs %s", c.Message, need), hint) }
		switch need {
		case "picks":
			if c.Picks == 0 {
				lacks("write picks: 4")
			}
		case "coupon":
			c.NeedsOffer = true
			if len(c.Offers) == 0 {
				lacks("write offers: all")
			}
		case "order", "service_issue":
			if starts.Scheduled() || starts.Product != nil || starts.Own() != "" {
				lacks("it does not start on an event of an order, so it has none")
			}
			if slices.Contains(starts.On, shop.CartAbandoned) {
				lacks("a cart is no order; start the campaign on an event of an order")
			}
		case "product":
			if starts.Product == nil {
				lacks("start the campaign on product.back_in_stock, product.cheaper or product.new")
			}
		}
	}
}

// linkOf checks a campaign whose mail is about its link, which confirms a sign-up or
// leads to the person's data or their erasure: nothing but that may be in its mail.
func (s *sheet) linkOf(c campaign.Campaign, m content.Message) {
	has, kind := slices.Contains(m.Needs, "confirm"), c.LinksTo()
	switch {
	case kind == "" && has:
		s.wrong("message", fmt.Sprintf("the message %s is about its link", c.Message), "write on: [contact.signed_up], [contact.asked_export] or [contact.asked_erasure]")
		return
	case kind == "":
		return
	case len(c.On) > 1:
		s.wrong("on", fmt.Sprintf("%s starts a campaign of its own", kind), fmt.Sprintf("write on: [%s]", kind))
	case c.Message != "" && c.Class != "" && !has:
		s.wrong("message", fmt.Sprintf("the message %s has no link that confirms what was asked for", c.Message), "write needs: [confirm] in its message.yaml, and print links.confirm")
	case c.Class != "" && c.Class != shop.ClassService:
		s.wrong("message", fmt.Sprintf("a message of class %s cannot ask for a confirmation", c.Class), "write class: service in its message.yaml")
	}
	for _, key := range []string{"if", "after", "unless", "group", "rank", "earns", "offers", "picks", "merge", "value"} {
		if s.has(key) {
			s.wrong(key, fmt.Sprintf("%s is not for a mail that is about its link: nothing else may be said in it", key), "leave it out")
		}
	}
}

// cartOf checks a campaign about abandoned carts, and that no other has a message about
// one.
func (s *sheet) cartOf(c campaign.Campaign, m content.Message) {
	about := slices.Contains(m.Needs, "cart")
	switch {
	case !slices.Contains(c.On, shop.CartAbandoned):
		if about {
			s.wrong("message", fmt.Sprintf("the message %s needs cart", c.Message), "write on: [cart.abandoned]")
		}
		return
	case len(c.On) > 1:
		s.wrong("on", "cart.abandoned starts a campaign of its own", "write on: [cart.abandoned]")
	case c.Message != "" && c.Class != "" && !about:
		s.wrong("message", fmt.Sprintf("the message %s does not show the cart", c.Message), "write needs: [cart] in its message.yaml, and print cart.lines and cart.url")
	case c.Class != "" && c.Class != shop.ClassPromotion:
		s.wrong("message", fmt.Sprintf("a message of class %s cannot be about a cart: it advertises", c.Class), "write class: promotion in its message.yaml")
	}
	if !s.has("after") {
		s.missing("after", "after: 3h, the time after which a cart counts as abandoned")
	}
	s.refuseFacts(c.If, "if", "order.")
	s.refuseFacts(c.Unless, "unless", "order.")
	for _, key := range []string{"group", "rank", "earns", "merge"} {
		if s.has(key) {
			s.wrong(key, fmt.Sprintf("%s is for campaigns about orders", key), "leave it out")
		}
	}
}
