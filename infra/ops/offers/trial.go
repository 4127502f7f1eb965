package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/bojanz/currency"

	"regulars/shared/condition"
	"regulars/shared/decide"
	"regulars/shared/offer"
	"regulars/shared/policy"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// trial asks every offer about one customer and one cart.
type trial struct {
	policy policy.Policy
	person person
	cart   pricing.Cart
	order  shop.OrderID
	now    time.Time
}

// answer is what one offer has to say.
type answer struct {
	offer offer.Offer
	has   string // what the customer has of it, apart from the cart
	why   string // why they have nothing; empty where they have
	cart  string // what it does on the cart
	deal  *pricing.Deal
}

func (t trial) facts() condition.Facts {
	rules := t.policy
	rules.Lifetime = t.person.taught
	return decide.Facts(t.now, t.person.Profile, t.person.Contact, t.person.items, rules, decide.Occasion{Order: t.order})
}

// points says what the customer has of points; a line, or nothing in a shop
// without them.
func (t trial) points() string {
	scheme, ledger := t.policy.Points, t.person.Profile.Points.Ledger
	if !scheme.On() {
		return ""
	}
	b, at := ledger.At(t.now), scheme.Stands(ledger, t.now)
	line := fmt.Sprintf("%d points, worth %s", max(0, b.Active), t.money(scheme.Spend.WorthOf(b.Active)))
	if b.Next > 0 {
		line += fmt.Sprintf(", of which %d expire on %s", b.Next, b.Expires.In(t.policy.Shop.Location()).Format("2 January 2006"))
	}
	line += fmt.Sprintf("; %d pending", b.Pending)
	if at.Tier != "" {
		line += "; " + at.Tier
	}
	if at.Next != "" {
		line += fmt.Sprintf(", %d points to %s", at.Needs, at.Next)
	}
	return line + "; this cart would earn " + fmt.Sprint(scheme.For(shop.Money{Minor: pricing.Price(t.cart, nil).Total, Currency: t.policy.Shop.Currency})) + "\n"
}

// answers asks every offer by itself, coupons as a message would and automatic
// ones as the checkout would, and returns the best coupon.
func (t trial) answers() (all []answer, best *offer.Grant) {
	zone := t.policy.Shop.ZoneOf(t.person.Profile.Zone.Value)
	c := offer.Case{
		Now: t.now, Customer: t.person.Profile.ID, Zone: zone, Facts: t.facts(),
		Granted: t.person.Contact.Granted, Need: t.policy.Need, Products: map[shop.ProductID]shop.Product{},
	}
	for id, item := range t.person.items {
		c.Products[id] = item.Product
	}
	best, refusals := offer.Best(t.policy.Offers, c)
	refused := map[shop.OfferID]offer.Refusal{}
	for _, r := range refusals {
		refused[r.Offer] = r
	}
	for _, o := range t.policy.Offers {
		a, product := answer{offer: o}, shop.ProductID("")
		r, no := refused[o.ID]
		switch {
		case o.Automatic:
			if refusal := o.Refused(c); refusal != nil {
				a.why = refusal.Text
			} else {
				a.has = "without a code"
			}
		case no && r.Code != offer.RefusedOutbid:
			a.why = r.Text
		default:
			grant := best
			if no { // outbid: asked by itself, it is granted
				grant, _ = offer.Best([]offer.Offer{o}, c)
				a.has = "could have a coupon, but " + r.Text
			} else {
				a.has = fmt.Sprintf("a coupon worth about %s, until %s", money(grant.Value), grant.Until.In(zone).Format("2 January 2006"))
			}
			product = grant.Product
		}
		if a.why == "" {
			deal := o.Deal(o.ID, product)
			a.deal, a.cart = &deal, t.alone(o, deal)
		}
		all = append(all, a)
	}
	return all, best
}

// outlook says what to expect of a customer.
func (t trial) outlook(who condition.Customer) string {
	if who.Orders == 0 {
		return ""
	}
	return fmt.Sprintf("to expect: still a customer by %.0f %%, %.1f orders in 90 days, %s in a year; %.1f of their usual gaps since the last order\n",
		100*who.Alive, who.Expected, money(who.Worth), who.Late)
}

// alone says what one offer, as a deal, does on the cart.
func (t trial) alone(o offer.Offer, d pricing.Deal) string {
	q := pricing.Price(t.cart, []pricing.Deal{d})
	if why := q.Refused[d.ID]; why != "" {
		return "nothing: " + plain[why]
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

// plain says why a deal gives nothing on a cart.
var plain = map[pricing.Refusal]string{
	pricing.Nothing:  "it is on none of the lines",
	pricing.TooSmall: "the lines that it is on are worth less than its minimum",
	pricing.TooFew:   "there are too few units for a free one",
	pricing.NoTier:   "the lines are worth less than its lowest tier",
	pricing.AtFloor:  "the lines cost no more than their floor",
	pricing.Zero:     "it would be less than the smallest coin",
	pricing.Outbid:   "another one is worth more, and they do not add up",
	pricing.NoGround: "shipping costs nothing anyway",
}

func (t trial) print(out io.Writer) error {
	all, best := t.answers()
	who := t.facts().Customer
	fmt.Fprintf(out, "%s: %d orders, %s spent", t.person.Profile.ID, who.Orders, money(who.Spent))
	if who.Rhythm != "" {
		fmt.Fprintf(out, ", one every %d days, %s", who.Gap, who.Rhythm)
	}
	fmt.Fprintf(out, ", the last %d without a coupon at hand\n%s%s\n", who.FullPrice, t.outlook(who), t.points())

	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "OFFER\tCUSTOMER\tON THIS CART")
	var deals []pricing.Deal
	for _, a := range all {
		if a.why != "" {
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", a.offer.ID, a.has, a.cart)
		if a.offer.Automatic || best != nil && best.Offer.ID == a.offer.ID {
			deals = append(deals, *a.deal)
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
	return t.bill(out, pricing.Price(t.cart, deals))
}

// bill prints the cart with everything that the customer would have at once: the
// best coupon, and what needs no code.
func (t trial) bill(out io.Writer, q pricing.Quote) error {
	fmt.Fprintln(out, "\nTHE CART, WITH THE BEST COUPON AND WHAT NEEDS NO CODE")
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
	if err := w.Flush(); err != nil {
		return err
	}
	for _, taken := range q.Taken {
		if taken.Gift != "" {
			fmt.Fprintf(out, "%s: the gift %s\n", taken.Deal, taken.Gift)
			continue
		}
		if taken.Off == 0 {
			fmt.Fprintf(out, "%s: points\n", taken.Deal)
			continue
		}
		fmt.Fprintf(out, "%s: %s off\n", taken.Deal, t.money(taken.Off))
	}
	for _, id := range slices.Sorted(maps.Keys(q.Refused)) {
		fmt.Fprintf(out, "%s: nothing: %s\n", id, plain[q.Refused[id]])
	}
	return nil
}

func (t trial) money(minor int64) string {
	return money(shop.Money{Minor: minor, Currency: t.policy.Shop.Currency})
}

func money(m shop.Money) string {
	amount, err := currency.NewAmountFromInt64(m.Minor, string(m.Currency))
	if err != nil {
		return fmt.Sprint(m.Minor) // without a currency, as the worth of something to somebody of whom nothing is known
	}
	return currency.NewFormatter(currency.NewLocale("en-GB")).Format(amount)
}
