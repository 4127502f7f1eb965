package decide

import (
	"cmp"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// orderedBefore is how long before a cart's last change an order may have been placed
// and still end the cart: platforms change a cart once more when it has become an order.
const orderedBefore = 15 * time.Minute

// timed returns the intent with the times that the customer's profile gives it. For one
// about a cart they are those of the cart's last change, whichever change raised it: so
// a change starts the campaign's time again, in whatever order the intents of several
// changes come. For one of a run with send_time it is that hour of the customer's.
// Every other intent stays as it is.
func (r Config) timed(i campaign.Intent, p profile.Profile) campaign.Intent {
	if c, _ := r.campaignFor(i, p); c.SendTime != "" {
		if run, ok := runOf(i); ok {
			i.NotBefore = r.sendTime(c, run, p)
		}
		return i
	}
	if id := i.Cart(); id == "" || p.Cart == nil || p.Cart.ID != id {
		return i
	}
	at := r.known(i).AtEvent(p.Cart.At)
	i.NotBefore, i.NotAfter = at.NotBefore, at.NotAfter
	return i
}

// abandoned ends an intent about a cart that became an order, was emptied, or is not
// the one that the customer changed last.
func (c *evaluation) abandoned() *rejection {
	cart := c.Profile.Cart
	switch {
	case c.intent.Cart() == "":
		return nil
	case cart == nil || cart.ID != c.intent.Cart():
		return end(claim.Expired, "cart-gone", "the customer went on to another cart, or the cart is not kept any more")
	case len(cart.Lines) == 0:
		return end(claim.Expired, "cart-emptied", "the customer emptied the cart")
	case c.ordered().After(cart.At.Add(-orderedBefore)):
		return end(claim.Expired, "cart-ordered", "an order came from the cart's mailbox on %s", c.ordered().UTC().Format(time.RFC3339))
	}
	return nil
}

// ordered returns when a customer of the mailbox ordered last.
func (c *evaluation) ordered() time.Time {
	last := c.Contact.Ordered
	for _, visit := range c.Profile.Orders {
		if visit.At.After(last) {
			last = visit.At
		}
	}
	return last
}

// cart returns the cart that the message is about, with its products as they are now.
// Products that the catalogue does not know or hides are left out, and those that
// are sold out come last. It is nil if the message is about no cart, or if none of its
// products can be bought now.
func (c *evaluation) cart() *content.Cart {
	if c.intent.Cart() == "" || c.Profile.Cart == nil {
		return nil
	}
	data, buyable := &content.Cart{URL: c.link(c.Profile.Cart.URL)}, false
	for _, line := range c.Profile.Cart.Lines {
		item, known := c.Items[line.Product]
		if !known || item.Hidden {
			continue
		}
		p := shop.Product{ID: item.ID, Title: item.TitleIn(c.language), Price: item.Price, Width: item.Width, Height: item.Height}
		if item.Image != "" && c.Shop.LinkFault(item.Image) == "" {
			p.Image = item.Image
		}
		if item.URL != "" && c.Shop.LinkFault(item.URL) == "" {
			p.URL = c.link(item.URL)
		}
		data.Lines = append(data.Lines, content.CartLine{Product: p, Units: line.Units, SoldOut: !item.InStock()})
		buyable = buyable || item.InStock()
	}
	if !buyable {
		return nil
	}
	slices.SortStableFunc(data.Lines, func(a, b content.CartLine) int { return cmp.Compare(soldOut(a), soldOut(b)) })
	return data
}

// soldOut is 1 for a line that is sold out, which comes after those that are not.
func soldOut(l content.CartLine) int {
	if l.SoldOut {
		return 1
	}
	return 0
}

// inCart returns the products of the cart that the intent is about.
func inCart(p profile.Profile, i campaign.Intent) (products []shop.ProductID) {
	if p.Cart != nil && p.Cart.ID == i.Cart() {
		for _, line := range p.Cart.Lines {
			products = append(products, line.Product)
		}
	}
	return products
}
