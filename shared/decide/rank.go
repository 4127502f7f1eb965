package decide

import (
	"cmp"
	"strings"

	"regulars/shared/campaign"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Compare orders competing intents of one customer: it is negative if a comes
// before b. The stronger class comes first, then the higher expected value, then
// the intent that expires first, then the campaign's name. It is a strict total
// order of sends: 0 only if both intents have the same send.
//
// Intents of a campaign that is no longer published come last.
func (r Config) Compare(a, b campaign.Intent) int {
	of, than := r.known(a), r.known(b)
	return cmp.Or(
		cmp.Compare(of.Class.Rank(), than.Class.Rank()),
		cmp.Compare(than.Value, of.Value),
		a.NotAfter.Compare(b.NotAfter),
		strings.Compare(string(a.Campaign), string(b.Campaign)),
		strings.Compare(a.Occasion, b.Occasion),
		cmp.Compare(a.Version, b.Version),
	)
}

// known returns the campaign of an intent, with all its variants; the zero Campaign if
// it is not published.
func (r Config) known(i campaign.Intent) campaign.Campaign {
	c, _ := r.CampaignOf(i)
	return c
}

// campaignFor returns the campaign of an intent as its customer gets it, with their
// variant, and whether it is published.
func (r Config) campaignFor(i campaign.Intent, p profile.Profile) (campaign.Campaign, bool) {
	c, published := r.CampaignOf(i)
	return c.For(i.Customer, p.FirstOrder(), ""), published
}

// Hint returns the entry for an intent in the contact's waiting list.
func Hint(i campaign.Intent) frequency.Waiting {
	return frequency.Waiting{Customer: i.Customer, Campaign: i.Campaign, Version: i.Version, Occasion: i.Occasion, Order: i.Order, NotAfter: shop.Millis(i.NotAfter)}
}

// Hints returns the [Hint] of each.
func Hints(intents []campaign.Intent) (all []frequency.Waiting) {
	for _, i := range intents {
		all = append(all, Hint(i))
	}
	return all
}

// waiting returns the customer's entries of the contact's waiting list as intents
// with the fields that the checks need; the send record has the others. Other
// customers of the mailbox are left out: their facts are not in the snapshot.
func (s Snapshot) waiting() (all []campaign.Intent) {
	for _, w := range s.Contact.Waiting {
		if w.Customer != s.Profile.ID {
			continue
		}
		all = append(all, campaign.Intent{Campaign: w.Campaign, Version: w.Version, Customer: s.Profile.ID, Occasion: w.Occasion, Order: w.Order, NotAfter: w.NotAfter})
	}
	return all
}
