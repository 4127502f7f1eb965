package outcome

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"regulars/shared/claim"
	"regulars/shared/click"
	"regulars/shared/lift"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

const (
	// mostBefore is how many orders before the entry count. With more, those of a
	// customer who has placed many since would drop out of the profile.
	mostBefore = 15

	global = "global-holdout"  // code of the reason of a send that the global holdout ended
	whole  = "journey-holdout" // and of one that the holdout of its journey ended
)

// Customer is one customer with all their sends, in any order.
type Customer struct {
	Profile profile.Profile // zero if the shop has none any more: their sends count in the ends only
	Sends   []claim.Send

	Redeemed map[string]Redeemed // coupons that an order has redeemed, by their hash
}

// Redeemed is what a redeemed coupon gave.
type Redeemed struct {
	Discount int64 // minor units
	Points   int64
}

// Add adds a customer. The report does not depend on the order of customers or of
// their sends.
func (r *Report) Add(c Customer) {
	reached := map[Key]bool{}
	for _, s := range c.Sends {
		r.send(c, s, reached)
	}
	if c.Profile.ID == "" {
		return
	}
	for _, e := range entries(c.Sends) {
		r.unit(c.Profile, e)
	}
	r.attribute(c)
}

// send counts one message.
func (r *Report) send(c Customer, s claim.Send, reached map[Key]bool) {
	if !r.about(s) || !r.asks(s.Intent.Planned) {
		return
	}
	people, machines := click.Count(s)
	for _, key := range keysOf(s) {
		row := r.row(key)
		row.Clicks.Links += int64(people)
		row.Clicks.Machines += int64(machines)
		if people > 0 {
			row.Clicks.Messages++
		}
		if key.Campaign != "" {
			row.Class, row.Journey = either(row.Class, s.Class), either(row.Journey, journeyOf(s))
		}
		row.Planned++
		row.Ends[Ending{s.State, s.Reason.Code}]++
		if paid(s.State) {
			row.Mails++
		}
		if arrived(s.State) && c.Profile.ID != "" && !reached[key] {
			reached[key] = true
			row.Reached++
		}
		if s.Coupon != nil && s.State != claim.Refused {
			row.Coupons.Issued++
			if used, ok := c.Redeemed[s.Coupon.Hash]; ok {
				row.Coupons.Redeemed++
				row.Coupons.Discount += used.Discount
				row.Coupons.Points += used.Points
			}
		}
		if m := mailOf(s.State); m.Sent > 0 && c.Profile.Email.Value != "" {
			name := Provider(c.Profile.Email.Value)
			sum := row.Providers[name]
			sum.add(m)
			row.Providers[name] = sum
		}
	}
}

// either returns the one of the two that is not empty; if none is, the one that sorts
// first, so that the result does not depend on the order.
func either[T ~string](a, b T) T {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// about reports whether the question is about the campaign of a send.
func (r *Report) about(s claim.Send) bool {
	return r.Campaign == "" || s.Intent.Campaign == r.Campaign || journeyOf(s) == r.Campaign
}

// journeyOf returns the journey of which the send's campaign is a step; empty if it is
// none. The names of steps begin with that of their journey.
func journeyOf(s claim.Send) shop.CampaignID {
	if s.Intent.Entered.IsZero() {
		return ""
	}
	name, _, _ := strings.Cut(string(s.Intent.Campaign), "_")
	return shop.CampaignID(name)
}

// keysOf returns the rows in which a message counts.
func keysOf(s claim.Send) []Key {
	id, month := s.Intent.Campaign, monthOf(s.Intent.Planned)
	keys := []Key{{}, {By: Month, Name: month}, {Campaign: id}, {id, Month, month}}
	if j := journeyOf(s); j != "" {
		keys = append(keys, Key{Campaign: j}, Key{j, Month, month})
	}
	if s.Coupon != nil {
		keys = append(keys, Key{By: Offer, Name: string(s.Coupon.Offer)}, Key{id, Offer, string(s.Coupon.Offer)})
	}
	if s.Variant != "" {
		keys = append(keys, Key{id, Variant, s.Variant})
	}
	return keys
}

func monthOf(t time.Time) string { return t.UTC().Format("2006-01") }

func arrived(s claim.State) bool { return s == claim.Delivered || s == claim.Complained }

// paid reports whether SES took the message, or may have taken it.
func paid(s claim.State) bool { return s.Sent() || s == claim.Lost || s == claim.Sending }

func mailOf(s claim.State) (m Mail) {
	switch s {
	case claim.Accepted:
		m = Mail{Sent: 1}
	case claim.Delivered:
		m = Mail{Sent: 1, Delivered: 1}
	case claim.Bounced:
		m = Mail{Sent: 1, Bounced: 1}
	case claim.Complained:
		m = Mail{Sent: 1, Delivered: 1, Complained: 1}
	}
	return m
}

// entry is a customer's entry into a comparison.
type entry struct {
	campaign shop.CampaignID // empty: into that of all campaigns
	first    claim.Send
	held     bool
	variant  bool // into that of the campaign's variants
}

// entries returns the customer's entries: at most one for each campaign, one for the
// variants of each, one for each journey as a whole, and one for all promotions together.
//
// The comparison of variants begins with the customer's first message that has a
// variant, because variants can come to a campaign that runs already; if their shares
// follow the better one, with the first after the customer was assigned.
func entries(sends []claim.Send) (all []entry) {
	sends = slices.DeleteFunc(slices.Clone(sends), func(s claim.Send) bool { return s.Assigned.IsZero() })
	slices.SortFunc(sends, func(a, b claim.Send) int {
		return cmp.Or(a.Assigned.Compare(b.Assigned), cmp.Compare(a.ID, b.ID))
	})
	met := map[shop.CampaignID]bool{}
	for _, s := range sends {
		inGlobal := s.State == claim.HeldOut && s.Reason.Code == global
		if s.Class == shop.ClassPromotion && !met[""] {
			met[""] = true
			all = append(all, entry{first: s, held: inGlobal})
		}
		held := s.State == claim.HeldOut
		ofJourney := held && s.Reason.Code == whole
		if id := s.Intent.Campaign; !met[id] {
			met[id] = true
			if !inGlobal && !ofJourney { // they belong to no campaign's comparison
				all = append(all, entry{campaign: id, first: s, held: held})
			}
		}
		if id := journeyOf(s); id != "" && !met[id] {
			met[id] = true
			if !inGlobal {
				all = append(all, entry{campaign: id, first: s, held: ofJourney})
			}
		}
	}
	return append(all, variantEntries(sends)...)
}

// variantEntries returns the entries into the comparisons of variants. sends are those
// that were assigned, in their order.
func variantEntries(sends []claim.Send) (all []entry) {
	at := map[shop.CampaignID]int{}
	for _, s := range sends {
		i, met := at[s.Intent.Campaign]
		e := entry{campaign: s.Intent.Campaign, first: s, held: s.State == claim.HeldOut, variant: true}
		switch {
		case s.Variant == "" || e.held && s.Reason.Code == global:
		case !met:
			at[s.Intent.Campaign] = len(all)
			all = append(all, e)
		case all[i].first.Drawn.IsZero() && !s.Drawn.IsZero():
			all[i] = e
		}
	}
	return all
}

// unit adds the customer to the comparison of a campaign.
func (r *Report) unit(p profile.Profile, e entry) {
	at := e.first.Assigned
	if e.campaign != "" && !r.about(e.first) || e.campaign == "" && r.Campaign != "" || !r.asks(at) {
		return
	}
	c, cut := r.did(p, at)
	if e.variant {
		r.variantUnit(c, cut, e)
		return
	}
	keys := []Key{{Campaign: e.campaign}, {e.campaign, Month, monthOf(at)}}
	if r.Segments != nil {
		for _, name := range r.Segments(at, asOf(p, at)) {
			keys = append(keys, Key{e.campaign, Segment, name})
		}
	}
	for _, key := range keys {
		row := r.row(key)
		if e.campaign != "" { // its message can have been planned before the time that is asked for
			row.Class, row.Journey = either(row.Class, e.first.Class), either(row.Journey, journeyOf(e.first))
		}
		if e.held {
			row.Held.Add(c)
		} else {
			row.Mailed.Add(c)
		}
		r.note(row, at, cut)
	}
}

// note counts a unit whose horizon is not over, or that may lack orders.
func (r *Report) note(row *Row, at time.Time, cut bool) {
	if at.Add(r.Horizon).After(r.Now) {
		row.Open++
	}
	if cut {
		row.Cut++
	}
}

// variantUnit adds the customer to the comparison of a campaign's variants: to their
// variant, or to those who are held out of all of them.
func (r *Report) variantUnit(c lift.Customer, cut bool, e entry) {
	since := int64(0)
	if !e.first.Drawn.IsZero() {
		since = e.first.Drawn.UnixMilli()
	}
	if e.held {
		row := r.row(Key{Campaign: e.campaign})
		row.heldBy = adding(row.heldBy, since, func(a *lift.Arm) { a.Add(c) })
		return
	}
	row := r.row(Key{e.campaign, Variant, e.first.Variant})
	row.drawnBy = adding(row.drawnBy, since, func(a *lift.Arm) { a.Add(c) })
	r.note(row, e.first.Assigned, cut)
}

// adding changes one arm of a map, which can be nil, and returns the map.
func adding(arms map[int64]lift.Arm, key int64, change func(*lift.Arm)) map[int64]lift.Arm {
	if arms == nil {
		arms = map[int64]lift.Arm{}
	}
	arm := arms[key]
	change(&arm)
	arms[key] = arm
	return arms
}

// did returns what the customer did after the entry and before it, and whether orders
// after it may be missing.
func (r *Report) did(p profile.Profile, at time.Time) (c lift.Customer, cut bool) {
	for _, v := range slices.Backward(p.Orders) {
		switch {
		case !v.At.After(at) && v.At.Before(at.Add(-r.Before)) || c.OrdersBefore == mostBefore:
			return c, false
		case !v.At.After(at):
			c.OrdersBefore++
			c.NetBefore += r.money(v, v.TakenBack)
		case v.At.Before(at.Add(r.Horizon)) && !v.Cancelled:
			c.Orders++
			c.Net += r.money(v, 0)
		}
	}
	return c, p.WholeSince().After(at)
}

// money returns what a visit brought, and the more; 0 in another currency.
func (r *Report) money(v profile.Visit, more int64) int64 {
	if v.Net.Currency != r.Currency {
		return 0
	}
	return v.Net.Minor + more
}

// asOf returns the profile without the orders that were placed after a time.
func asOf(p profile.Profile, at time.Time) profile.Profile {
	p.Orders = slices.DeleteFunc(slices.Clone(p.Orders), func(v profile.Visit) bool { return v.At.After(at) })
	return p
}

// attribute counts each order for the last message of class promotion or promise that
// had arrived before it.
func (r *Report) attribute(c Customer) {
	for _, v := range c.Profile.Orders {
		var last *claim.Send
		for i, s := range c.Sends {
			if arrived(s.State) && s.Class.Marketing() && s.Claimed.Before(v.At) && !v.At.After(s.Claimed.Add(r.After)) &&
				(last == nil || s.Claimed.After(last.Claimed) || s.Claimed.Equal(last.Claimed) && s.ID > last.ID) {
				last = &c.Sends[i]
			}
		}
		if last == nil || v.Cancelled || !r.about(*last) || !r.asks(last.Intent.Planned) {
			continue
		}
		for _, key := range keysOf(*last) {
			row := r.row(key)
			row.After.Orders++
			row.After.Net += r.money(v, 0)
			if v.TakenBack > 0 {
				row.After.Returned++
			}
		}
	}
}
