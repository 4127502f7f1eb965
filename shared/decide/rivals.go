package decide

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	// Expected is how long after a run of a scheduled campaign its intent is
	// expected for each customer of the audience, although it is not stored yet.
	// Planning and the queue take seconds to minutes; after Expected no other
	// intent waits for it.
	Expected = 15 * time.Minute

	// giveWay is how long an intent waits for a better one that is expected.
	giveWay = 2 * time.Minute

	outranked = "outranked:" // prefix of the reason's code; the campaign that goes first follows
)

// Ahead returns the competing intents that should be sent before mine, best
// first, or nil if mine can still be sent after all of them. Call it for an intent
// that passes the checks; it costs no I/O.
//
// Competitors are the intents on the contact's waiting list and those of scheduled
// campaigns that ran within [Expected] and whose audience includes the customer.
// One counts if it ranks before mine ([Config.Compare]), passes every check up to
// the holdout itself, and is not in the ledger. Intents in met are left out: the
// caller has dealt with them.
//
// Sending the last one uses up the remaining cap. The list is only a hint: read
// each send's record before acting on it.
func Ahead(now time.Time, s Snapshot, mine campaign.Intent, met map[shop.SendID]bool, r Config) (ahead []campaign.Intent) {
	now = shop.Millis(now)
	rivals := slices.DeleteFunc(append(s.waiting(), r.expected(now, s.Profile, mine)...), func(rival campaign.Intent) bool {
		id := rival.SendID(r.Tenant)
		return met[id] || r.Compare(rival, mine) >= 0 || r.merges(rival, mine) ||
			slices.ContainsFunc(s.Contact.Ledger, func(e frequency.Entry) bool { return e.Send == id })
	})
	slices.SortFunc(rivals, r.Compare)
	rivals = slices.CompactFunc(rivals, func(a, b campaign.Intent) bool { return r.Compare(a, b) == 0 })
	for _, rival := range rivals {
		c := r.consider(now, s, rival)
		if c.refused() != nil {
			continue
		}
		s.Contact = s.Contact.With(c.entry(), now, r.Frequency)
		ahead = append(ahead, rival)
		if r.consider(now, s, mine).refused() != nil {
			return ahead
		}
	}
	return nil
}

// Yield returns the decision for an intent that gives way to a better one that is
// expected but not stored yet: it waits for two minutes, or ends OUTRANKED if it
// expires before.
func Yield(now time.Time, s Snapshot, mine, to campaign.Intent, r Config) Decision {
	now = shop.Millis(now)
	c := r.consider(now, s, mine)
	c.refused() // fills in the explanation
	text := fmt.Sprintf("campaign %s ranks higher and is about to be sent", to.Campaign)
	c.explained.note("rank", text)
	return c.answer(*c.later(now.Add(giveWay), claim.Outranked, outranked+string(to.Campaign), text))
}

// beaten returns the campaign of a send that was sent first (see [Snapshot.First])
// if only such sends use up the caps; else "".
func (c *evaluation) beaten() (first shop.CampaignID) {
	without := c.Contact
	for _, e := range c.Contact.Ledger {
		if name, ok := c.First[e.Send]; ok {
			first, without = name, without.Without(e.Send)
		}
	}
	if first != "" && c.Frequency.Check(c.now, c.Profile.Zones(), without, c.campaign.Class, c.campaign.Tags).Allowed {
		return first
	}
	return ""
}

// entry returns the message's reservation in the ledger.
func (c *evaluation) entry() frequency.Entry {
	e := frequency.Entry{Send: c.id, At: c.now, Class: c.campaign.Class, Tags: c.campaign.Tags}
	if c.campaign.Class.Marketing() {
		e.Run = c.intent.RunID()
	}
	return e
}

// expected returns the intents that runs of scheduled campaigns within [Expected]
// raise for the customer, stored or not. It looks only at classes that count
// against a promotion's caps, and only at campaigns that can rank before mine.
func (r Config) expected(now time.Time, p profile.Profile, mine campaign.Intent) (intents []campaign.Intent) {
	own := r.known(mine)
	for _, c := range r.Campaigns {
		if !c.Scheduled() || c.ID == mine.Campaign || !c.Class.Marketing() ||
			c.Class.Rank() > own.Class.Rank() || c.Class == own.Class && c.Value < own.Value {
			continue
		}
		for _, run := range campaign.Due(c, now.Add(-Expected), now, ClockOf(r.Shop, c, p)) {
			intents = append(intents, Planned(r.Policy, c, run, p, nil)...)
		}
	}
	return intents
}

// ClockOf returns the zone whose clocks say when the campaign runs for the
// customer: theirs (see [shoppolicy.Shop.ZoneOf]) if it follows the customers'
// clocks, else the shop's.
func ClockOf(s shoppolicy.Shop, c campaign.Campaign, customer profile.Profile) *time.Location {
	if c.Clock == campaign.ByCustomer {
		return s.ZoneOf(customer.Zones())
	}
	return s.Location()
}

// Planned returns the intents that a run of the campaign raises for a customer whom
// it reaches (see [campaign.Campaign.Reaches]): one, or none if the audience did not
// include them at the time of the run; of a campaign on customers' own days, one for
// each day that is open (see [openDays]), for which items has the catalogue's rows of
// the products that they bought. The caller fills in Planned.
func Planned(p shoppolicy.Policy, c campaign.Campaign, run campaign.Run, customer profile.Profile, items map[shop.ProductID]recommend.Item) []campaign.Intent {
	if c.OwnDay() != "" {
		return openDays(p, c, run, customer, items)
	}
	if !included(p, c, run, customer, run.At) {
		return nil
	}
	return []campaign.Intent{c.At(run, customer.ID)}
}

// included reports whether the audience of a run includes the customer, by their
// facts as of the given time.
func included(p shoppolicy.Policy, c campaign.Campaign, run campaign.Run, customer profile.Profile, asOf time.Time) bool {
	facts := Facts(asOf, customer, frequency.Contact{}, nil, p, Occasion{})
	facts.Campaign.ID, facts.Campaign.Run = c.ID, run.At.In(ClockOf(p.Shop, c, customer))
	return c.Audience.Holds(facts)
}
