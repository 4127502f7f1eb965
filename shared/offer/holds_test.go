package offer_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/condition"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

// TestMain checks properties on 3,000 cases, unless the command line has another
// number; rapid's own default is 100.
func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("3000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// Conditions on lines, compiled once. Each random offer has one of them.
var ons = []condition.Condition{
	{},
	{},
	on(`line.category == "mug"`), on(`line.category in ["mug", "tea"]`), on(`line.product == "mug-1"`),
	on(`line.price < money("5.00")`), on(`line.units >= 2`), on(`line.category.startsWith("t") || line.price > money("20.00")`),
}

func anyOffer(t *rapid.T, id shop.OfferID) offer.Offer {
	money := func(name string) shop.Money { return gbp(rapid.Int64Range(1, 20_000).Draw(t, name)) }
	share := func(name string) int { return rapid.IntRange(1, 10_000).Draw(t, name) }
	o := offer.Offer{
		ID: id, On: rapid.SampledFrom(ons).Draw(t, "on"), Rank: rapid.IntRange(0, 3).Draw(t, "rank"),
		Stacks: rapid.SampledFrom([]string{"", "shop", "loyal", pricing.Alone}).Draw(t, "stacks"),
	}
	o.Effect.Kind = rapid.SampledFrom(offer.Kinds).Draw(t, "kind")
	switch e := &o.Effect; e.Kind {
	case offer.KindPercent:
		e.Percent = share("percent")
	case offer.KindAmount:
		e.Amount = money("amount")
	case offer.KindTiers:
		from := int64(0)
		for range rapid.IntRange(1, 3).Draw(t, "tiers") {
			from += rapid.Int64Range(1, 8000).Draw(t, "from")
			tier := offer.Tier{From: gbp(from), Percent: share("percent")}
			if rapid.Bool().Draw(t, "an amount") {
				tier = offer.Tier{From: gbp(from), Amount: gbp(rapid.Int64Range(1, from).Draw(t, "amount"))}
			}
			e.Tiers = append(e.Tiers, tier)
		}
	case offer.KindBuyGet:
		e.BuyGet = &offer.BuyGet{Buy: rapid.IntRange(1, 4).Draw(t, "buy"), Get: rapid.IntRange(1, 3).Draw(t, "get"), Percent: share("percent")}
	case offer.KindNth:
		e.Nth = &offer.Nth{N: 10}
	case offer.KindGift:
		e.Gift = &offer.Gift{Product: "gift", Worth: money("worth")}
	case offer.KindPoints:
		e.Points, o.Brings = &offer.Points{Grant: 100}, money("brings")
	}
	if o.Effect.Kind == offer.KindShipping || rapid.Bool().Draw(t, "a ceiling") {
		o.AtMost = money("at most")
	}
	if rapid.Bool().Draw(t, "a minimum") {
		o.Minimum = money("minimum")
	}
	if rapid.Bool().Draw(t, "a floor") {
		margin := rapid.SampledFrom([]int{0, 500, 10_000}).Draw(t, "margin")
		o.Margin = &margin
	}
	return o
}

func anyCart(t *rapid.T) pricing.Cart {
	cart := pricing.Cart{Currency: "GBP", Shipping: rapid.Int64Range(0, 999).Draw(t, "shipping")}
	for i := range rapid.IntRange(0, 12).Draw(t, "lines") {
		product := rapid.SampledFrom([]string{"mug-1", "mug-2", "tea-1", "bag-1"}).Draw(t, "product")
		l := line(product, rapid.IntRange(1, 9).Draw(t, "units"), rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64Range(0, 5000)).Draw(t, "price"))
		if l.ID = fmt.Sprintf("%03d", i); rapid.Bool().Draw(t, "a cost") {
			l.Cost = rapid.Int64Range(0, l.Price+l.Price/4).Draw(t, "cost")
		}
		cart.Lines = append(cart.Lines, l)
	}
	return cart
}

// For any cart and any offers: no total or line is negative, no line is below the
// floor of the last offer that lowered it, the sums are exact, ceilings and minimums
// hold, a discount of zero is not taken, the order of lines and offers and the IDs
// of lines make no difference, and partial refunds add up to the whole.
//
// go test ./shared/offer -run Promises -rapid.checks=100000 checks 100,000 cases.
func TestCheckoutKeepsItsPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cart, offers, byID := anyCart(t), []offer.Offer(nil), map[shop.OfferID]offer.Offer{}
		for i := range rapid.IntRange(0, 6).Draw(t, "offers") {
			o := anyOffer(t, shop.OfferID(fmt.Sprint("o-", i)))
			offers, byID[o.ID] = append(offers, o), o
		}
		if err := cart.Check(); err != nil {
			t.Fatal(err)
		}
		q := price(cart, offers)
		sums(t, q)
		kept(t, q, byID)

		mixed := cart
		mixed.Lines = rapid.Permutation(cart.Lines).Draw(t, "order")
		if other := price(mixed, rapid.Permutation(offers).Draw(t, "offers")); other.Total != q.Total || !slices.Equal(nets(other), nets(q)) {
			t.Errorf("with lines and offers in another order it costs %d, want %d", other.Total, q.Total)
		}
		renamed := cart
		renamed.Lines = slices.Clone(cart.Lines)
		for i, name := range rapid.Permutation(names(cart)).Draw(t, "names") {
			renamed.Lines[i].ID = name
		}
		if other := price(renamed, offers); other.Total != q.Total {
			t.Errorf("with other IDs of lines the cart costs %d, want %d", other.Total, q.Total)
		}
		for _, l := range q.Lines {
			refunds(t, l)
		}
	})
}

func sums(t *rapid.T, q pricing.Quote) {
	total, off := q.Shipping-q.ShippingOff, q.ShippingOff
	for _, l := range q.Lines {
		net := l.Gross
		for _, s := range l.Offs {
			if s.Off <= 0 {
				t.Errorf("%s takes %d off line %s", s.Deal, s.Off, l.ID)
			}
			net, off = net-s.Off, off+s.Off
		}
		if net != l.Net || l.Net < 0 {
			t.Errorf("line %s costs %d, of %d its discounts leave %d", l.ID, l.Net, l.Gross, net)
		}
		total += l.Net
	}
	if q.Total != total || q.Total < 0 || q.Off != off || q.ShippingOff > q.Shipping {
		t.Errorf("the quote has the total %d and %d off, its lines and shipping add up to %d and %d", q.Total, q.Off, total, off)
	}
}

// kept checks each discount against its offer.
func kept(t *rapid.T, q pricing.Quote, offers map[shop.OfferID]offer.Offer) {
	classes := map[string]int{}
	for _, taken := range q.Taken {
		o := offers[taken.Deal]
		classes[o.Stacks]++
		deal := o.Deal(o.ID, "mug-1")
		var on int64
		for _, l := range q.Lines {
			holds := deal.On == nil || deal.On(l.Line)
			if holds {
				on += l.Gross
			}
			for i, s := range l.Offs {
				if s.Deal != o.ID {
					continue
				}
				if !holds {
					t.Errorf("%s takes %d off line %s, which it is not on", o.ID, s.Off, l.ID)
				}
				if left := after(l, i); o.Margin != nil && left < floorOf(l, *o.Margin) {
					t.Errorf("%s leaves %d of line %s, below its floor of %d", o.ID, left, l.ID, floorOf(l, *o.Margin))
				}
			}
		}
		if on < o.Minimum.Minor {
			t.Errorf("%s is taken on lines of %d, its minimum is %d", o.ID, on, o.Minimum.Minor)
		}
		if taken.Gift == "" && o.Effect.Kind != offer.KindPoints && taken.Off <= 0 || !o.AtMost.IsZero() && taken.Off > o.AtMost.Minor {
			t.Errorf("%s takes %d off, of at most %v", o.ID, taken.Off, o.AtMost)
		}
	}
	for class, n := range classes {
		if n > 1 || class == pricing.Alone && len(q.Taken) > 1 {
			t.Errorf("%d discounts of the class %q, and %d in all", n, class, len(q.Taken))
		}
	}
	if len(q.Taken)+len(q.Refused) != len(offers) {
		t.Errorf("of %d offers %d are taken and %d refused", len(offers), len(q.Taken), len(q.Refused))
	}
}

// after returns what the line costs after its first i+1 discounts.
func after(l pricing.PricedLine, i int) int64 {
	left := l.Gross
	for _, s := range l.Offs[:i+1] {
		left -= s.Off
	}
	return left
}

func floorOf(l pricing.PricedLine, margin int) int64 {
	cost := int64(l.Units) * l.Cost
	if cost == 0 {
		return 0
	}
	return min(l.Gross, cost+(cost*int64(margin)+9_999)/10_000)
}

func refunds(t *rapid.T, l pricing.PricedLine) {
	var paid int64
	for before := 0; before < l.Units; {
		units := rapid.IntRange(1, l.Units-before).Draw(t, "returned")
		part := pricing.Refund(l.Net, l.Units, before, units)
		if part < 0 {
			t.Errorf("%d units of line %s pay back %d", units, l.ID, part)
		}
		paid, before = paid+part, before+units
	}
	if paid != l.Net {
		t.Errorf("the parts of line %s pay back %d, it cost %d", l.ID, paid, l.Net)
	}
}

func nets(q pricing.Quote) (nets []int64) {
	lines := slices.Clone(q.Lines)
	slices.SortFunc(lines, func(a, b pricing.PricedLine) int { return cmp.Compare(a.ID, b.ID) })
	for _, l := range lines {
		nets = append(nets, l.Net)
	}
	return nets
}

func names(c pricing.Cart) (names []string) {
	for _, l := range c.Lines {
		names = append(names, l.ID)
	}
	return names
}
