package decide

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

const (
	// Expected is how long after its slot a scheduled campaign's intent is
	// expected for every customer of its audience, before it is on record.
	// Planning and the queue take seconds to minutes; longer than that, nobody
	// waits for it.
	Expected = 15 * time.Minute

	// giveWay is how long an intent waits for a better one that is expected.
	giveWay = 2 * time.Minute

	outranked = "outranked:" // begins the reason's code; the campaign that goes first follows
)

// Ahead returns the intents that come before mine and would take its place, were
// they to go now, best first; none where mine may go all the same. It is asked
// of an intent that may go, and costs no I/O.
//
// Who competes is what the contact's list says that waits, and the scheduled
// campaigns whose slot was due within [Expected] and whose audience the customer
// belongs to. One counts if it ranks before mine ([Config.Compare]), would itself
// pass every check up to the holdout, and is not in the ledger. Those of met are
// left out: the caller has seen to them.
//
// The last of the answer is the one whose going closes the door; the others
// before it go as well. Whether any of them is really open, its record tells.
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

// Yield answers an intent that gives way to a better one, which has no record
// yet but is expected any moment: it waits for some minutes, or ends OUTRANKED
// where it would not live to see them.
func Yield(now time.Time, s Snapshot, mine, to campaign.Intent, r Config) Decision {
	now = shop.Millis(now)
	c := r.consider(now, s, mine)
	c.refused() // for the explanation
	text := fmt.Sprintf("%s comes before it and is about to go", to.Campaign)
	c.explained.note("rank", text)
	return c.answer(*c.later(now.Add(giveWay), claim.Outranked, outranked+string(to.Campaign), text))
}

// beaten returns the campaign of a send that was let go first, where it is for
// such sends alone that the caps leave no room.
func (c *evaluation) beaten() (first shop.CampaignID) {
	without := c.Contact
	for _, e := range c.Contact.Ledger {
		if name, ok := c.First[e.Send]; ok {
			first, without = name, without.Without(e.Send)
		}
	}
	if first != "" && c.Frequency.Check(c.now, c.Profile.Zone.Value, without, c.campaign.Class, c.campaign.Tags).Allowed {
		return first
	}
	return ""
}

// entry is what the message leaves in the ledger.
func (c *evaluation) entry() frequency.Entry {
	return frequency.Entry{Send: c.id, At: c.now, Class: c.campaign.Class, Tags: c.campaign.Tags}
}

// expected returns the intents that scheduling raises for the customer about
// now, whether they are on record yet or not. Only those of a class that can
// take a place from a promotion are looked for.
func (r Config) expected(now time.Time, p profile.Profile, mine campaign.Intent) (intents []campaign.Intent) {
	own := r.known(mine)
	for _, c := range r.Campaigns {
		if c.Schedule == "" || c.ID == mine.Campaign || c.Class != shop.ClassPromotion && c.Class != shop.ClassPromise ||
			c.Class.Rank() > own.Class.Rank() || c.Class == own.Class && c.Value < own.Value {
			continue
		}
		for _, run := range campaign.Due(c, now.Add(-Expected), now, r.Shop.Location()) {
			if i, ok := Scheduled(r.Policy, c, run, p); ok {
				intents = append(intents, i)
			}
		}
	}
	return intents
}

// Scheduled returns the intent that the campaign's slot raises for the customer,
// and whether they belong to its audience as of the slot. Planned is left for
// the caller to fill in.
func Scheduled(p policy.Policy, c campaign.Campaign, run time.Time, customer profile.Profile) (campaign.Intent, bool) {
	facts := Facts(run, customer, frequency.Contact{}, nil, p, Occasion{})
	facts.Campaign.ID, facts.Campaign.Run = c.ID, run.In(p.Shop.Location())
	if !c.Audience.Holds(facts) {
		return campaign.Intent{}, false
	}
	return c.At(run, customer.ID), true
}
