package shoppolicy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// readCampaign reads one file of campaigns/ and checks it against the messages
// and offers of p.
func (l *loader) readCampaign(file string, p Policy) campaign.Campaign {
	c := campaign.Campaign{ID: shop.CampaignID(l.name(file))}
	s := l.open(file)
	if s == nil {
		return c
	}
	c.Version = s.whole("version", 1, 1_000_000, 1)
	c.Picks = s.whole("picks", 0, 12, 0)
	c.Holdout = s.percent("holdout", 0, 5_000)
	s.occasion(&c)
	s.offersOf(&c, p.Offers, p.Shop)
	s.adviseOnOffers(c, p.Offers)
	s.messageOf(&c, c, p.Messages)
	s.valueAndMerge(&c)
	s.topicOf(&c)
	s.cartOf(c, p.Messages.Messages[c.Message])
	s.linkOf(c, p.Messages.Messages[c.Message])
	s.variantsOf(&c, p)
	s.done()
	return c
}

// events are the order events that can start a triggered campaign.
var events = []string{
	string(shop.OrderPlaced), string(shop.OrderPaid), string(shop.OrderShipped), string(shop.OrderDelayed),
	string(shop.OrderDelivered), string(shop.OrderCancelled), string(shop.OrderReturned), string(shop.OrderRefunded),
	string(shop.CartAbandoned), string(shop.SignedUp), string(shop.AskedExport), string(shop.AskedErasure),
	string(shop.BackInStock), string(shop.Cheaper), string(shop.NewProduct),
	string(shop.BirthdayComes), string(shop.AnniversaryComes), string(shop.CustomerLate), string(shop.PointsExpiring), string(shop.ReplenishmentDue),
	string(shop.TierReached),
}

// timesOf reads the keys of what has runs: a schedule or a date, and the daily pass on
// the customers' own days.
func (s *sheet) timesOf(c *campaign.Campaign) {
	c.Schedule, c.Date, c.Clock = s.text("schedule"), s.text("date"), s.clock()
	c.Hour, c.Before, c.Late = s.text("at"), s.whole("days_before", 1, 90, 0), s.hundredths("late", 100, 2_000)
}

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
	s.refuseUnread(c.If, "if", append(contactFacts, "customer.units")...)
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
	s.refuseUnread(c.If, "if", append(contactFacts, "customer.units")...)
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

// occasion reads the keys that say when the campaign sends and to whom: on, if,
// after, unless and group of a triggered campaign, schedule and audience of a scheduled one.
func (s *sheet) occasion(c *campaign.Campaign) {
	c.If, c.Audience, c.Group = s.condition("if"), s.condition("audience"), s.text("group")
	c.After, c.Unless = s.length("after", time.Minute, longestAfter), s.condition("unless")
	c.Rank = s.whole("rank", 0, 1_000, 100)
	s.refuseFamilies(c.If, "if", "it is for the conditions of a journey", "journey.")
	s.refuseFamilies(c.If, "if", "lines of a cart are for on, in an offer", "line.")
	s.refuseFamilies(c.Unless, "unless", "it is for the conditions of a journey", "journey.")
	s.refuseFamilies(c.Unless, "unless", "lines of a cart are for on, in an offer", "line.")
	s.refuseFamilies(c.Audience, "audience", "it is for the conditions of a journey", "journey.")
	s.refuseFamilies(c.Audience, "audience", "lines of a cart are for on, in an offer", "line.")
	s.timesOf(c)
	c.SendTime = s.sendTime()
	for _, e := range s.entries("on") {
		if !slices.Contains(events, e.text) {
			s.fault(s.file, e.at, fmt.Sprintf("there is no event %s", e.text), suggest(e.text, events))
			continue
		}
		c.On = append(c.On, shop.OrderKind(e.text))
	}
	s.refuseDayFacts(c.If, "if", c.On...)
	s.refuseDayFacts(c.Unless, "unless")
	s.refuseDayFacts(c.Audience, "audience")
	longest := 30 * 24 * time.Hour
	about := slices.ContainsFunc(c.On, shop.OrderKind.OfProduct)
	if !about {
		s.refuseAboutProducts(*c)
	}
	own := slices.ContainsFunc(c.On, func(kind shop.OrderKind) bool { return slices.Contains(shop.OwnDays, kind) })
	s.refuseDayKeys(own)
	switch triggered := s.has("on"); {
	case s.written("on", "schedule", "date") != 1:
		s.fault(s.file, s.at, "a campaign has either on, schedule or date", `write on: [order.placed], schedule: "0 10 * * 6", or date: 2026-12-05 10:00`)
	case own:
		s.ownDay(c)
		s.refuseKeys("the day of a customer's own", "write who gets it under if", "unless")
		if c.OwnDay() == shop.ReplenishmentDue && c.Picks == 0 {
			s.wrong("on", "the product that is due is the message's first pick", "write picks: 1, or more for others that are due")
		}
	case about:
		s.aboutProducts(c)
	case slices.Contains(c.On, shop.TierReached):
		s.tierReached(c)
		s.refuseKeys(string(shop.TierReached), "write who gets it under if", "unless")
	case triggered:
		s.refuseFacts(c.If, "if", "campaign.day", "campaign.weekday")
		s.refuseFacts(c.Unless, "unless", "campaign.day", "campaign.weekday")
		s.refuseUnread(c.If, "if", contactFacts...)
		if s.has("audience") {
			s.wrong("audience", "a campaign that an event starts has no audience", "write if")
		}
		if s.has("clock") {
			s.wrong("clock", "clock is for campaigns with a schedule or a date", "leave it out")
		}
		if len(c.On) == 0 && len(s.list("on")) == 0 {
			s.wrong("on", "no event starts this campaign", "write on: [order.placed]")
		}
	default:
		longest = 7 * 24 * time.Hour
		s.refuseFacts(c.Audience, "audience", "order.")
		s.refuseUnread(c.Audience, "audience", append(contactFacts, "customer.units")...)
		for _, key := range []string{"if", "after", "unless", "group", "rank", "earns"} {
			if s.has(key) {
				s.wrong(key, fmt.Sprintf("%s is for campaigns that an event starts", key), "write audience")
			}
		}
		if !s.has("audience") {
			s.missing("audience", "audience: customer.orders >= 1")
		}
		s.whenOf(*c)
	}
	c.NotAfter = s.length("not_after", time.Minute, longest)
	if !s.has("not_after") {
		s.missing("not_after", "not_after: 48h")
	}
}

// clock reads whose clocks a scheduled campaign follows: shop, the default, or
// customer.
func (s *sheet) clock() campaign.Clock {
	switch word := s.text("clock"); {
	case word == string(campaign.ByCustomer):
		return campaign.ByCustomer
	case word != "shop" && s.has("clock"):
		s.wrong("clock", "clock is neither shop nor customer", "write clock: customer, or leave it out for the shop's")
	}
	return ""
}

// sendTime reads at which hour the messages of a run are sent: best, or the run's own.
func (s *sheet) sendTime() campaign.SendTime {
	switch word := s.text("send_time"); {
	case !s.has("send_time"):
	case word != string(campaign.Best):
		s.wrong("send_time", "send_time is not best", "write send_time: best, or leave it out to send when the run begins")
	case s.written("schedule", "date") == 0:
		s.wrong("send_time", "send_time is for campaigns with a schedule or a date", "leave it out")
	default:
		return campaign.Best
	}
	return ""
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

// contactFacts are the facts that come from the customer's contact. The contact
// is read when a message is decided, not when a campaign selects its customers.
var contactFacts = []string{"customer.consents", "customer.consent_source", "customer.coupons", "customer.days_since_last_coupon", "customer.full_price_orders"}

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

// earning returns the event by which an order of the shop earns rewards.
func (s Shop) earning() shop.OrderKind {
	if s.RewardsOnPlacing {
		return shop.OrderPlaced
	}
	return shop.OrderPaid
}

// offersOf reads which offers the campaign may give: the keys offers and earns.
func (s *sheet) offersOf(c *campaign.Campaign, offers []offer.Offer, in Shop) {
	ids := idsOf(offers)
	c.Offers = s.offers(ids)
	c.Earns = shop.OfferID(s.text("earns"))
	if c.Earns == "" {
		return
	}
	c.NeedsOffer = true
	at := slices.IndexFunc(offers, func(o offer.Offer) bool { return o.ID == c.Earns })
	switch {
	case at < 0:
		s.wrong("earns", fmt.Sprintf("there is no offer %s", c.Earns), suggest(string(c.Earns), ids))
	case offers[at].Effect.Kind != offer.KindNth:
		s.wrong("earns", fmt.Sprintf("an order does not earn %s", c.Earns), "name an offer with nth_unit_free")
	case len(c.On) == 1 && c.On[0] == in.earning():
		c.Nth = offers[at].Effect.Nth
	case in.RewardsOnPlacing:
		s.wrong("earns", "an order earns when it is placed, as rewards in shop.yaml says", "write on: [order.placed]")
	default:
		s.wrong("earns", "an order earns when it is paid", "write on: [order.paid], or rewards: placed in shop.yaml if the shop sends no order.paid")
	}
	if !slices.Contains(c.Offers, c.Earns) {
		c.Offers = append(c.Offers, c.Earns)
	}
}

func idsOf(offers []offer.Offer) (ids []string) {
	for _, o := range offers {
		ids = append(ids, string(o.ID))
	}
	return ids
}

// offers reads the key offers: a list of offers, or all of them.
func (s *sheet) offers(ids []string) (named []shop.OfferID) {
	node, ok := s.take("offers")
	if !ok {
		return nil
	}
	if word, ok := scalar(node); ok && word == "all" {
		for _, id := range ids {
			named = append(named, shop.OfferID(id))
		}
		return named
	}
	for _, e := range s.entries("offers") {
		if !slices.Contains(ids, e.text) {
			s.fault(s.file, e.at, fmt.Sprintf("there is no offer %s", e.text), suggest(e.text, ids))
		}
		named = append(named, shop.OfferID(e.text))
	}
	return named
}

// adviseOnOffers adds an advice for each offer that the campaign names and that no
// customer of the campaign can have.
func (s *sheet) adviseOnOffers(c campaign.Campaign, offers []offer.Offer) {
	who := c.Audience.Text() + c.If.Text() // one of them is empty
	for _, o := range offers {
		if s == nil || s.checker == nil || !slices.Contains(c.Offers, o.ID) || len(c.Offers) == len(offers) || who == "" || o.When.Text() == "" {
			continue
		}
		both, err := s.checker.Compile("(" + who + ") && (" + o.When.Text() + ")")
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
func (s *sheet) messageOf(c *campaign.Campaign, starts campaign.Campaign, set message.Set) {
	c.Message = shop.MessageID(s.requiredText("message", "thanks"))
	s.checkMessage(c, starts, set)
}

// checkMessage checks the campaign's message, see [sheet.messageOf].
func (s *sheet) checkMessage(c *campaign.Campaign, starts campaign.Campaign, set message.Set) {
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
func (s *sheet) linkOf(c campaign.Campaign, m message.Message) {
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
func (s *sheet) cartOf(c campaign.Campaign, m message.Message) {
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

// topicOf reads the topic that customers must have opted in to.
func (s *sheet) topicOf(c *campaign.Campaign) {
	c.Topic = shop.Topic(s.text("topic"))
	if known := s.shop.TopicNames(); c.Topic != "" && len(s.shop.Languages) > 0 && !slices.Contains(known, c.Topic) { // without a shop.yaml every topic would be reported
		var words []string
		for _, topic := range known {
			words = append(words, string(topic))
		}
		s.wrong("topic", fmt.Sprintf("shop.yaml declares no topic %s", c.Topic), suggest(string(c.Topic), words))
	}
	if c.Topic != "" && c.Class != "" && c.Class != shop.ClassPromotion {
		s.wrong("topic", fmt.Sprintf("a message of class %s has no topic", c.Class), "topic is for promotions")
	}
}

// valueAndMerge reads the keys that decide between several messages for the
// same cap: value, and merge, which lets one message cover several orders.
func (s *sheet) valueAndMerge(c *campaign.Campaign) {
	c.Value, c.Merge = s.money("value").Minor, s.flag("merge")
	switch {
	case !c.Merge || c.Product != nil:
	case len(c.On) == 0:
		s.wrong("merge", "only messages about orders can be merged", "leave merge out of a campaign with a schedule")
	case c.NeedsOffer:
		s.wrong("merge", "each of these messages carries a coupon that an order has earned", "leave merge out: a merged message has one coupon at most")
	case c.Class == shop.ClassRecovery || c.Class == shop.ClassSafety:
		s.wrong("merge", fmt.Sprintf("messages of class %s each say something different", c.Class), "leave merge out")
	}
}

// suggest returns the hint for a name that does not exist.
func suggest(word string, known []string) string {
	if n := condition.Nearest(word, known); n != "" {
		return "did you mean " + n + "?"
	}
	if len(known) == 0 {
		return "there is none yet"
	}
	return "there is " + strings.Join(known, ", ")
}
