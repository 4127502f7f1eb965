package policy

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"regulars/shared/condition"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// readOffer reads one file of offers/.
func (d *desk) readOffer(file string) offer.Offer {
	o := offer.Offer{ID: shop.OfferID(d.name(file))}
	s := d.open(file)
	if s == nil {
		return o
	}
	o.Version = s.whole("version", 1, 1_000_000, 1)
	o.Title = s.need("title", "Ten per cent for a second order")
	o.Rank = s.whole("rank", 0, 1_000, 100)
	o.When = s.condition("when")
	s.foreignTo(o.When, "when", "a condition on lines is written under on: when says who, on says on what", "line.")
	if s.has("automatic") {
		s.foreignTo(o.When, "when", "at the checkout, where an automatic offer is asked for, there is no order yet and no campaign", "order.", "campaign.")
	}
	s.lines(&o)
	o.Effect = s.effect()
	o.Brings = s.brings(o.Effect.Points)
	s.life(&o)
	o.PerCustomer = s.whole("per_customer", 1, 1_000, 0)
	o.CoolDown = s.whole("cool_down_days", 1, 3_650, 0)
	o.Holdout = s.percent("holdout", 1, 5_000)
	o.Owed = s.flag("owed")
	s.bounds(&o)
	o.Budget = s.budget(o)
	s.done()
	return o
}

// lines reads which lines of a cart the offer is on, and what messages call
// them.
func (s *sheet) lines(o *offer.Offer) {
	o.On = s.condition("on")
	s.foreignTo(o.On, "on", "a condition on the customer is written under when: on says on what, when says who", "customer.", "order.", "campaign.")
	if s.has("on") && s.has("nth_unit_free") {
		s.wrong("on", "nth_unit_free has its own products", "write products or categories under it")
	}
	named := s.sub("named")
	switch {
	case named == nil && s.has("on") && !s.has("automatic"):
		s.missing("named", fmt.Sprintf("named: {%s: lunch bags}: what messages call what the offer is on", strings.Join(s.shop.Languages, ": lunch bags, ")))
	case named != nil && !s.has("on"):
		s.wrong("named", "the offer is on everything", "write on, or leave named out")
	case named != nil:
		o.Named = map[string]string{}
		for _, language := range s.shop.Languages {
			o.Named[language] = named.need(language, "lunch bags")
			for _, word := range message.Presses(language, o.Named[language]) {
				named.wrong(language, fmt.Sprintf("it presses the reader with %q", word), "name the products, and say nothing else of them")
			}
		}
		if len(s.shop.Languages) > 0 { // else every language would be strange to it
			named.done()
		}
	}
}

// life reads how long the offer and its coupons live, and whether it has any.
func (s *sheet) life(o *offer.Offer) {
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
		s.wrong("valid_days", "an automatic offer has no coupons whose days could be counted", "write until, or leave it out")
	case o.Automatic && s.has("nth_unit_free"):
		s.wrong("automatic", "nth_unit_free needs a coupon, which says what is free", "leave automatic out")
	case o.Automatic && s.has("owed"):
		s.wrong("owed", "an automatic offer is for everybody who meets its condition", "leave owed out")
	case !o.Automatic && !s.has("valid_days") && !s.has("until"):
		s.missing("valid_days", "valid_days: 14")
	}
}

// bounds reads what limits the discount, and holds it against the effect.
func (s *sheet) bounds(o *offer.Offer) {
	o.Minimum, o.AtMost = s.money("minimum"), s.money("at_most")
	o.Stacks = s.text("stacks")
	if o.Stacks != "" && !names.MatchString(o.Stacks) {
		s.wrong("stacks", fmt.Sprintf("%q is no name", o.Stacks), "use small letters, digits and dashes; alone goes with no other discount")
	}
	if _, written := s.take("margin"); written {
		margin := s.percent("margin", 0, 100_00)
		o.Margin = &margin
	}
	switch kind := o.Effect.Kind; kind {
	case offer.KindAmount:
		if !o.Minimum.IsZero() && o.Minimum.Minor < o.Effect.Amount.Minor {
			s.wrong("minimum", "the least basket is worth less than the discount", "raise it, or the shop pays its customers")
		}
		s.useless("at_most", "an amount is its own ceiling")
	case offer.KindGift:
		s.useless("at_most", "a gift has no ceiling")
		s.useless("margin", "a gift lowers no price")
	case offer.KindPoints:
		s.useless("at_most", "points have no ceiling")
		s.useless("margin", "points lower no price")
	case offer.KindShipping:
		s.useless("margin", "free shipping lowers no price")
		if !s.has("at_most") {
			s.missing("at_most", "at_most: 5.00: shipping can cost more than the order, and messages print the limit")
		}
	case offer.KindNth, offer.KindBuyGet:
		s.useless("margin", "what was promised as free is free")
	case offer.KindTiers:
		s.useless("minimum", "the lowest tier is the least basket")
	}
}

// useless adds a fault for a key that says nothing beside the offer's effect.
func (s *sheet) useless(key, why string) {
	if _, written := s.take(key); written {
		s.wrong(key, key+" says nothing here: "+why, "leave it out")
	}
}

// budget reads how many uses there may be, and holds them against the money that
// is put aside for them.
func (s *sheet) budget(o offer.Offer) (b offer.Budget) {
	budget := s.sub("budget")
	if !s.has("budget") {
		s.missing("budget", "budget: {uses: 1000}")
		budget.done()
		return b
	}
	b.Uses = budget.must("uses", 1, 1_000_000_000, 1000)
	b.Shards = budget.whole("shards", 1, min(64, max(1, b.Uses)), min(4, max(1, b.Uses)))
	money, ceiling := budget.money("money"), o.Ceiling()
	switch {
	case money.IsZero():
	case ceiling.IsZero():
		budget.wrong("money", "nothing says what one use can cost", "write at_most, or leave money out")
	case int64(b.Uses) > money.Minor/ceiling.Minor:
		budget.wrong("uses", fmt.Sprintf("%d uses can cost more than the budget's money", b.Uses), fmt.Sprintf("it is enough for %d", money.Minor/ceiling.Minor))
	}
	budget.done()
	return b
}

// foreignTo adds a fault where a condition asks for facts that it does not have;
// families are their beginnings.
func (s *sheet) foreignTo(c condition.Condition, key, hint string, families ...string) {
	for _, fact := range c.Names() {
		if slices.ContainsFunc(families, func(family string) bool { return strings.HasPrefix(fact, family) }) {
			s.fault(s.file, within(s.vals[key], whereIs(fact, c.Text())), fmt.Sprintf("%s is not known here", fact), hint)
		}
	}
}

// whereIs returns where in a condition a fact is first asked for.
func whereIs(fact, text string) condition.Fault {
	before, _, _ := strings.Cut(text, fact)
	line := strings.Count(before, "\n")
	return condition.Fault{Line: line + 1, Column: utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1}
}

// readNeed reads need.yaml, which a shop may leave out.
func (d *desk) readNeed() (n offer.Need) {
	if _, err := fs.Stat(d.fsys, "need.yaml"); errors.Is(err, fs.ErrNotExist) {
		return n
	}
	s := d.open("need.yaml")
	n.FullPrice = s.whole("full_price_orders", 1, 30, 0)
	n.Rest = s.whole("rest_days", 1, 365, 0)
	s.done()
	return n
}

// oneOf returns which of the keys is written, where it is exactly one, and adds
// a fault where it is not.
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
