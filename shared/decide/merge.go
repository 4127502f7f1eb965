package decide

import (
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/shop"
)

// Companions returns what waits, by the contact's list, and could be said in
// mine's message: intents of the same campaign and version about other orders,
// which would pass every check up to the holdout by themselves. There are none
// where the campaign does not merge, and [claim.MostMerged] at most, those that
// expire first. Those of met are left out.
//
// Whether one is really open, and holds no coupon of its own, its record tells.
func Companions(now time.Time, s Snapshot, mine campaign.Intent, met map[shop.SendID]bool, r Config) (companions []campaign.Intent) {
	now = shop.Millis(now)
	for _, other := range s.waiting() {
		if len(companions) == claim.MostMerged {
			break
		}
		if r.merges(other, mine) && !met[other.SendID(r.Tenant)] && r.consider(now, s, other).refused() == nil {
			companions = append(companions, other)
		}
	}
	return companions
}

// merges reports whether one message can speak for both.
func (r Config) merges(other, mine campaign.Intent) bool {
	return r.known(mine).Merge && other.Campaign == mine.Campaign && other.Version == mine.Version &&
		other.Order != "" && mine.Order != "" && other.Occasion != mine.Occasion
}

// Merge returns the end of a send for which the given one speaks as well. What
// is stored of it, its fence above all, is the caller's to fill in.
func Merge(now time.Time, other, speaker campaign.Intent, r Config) claim.Send {
	now = shop.Millis(now)
	c := r.consider(now, Snapshot{}, other)
	c.campaign = r.known(other)
	text := "one message speaks for both: send " + string(speaker.SendID(r.Tenant))
	c.explained.Policy = r.Version
	c.explained.note("rank", text)
	return c.answer(*end(claim.Outranked, "merged", "%s", text)).Send
}

// also returns the orders that the message speaks for beside its own: those of
// an attempt before, and those that are merged into it now.
func (c *evaluation) also() []shop.OrderID {
	all := slices.Clone(c.Kept[c.id].Also)
	for _, other := range c.Merged[c.id] {
		if !slices.Contains(all, other.Order) && other.Order != c.intent.Order {
			all = append(all, other.Order)
		}
	}
	return all
}
