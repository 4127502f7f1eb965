package campaign

import (
	"slices"
	"strings"

	"regulars/shared/shop"
	"regulars/shared/variant"
)

// Variant is one of several versions of a campaign. It has what may differ between
// them; the class, and with it caps, consents and the place among other campaigns,
// is the same for all.
type Variant struct {
	Name       string         `json:"name"`
	Share      int            `json:"share"` // basis points of the customers; of all variants 10,000
	Message    shop.MessageID `json:"message"`
	Picks      int            `json:"picks"`
	Offers     []shop.OfferID `json:"offers,omitempty"`
	NeedsOffer bool           `json:"needs_offer,omitempty"`
	SendTime   SendTime       `json:"send_time,omitempty"`
}

// For returns the campaign as this customer gets it: with their variant's name in
// Variant, and what the variant says in place of what the campaign says. A campaign
// without variants is returned as it is.
//
// Which variant it is follows from a hash ([variant.Of]), so it is known before
// anything is decided. The names of the variants are part of it: other names divide
// the customers in another way, while other shares move as few of them as possible.
// kept is the variant of an earlier attempt of the same send; if the campaign still
// has it, it stays.
func (c Campaign) For(customer shop.CustomerID, kept string) Campaign {
	if len(c.Variants) == 0 {
		return c
	}
	at := slices.IndexFunc(c.Variants, func(v Variant) bool { return v.Name == kept })
	if at < 0 {
		var names []string
		var shares []int
		for _, v := range c.Variants {
			names, shares = append(names, v.Name), append(shares, v.Share)
		}
		at = variant.Of(c.ID, strings.Join(names, " "), customer, shares)
	}
	v := c.Variants[at]
	c.Variant, c.Message, c.Picks, c.Offers, c.NeedsOffer, c.SendTime = v.Name, v.Message, v.Picks, v.Offers, v.NeedsOffer, v.SendTime
	return c
}
