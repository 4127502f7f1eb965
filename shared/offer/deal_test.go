package offer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"regulars/shared/checkout"
	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/offer"
	"regulars/shared/pricing"
	"regulars/shared/shop"
)

func on(text string) condition.Condition { return when(text) }

func line(id string, units int, price int64) pricing.Line {
	return pricing.Line{ID: id, Product: shop.ProductID(id), Category: id[:3], Units: units, Price: price}
}

func cartOf(lines ...pricing.Line) pricing.Cart {
	return pricing.Cart{Currency: "GBP", Shipping: 395, Lines: lines}
}

func buyGet(buy, get, percent int) offer.Effect {
	return offer.Effect{Kind: offer.KindBuyGet, BuyGet: &offer.BuyGet{Buy: buy, Get: get, Percent: percent}}
}

func TestDealOfEachEffect(t *testing.T) {
	floor := 1000
	tiers := offer.Effect{Kind: offer.KindTiers, Tiers: []offer.Tier{{From: gbp(5000), Percent: 500}, {From: gbp(10_000), Amount: gbp(1500)}}}
	costly := line("mug-1", 1, 1000)
	costly.Cost = 900
	for what, test := range map[string]struct {
		offer   offer.Offer
		product shop.ProductID
		cart    pricing.Cart
		off     int64
		refused pricing.Refusal
	}{
		"on some lines": {
			offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, On: on(`line.category == "mug"`)},
			cart:  cartOf(line("mug-1", 2, 1000), line("tea-1", 1, 5000)), off: 200,
		},
		"on none of the lines": {
			offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, On: on(`line.category == "mug"`)},
			cart:  cartOf(line("tea-1", 1, 5000)), refused: pricing.Nothing,
		},
		"on expensive lines": {
			offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindAmount, Amount: gbp(500)}, On: on(`line.price >= money("20.00")`)},
			cart:  cartOf(line("mug-1", 9, 1999), line("tea-1", 1, 2000)), off: 500,
		},
		"a minimum is compared with the lines that the offer is on": {
			offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindPercent, Percent: 1000}, On: on(`line.category == "mug"`), Minimum: gbp(2001)},
			cart:  cartOf(line("mug-1", 2, 1000), line("tea-1", 1, 5000)), refused: pricing.TooSmall,
		},
		"a ceiling":            {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindPercent, Percent: 5000}, AtMost: gbp(700)}, cart: cartOf(line("mug-1", 2, 1000)), off: 700},
		"a margin":             {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindPercent, Percent: 5000}, Margin: &floor}, cart: cartOf(costly), off: 10},
		"without a margin":     {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindPercent, Percent: 5000}}, cart: cartOf(costly), off: 500},
		"below the first tier": {offer: offer.Offer{Effect: tiers}, cart: cartOf(line("mug-1", 1, 4999)), refused: pricing.NoTier},
		"on the first tier":    {offer: offer.Offer{Effect: tiers}, cart: cartOf(line("mug-1", 1, 5000)), off: 250},
		"on the second tier":   {offer: offer.Offer{Effect: tiers}, cart: cartOf(line("mug-1", 1, 10_000)), off: 1500},
		"free shipping":        {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: gbp(300)}, cart: cartOf(line("mug-1", 1, 100)), off: 300},
		"a gift":               {offer: offer.Offer{Effect: offer.Effect{Kind: offer.KindGift, Gift: &offer.Gift{Product: "tea", Worth: gbp(300)}}}, cart: cartOf(line("mug-1", 1, 100))},
		"the earned unit is free whatever its cost": {
			offer: tenth("tenth"), product: "mug-1", cart: cartOf(costly), off: 1000,
		},
		"the earned unit is not in the cart": {offer: tenth("tenth"), product: "mug-1", cart: cartOf(line("tea-1", 1, 500)), refused: pricing.Nothing},
	} {
		t.Run(what, func(t *testing.T) {
			test.offer.ID = "o"
			q := pricing.Price(test.cart, []pricing.Deal{test.offer.Deal("o#1", test.product)})
			if q.Off != test.off || q.Refused["o#1"] != test.refused {
				t.Errorf("%d off, refused %q, want %d, %q", q.Off, q.Refused["o#1"], test.off, test.refused)
			}
		})
	}
}

// The next tests are cases in which other shop systems have failed.

func TestBuyOneGetOneNeverMakesALineNegative(t *testing.T) {
	offers := []offer.Offer{
		{ID: "bogo", Effect: buyGet(1, 1, 10_000)},
		{ID: "ten-pounds", Rank: 1, Stacks: "shop", Effect: amount("", 1000).Effect},
		{ID: "half", Rank: 2, Stacks: "loyal", Effect: percent("", 5000, "").Effect},
	}
	q := price(cartOf(line("mug-1", 1, 1), line("mug-2", 1, 900), line("tea-1", 2, 0)), offers)
	for _, l := range q.Lines {
		if l.Net < 0 {
			t.Errorf("line %s costs %d", l.ID, l.Net)
		}
	}
	if q.Total != 395 {
		t.Errorf("the total is %d, want the shipping alone", q.Total)
	}
}

func TestBuyTwoGetOneComesInMultiplesAndTheCheapestAreFree(t *testing.T) {
	o := []offer.Offer{{ID: "three", Effect: buyGet(2, 1, 10_000)}}
	for units, free := range map[int]int64{2: 0, 3: 1, 5: 1, 6: 2, 7: 2, 9: 3} {
		if q := price(cartOf(line("mug-1", units, 300)), o); q.Off != free*300 {
			t.Errorf("of %d units, %d is off, want %d units free", units, q.Off, free)
		}
	}
	if q := price(cartOf(line("mug-1", 1, 300), line("mug-2", 4, 500), line("tea-1", 1, 200)), o); q.Off != 500 {
		t.Errorf("%d is off, want the two cheapest units", q.Off)
	}
}

func TestStackingClasses(t *testing.T) {
	stacked := func(id shop.OfferID, class string, minor int64) offer.Offer {
		o := amount(id, minor)
		o.Stacks = class
		return o
	}
	for what, test := range map[string]struct {
		offers []offer.Offer
		off    int64
	}{
		"two of one class":                      {[]offer.Offer{stacked("a", "shop", 100), stacked("b", "shop", 200)}, 200},
		"two without a class":                   {[]offer.Offer{stacked("a", "", 100), stacked("b", "", 200)}, 200},
		"two of different classes":              {[]offer.Offer{stacked("a", "shop", 100), stacked("b", "loyal", 200)}, 300},
		"one of class alone that is worth more": {[]offer.Offer{stacked("a", "shop", 100), stacked("b", "loyal", 200), stacked("c", "alone", 301)}, 301},
		"one of class alone that is worth less": {[]offer.Offer{stacked("a", "shop", 100), stacked("b", "loyal", 200), stacked("c", "alone", 299)}, 300},
	} {
		if q := price(cartOf(line("mug-1", 1, 1000)), test.offers); q.Off != test.off {
			t.Errorf("%s: %d is off, want %d", what, q.Off, test.off)
		}
	}
}

func TestDiscountOfZeroIsRefused(t *testing.T) {
	for what, o := range map[string]offer.Offer{
		"less than a penny":  percent("o", 1, ""),
		"free shipping of 0": {ID: "o", Effect: offer.Effect{Kind: offer.KindShipping}, AtMost: gbp(500)},
		"free lines only":    {ID: "o", Effect: amount("", 500).Effect, On: on(`line.price == money("0")`)},
	} {
		cart := pricing.Cart{Currency: "GBP", Lines: []pricing.Line{line("mug-1", 1, 99), line("tea-1", 1, 0)}}
		if q := price(cart, []offer.Offer{o}); len(q.Taken) != 0 || q.Refused["o"] == "" {
			t.Errorf("%s: taken %v, refused %v", what, q.Taken, q.Refused)
		}
	}
}

func TestAutomaticOfferIsRefusedOutsideItsLimits(t *testing.T) {
	o := offer.Offer{ID: "sale", Automatic: true, PerCustomer: 2, CoolDown: 7, Until: "2026-11-22", Effect: percent("", 1000, "").Effect, When: when("customer.orders >= 1")}
	c := offer.Case{Now: now, Facts: condition.Facts{Customer: condition.Customer{Orders: 1}}}
	used := func(days ...int) map[shop.OfferID][]frequency.Grant {
		var grants []frequency.Grant
		for _, d := range days {
			grants = append(grants, frequency.Grant{At: now.AddDate(0, 0, -d)})
		}
		return map[shop.OfferID][]frequency.Grant{"sale": grants}
	}
	for what, test := range map[string]struct {
		change func(*offer.Case)
		want   string
	}{
		"within all limits":     {func(*offer.Case) {}, ""},
		"used once, long ago":   {func(c *offer.Case) { c.Granted = used(30) }, ""},
		"used a short time ago": {func(c *offer.Case) { c.Granted = used(6) }, offer.RefusedCoolDown},
		"used twice":            {func(c *offer.Case) { c.Granted = used(30, 60) }, offer.RefusedLimit},
		"condition not met":     {func(c *offer.Case) { c.Facts = condition.Facts{} }, offer.RefusedWhen},
		"used up":               {func(c *offer.Case) { c.Spent = map[shop.OfferID]bool{"sale": true} }, offer.RefusedBudget},
		"a day late":            {func(c *offer.Case) { c.Now = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }, offer.RefusedOver},
		"still the last day in the customer's zone": {func(c *offer.Case) {
			c.Now, c.Zone = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), time.FixedZone("west", -3600)
		}, ""},
	} {
		asked := c
		test.change(&asked)
		got := ""
		if refused := o.Refused(asked); refused != nil {
			got = refused.Code
		}
		if got != test.want {
			t.Errorf("%s: Refused = %q, want %q", what, got, test.want)
		}
	}
}

func TestCancelledOrderGivesItsUsesBack(t *testing.T) {
	o := offer.Offer{ID: "ten", Effect: percent("", 1000, "").Effect}
	use := checkout.Use{Offer: "ten", Coupon: "hash"}
	q := pricing.Price(cartOf(line("mug-1", 3, 999)), []pricing.Deal{o.Deal(use.Deal(), "")})
	r := checkout.Redemption{Order: "o-1"}
	held, _, err := r.Hold(checkout.Redemption{Order: "o-1", Quote: q, Uses: []checkout.Use{use}}, now)
	if err != nil {
		t.Fatal(err)
	}
	redeemed, _, err := held.Redeem(now)
	if err != nil {
		t.Fatal(err)
	}
	returned, changes, err := redeemed.Return("cancelled", nil, now)
	if err != nil || len(changes) != 1 || changes[0].To != checkout.Free || changes[0].Use.Coupon != "hash" {
		t.Fatalf("Return = %v, %v, want the coupon freed", changes, err)
	}
	if paid := returned.Returns["cancelled"].Paid; paid != q.Lines[0].Net {
		t.Errorf("%d is paid back, want %d", paid, q.Lines[0].Net)
	}
}

func TestDifferentSendsHaveDifferentCodes(t *testing.T) {
	seen, key := map[string]string{}, []byte("a key for tests, 32 bytes long..")
	for i := range 20_000 {
		send := fmt.Sprint("send-", i)
		code := offer.Code(key, shop.SendID(send))
		if other, twice := seen[code]; twice {
			t.Fatalf("%s and %s both have the code %s", send, other, code)
		}
		seen[code] = send
	}
}

func TestTermsHaveThePromisedFieldsOnly(t *testing.T) {
	floor := 500
	o := offer.Offer{
		ID: "o", Version: 3, Title: "A", Rank: 4, When: when("customer.orders == 1"), On: on(`line.category == "mug"`), Effect: buyGet(1, 1, 5000),
		Days: 3, PerCustomer: 1, CoolDown: 2, Holdout: 5, Minimum: gbp(100), AtMost: gbp(200), Margin: &floor, Stacks: "alone", Budget: offer.Budget{Uses: 7, Shards: 1},
	}
	const want = `{"id":"o","version":3,"title":"","rank":0,"when":"","on":"line.category == \"mug\"","effect":{"kind":"buy_get","buy_get":{"buy":1,"get":1,"percent":5000}},"minimum":{"minor":100,"currency":"GBP"},"at_most":{"minor":200,"currency":"GBP"},"margin":500,"stacks":"alone","budget":{"uses":0,"shards":0}}`
	if got := string(o.Terms()); got != want {
		t.Errorf("Terms() = %s\nwant      %s", got, want)
	}
	same := o
	same.Title, same.Rank, same.Days, same.PerCustomer, same.Budget.Uses, same.When = "B", 5, 9, 9, 9, when("")
	if string(same.Terms()) != want {
		t.Error("the terms change with a field that is not promised")
	}
}

func price(cart pricing.Cart, offers []offer.Offer) pricing.Quote {
	var deals []pricing.Deal
	for _, o := range offers {
		deals = append(deals, o.Deal(o.ID, "mug-1"))
	}
	return pricing.Price(cart, slices.Clone(deals))
}
