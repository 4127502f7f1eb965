package offer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"regulars/shared/cadence"
	"regulars/shared/rule"
	"regulars/shared/shop"
)

// Case is one customer at one moment.
type Case struct {
	Now     time.Time
	Zone    *time.Location // the customer's; nil is UTC
	Facts   rule.Facts
	Granted map[shop.OfferID][]cadence.Grant // from their contact
	Spent   map[shop.OfferID]bool            // offers whose budget is known to be used up
}

// Grant is a coupon that may be issued.
type Grant struct {
	Offer   Offer
	Until   time.Time      // the last moment at which it is valid, UTC
	Key     string         // what it was earned by, for nth_unit_free; else empty
	Product shop.ProductID // the free one, for nth_unit_free
	Title   string         // its title
	Value   shop.Money     // about what it is worth to this customer
}

// Refusal is why an offer is not granted.
type Refusal struct {
	Offer shop.OfferID `json:"offer"`
	Code  string       `json:"code"`
	Text  string       `json:"text"`
}

// Codes of [Refusal].
const (
	RefusedWhen     = "condition"       // its condition does not hold
	RefusedLimit    = "per-customer"    // the customer had as many as they may
	RefusedCoolDown = "cool-down"       // the last one was too short a time ago
	RefusedUnearned = "not-earned"      // too few units kept
	RefusedGranted  = "already-granted" // this very unit was given before
	RefusedZero     = "worth-nothing"   // a discount of zero uses nothing up
	RefusedBudget   = "budget"          // used up
	RefusedOutbid   = "outbid"          // another offer is worth more
)

// Best returns the offer that is worth most to the customer, or nil, and a
// refusal for each of the others, in the order of their IDs.
//
// Worth is the discount in minor units on the basket that the customer is
// likely to fill: their average order, else the order at hand, and at least the
// offer's minimum. For nth_unit_free it is the price of the unit. Of two that
// are worth the same the lower Rank goes first, then the ID. Where an order is
// at hand, nth_unit_free looks at that order's products only.
func Best(offers []Offer, c Case) (*Grant, []Refusal) {
	if c.Zone == nil {
		c.Zone = time.UTC
	}
	var grants []*Grant
	var refusals []Refusal
	for _, o := range offers {
		grant, refusal := ask(o, c)
		if refusal != nil {
			refusals = append(refusals, *refusal)
		} else {
			grants = append(grants, grant)
		}
	}
	slices.SortFunc(grants, func(a, b *Grant) int {
		return cmp.Or(cmp.Compare(b.Value.Minor, a.Value.Minor), cmp.Compare(a.Offer.Rank, b.Offer.Rank), cmp.Compare(a.Offer.ID, b.Offer.ID))
	})
	var best *Grant
	if len(grants) > 0 {
		best = grants[0]
		for _, g := range grants[1:] {
			refusals = append(refusals, Refusal{g.Offer.ID, RefusedOutbid, fmt.Sprintf("%s is worth more to this customer", best.Offer.ID)})
		}
	}
	slices.SortFunc(refusals, func(a, b Refusal) int { return cmp.Compare(a.Offer, b.Offer) })
	return best, refusals
}

// ask returns what one offer gives, or why it does not.
func ask(o Offer, c Case) (*Grant, *Refusal) {
	refuse := func(code, text string, args ...any) (*Grant, *Refusal) {
		return nil, &Refusal{o.ID, code, fmt.Sprintf(text, args...)}
	}
	had := c.Granted[o.ID]
	if !o.When.Holds(c.Facts) {
		return refuse(RefusedWhen, "the customer does not meet: %s", o.When.Text())
	}
	if o.PerCustomer > 0 && len(had) >= o.PerCustomer {
		return refuse(RefusedLimit, "the customer had %d of at most %d", len(had), o.PerCustomer)
	}
	if free := latest(had).AddDate(0, 0, o.CoolDown); o.CoolDown > 0 && len(had) > 0 && c.Now.Before(free) {
		return refuse(RefusedCoolDown, "the last one was less than %d days ago; the next may come on %s", o.CoolDown, free.In(c.Zone).Format("2 January 2006"))
	}
	if c.Spent[o.ID] {
		return refuse(RefusedBudget, "all %d coupons of this offer are given out", o.Budget.Uses)
	}
	grant := &Grant{Offer: o, Until: until(c.Now, o.Days, c.Zone)}
	switch o.Effect.Kind {
	case KindPercent:
		basket := likely(o, c.Facts)
		off, err := Off(basket.Minor, int64(o.Effect.Percent), 0)
		if err != nil {
			return refuse(RefusedZero, "%v", err)
		}
		grant.Value = shop.Money{Minor: off, Currency: basket.Currency}
	case KindAmount:
		grant.Value = o.Effect.Amount
	case KindNth:
		unit, code, text := o.Effect.Nth.newest(had, c.Facts)
		if code != "" {
			return refuse(code, "%s", text)
		}
		grant.Key, grant.Product, grant.Title, grant.Value = unit.key, unit.product, unit.Title, unit.Price
	default:
		return refuse(RefusedZero, "the effect %q is not known to this version", o.Effect.Kind)
	}
	return grant, nil
}

// likely returns the basket that the customer will probably fill.
func likely(o Offer, f rule.Facts) shop.Money {
	basket := f.Customer.Average
	if basket.IsZero() {
		basket = f.Order.Total
	}
	if basket.Minor < o.Minimum.Minor {
		basket = o.Minimum
	}
	return basket
}

func latest(grants []cadence.Grant) (at time.Time) {
	for _, g := range grants {
		if g.At.After(at) {
			at = g.At
		}
	}
	return at
}

// unit is a free unit that was earned.
type unit struct {
	rule.Bought
	product shop.ProductID
	key     string
}

// newest returns the dearest unit that is earned and was not granted, or why
// there is none.
func (n *Nth) newest(had []cadence.Grant, f rule.Facts) (best unit, code, text string) {
	code, text = RefusedUnearned, fmt.Sprintf("no product of this offer has %d units that the customer keeps", n.N)
	if len(f.Order.Lines) > 0 {
		text = fmt.Sprintf("no product of this order has %d units that the customer keeps", n.N)
	}
	for _, id := range slices.Sorted(maps.Keys(f.Customer.Bought)) {
		b := f.Customer.Bought[id]
		if _, ordered := f.Order.Lines[id]; len(f.Order.Lines) > 0 && !ordered || !n.counts(id, b) {
			continue
		}
		reached := b.Units / n.N * n.N
		switch {
		case reached <= 0:
			continue
		case reached <= highest(had, id):
			if best.key == "" && code == RefusedUnearned {
				code, text = RefusedGranted, fmt.Sprintf("the unit for %d of this product was given before", reached)
			}
			continue
		case b.Price.Minor <= 0:
			if best.key == "" {
				code, text = RefusedZero, "the free unit has no price"
			}
			continue
		}
		if best.key == "" || b.Price.Minor > best.Price.Minor {
			best = unit{b, id, string(id) + "/" + strconv.Itoa(reached)}
			code, text = "", ""
		}
	}
	return best, code, text
}

// highest returns the largest count of this product that a key was granted for.
func highest(had []cadence.Grant, id shop.ProductID) (most int) {
	for _, g := range had {
		at := strings.LastIndexByte(g.Key, '/') // a product's ID may have slashes of its own
		if at < 0 || g.Key[:at] != string(id) {
			continue
		}
		if count, err := strconv.Atoi(g.Key[at+1:]); err == nil {
			most = max(most, count)
		}
	}
	return most
}
