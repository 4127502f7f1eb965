// Package trial shows what a customer would get on a cart by the offers of a
// shop's files, which need not be published, and why not the rest. It prices
// the cart by the checkout's own code, package cartquote.
package trial

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"regulars/shared/cartquote"
	"regulars/shared/checkout"
	"regulars/shared/cldrmoney"
	"regulars/shared/condition"
	"regulars/shared/coupon"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// Trial is one customer with one cart. Its Occasion may name one of the
// customer's orders, for conditions that ask about it.
type Trial struct {
	cartquote.Case
}

// Quote returns what the checkout would answer for this cart, with its codes
// and its points.
func (t Trial) Quote() cartquote.Quote { return cartquote.Price(t.Case) }

// outcome is what the customer would get of one offer, by itself.
type outcome struct {
	offer offer.Offer
	has   string // what the customer has of it, apart from the cart
	why   string // why they have nothing; empty if they have something
	cart  string // what it does on the cart
}

// outcomes checks every offer by itself, coupons as a message would and
// automatic offers as the checkout would, and returns the best coupon.
func (t Trial) outcomes() (all []outcome, best *offer.Grant) {
	c := t.OfferCase()
	c.Need, c.Products = t.Policy.Need, map[shop.ProductID]shop.Product{}
	for id, item := range t.Items {
		c.Products[id] = item.Product
	}
	best, refusals := offer.Best(t.Policy.Offers, c)
	refused := map[shop.OfferID]offer.Refusal{}
	for _, r := range refusals {
		refused[r.Offer] = r
	}
	for _, o := range t.Policy.Offers {
		a, product := outcome{offer: o}, shop.ProductID("")
		r, isRefused := refused[o.ID]
		switch {
		case o.Automatic:
			if refusal := o.Refused(c); refusal != nil {
				a.why = refusal.Text
			} else {
				a.has = "without a code"
			}
		case isRefused && r.Code != offer.RefusedOutbid:
			a.why = r.Text
		default:
			grant := best
			if isRefused { // outbid: checked by itself, it is granted
				grant, _ = offer.Best([]offer.Offer{o}, c)
				a.has = "could have a coupon, but " + r.Text
			} else {
				a.has = fmt.Sprintf("a coupon worth about %s, until %s", cldrmoney.English(grant.Value), grant.Until.In(c.Zone).Format("2 January 2006"))
			}
			product = grant.Product
		}
		if a.why == "" {
			a.cart = t.alone(o, product)
		}
		all = append(all, a)
	}
	return all, best
}

// alone says what one offer does on the cart if there is no other.
func (t Trial) alone(o offer.Offer, product shop.ProductID) string {
	q := pricing.Price(t.PricedCart(), []pricing.Deal{o.Deal(o.ID, product)})
	if why := q.Refused[o.ID]; why != "" {
		return "nothing: " + plain[string(why)]
	}
	switch e := o.Effect.Points; {
	case e == nil:
	case e.Grant > 0:
		return fmt.Sprintf("%d points", e.Grant)
	default:
		return fmt.Sprintf("%d times the points", e.Times)
	}
	if len(q.Gifts) > 0 {
		return fmt.Sprintf("the gift %s", q.Gifts[0])
	}
	return t.money(q.Off) + " off"
}

// withCoupon returns the trial as it would be if a message had brought the
// customer this coupon, and they typed its code.
func (t Trial) withCoupon(g *offer.Grant) Trial {
	code := offer.Code([]byte("trial"), shop.SendID(g.Offer.ID))
	k := coupon.Coupon{
		Hash: offer.Hash(code), Offer: g.Offer.ID, Version: g.Offer.Version, Customer: t.Customer,
		Issued: t.Now, Until: g.Until, Product: g.Product, State: coupon.Issued,
	}
	coupons := map[string]coupon.Coupon{k.Hash: k}
	maps.Copy(coupons, t.Coupons)
	t.Coupons, t.Codes = coupons, append(slices.Clone(t.Codes), code)
	return t
}

// plain says in words why a deal or a code gives nothing on a cart.
var plain = map[string]string{
	string(pricing.Nothing):  "it is on none of the lines",
	string(pricing.TooSmall): "the lines that it is on are worth less than its minimum",
	string(pricing.TooFew):   "there are too few units for a free one",
	string(pricing.NoTier):   "the lines are worth less than its lowest tier",
	string(pricing.AtFloor):  "the lines cost no more than their floor",
	string(pricing.Zero):     "it would be less than the smallest coin or one point",
	string(pricing.Outbid):   "another one is worth more, and they do not add up",
	string(pricing.NoGround): "shipping costs nothing anyway",

	cartquote.CodeInvalid: "it is not the code of a coupon that this customer has",
	cartquote.CodeTwice:   "the code is there twice",
	cartquote.CodeUsed:    "another order has used the coupon",
	cartquote.CodeHeld:    "another order holds the coupon",
	cartquote.NoPoints:    "there are no points to pay with",
	cartquote.FewPoints:   "fewer points are free",
}

// Print writes what the customer would get of each offer, and the cart with the
// best coupon, everything that needs no code, and the codes and points of the
// cart itself.
func (t Trial) Print(out io.Writer) error {
	all, best := t.outcomes()
	paid := t
	if best != nil {
		paid = t.withCoupon(best)
	}
	q := paid.Quote()
	t.printCustomer(out, q)

	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "OFFER\tCUSTOMER\tON THIS CART")
	for _, a := range all {
		if a.why == "" {
			fmt.Fprintf(w, "%s\t%s\t%s\n", a.offer.ID, a.has, a.cart)
		}
	}
	fmt.Fprintln(w, "\nNOT FOR THIS CUSTOMER")
	for _, a := range all {
		if a.why != "" {
			fmt.Fprintf(w, "%s\t%s\n", a.offer.ID, a.why)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out, "\nTHE CART, WITH THE BEST COUPON AND WHAT NEEDS NO CODE")
	if err := t.printLines(out, q.Priced); err != nil {
		return err
	}
	t.printDeals(out, q)
	return nil
}

// printCustomer writes what conditions know of the customer, and their points.
func (t Trial) printCustomer(out io.Writer, q cartquote.Quote) {
	who := t.OfferCase().Facts.Customer
	fmt.Fprintf(out, "%s: %d orders, %s spent", t.Profile.ID, who.Orders, cldrmoney.English(who.Spent))
	if who.Rhythm != "" {
		fmt.Fprintf(out, ", one every %d days, %s", who.Gap, who.Rhythm)
	}
	fmt.Fprintf(out, ", the last %d without a valid coupon\n%s%s\n", who.FullPrice, outlook(who), t.points(q))
}

// outlook says what to expect of a customer.
func outlook(who condition.Customer) string {
	if who.Orders == 0 {
		return ""
	}
	return fmt.Sprintf("expected: still active with a probability of %.0f %%, %.1f orders in 90 days, %s in a year; %.1f usual gaps since the last order\n",
		100*who.Alive, who.Expected, cldrmoney.English(who.Worth), who.Late)
}

// points returns a line about the customer's points; nothing if the shop has
// none.
func (t Trial) points(q cartquote.Quote) string {
	scheme, ledger := t.Policy.Points, t.Profile.Points.Ledger
	if !scheme.On() {
		return ""
	}
	b, at := ledger.At(t.Now), scheme.StandingOf(ledger, t.Now)
	line := fmt.Sprintf("%d points, worth %s", max(0, b.Active), t.money(scheme.Spend.WorthOf(b.Active)))
	if b.Next > 0 {
		line += fmt.Sprintf(", of which %d expire on %s", b.Next, b.Expires.In(t.Policy.Shop.Location()).Format("2 January 2006"))
	}
	line += fmt.Sprintf("; %d pending", b.Pending)
	if at.Tier != "" {
		line += "; " + at.Tier
	}
	if at.Next != "" {
		line += fmt.Sprintf(", %d points to %s", at.Needs, at.Next)
	}
	return line + fmt.Sprintf("; this cart would earn %d\n", q.Points.Earns)
}

// printLines writes the lines and sums of a priced cart.
func (t Trial) printLines(out io.Writer, q pricing.Quote) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "line\tproduct\tunits\tprice\toff\tpays\t")
	for _, l := range q.Lines {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t\n", l.ID, l.Product, l.Units, t.money(l.Price), t.money(l.Gross-l.Net), t.money(l.Net))
	}
	fmt.Fprintf(w, "shipping\t\t\t%s\t%s\t%s\t\n", t.money(q.Shipping), t.money(q.ShippingOff), t.money(q.Shipping-q.ShippingOff))
	if q.TaxAdded && q.Tax > 0 {
		fmt.Fprintf(w, "tax\t\t\t\t\t%s\t\n", t.money(q.Tax))
	}
	fmt.Fprintf(w, "total\t\t\t\t%s\t%s\t\n", t.money(q.Off), t.money(q.Total))
	if !q.TaxAdded && q.Tax > 0 {
		fmt.Fprintf(w, "tax in it\t\t\t\t\t%s\t\n", t.money(q.Tax))
	}
	return w.Flush()
}

// printDeals writes what each deal of the quote gives, or why it gives nothing.
func (t Trial) printDeals(out io.Writer, q cartquote.Quote) {
	name := func(deal shop.OfferID) string {
		if deal == checkout.PointsDeal {
			return "points"
		}
		return string(q.OfferOf(deal))
	}
	for _, taken := range q.Priced.Taken {
		gives := t.money(taken.Off) + " off"
		switch {
		case taken.Gift != "":
			gives = "the gift " + string(taken.Gift)
		case taken.Off == 0:
			gives = "points"
		}
		fmt.Fprintf(out, "%s: %s\n", name(taken.Deal), gives)
	}
	for _, deal := range slices.Sorted(maps.Keys(q.Priced.Refused)) {
		fmt.Fprintf(out, "%s: nothing: %s\n", name(deal), plain[string(q.Priced.Refused[deal])])
	}
	for _, c := range q.Codes {
		if c.Deal == "" {
			fmt.Fprintf(out, "%s: nothing: %s\n", c.Typed, plain[c.Reason])
		}
	}
	if p := q.Points; p != nil && (p.Reason == cartquote.NoPoints || p.Reason == cartquote.FewPoints) {
		fmt.Fprintf(out, "points: nothing: %s\n", plain[p.Reason])
	}
}

func (t Trial) money(minor int64) string {
	return cldrmoney.English(shop.Money{Minor: minor, Currency: t.Policy.Shop.Currency})
}
