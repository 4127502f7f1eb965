package policyfiles

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/offer"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// readCampaign reads one file of campaigns/ and checks it against the messages
// and offers of p.
func (l *loader) readCampaign(file string, p shoppolicy.Policy) campaign.Campaign {
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
	c.SendTime = s.sendTime(s.written("schedule", "date") > 0, "")
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
		s.refuseUnread(c.If, "if", shoppolicy.ContactFacts...)
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
		s.refuseUnread(c.Audience, "audience", append(shoppolicy.ContactFacts, "customer.units")...)
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

// sendTime reads at which hour the messages of a run are sent: best, run (when the run
// begins), or a time of the day; unsaid if it is not written. runs says if there are
// any.
func (s *sheet) sendTime(runs bool, unsaid campaign.SendTime) campaign.SendTime {
	word := s.text("send_time")
	hour, wrong := campaign.ParseHour(word)
	switch {
	case !s.has("send_time"):
		return unsaid
	case !runs:
		s.wrong("send_time", "send_time is for campaigns with a schedule or a date", "leave it out")
	case word == string(campaign.Best):
		return campaign.Best
	case wrong == nil:
		return campaign.SendTime(hour.Format("15:04"))
	case word != "run":
		s.wrong("send_time", "send_time is neither best, run nor a time of the day", `write best, "18:00", or run for when the run begins`)
	}
	return ""
}

// offersOf reads which offers the campaign may give: the keys offers and earns.
func (s *sheet) offersOf(c *campaign.Campaign, offers []offer.Offer, in shoppolicy.Shop) {
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
	case len(c.On) == 1 && c.On[0] == in.Earning():
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
	s.valueOf(c)
	c.Merge = s.flag("merge")
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

// valueOf reads what one message is expected to add: an amount, or measured with the
// amount that is used until it is known. The holdout must have been read.
func (s *sheet) valueOf(c *campaign.Campaign) {
	node, written := s.take("value")
	text := ""
	if written {
		text, _ = scalar(node)
	}
	if strings.TrimSpace(text) == "measured" {
		c.Measured, c.Value = true, s.money("value_until_measured").Minor
		if c.Holdout == 0 {
			s.wrong("value", "without a holdout nothing can be measured", "add holdout: 10, or write an amount such as 0.40")
		}
		return
	}
	if s.has("value_until_measured") {
		s.wrong("value_until_measured", "it is for value: measured only", "write value: measured, or leave it out")
		s.take("value_until_measured")
	}
	if written && s.currency { // readShop has reported the fault of the currency
		c.Value = s.moneyIn("value", node).Minor
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
