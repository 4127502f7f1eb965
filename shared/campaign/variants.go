package campaign

import (
	"slices"
	"strings"
	"time"

	"regulars/shared/shop"
	"regulars/shared/variant"
)

// Variant is one of several versions of a campaign. It has what may differ between
// them; the class, and with it caps, consents and the place among other campaigns,
// is the same for all.
type Variant struct {
	Name       string         `json:"name"`
	Share      int            `json:"share"` // basis points of the customers; of all variants 10,000; 0 with Thompson
	Message    shop.MessageID `json:"message"`
	Picks      int            `json:"picks"`
	Offers     []shop.OfferID `json:"offers,omitempty"`
	NeedsOffer bool           `json:"needs_offer,omitempty"`
	SendTime   SendTime       `json:"send_time,omitempty"`
}

// Thompson says that the shares of the variants follow the better one.
type Thompson struct {
	Floor int `json:"floor"` // basis points that each variant gets at least
}

// Names returns the names of the campaign's variants.
func (c Campaign) Names() (names []string) {
	for _, v := range c.Variants {
		names = append(names, v.Name)
	}
	return names
}

// Only returns the campaign with this one of its variants, which all customers get, and
// whether it has the variant.
func (c Campaign) Only(name string) (Campaign, bool) {
	at := slices.IndexFunc(c.Variants, func(v Variant) bool { return v.Name == name })
	if at < 0 {
		return c, false
	}
	c.Thompson, c.Variants = nil, []Variant{c.Variants[at]}
	return c, true
}

// WithFixedShares returns the campaign with equal shares, if they would follow the
// better variant; else as it is.
func (c Campaign) WithFixedShares() Campaign {
	if c.Thompson == nil {
		return c
	}
	c.Thompson, c.Variants = nil, slices.Clone(c.Variants)
	for i, share := range variant.Equal(len(c.Variants)) {
		c.Variants[i].Share = share
	}
	return c
}

// For returns the campaign as this customer gets it: with their variant's name in
// Variant, and what the variant says in place of what the campaign says. A campaign
// without variants is returned as it is. since is when the customer placed their first
// order, zero if never.
//
// Which variant it is follows from a hash ([variant.Of]), so it is known before
// anything is decided. The names of the variants are part of it: other names divide
// the customers in another way, while other shares move as few of them as possible.
// With shares that follow the better variant, the customer is assigned once
// ([variant.Allocation.Of]); before that they get the first variant, and Drawn is zero.
// kept is the variant of an earlier attempt of the same send; if the campaign still
// has it, it stays.
func (c Campaign) For(customer shop.CustomerID, since time.Time, kept string) Campaign {
	if len(c.Variants) == 0 {
		return c
	}
	at := slices.IndexFunc(c.Variants, func(v Variant) bool { return v.Name == kept })
	switch names := c.Names(); {
	case c.Thompson != nil && slices.Equal(c.Allocation.Names, names):
		drawn, night, _ := c.Allocation.Of(c.ID, customer, since)
		c.Drawn = night
		if at < 0 {
			at = drawn
		}
	case at >= 0:
	case c.Thompson != nil:
		at = 0
	default:
		var shares []int
		for _, v := range c.Variants {
			shares = append(shares, v.Share)
		}
		at = variant.Of(c.ID, strings.Join(names, " "), customer, shares)
	}
	v := c.Variants[at]
	c.Variant, c.Message, c.Picks, c.Offers, c.NeedsOffer, c.SendTime = v.Name, v.Message, v.Picks, v.Offers, v.NeedsOffer, v.SendTime
	return c
}
