package decide

import (
	"cmp"
	"strings"

	"regulars/shared/campaign"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// Compare orders intents of one customer that want the same place: negative
// where a comes before b. The stronger class comes first, then the higher
// expected value, then what expires first, then the campaign's name. It is a
// strict total order of sends: 0 only where both are of the same one.
//
// A campaign that is not published any more ranks behind all.
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

func (r Config) known(i campaign.Intent) campaign.Campaign {
	c, _ := r.Campaign(i.Campaign)
	return c
}

// Hint returns what the customer's contact says of an intent that waits.
func Hint(i campaign.Intent) frequency.Waiting {
	return frequency.Waiting{Campaign: i.Campaign, Version: i.Version, Occasion: i.Occasion, Order: i.Order, NotAfter: shop.Millis(i.NotAfter)}
}

// Hints returns the [Hint] of each.
func Hints(intents []campaign.Intent) (all []frequency.Waiting) {
	for _, i := range intents {
		all = append(all, Hint(i))
	}
	return all
}

// waiting returns what the contact says that waits, as intents: enough of each
// to judge it; the rest stands in its record.
func (s Snapshot) waiting() (all []campaign.Intent) {
	for _, w := range s.Contact.Waiting {
		all = append(all, campaign.Intent{Campaign: w.Campaign, Version: w.Version, Customer: s.Profile.ID, Occasion: w.Occasion, Order: w.Order, NotAfter: w.NotAfter})
	}
	return all
}
