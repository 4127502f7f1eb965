package pricing_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"regulars/shared/pricing"
	"regulars/shared/shop"
)

func lines(specs ...string) (cart pricing.Cart) {
	cart.Currency = "EUR"
	for i, spec := range specs {
		l := pricing.Line{ID: fmt.Sprintf("%03d", i)}
		var product string
		if _, err := fmt.Sscanf(spec, "%d×%s @%d cost %d", &l.Units, &product, &l.Price, &l.Cost); err != nil {
			if _, err := fmt.Sscanf(spec, "%d×%s @%d", &l.Units, &product, &l.Price); err != nil {
				panic(spec + ": " + err.Error())
			}
		}
		l.Product = shop.ProductID(product)
		cart.Lines = append(cart.Lines, l)
	}
	return cart
}

func nets(q pricing.Quote) (nets []int64) {
	for _, l := range q.Lines {
		nets = append(nets, l.Net)
	}
	return nets
}

func only(p shop.ProductID) func(pricing.Line) bool {
	return func(l pricing.Line) bool { return l.Product == p }
}

func TestPriceCombinesDeals(t *testing.T) {
	for name, c := range map[string]struct {
		cart     pricing.Cart
		deals    []pricing.Deal
		nets     []int64
		shipping int64 // off
		refused  map[shop.OfferID]pricing.Refusal
	}{
		"a tenth off, fractions dropped": {
			lines("1×a @1999"), []pricing.Deal{{ID: "ten", Percent: 1000}}, []int64{1800}, 0, nil,
		},
		"the shares of a percentage add up to it": { // 10 % of 9.99 is 0.99, not three times 0.33
			lines("1×a @333", "1×b @333", "1×c @333"), []pricing.Deal{{ID: "ten", Percent: 1000}}, []int64{300, 300, 300}, 0, nil,
		},
		"an amount is spread by what lines cost": {
			lines("1×a @1000", "2×b @1000"), []pricing.Deal{{ID: "five", Amount: 500}}, []int64{833, 1667}, 0, nil,
		},
		"an amount never makes a total negative": {
			lines("1×a @300"), []pricing.Deal{{ID: "five", Amount: 500}}, []int64{0}, 0, nil,
		},
		"what a floor keeps of an amount is taken off the other lines": {
			lines("1×a @1000 cost 950", "1×b @1000"), []pricing.Deal{{ID: "five", Amount: 500}}, []int64{950, 550}, 0, nil,
		},
		"what a floor keeps of a percentage is not taken off": {
			lines("1×a @1000 cost 950", "1×b @1000"), []pricing.Deal{{ID: "half", Percent: 5000}}, []int64{950, 500}, 0, nil,
		},
		"a margin over the cost": {
			lines("1×a @1000 cost 500"), []pricing.Deal{{ID: "half", Percent: 9000, Margin: 2000}}, []int64{600}, 0, nil,
		},
		"a product that sells below its cost gets no discount": {
			lines("1×a @1000 cost 1200"),
			[]pricing.Deal{{ID: "half", Percent: 5000}},
			[]int64{1000},
			0,
			map[shop.OfferID]pricing.Refusal{"half": pricing.AtFloor},
		},
		"the ceiling of a discount": {
			lines("1×a @10000"), []pricing.Deal{{ID: "half", Percent: 5000, Most: 700}}, []int64{9300}, 0, nil,
		},
		"buy one, get one: the cheapest is free": {
			lines("1×a @1000", "1×b @400"), []pricing.Deal{{ID: "bogo", Bundle: &pricing.Bundle{Buy: 1, Get: 1, Percent: 10_000}}}, []int64{1000, 0}, 0, nil,
		},
		"buy one, get one, of one line alone": {
			lines("1×a @1000"),
			[]pricing.Deal{{ID: "bogo", Bundle: &pricing.Bundle{Buy: 1, Get: 1, Percent: 10_000}}},
			[]int64{1000},
			0,
			map[shop.OfferID]pricing.Refusal{"bogo": pricing.TooFew},
		},
		"buy two, get one, in multiples": {
			lines("7×a @300"), []pricing.Deal{{ID: "three", Bundle: &pricing.Bundle{Buy: 2, Get: 1, Percent: 10_000}}}, []int64{1500}, 0, nil,
		},
		"the second at half its price": {
			lines("2×a @333"), []pricing.Deal{{ID: "half", Bundle: &pricing.Bundle{Buy: 1, Get: 1, Percent: 5000}}}, []int64{500}, 0, nil, // half of 333 is 166
		},
		"the free unit of a product": {
			lines("3×mug @500", "1×b @900"), []pricing.Deal{{ID: "nth", Unit: "mug", Units: 1}}, []int64{1000, 900}, 0, nil,
		},
		"the free unit of a product that is not in the cart": {
			lines("1×b @900"),
			[]pricing.Deal{{ID: "nth", Unit: "mug", Units: 1}},
			[]int64{900},
			0,
			map[shop.OfferID]pricing.Refusal{"nth": pricing.Nothing},
		},
		"on some lines only": {
			lines("1×a @1000", "1×b @1000"), []pricing.Deal{{ID: "half", Percent: 5000, On: only("b")}}, []int64{1000, 500}, 0, nil,
		},
		"the minimum is compared with the lines that the deal is on": {
			lines("1×a @5000", "1×b @1000"),
			[]pricing.Deal{{ID: "half", Percent: 5000, On: only("b"), Minimum: 1001}},
			[]int64{5000, 1000},
			0,
			map[shop.OfferID]pricing.Refusal{"half": pricing.TooSmall},
		},
		"the highest tier that is reached": {
			lines("1×a @10000"), []pricing.Deal{{ID: "steps", Tiers: []pricing.Tier{{From: 5000, Percent: 500}, {From: 10000, Percent: 1000}, {From: 20000, Amount: 9000}}}}, []int64{9000}, 0, nil,
		},
		"no tier is reached": {
			lines("1×a @100"),
			[]pricing.Deal{{ID: "steps", Tiers: []pricing.Tier{{From: 5000, Percent: 500}}}},
			[]int64{100},
			0,
			map[shop.OfferID]pricing.Refusal{"steps": pricing.NoTier},
		},
		"free shipping": {
			pricing.Cart{Currency: "EUR", Shipping: 499, Lines: lines("1×a @100").Lines}, []pricing.Deal{{ID: "ship", Shipping: true}}, []int64{100}, 499, nil,
		},
		"a discount of less than a cent is refused": {
			lines("1×a @9"),
			[]pricing.Deal{{ID: "ten", Percent: 1000}},
			[]int64{9},
			0,
			map[shop.OfferID]pricing.Refusal{"ten": pricing.Zero},
		},
		"of one class the best is taken": {
			lines("1×a @1000"),
			[]pricing.Deal{{ID: "ten", Percent: 1000}, {ID: "five", Amount: 500}},
			[]int64{500},
			0,
			map[shop.OfferID]pricing.Refusal{"ten": pricing.Outbid},
		},
		"classes add up, each on what the others leave": {
			lines("1×a @1000"), []pricing.Deal{{ID: "a", Class: "shop", Rank: 1, Amount: 500}, {ID: "b", Class: "loyal", Rank: 2, Percent: 1000}}, []int64{450}, 0, nil,
		},
		"a deal that cannot be combined is taken if it is worth more": {
			lines("1×a @1000"),
			[]pricing.Deal{{ID: "a", Class: "shop", Amount: 100}, {ID: "b", Class: "loyal", Amount: 100}, {ID: "c", Class: pricing.Alone, Amount: 201}},
			[]int64{799},
			0,
			map[shop.OfferID]pricing.Refusal{"a": pricing.Outbid, "b": pricing.Outbid},
		},
		"a deal that cannot be combined is refused if the others are worth as much": {
			lines("1×a @1000"),
			[]pricing.Deal{{ID: "a", Class: "shop", Amount: 100}, {ID: "b", Class: "loyal", Amount: 101}, {ID: "c", Class: pricing.Alone, Amount: 201}},
			[]int64{799},
			0,
			map[shop.OfferID]pricing.Refusal{"c": pricing.Outbid},
		},
		"paying with points is combined with a deal that cannot be combined": {
			lines("1×a @1000"),
			[]pricing.Deal{{ID: "a", Class: "shop", Amount: 100}, {ID: "c", Class: pricing.Alone, Amount: 201}, {ID: "points", Tender: true, Amount: 300}},
			[]int64{499},
			0,
			map[shop.OfferID]pricing.Refusal{"a": pricing.Outbid},
		},
		"points pay what discounts leave, even if their rank is lower": {
			lines("1×a @1000"), []pricing.Deal{{ID: "half", Rank: 9, Percent: 5000}, {ID: "points", Tender: true, Amount: 300}}, []int64{200}, 0, nil,
		},
		"points pay no more than the cart costs": {
			lines("1×a @1000"), []pricing.Deal{{ID: "a", Amount: 800}, {ID: "points", Tender: true, Amount: 300}}, []int64{0}, 0, nil,
		},
		"points stop at their floor": {
			lines("1×a @1000 cost 600"),
			[]pricing.Deal{{ID: "a", Amount: 400}, {ID: "points", Tender: true, Amount: 300}},
			[]int64{600},
			0,
			map[shop.OfferID]pricing.Refusal{"points": pricing.AtFloor},
		},
		"two deals take no more than the cart costs": {
			lines("1×a @1000"), []pricing.Deal{{ID: "a", Class: "shop", Amount: 700}, {ID: "b", Class: "loyal", Rank: 1, Amount: 700}}, []int64{0}, 0, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.cart.Check(); err != nil {
				t.Fatal(err)
			}
			q := pricing.Price(c.cart, c.deals)
			if got := nets(q); !slices.Equal(got, c.nets) || q.ShippingOff != c.shipping {
				t.Errorf("Price() = %v and %d off shipping, want %v and %d", got, q.ShippingOff, c.nets, c.shipping)
			}
			if !maps.Equal(q.Refused, c.refused) {
				t.Errorf("refused = %v, want %v", q.Refused, c.refused)
			}
			holds(t, c.cart, c.deals, q)
		})
	}
}

// holds fails the test if a sum is not exact, or a line is below its floor.
func holds(t interface {
	Helper()
	Errorf(string, ...any)
}, cart pricing.Cart, deals []pricing.Deal, q pricing.Quote,
) {
	t.Helper()
	margin := map[shop.OfferID]int{}
	for _, d := range deals {
		margin[d.ID] = d.Margin
	}
	var total, off int64
	byDeal := map[shop.OfferID]int64{}
	for i, l := range q.Lines {
		if l.Line != cart.Lines[i] {
			t.Errorf("line %d of the quote is %+v, want the cart's %+v", i, l.Line, cart.Lines[i])
		}
		net := int64(l.Units) * l.Price
		floor := int64(0)
		for _, s := range l.Offs {
			if s.Off <= 0 {
				t.Errorf("deal %s takes %d off line %s", s.Deal, s.Off, l.ID)
			}
			net -= s.Off
			off += s.Off
			byDeal[s.Deal] += s.Off
			// Each deal leaves at least its own floor.
			cost := int64(l.Units) * l.Cost
			floor = (cost*int64(10_000+margin[s.Deal]) + 9_999) / 10_000
			if !cart.TaxAdded { // tax covers no cost
				floor = (floor*int64(10_000+l.TaxRate) + 9_999) / 10_000
			}
			floor = min(l.Gross, floor)
			if net < floor {
				t.Errorf("deal %s leaves %d of line %s, below its floor %d", s.Deal, net, l.ID, floor)
			}
		}
		if net != l.Net || net < 0 {
			t.Errorf("line %s costs %d, its discounts leave %d", l.ID, l.Net, net)
		}
		total += net
	}
	if want := total + cart.Shipping - q.ShippingOff + taxOnTop(t, cart, q); q.Total != want || q.Total < 0 || q.ShippingOff < 0 || q.ShippingOff > cart.Shipping {
		t.Errorf("the total is %d, but the lines and shipping add up to %d", q.Total, want)
	}
	if q.Off != off+q.ShippingOff {
		t.Errorf("%d is off, but the lines and shipping have %d off", q.Off, off+q.ShippingOff)
	}
	for _, taken := range q.Taken {
		if taken.Gift == "" && taken.Off <= 0 {
			t.Errorf("deal %s was taken, but takes nothing off", taken.Deal)
		}
		if _, both := q.Refused[taken.Deal]; both {
			t.Errorf("deal %s was both taken and refused", taken.Deal)
		}
	}
	if len(q.Taken)+len(q.Refused) != len(deals) {
		t.Errorf("%d deals were taken and %d refused, of %d", len(q.Taken), len(q.Refused), len(deals))
	}
}

func randomCart(t *rapid.T) pricing.Cart {
	rate := rapid.SampledFrom([]int{0, 500, 700, 1900, 2000, 2550, 1, 10_000})
	cart := pricing.Cart{
		Currency: "EUR", Shipping: rapid.Int64Range(0, 999).Draw(t, "shipping"),
		ShippingTaxRate: rate.Draw(t, "tax of shipping"), TaxAdded: rapid.Bool().Draw(t, "tax on top"),
	}
	for i := range rapid.IntRange(1, 12).Draw(t, "lines") {
		price := rapid.OneOf(rapid.Int64Range(0, 20), rapid.Int64Range(0, 5000), rapid.Just(int64(pricing.MostPrice/1_000_000))).Draw(t, "price")
		l := pricing.Line{
			ID: fmt.Sprintf("%03d", i), Product: shop.ProductID(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "product")),
			Units: rapid.IntRange(1, 9).Draw(t, "units"), Price: price, TaxRate: rate.Draw(t, "tax"),
		}
		if rapid.Bool().Draw(t, "cost is known") {
			l.Cost = rapid.Int64Range(0, price+price/4).Draw(t, "cost")
		}
		cart.Lines = append(cart.Lines, l)
	}
	return cart
}

func randomDeals(t *rapid.T) (deals []pricing.Deal) {
	for i := range rapid.IntRange(0, 6).Draw(t, "deals") {
		d := pricing.Deal{
			ID: shop.OfferID(fmt.Sprint("deal-", i)), Rank: rapid.IntRange(0, 3).Draw(t, "rank"),
			Class:  rapid.SampledFrom([]string{"", "shop", "loyal", pricing.Alone}).Draw(t, "class"),
			Margin: rapid.SampledFrom([]int{0, 0, 500, 10_000}).Draw(t, "margin"),
		}
		if p := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "on"); p != "" {
			d.On = only(shop.ProductID(p))
		}
		percent := rapid.IntRange(1, 10_000)
		amount := rapid.Int64Range(1, 20_000)
		switch rapid.IntRange(0, 6).Draw(t, "effect") {
		case 0:
			d.Percent = percent.Draw(t, "percent")
		case 1:
			d.Amount = amount.Draw(t, "amount")
			d.Tender = rapid.Bool().Draw(t, "the customer's own")
		case 2:
			for range rapid.IntRange(1, 3).Draw(t, "tiers") {
				tier := pricing.Tier{From: amount.Draw(t, "from"), Percent: percent.Draw(t, "percent")}
				if rapid.Bool().Draw(t, "amount tier") {
					tier.Percent, tier.Amount = 0, amount.Draw(t, "tier amount")
				}
				d.Tiers = append(d.Tiers, tier)
			}
		case 3:
			d.Bundle = &pricing.Bundle{Buy: rapid.IntRange(1, 3).Draw(t, "buy"), Get: rapid.IntRange(1, 2).Draw(t, "get"), Percent: percent.Draw(t, "percent")}
		case 4:
			d.Unit, d.Units = "a", rapid.IntRange(1, 3).Draw(t, "free units")
		case 5:
			d.Shipping = true
		case 6:
			d.Gift = &pricing.Gift{Product: "gift", Worth: amount.Draw(t, "worth")}
		}
		if rapid.Bool().Draw(t, "has a ceiling") {
			d.Most = amount.Draw(t, "most")
		}
		if rapid.Bool().Draw(t, "has a minimum") {
			d.Minimum = amount.Draw(t, "minimum")
		}
		deals = append(deals, d)
	}
	return deals
}

// For any cart and any deals, the sums are exact, nothing is negative or below its
// floor, and the order of lines and deals makes no difference.
func TestPriceOfAnyCartIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cart, deals := randomCart(t), randomDeals(t)
		if err := cart.Check(); err != nil {
			t.Fatal(err)
		}
		q := pricing.Price(cart, deals)
		holds(t, cart, deals, q)

		mixed := cart
		mixed.Lines = rapid.Permutation(cart.Lines).Draw(t, "order")
		other := pricing.Price(mixed, rapid.Permutation(deals).Draw(t, "order of deals"))
		holds(t, mixed, deals, other)
		byID := func(a, b pricing.PricedLine) int { return cmp.Compare(a.ID, b.ID) }
		slices.SortFunc(other.Lines, byID)
		if other.Total != q.Total || !slices.EqualFunc(q.Lines, other.Lines, func(a, b pricing.PricedLine) bool {
			return a.Net == b.Net && a.Tax == b.Tax && slices.Equal(a.Offs, b.Offs)
		}) {
			t.Errorf("with lines and deals in another order it costs %d, %+v; want %d, %+v", other.Total, other.Lines, q.Total, q.Lines)
		}

		var parts, taxes int64
		l := q.Lines[rapid.IntRange(0, len(q.Lines)-1).Draw(t, "line")]
		for before := 0; before < l.Units; {
			units := rapid.IntRange(1, l.Units-before).Draw(t, "returned")
			part := pricing.Refund(l.Net, l.Units, before, units)
			if part < 0 {
				t.Errorf("Refund(%d, %d, %d, %d) = %d", l.Net, l.Units, before, units, part)
			}
			tax := pricing.RefundTax(l, parts, part)
			if tax < 0 || tax > part {
				t.Errorf("RefundTax(%+v, %d, %d) = %d, want at most what is paid back", l, parts, part, tax)
			}
			taxes += tax
			parts += part
			before += units
		}
		if taxes != l.Tax {
			t.Errorf("the parts of line %s pay back %d of tax, it had %d", l.ID, taxes, l.Tax)
		}
		if parts != l.Net {
			t.Errorf("the parts of line %s pay back %d, it cost %d", l.ID, parts, l.Net)
		}
	})
}

func TestCheckNamesEveryFault(t *testing.T) {
	cart := pricing.Cart{Shipping: -1, Lines: []pricing.Line{
		{ID: "1", Product: "a", Units: 0, Price: 100},
		{ID: "1", Product: "", Units: 1, Price: -1},
		{Product: "b", Units: 1, Price: 1, Cost: -1, TaxRate: 10_001},
	}, ShippingTaxRate: -1}
	err := cart.Check()
	if faults, ok := err.(interface{ Unwrap() []error }); !ok || len(faults.Unwrap()) != 9 {
		t.Errorf("Check() = %v, want nine faults", err)
	}
	big := pricing.Cart{}
	for i := range 20 {
		big.Lines = append(big.Lines, pricing.Line{ID: fmt.Sprint(i), Product: "a", Units: pricing.MostUnits, Price: pricing.MostPrice})
	}
	if big.Check() == nil {
		t.Error("Check() found no fault in a cart that is too large to add up")
	}
}
