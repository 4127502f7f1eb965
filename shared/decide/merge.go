package decide

import (
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Companions returns the waiting intents that mine's message can cover as well:
// intents on the contact's waiting list of the same campaign and version about
// other orders, which pass every check up to the holdout on their own. It returns
// none if the campaign does not merge, and [claim.MostMerged] at most, those that
// expire first. Intents in met are left out.
//
// The list is only a hint: read each companion's send record to see whether it
// still waits and holds no coupon of its own.
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

// merges reports whether one message can cover both intents.
func (r Config) merges(other, mine campaign.Intent) bool {
	return r.known(mine).Merge && other.Campaign == mine.Campaign && other.Version == mine.Version &&
		other.Order != "" && mine.Order != "" && other.Occasion != mine.Occasion
}

// Merge returns the end of other's send, which speaker's message covers. The
// caller fills in the fence and the other stored fields.
func Merge(now time.Time, p profile.Profile, other, speaker campaign.Intent, r Config) claim.Send {
	now = shop.Millis(now)
	c := r.consider(now, Snapshot{}, other)
	c.campaign, _ = r.campaignFor(other, p)
	text := "one message covers both orders: send " + string(speaker.SendID(r.Tenant))
	c.explained.Policy, c.assigned = r.Version, now // a companion passes every check
	c.explained.note("rank", text)
	return c.answer(*end(claim.Outranked, "merged", "%s", text)).Send
}

// also returns the further orders that the message covers: those of an earlier
// attempt, and those that are merged into it now.
func (c *evaluation) also() []shop.OrderID {
	all := slices.Clone(c.Kept[c.id].Also)
	for _, other := range c.Merged[c.id] {
		if !slices.Contains(all, other.Order) && other.Order != c.intent.Order {
			all = append(all, other.Order)
		}
	}
	return all
}
