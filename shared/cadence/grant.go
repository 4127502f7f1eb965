package cadence

import (
	"maps"
	"slices"

	"regulars/shared/shop"
)

// WithGrant returns the contact with g among the grants of offer, in the place
// of an earlier grant of the same send. The receiver is not changed.
func (c Contact) WithGrant(offer shop.OfferID, g Grant) Contact {
	granted := maps.Clone(c.Granted)
	if granted == nil {
		granted = map[shop.OfferID][]Grant{}
	}
	kept := slices.DeleteFunc(slices.Clone(granted[offer]), func(old Grant) bool { return old.Send == g.Send })
	granted[offer] = append(kept, g)
	c.Granted = granted
	return c
}
