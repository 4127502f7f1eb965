package frequency

import (
	"maps"
	"slices"
	"strings"

	"regulars/shared/shop"
)

// atCheckout is the prefix of the ID of a grant that an order got without a coupon.
// No send ID has it.
const atCheckout = "order/"

// AtCheckout returns the ID of a grant of an offer that needs no coupon, from the
// order that used it.
func AtCheckout(order shop.OrderID) shop.SendID { return shop.SendID(atCheckout + order) }

// AtCheckout reports whether the grant is of an offer that needs no coupon. Such a
// grant counts for the offer's own limits, and is not a coupon.
func (g Grant) AtCheckout() bool { return strings.HasPrefix(string(g.Send), atCheckout) }

// WithGrant returns the contact with g added to the grants of offer; it replaces an
// earlier grant of the same send. The receiver is not changed.
func (c Contact) WithGrant(offer shop.OfferID, g Grant) Contact {
	c = c.WithoutGrant(offer, g.Send)
	if c.Granted == nil {
		c.Granted = map[shop.OfferID][]Grant{}
	}
	c.Granted[offer] = append(c.Granted[offer], g)
	return c
}

// WithoutGrant returns the contact without that send's grant of offer. The
// receiver is not changed.
func (c Contact) WithoutGrant(offer shop.OfferID, send shop.SendID) Contact {
	c.Granted = maps.Clone(c.Granted)
	kept := slices.DeleteFunc(slices.Clone(c.Granted[offer]), func(old Grant) bool { return old.Send == send })
	if len(kept) > 0 {
		c.Granted[offer] = kept
	} else {
		delete(c.Granted, offer)
	}
	return c
}

// WithoutSend returns the contact without that send's reservation and grants, as
// if it had never been claimed. The receiver is not changed.
func (c Contact) WithoutSend(send shop.SendID) Contact {
	c = c.Without(send)
	granted := map[shop.OfferID][]Grant{}
	for offer, grants := range c.Granted {
		grants = slices.DeleteFunc(slices.Clone(grants), func(g Grant) bool { return g.Send == send })
		if len(grants) > 0 {
			granted[offer] = grants
		}
	}
	c.Granted = granted
	return c
}
