package policyfiles

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
	"regulars/shared/variant"
)

const (
	mostVariants = 5
	leastShare   = 500   // basis points
	usualFloor   = 1_000 // basis points
)

// variantsOf reads the variants of a campaign. What a variant does not say is what
// the campaign says.
func (s *sheet) variantsOf(c *campaign.Campaign, p shoppolicy.Policy) {
	nodes, sum := s.list("variants"), 0
	if nodes == nil { // there are none, or it is no list and has that fault
		for _, key := range []string{"allocation", "floor"} {
			if s.has(key) {
				s.wrong(key, key+" is for campaigns with variants", "write variants, or leave it out")
				s.take(key)
			}
		}
		return
	}
	if len(nodes) < 2 || len(nodes) > mostVariants {
		s.wrong("variants", fmt.Sprintf("there are %d variants", len(nodes)), fmt.Sprintf("write a list of 2 to %d, each with name and share", mostVariants))
	}
	if c.Earns != "" {
		s.wrong("variants", "a campaign with earns has no variants: all of its customers have earned the same", "leave one of them out")
	}
	if c.LinksTo() != "" {
		s.wrong("variants", "a mail that is about its link has no variants", "leave them out")
	}
	s.allocationOf(c, len(nodes))
	for _, node := range nodes {
		one := s.sheet(s.file, node)
		if one == nil {
			continue
		}
		v := one.variantOf(*c, p)
		if slices.ContainsFunc(c.Variants, func(other campaign.Variant) bool { return other.Name == v.Name && v.Name != "" }) {
			one.wrong("name", fmt.Sprintf("another variant has the name %s", v.Name), "give each a name of its own: results are listed by it")
		}
		sum += v.Share
		c.Variants = append(c.Variants, v)
	}
	if len(nodes) > 0 && sum != variant.Whole && c.Thompson == nil {
		s.wrong("variants", fmt.Sprintf("the shares add up to %s %%", inPercent(sum)), "they must add up to 100; the customers of holdout are taken out before")
	}
}

// allocationOf reads whether the shares of the n variants follow the better one.
func (s *sheet) allocationOf(c *campaign.Campaign, n int) {
	word, floor := s.text("allocation"), s.percent("floor", leastShare, variant.Whole/2)
	switch {
	case word == "thompson":
		c.Thompson = &campaign.Thompson{Floor: cmp.Or(floor, usualFloor)}
		if n > 0 && c.Thompson.Floor*n >= variant.Whole {
			s.wrong("floor", fmt.Sprintf("%d variants with %s %% each leave nothing to allocate", n, inPercent(c.Thompson.Floor)), fmt.Sprintf("write a floor below %d", 100/n))
		}
	case s.has("allocation") && word != "fixed":
		s.wrong("allocation", "allocation is neither fixed nor thompson", "write allocation: thompson for shares that follow the better variant, or leave it out")
	case s.has("floor"):
		s.wrong("floor", "floor is for allocation: thompson", "leave it out; write a share for each variant")
	}
}

// variantOf reads one variant and checks it as the campaign that its customers get.
func (s *sheet) variantOf(c campaign.Campaign, p shoppolicy.Policy) campaign.Variant {
	v := campaign.Variant{Name: s.requiredText("name", "with-coupon"), Share: s.percent("share", leastShare, variant.Whole)}
	if c.Thompson != nil && s.has("share") {
		s.wrong("share", "with allocation: thompson the nights compute the shares", "leave share out; floor is what each variant gets at least")
	}
	if v.Name != "" && !names().MatchString(v.Name) {
		s.wrong("name", fmt.Sprintf("%q is not a valid name", v.Name), "use small letters, digits and dashes, a letter first, 48 at most")
	}
	if c.Thompson == nil && !s.has("share") {
		s.missing("share", "share: 50")
	}
	as := c
	as.Picks, as.NeedsOffer = s.whole("picks", 0, 12, c.Picks), false
	if offers := s.offers(idsOf(p.Offers)); s.has("offers") {
		as.Offers = offers
		s.adviseOnOffers(as, p.Offers)
	}
	if folder := s.text("message"); folder != "" {
		as.Message = shop.MessageID(folder)
	}
	as.SendTime = s.sendTime(c.Schedule != "" || c.Date != "", c.SendTime)
	s.checkMessage(&as, c, p.Messages)
	s.sameKind(c, as, p)
	s.subjectOf(&as, p.Messages)
	for _, other := range c.Variants {
		if other.Message == as.Message && other.Picks == as.Picks && slices.Equal(other.Offers, as.Offers) && other.SendTime == as.SendTime {
			s.fault(s.file, s.at, fmt.Sprintf("it is the same as the variant %s", other.Name), "write in one of them what is different: message, subject, offers, picks or send_time")
		}
	}
	if c.Merge && as.NeedsOffer {
		s.fault(s.file, s.at, "each of its messages carries a coupon, and the campaign merges messages", "leave merge out of the campaign")
	}
	if c.OwnDay() == shop.ReplenishmentDue && as.Picks == 0 {
		s.wrong("picks", "the product that is due is the message's first pick", "write picks: 1, or more")
	}
	s.done()
	v.Message, v.Picks, v.Offers, v.NeedsOffer, v.SendTime = as.Message, as.Picks, as.Offers, as.NeedsOffer, as.SendTime
	return v
}

// subjectOf reads which of the message's subjects the variant has.
func (s *sheet) subjectOf(as *campaign.Campaign, set content.Set) {
	name := s.text("subject")
	if name == "" || as.Class == "" { // the message has a fault of its own
		return
	}
	id := content.WithSubject(as.Message, name)
	if _, ok := set.Messages[id]; ok {
		as.Message = id
		return
	}
	var known []string
	for other, m := range set.Messages {
		if m.Of == as.Message {
			known = append(known, strings.TrimPrefix(string(other), string(content.WithSubject(as.Message, ""))))
		}
	}
	slices.Sort(known)
	hint := suggest(name, known)
	if len(known) == 0 {
		hint = "write it under subjects in its message.yaml, or in each of its .md files"
	}
	s.wrong("subject", fmt.Sprintf("the message %s has no subject %s", as.Message, name), hint)
}

// sameKind checks that a variant's message is of the same kind as the campaign's, so
// that caps, consents and the occasion are the same for all variants.
func (s *sheet) sameKind(c, as campaign.Campaign, p shoppolicy.Policy) {
	if c.Class == "" || as.Class == "" {
		return // there is a fault already
	}
	if as.Class != c.Class {
		s.wrong("message", fmt.Sprintf("the message %s is of class %s, that of the campaign of class %s", as.Message, as.Class, c.Class), "take messages of one class: their caps and consents must be the same")
	}
	if !slices.Equal(as.Tags, c.Tags) {
		s.wrong("message", fmt.Sprintf("the message %s has other tags than that of the campaign", as.Message), "take messages with the same tags: their caps must be the same")
	}
	for _, need := range []string{"cart", "confirm"} {
		if has := slices.Contains(p.Messages.Messages[as.Message].Needs, need); has != slices.Contains(p.Messages.Messages[c.Message].Needs, need) {
			s.wrong("message", fmt.Sprintf("of the message %s and that of the campaign, only one needs %s", as.Message, need), "take messages about the same")
		}
	}
}
