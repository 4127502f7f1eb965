package policyfiles

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"regulars/shared/condition"
	"regulars/shared/inputfault"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// readOffer reads one file of offers/.
func (l *loader) readOffer(file string) offer.Offer {
	o := offer.Offer{ID: shop.OfferID(l.name(file))}
	s := l.open(file)
	if s == nil {
		return o
	}
	o.Version = s.whole("version", 1, 1_000_000, 1)
	o.Title = s.requiredText("title", "Ten per cent for a second order")
	o.Rank = s.whole("rank", 0, 1_000, 100)
	o.When = s.condition("when")
	s.refuseFamilies(o.When, "when", "it is for the conditions of a journey", "journey.")
	s.refuseDayFacts(o.When, "when")
	s.refuseFamilies(o.When, "when", "a condition on lines is written under on: when says who, on says on what", "line.")
	s.refuseFamilies(o.When, "when", "only a campaign about products has one", "product.", "customer.likes")
	if s.has("automatic") {
		s.refuseFamilies(o.When, "when", "an automatic offer is evaluated at the checkout: there is no order yet and no campaign", "order.", "campaign.")
	}
	s.lines(&o)
	o.Effect = s.effect()
	o.Brings = s.pointsWorth(o.Effect.Points)
	s.validity(&o)
	o.PerCustomer = s.whole("per_customer", 1, 1_000, 0)
	o.CoolDown = s.whole("cool_down_days", 1, 3_650, 0)
	o.Holdout = s.percent("holdout", 1, 5_000)
	o.Owed = s.flag("owed")
	s.limits(&o)
	o.Budget = s.budget(o)
	s.done()
	return o
}

// lines reads which lines of a cart the offer applies to, and the name that
// messages give them.
func (s *sheet) lines(o *offer.Offer) {
	o.On = s.condition("on")
	s.refuseFamilies(o.On, "on", "a condition on the customer is written under when: on says on what, when says who", "customer.", "order.", "campaign.", "product.", "anniversary.", "points.", "replenishment.", "tier.")
	if s.has("on") && s.has("nth_unit_free") {
		s.wrong("on", "nth_unit_free has its own products", "write products or categories under it")
	}
	named := s.sub("named")
	switch {
	case named == nil && s.has("on") && !s.has("automatic"):
		s.missing("named", fmt.Sprintf("named: {%s: lunch bags}: the name of these products in messages", strings.Join(s.shop.Languages, ": lunch bags, ")))
	case named != nil && !s.has("on"):
		s.wrong("named", "the offer applies to everything", "write on, or leave named out")
	case named != nil:
		o.Named = map[string]string{}
		for _, language := range s.shop.Languages {
			o.Named[language] = named.requiredText(language, "lunch bags")
			for _, word := range message.Presses(language, o.Named[language]) {
				named.wrong(language, fmt.Sprintf("it presses the reader with %q", word), "write nothing but the name of the products")
			}
		}
		if len(s.shop.Languages) > 0 { // otherwise every language would be reported as unknown
			named.done()
		}
	}
}

// validity reads whether the offer is automatic or has coupons, and how long
// they are valid.
func (s *sheet) validity(o *offer.Offer) {
	o.Automatic = s.flag("automatic")
	o.Days = s.whole("valid_days", 1, 365, 0)
	if text := s.text("until"); text != "" {
		day, err := offer.ParseDate(text)
		if err != nil {
			s.wrong("until", err.Error(), "it is the last day, by the customer's calendar")
		}
		o.Until = day
	}
	switch {
	case o.Automatic && s.has("valid_days"):
		s.wrong("valid_days", "an automatic offer has no coupons, so valid_days does not apply", "write until, or leave it out")
	case o.Automatic && s.has("nth_unit_free"):
		s.wrong("automatic", "nth_unit_free needs a coupon, which says what is free", "leave automatic out")
	case o.Automatic && s.has("owed"):
		s.wrong("owed", "an automatic offer is for every customer who meets its condition", "leave owed out")
	case !o.Automatic && !s.has("valid_days") && !s.has("until"):
		s.missing("valid_days", "valid_days: 14")
	}
}

// limits reads the limits of the discount, and checks that they fit the effect.
func (s *sheet) limits(o *offer.Offer) {
	o.Minimum, o.AtMost = s.money("minimum"), s.money("at_most")
	o.Stacks = s.text("stacks")
	if o.Stacks != "" && !names().MatchString(o.Stacks) {
		s.wrong("stacks", fmt.Sprintf("%q is not a valid name", o.Stacks), "use small letters, digits and dashes; alone means that it combines with no other discount")
	}
	if _, written := s.take("margin"); written {
		margin := s.percent("margin", 0, 100_00)
		o.Margin = &margin
	}
	switch kind := o.Effect.Kind; kind {
	case offer.KindAmount:
		if !o.Minimum.IsZero() && o.Minimum.Minor < o.Effect.Amount.Minor {
			s.wrong("minimum", "the minimum is lower than the discount", "raise it, or the shop pays its customers")
		}
		s.ineffective("at_most", "an amount is its own limit")
	case offer.KindGift:
		s.ineffective("at_most", "a gift has no limit")
		s.ineffective("margin", "a gift lowers no price")
	case offer.KindPoints:
		s.ineffective("at_most", "points have no limit")
		s.ineffective("margin", "points lower no price")
	case offer.KindShipping:
		s.ineffective("margin", "free shipping lowers no price")
		if !s.has("at_most") {
			s.missing("at_most", "at_most: 5.00: shipping can cost more than the order, and messages print the limit")
		}
	case offer.KindNth, offer.KindBuyGet:
		s.ineffective("margin", "a free unit stays free")
	case offer.KindTiers:
		s.ineffective("minimum", "the lowest tier is the minimum")
	}
}

// ineffective adds a fault for a key that changes nothing with the offer's
// effect.
func (s *sheet) ineffective(key, why string) {
	if _, written := s.take(key); written {
		s.wrong(key, key+" has no effect here: "+why, "leave it out")
	}
}

// budget reads the number of uses and the money of the budget, and checks that
// the money is enough for the uses.
func (s *sheet) budget(o offer.Offer) (b offer.Budget) {
	budget := s.sub("budget")
	if !s.has("budget") {
		s.missing("budget", "budget: {uses: 1000}")
		budget.done()
		return b
	}
	b.Uses = budget.requiredWhole("uses", 1, 1_000_000_000, 1000)
	b.Shards = budget.whole("shards", 1, min(64, max(1, b.Uses)), min(4, max(1, b.Uses)))
	money, ceiling := budget.money("money"), o.Ceiling()
	switch {
	case money.IsZero():
	case ceiling.IsZero():
		budget.wrong("money", "the cost of one use has no limit", "write at_most, or leave money out")
	case int64(b.Uses) > money.Minor/ceiling.Minor:
		budget.wrong("uses", fmt.Sprintf("%d uses can cost more than the budget's money", b.Uses), fmt.Sprintf("it is enough for %d", money.Minor/ceiling.Minor))
	}
	budget.done()
	return b
}

// refuseFamilies adds a fault for each fact of the condition that begins with
// one of the families, such as "order.": these facts are not available to it.
func (s *sheet) refuseFamilies(c condition.Condition, key, hint string, families ...string) {
	for _, fact := range c.Names() {
		if slices.ContainsFunc(families, func(family string) bool { return strings.HasPrefix(fact, family) }) {
			s.fault(s.file, positionIn(s.vals[key], positionOf(fact, c.Written())), fmt.Sprintf("%s is not known here%s", fact, s.through(c, fact)), hint)
		}
	}
}

// positionOf returns the position of the first use of a fact in the text of a
// condition, as a fault without a text; the beginning of the text if only a segment
// uses it.
func positionOf(fact, text string) inputfault.InFile {
	before, _, found := strings.Cut(text, fact)
	if !found {
		before = ""
	}
	line := strings.Count(before, "\n")
	return inputfault.InFile{Line: line + 1, Column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1}
}

// readNeed reads need.yaml, which is optional.
func (l *loader) readNeed() (n offer.Need) {
	if _, err := fs.Stat(l.fsys, "need.yaml"); errors.Is(err, fs.ErrNotExist) {
		return n
	}
	s := l.open("need.yaml")
	n.FullPrice = s.whole("full_price_orders", 1, 30, 0)
	n.Rest = s.whole("rest_days", 1, 365, 0)
	s.done()
	return n
}

// oneOf returns which of the keys is written. It adds a fault if none or
// several are.
func (s *sheet) oneOf(keys []string, of string) string {
	written := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !s.has(key) })
	if s == nil || len(written) == 1 {
		return strings.Join(written, "")
	}
	at, what := s.at, of+" has no effect"
	if len(written) > 1 {
		at, what = s.keys[written[1]], fmt.Sprintf("%s has %d effects", of, len(written))
	}
	s.fault(s.file, at, what, "write one of "+strings.Join(keys, ", "))
	return ""
}
