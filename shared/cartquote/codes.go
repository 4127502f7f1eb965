package cartquote

import (
	"time"

	"regulars/shared/checkout"
	"regulars/shared/coupon"
	"regulars/shared/decide"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// Reasons why a code gives nothing, besides those of package pricing.
const (
	// CodeInvalid is the one answer for what is no code, was never issued, has
	// ended or belongs to another customer: a stranger learns nothing from it.
	CodeInvalid = "invalid"
	CodeTooMany = "too-many"        // see [Request.OnlyHeld]
	CodeTwice   = "twice"           // the same code comes earlier in the request
	CodeUsed    = "used"            // another order has redeemed the coupon
	CodeHeld    = "held"            // another order holds the coupon
	CodeFell    = "order-fell-away" // what earned the coupon was taken back: see [decide.Fallen]
)

// Code is one code of the request, and what it gives.
type Code struct {
	Typed  string
	Deal   shop.OfferID // of the customer's coupon; empty if it cannot be used
	Until  time.Time    // the printed end of that coupon
	Taken  bool         // it takes something off this cart
	Off    int64
	Reason string // why it is not taken

	// NoTerms says that the coupon can be used, but its terms are not stored. That
	// is the shop's fault; the customer gets the same answer as for an unknown code.
	NoTerms bool
}

// Wrong reports whether the code counts as a wrong guess.
func (c Code) Wrong() bool { return c.Reason == CodeInvalid && !c.NoTerms }

// findCoupons adds the deal of each code whose coupon can be used, and notes
// the reason for the others. Codes whose coupon the order holds are found even
// if too many wrong ones were tried.
func (p *pricer) findCoupons() {
	seen := map[string]bool{} // by hash
	for _, typed := range p.Codes {
		code := Code{Typed: typed}
		k, reason := p.couponOf(typed)
		switch {
		case reason != "":
			code.Reason = reason
		case seen[k.Hash]:
			code.Reason = CodeTwice
		default:
			seen[k.Hash] = true
			if o, ok := p.promised(k); ok {
				use := checkout.Use{Offer: k.Offer, Version: k.Version, Coupon: k.Hash}
				code.Deal, code.Until = use.Deal(), k.Until
				p.add(o, use, k.Product)
			} else {
				code.Reason, code.NoTerms = p.unknown(), true
			}
		}
		p.quote.Codes = append(p.quote.Codes, code)
	}
}

// couponOf returns the coupon of a typed code, and an empty reason if the
// customer can use it for the order, else the reason why not.
func (c Case) couponOf(typed string) (k coupon.Coupon, reason string) {
	k, issued := c.Coupons[offer.Hash(typed)]
	if !issued || c.OnlyHeld && !k.HeldBy(c.Order) {
		return k, c.unknown()
	}
	switch k.Refused(c.Customer, c.Order, c.Now) {
	case coupon.Usable:
		if k.State != coupon.Redeemed && decide.Fallen(c.Now, k, c.Profile, c.Contact, c.Items, c.Policy) {
			return k, CodeFell
		}
		return k, ""
	case coupon.Used:
		return k, CodeUsed
	case coupon.HeldByAnother:
		return k, CodeHeld
	}
	return k, c.unknown()
}

// unknown returns the reason for a code of which the customer learns nothing.
func (c Case) unknown() string {
	if c.OnlyHeld {
		return CodeTooMany
	}
	return CodeInvalid
}

// promised returns the offer as it was when the coupon was issued, whatever the
// shop's files say by now; false if those terms are not stored.
func (c Case) promised(k coupon.Coupon) (offer.Offer, bool) {
	if o, ok := c.Policy.Offer(k.Offer); ok && o.Version == k.Version {
		return o, true
	}
	o, ok := c.Terms[Terms{k.Offer, k.Version}]
	return o, ok
}
